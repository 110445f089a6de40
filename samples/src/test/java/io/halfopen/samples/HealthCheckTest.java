package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.nio.Listening;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.Selector;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Why does the load balancer call a server healthy that hangs?
 *
 * <p>Its check is a connect() and a close(), and connect() is answered by the kernel: the program may be dead. Each check
 * leaves a connection behind in the accept queue, closed, but there: nobody has accepted it. When backlog + 1 of them lie
 * there, checks begin to fail. With a backlog of 50 and a check every five seconds that takes more than four minutes, in
 * which clients are sent to a server that does nothing; and then the queue is full, of checks.
 *
 * <p>A check that asks a question and waits for the answer fails at once.
 */
@HalfopenNetwork(automaticTime = true)
class HealthCheckTest {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final int PATIENCE = 2000;

    /** Waits in the network's time. */
    private static void sleep(Duration time) throws IOException {
        try (Selector nothing = Selector.open()) {
            nothing.select(time.toMillis());
        }
    }

    private static boolean connects(InetSocketAddress server) throws IOException {
        try (Socket check = new Socket()) {
            check.connect(server, PATIENCE);
            return true;
        } catch (SocketTimeoutException nobodyAnswers) {
            return false;
        }
    }

    private static boolean answers(InetSocketAddress server) throws IOException {
        try (Socket check = new Socket()) {
            check.connect(server, PATIENCE);
            check.setSoTimeout(PATIENCE);
            check.getOutputStream().write('?');
            return check.getInputStream().read() >= 0;
        } catch (SocketTimeoutException nobodyAnswers) {
            return false;
        }
    }

    @Test
    void aServerThatHangsIsHealthyForFourMinutes(Network net) throws IOException {
        Listening hanging = net.host("shop").listen(8080).backlog(50).neverAccepts();
        InetSocketAddress shop =
                new InetSocketAddress(net.host("shop").addresses().getFirst(), 8080);
        int passed = 0;
        while (connects(shop)) {
            passed++;
            sleep(EVERY);
        }
        assertThat(passed).isEqualTo(51);
        assertThat(net.now()).isBetween(Duration.ofSeconds(255), Duration.ofSeconds(260));
        assertThat(hanging.queues().acceptQueue()).isEqualTo(51);
    }

    @Test
    void aCheckThatWantsAnAnswerKnowsAtOnce(Network net) throws IOException {
        net.host("shop").listen(8080).backlog(50).neverAccepts();
        assertThat(answers(new InetSocketAddress(net.host("shop").addresses().getFirst(), 8080)))
                .isFalse();
        assertThat(net.now()).isLessThan(Duration.ofSeconds(3));
    }
}

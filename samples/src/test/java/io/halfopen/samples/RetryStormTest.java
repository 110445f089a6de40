package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.sim.Host;
import io.halfopen.sim.Path;
import io.halfopen.sim.Server;
import io.halfopen.sim.World;
import io.halfopen.tcp.Stack;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * Why does the overload not end when the burst is over?
 *
 * <p>A hundred clients come at once. The server needs a tenth of a second for each, so ten seconds would do. But a client
 * waits for a second, gives up, and tries again a second later; and what it leaves behind in the accept queue the server
 * accepts and works on all the same, for nobody. The queue of 51 is five seconds of work, and so every client whose turn it
 * is has been gone for four. Ten are served in the first second, and nobody after that: the storm feeds itself.
 *
 * <p>Waiting twice as long after each try lets the queue drain, but all clients still come at the same moments, and each time
 * only ten are in time. Jitter, a random part of that wait, spreads them: the queue stays short, and the storm is over in a
 * few minutes. A shorter queue helps, too: what has to wait for longer than a client does is no use in it.
 *
 * <p>There are no real programs here: this is the simulator beneath, in virtual time, where half an hour is nothing.
 */
class RetryStormTest {
    private static final int CLIENTS = 100;
    private static final int BACKLOG = 50;
    private static final Duration SERVICE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final SplittableRandom random = new SplittableRandom(1);
    private final World world = new World(1);
    private final Host clients = world.addHost("clients", "10.0.0.2");
    private Host host = clients;
    private Server server = serve(BACKLOG);
    private boolean busy;
    private int served;
    private long lastServed;

    private Server serve(int backlog) {
        host = world.addHost("server" + backlog, "10.0.1." + backlog);
        world.connect(host, clients, Path.ofDelay(Duration.ofMillis(1)));
        return host.serve(8080, backlog);
    }

    /** One client: it connects, is served or not within its patience, and tries again. */
    private void attempt(int tries, IntToLongFunction wait) {
        int fd = clients.socket(Stack.AF_INET);
        clients.connect(fd, server.address(), server.port());
        world.after(PATIENCE, () -> {
            boolean answered = clients.read(fd, new byte[1], 0, 1) == 1;
            clients.close(fd);
            if (answered) {
                served++;
                lastServed = world.now();
            } else {
                world.after(wait.applyAsLong(tries), () -> attempt(tries + 1, wait));
            }
        });
    }

    /** One worker: it takes the next of the queue, works, answers. Whether anybody is there it cannot know. */
    private void work() {
        int accepted = server.accept();
        busy = accepted >= 0;
        if (!busy) {
            return;
        }
        world.after(SERVICE, () -> {
            host.write(accepted, new byte[] {'!'}, 0, 1);
            host.close(accepted);
            work();
        });
    }

    /** How many are served within that time, when a client waits so long before its next try. */
    private int run(Duration time, IntToLongFunction wait) {
        for (int i = 0; i < CLIENTS; i++) {
            attempt(0, wait);
        }
        host.watch(server.fd(), events -> {
            if (!busy) {
                work();
            }
        });
        world.run(time);
        return served;
    }

    private static long backoff(int tries) {
        return Duration.ofSeconds(1L << Math.min(tries, 6)).toNanos();
    }

    @Test
    void retriesAfterASecondNeverEnd() {
        assertThat(run(Duration.ofMinutes(5), tries -> Duration.ofSeconds(1).toNanos()))
                .isLessThan(CLIENTS / 4);
    }

    @Test
    void exponentialBackoffAloneServesTenAtATime() {
        assertThat(run(Duration.ofMinutes(30), RetryStormTest::backoff)).isEqualTo(CLIENTS);
        assertThat(Duration.ofNanos(lastServed)).isGreaterThan(Duration.ofMinutes(5));
    }

    @Test
    void withJitterItIsOverInAFewMinutes() {
        assertThat(run(Duration.ofMinutes(30), tries -> random.nextLong(backoff(tries))))
                .isEqualTo(CLIENTS);
        assertThat(Duration.ofNanos(lastServed)).isLessThan(Duration.ofMinutes(3));
    }

    @Test
    void orWithAQueueThatIsNoLongerThanPatience() {
        server = serve(5);
        assertThat(run(Duration.ofMinutes(30), tries -> Duration.ofSeconds(1).toNanos()))
                .isEqualTo(CLIENTS);
        assertThat(Duration.ofNanos(lastServed)).isLessThan(Duration.ofMinutes(2));
    }
}

package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The model, without the JDK's face. */
@Timeout(30)
class NetworkTest {
    private static VirtualSocket connect(Network net, String host, int port) {
        VirtualSocket socket = net.home().socket(Stack.AF_INET6);
        int result = socket.connect(net.lookup(host).get(0), port);
        assertThat(result).isIn(0, -Errno.EINPROGRESS);
        return socket;
    }

    private static int error(VirtualSocket socket, long millis) throws InterruptedException {
        return socket.await(Poll.POLLOUT, millis * 1_000_000) == 0 ? -1 : socket.getsockopt(SocketOption.SO_ERROR);
    }

    @Test
    void aFullAcceptQueueDropsSyns() throws Exception {
        try (Network net = Network.open()) {
            Listening payments =
                    net.host("payments").listen(8080).backlog(0).neverAccepts().full();
            assertThat(payments.queues().acceptQueue()).isEqualTo(1);
            // Those who fill it lose nothing: each drop is a client's.
            assertThat(net.drops()).isEmpty();
            assertThat(error(connect(net, "payments", 8080), 100)).isEqualTo(-1);
            assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
            assertThat(net.story()).contains("> payments:8080").contains("ACCEPT_QUEUE_FULL");
        }
    }

    @Test
    void inAutomaticTimeAConnectTimesOutAfter131SecondsInAMoment() throws Exception {
        long start = System.nanoTime();
        try (Network net = Network.builder().time(NetworkTime.automatic()).open()) {
            net.host("payments");
            Fault fault = net.on(PacketKind.SYN).to("payments").drop();
            assertThat(error(connect(net, "payments", 8080), 1_000_000)).isEqualTo(Errno.ETIMEDOUT);
            // Linux 6.18: SYNs at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s (tcp_syn_linear_timeouts), the end at 131 s.
            assertThat(fault.hits()).isEqualTo(11);
            assertThat(net.now().toSeconds()).isBetween(130L, 132L);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    /** It computes for a little longer than what counts as quiet, again and again, and asks in between. */
    @Test
    void inAutomaticTimeAProgramThatComputesIsWaitedFor() {
        try (Network net = Network.builder().time(NetworkTime.automatic()).open()) {
            net.host("payments");
            net.on(PacketKind.SYN).drop();
            connect(net, "payments", 8080);
            for (int i = 0; i < 500; i++) {
                long end = System.nanoTime() + 2_000_000 + i * 1000L;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                assertThat(net.now()).isZero();
            }
        }
    }

    @Test
    void faultsOfTheConnectPhaseHitWhatTheySay(@TempDir Path dir) throws Exception {
        try (Network net = Network.builder().time(NetworkTime.scaled(20)).open()) {
            net.host("a").listen(80).accepts();
            net.host("b").listen(80).accepts();
            Fault reset = net.on(PacketKind.SYN).to("b").reset();
            Fault twice = net.on(PacketKind.SYN).to("a").first(2).drop();
            assertThat(error(connect(net, "b", 80), 1000)).isEqualTo(Errno.ECONNREFUSED);
            assertThat(error(connect(net, "a", 80), 10_000)).isZero();
            assertThat(reset.hits()).isEqualTo(1);
            assertThat(twice.hits()).isEqualTo(2);
            Fault rejected = net.on(PacketKind.SYN).to("a").reject(Unreachable.HOST);
            assertThat(error(connect(net, "a", 80), 1000)).isEqualTo(Errno.EHOSTUNREACH);
            rejected.end();
            Fault twoAnswers = net.on(PacketKind.SYN_ACK).from("a").duplicate();
            Fault late = net.on(PacketKind.FINAL_ACK).to("a").delay(Duration.ofSeconds(1));
            assertThat(error(connect(net, "a", 80), 10_000)).isZero();
            assertThat(twoAnswers.hits()).isEqualTo(1);
            assertThat(late.hits()).isPositive();
            net.writePcapng(dir.resolve("x.pcapng"));
            assertThat(Files.size(dir.resolve("x.pcapng"))).isPositive();
            assertThat(net.story()).contains("SYN to a first 2: dropped");
        }
    }

    @Test
    void aLingerWaitsForTheWayThereAndBack() throws Exception {
        try (Network net = Network.builder().time(NetworkTime.automatic()).open()) {
            net.host("far").listen(80).accepts();
            net.delay("localhost", "far", Duration.ofMillis(300));
            VirtualSocket socket = connect(net, "far", 80);
            assertThat(error(socket, 10_000)).isZero();
            assertThat(socket.setsockopt(SocketOption.SO_LINGER, 20)).isZero();
            long before = net.now().toMillis();
            assertThat(socket.close()).isZero();
            assertThat(net.now().toMillis() - before).isBetween(600L, 19_999L);
            assertThat(socket.close()).isEqualTo(-Errno.EBADF);
        }
    }

    @Test
    @SuppressWarnings("try") // a network that is closed is what this is about
    void misuseIsToldInOneLine() {
        try (Network net = Network.open()) {
            net.host("a", "198.18.200.1");
            assertThatThrownBy(() -> net.host("a", "198.18.200.2"))
                    .hasMessageStartingWith("there is a host 'a' already");
            assertThatThrownBy(() -> net.host("b", "198.18.200.1")).hasMessageContaining("belongs to a already");
            assertThatThrownBy(Network::open).hasMessageStartingWith("a network is open already");
            assertThatThrownBy(() -> net.on(PacketKind.SYN).to("nobody")).hasMessageStartingWith("there is no host");
            net.close();
            assertThatThrownBy(() -> net.host("c")).hasMessageStartingWith("this network is closed");
        }
    }
}

package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EINVAL;
import static io.halfopen.linux.Errno.ETIMEDOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TCP_USER_TIMEOUT, as measured on 6.18 (docs/linux-6.18.md); times are nominal. */
class UserTimeoutTest {
    /** A round-trip time of 0 is taken as 1 ns, which a timeout then has too much. */
    private static final String MOMENT = "0.001s";

    private final Scene scene = new Scene();

    private void set(int fd, int millis) {
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_USER_TIMEOUT, millis))
                .isZero();
    }

    /** The end comes no sooner than a tick after the first repetition: only a timeout looks at the clock. */
    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    TCP_USER_TIMEOUT | SYNs          | ETIMEDOUT
                    300              | 0 1           | 1.004
                    1000             | 0 1           | 1.004
                    1500             | 0 1           | 1.5
                    2500             | 0 1 2         | 2.5
                    3000             | 0 1 2         | 3
                    5500             | 0 1 2 3 4 5   | 5.5
                    10000            | 0 1 2 3 4 5 7 | 10
                    """)
    void connectEnds(int millis, String syns, String end) {
        Peer server = scene.peer("192.0.2.9", 9);
        int fd = scene.socket();
        set(fd, millis);
        scene.connect(fd, server);
        scene.at(end + "s");
        assertThat(scene.stack.counted(Rule.SYN_TIMED_OUT)).isEqualTo(1);
        assertThat(server.times()).isEqualTo(syns);
        assertThat(scene.connect(fd, server)).isEqualTo(-ETIMEDOUT);
        assertThat(scene.now()).isEqualTo(Math.round(Double.parseDouble(end) * 1e9));
    }

    /** 14 s, and one retransmission: whichever comes first. */
    @Test
    void theNumberOfRetriesStillCounts() {
        scene.set(Sysctl.tcp_syn_retries, 1).set(Sysctl.tcp_syn_linear_timeouts, 0);
        Peer server = scene.peer("192.0.2.9", 9);
        int fd = scene.socket();
        set(fd, 14000);
        scene.connect(fd, server);
        scene.at("3s");
        assertThat(server.times()).isEqualTo("0 1");
        assertThat(scene.connect(fd, server)).isEqualTo(-ETIMEDOUT);
    }

    private int established(Peer peer, int millis) {
        int listener = scene.listener(1);
        set(listener, millis);
        peer.handshake();
        return scene.accept(listener);
    }

    /** Counted from the first repetition, 0.2 s after the write. */
    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    TCP_USER_TIMEOUT | sent            | closed
                    100              | 0 0.2           | 0.3
                    300              | 0 0.2           | 0.5
                    700              | 0 0.2 0.6       | 0.9
                    2000             | 0 0.2 0.6 1.4   | 2.2
                    5000             | 0 0.2 0.6 1.4 3 | 5.2
                    """)
    void dataEnds(int millis, String sent, String closed) {
        Peer peer = scene.peer();
        int fd = established(peer, millis);
        scene.write(fd, "hello");
        scene.at(closed + "s");
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.ESTABLISHED);
        scene.after(MOMENT);
        assertThat(scene.changes()).isEqualTo("EstabResets+1 TCPTimeouts+1 TCPAbortOnTimeout+1");
        assertThat(peer.times()).isEqualTo(sent);
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void setWhileATimerRunsItIsLookedAtWhenThatFires() {
        Peer peer = scene.peer();
        int fd = established(peer, 0);
        scene.write(fd, "hello");
        scene.at("1.5s");
        set(fd, 500);
        scene.at("4s");
        assertThat(peer.times()).isEqualTo("0 0.2 0.6 1.4");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void aClosedSocketKeepsIt() {
        Peer peer = scene.peer();
        int fd = established(peer, 1000);
        scene.write(fd, "hello");
        scene.close(fd);
        scene.at("1.2s").after(MOMENT);
        assertThat(scene.changes()).contains("TCPAbortOnTimeout+1");
        assertThat(peer.times()).isEqualTo("0 0 0.2 0.6");
    }

    /** Counted from the first probe, whether or not probes are answered. */
    @ParameterizedTest
    @CsvSource({"false, 900, 0.2 0.6, 1.1", "true, 900, 0.2 0.602, 1.1", "true, 300, 0.2, 0.5"})
    void aClosedWindowEnds(boolean answers, int millis, String probes, String closed) {
        Peer peer = scene.peer();
        int listener = scene.listener(1);
        set(listener, millis);
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1 win 0");
        int fd = scene.accept(listener);
        scene.write(fd, "hello");
        for (String time : probes.split(" ", -1)) {
            scene.at(time + "s").after(MOMENT);
            peer.expect(". 0:0(0) ack 1");
            if (answers) {
                peer.inject(". 1:1(0) ack 1 win 0");
            }
        }
        scene.at(closed + "s").after(MOMENT).expectNothing();
        assertThat(scene.changes()).isEqualTo("EstabResets+1 TCPAbortOnTimeout+1");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void aListenersHalfOpensDoNotKnowIt() {
        int listener = scene.listener(1);
        set(listener, 1500);
        scene.set(Sysctl.tcp_synack_retries, 2);
        Peer peer = scene.peer();
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        scene.at("8s");
        assertThat(peer.times()).isEqualTo("0 1 3");
    }

    @Test
    void negativeTimesAreRefusedAndAcceptedSocketsInherit() {
        int fd = established(scene.peer(), 777);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_USER_TIMEOUT)).isEqualTo(777);
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_USER_TIMEOUT, -1))
                .isEqualTo(-EINVAL);
        set(fd, Integer.MAX_VALUE);
        set(fd, 0);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_USER_TIMEOUT)).isZero();
    }
}

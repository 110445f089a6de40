package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of a connection that this side closed first: FIN_WAIT2 without a socket, then TIME_WAIT. */
class TimeWaitTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    /** Closed, and the FIN acknowledged: the peer's next number is 1, ours 2. */
    private void finWait2(String synOptions, String ackOptions) {
        listener = scene.listener(5);
        peer.inject("S 0:0(0) win 65535 " + synOptions);
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1 win 65535 " + ackOptions);
        scene.close(scene.accept(listener));
        peer.expect("F. 1:1(0) ack 1");
        peer.inject(". 1:1(0) ack 2 win 65535 " + ackOptions);
        assertThat(scene.changes()).as("counted once, here").isEqualTo("TW+1");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT2);
    }

    private void timeWait(String synOptions, String ackOptions) {
        finWait2(synOptions, ackOptions);
        assertThat(peer.inject("F. 1:1(0) ack 2 win 65535 " + ackOptions)).isEqualTo(Rule.TIME_WAIT_FIN);
        assertThat(scene.changes()).isEmpty();
        peer.expect(". 2:2(0) ack 2");
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
    }

    private @Nullable TcpState state() {
        return scene.stack.snapshot().size() == 1
                ? null
                : scene.stack.snapshot().getLast().state();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    . 1:1(0) ack 2   |                       | FIN_WAIT2 | TIME_WAIT_IGNORED
                    . 0:0(0) ack 2   | . 2:2(0) ack 1        | FIN_WAIT2 | TIME_WAIT_ACKED
                    R 900000:900000(0) | . 2:2(0) ack 1      | FIN_WAIT2 | TIME_WAIT_ACKED
                    R 1:1(0)         |                       |           | TIME_WAIT_RESET
                    R 2:2(0)         |                       |           | TIME_WAIT_RESET
                    S 100:100(0)     | R. 0:0(0) ack 101 win 0 <> |      | TIME_WAIT_DATA_RESET
                    P. 1:6(5) ack 2  | R 2:2(0) win 0 <>     |           | TIME_WAIT_DATA_RESET
                    FP. 1:6(5) ack 2 | R 2:2(0) win 0 <>     |           | TIME_WAIT_DATA_RESET
                    F. 3:3(0) ack 2  | R 2:2(0) win 0 <>     |           | TIME_WAIT_DATA_RESET
                    F. 1:1(0) ack 2  | . 2:2(0) ack 2        | TIME_WAIT | TIME_WAIT_FIN
                    """)
    void inFinWait2(String segment, @Nullable String reply, @Nullable TcpState then, Rule rule) {
        finWait2("<mss 1460>", "<>");
        assertThat(peer.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes()).isEqualTo(rule == Rule.TIME_WAIT_DATA_RESET ? "OutRsts+1" : "");
        peer.expectOnly(reply);
        assertThat(state()).isEqualTo(then);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    . 2:2(0) ack 2   |                | TIME_WAIT | TIME_WAIT_IGNORED
                    - 2:2(0)         |                | TIME_WAIT | TIME_WAIT_IGNORED
                    F. 1:1(0) ack 2  | . 2:2(0) ack 2 | TIME_WAIT | TIME_WAIT_ACKED
                    P. 1:2(1) ack 2  | . 2:2(0) ack 2 | TIME_WAIT | TIME_WAIT_ACKED
                    P. 2:7(5) ack 2  | . 2:2(0) ack 2 | TIME_WAIT | TIME_WAIT_ACKED
                    S. 3:3(0) ack 2  | . 2:2(0) ack 2 | TIME_WAIT | TIME_WAIT_ACKED
                    S -5:-5(0)       | . 2:2(0) ack 2 | TIME_WAIT | TIME_WAIT_ACKED
                    R 3:3(0)         |                | TIME_WAIT | TIME_WAIT_RST_IGNORED
                    R 900000:900000(0) |              | TIME_WAIT | TIME_WAIT_RST_IGNORED
                    R 2:2(0)         |                |           | TIME_WAIT_RESET
                    S 2:2(0)         | . 2:2(0) ack 2 | TIME_WAIT | TIME_WAIT_ACKED
                    """)
    void inTimeWait(String segment, @Nullable String reply, @Nullable TcpState then, Rule rule) {
        timeWait("<mss 1460>", "<>");
        assertThat(peer.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes()).isEmpty();
        peer.expectOnly(reply);
        assertThat(state()).isEqualTo(then);
    }

    /** A SYN opens the connection again if it cannot be old; the new numbers start 65537 above the old ones. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    S 1000:1000(0) win 65535 <mss 1460,sackOK,TS val 200 ecr 0> | S. 0:0(0) ack 1001 | TIME_WAIT_SYN
                    S -500:-500(0) win 65535 <mss 1460,sackOK,TS val 200 ecr 0> | S. 0:0(0) ack -499 | TIME_WAIT_SYN
                    S 1000:1000(0) win 65535 <mss 1460>                         | S. 0:0(0) ack 1001 | TIME_WAIT_SYN
                    S 1000:1000(0) win 65535 <mss 1460,sackOK,TS val 50 ecr 0>  | . 2:2(0) ack 2     | TIME_WAIT_PAWS
                    S -500:-500(0) win 65535 <mss 1460,sackOK,TS val 50 ecr 0>  | . 2:2(0) ack 2     | TIME_WAIT_PAWS
                    S -500:-500(0) win 65535 <mss 1460>                         | . 2:2(0) ack 2     | TIME_WAIT_ACKED
                    S 1000:1000(0) win 65535 <mss 1460,sackOK,TS val 101 ecr 0> | S. 0:0(0) ack 1001 | TIME_WAIT_SYN
                    S -500:-500(0) win 65535 <mss 1460,sackOK,TS val 101 ecr 0> | . 2:2(0) ack 2     | TIME_WAIT_ACKED
                    S 2:2(0) win 65535 <mss 1460>                               | . 2:2(0) ack 2     | TIME_WAIT_ACKED
                    S 3:3(0) win 65535 <mss 1460>                               | S. 0:0(0) ack 4    | TIME_WAIT_SYN
                    """)
    void aSynThatCannotBeOldStartsAnew(String syn, String reply, Rule rule) {
        timeWait("<mss 1460,sackOK,TS val 100 ecr 0>", "<TS val 101 ecr 0>");
        int old = peer.hostIsn();
        peer.inject(syn);
        assertThat(scene.stack.counted(rule)).isEqualTo(1);
        assertThat(scene.changes()).isEqualTo(rule == Rule.TIME_WAIT_PAWS ? "PAWSTimewait+1" : "");
        peer.expectOnly(reply);
        boolean anew = rule == Rule.TIME_WAIT_SYN;
        assertThat(peer.hostIsn() - old).isEqualTo(anew ? 2 + 65537 : 0);
        assertThat(state()).isEqualTo(anew ? TcpState.SYN_RECV : TcpState.TIME_WAIT);
    }

    @Test
    void withoutAListenerASynIsAnsweredByTheOldConnection() {
        timeWait("<mss 1460>", "<>");
        scene.close(listener);
        assertThat(peer.inject("S 1000:1000(0) win 65535 <mss 1460>")).isEqualTo(Rule.TIME_WAIT_ACKED);
        peer.expectOnly(". 2:2(0) ack 2");
        assertThat(scene.stack.snapshot()).extracting(SocketRow::state).containsExactly(TcpState.TIME_WAIT);
    }

    // ---- for how long

    @Test
    void timeWaitLastsAMinuteFromTheFin() {
        finWait2("<mss 1460>", "<>");
        scene.at("30s");
        peer.inject("F. 1:1(0) ack 2");
        peer.expect(". 2:2(0) ack 2");
        scene.at("89.999s");
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
        assertThat(scene.stack.isQuiet()).as("nothing but TIME_WAIT").isTrue();
        scene.at("90s");
        assertThat(state()).isNull();
        assertThat(scene.changes()).isEmpty();
        assertThat(scene.stack.counted(Rule.TIME_WAIT_EXPIRED)).isEqualTo(1);
    }

    @Test
    void finWait2OfAClosedSocketLastsAMinute() {
        finWait2("<mss 1460>", "<>");
        scene.at("59.999s");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT2);
        scene.at("60s");
        assertThat(state()).isNull();
        assertThat(scene.stack.counted(Rule.FIN_WAIT2_EXPIRED)).isEqualTo(1);
        peer.inject("F. 1:1(0) ack 2");
        peer.expectOnly("R 2:2(0) win 0 <>");
    }

    @Test
    void orAsLongAsTcpFinTimeoutSays() {
        scene.set(Sysctl.tcp_fin_timeout, 10);
        finWait2("<mss 1460>", "<>");
        scene.at("10s");
        assertThat(state()).isNull();
    }

    /** Not a RST, and not a SYN, which may be somebody else's; else it waits a whole minute again. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    . 2:2(0) ack 2 <nop,nop,TS val 102 ecr 0>                  | 65
                    - 2:2(0)                                                   | 65
                    F. 1:1(0) ack 2 <nop,nop,TS val 102 ecr 0>                 | 65
                    P. 2:7(5) ack 2 <nop,nop,TS val 102 ecr 0>                 | 65
                    . 2:2(0) ack 2 <nop,nop,TS val 50 ecr 0>                   | 65
                    S. 3:3(0) ack 2 <nop,nop,TS val 102 ecr 0>                 | 65
                    S -500:-500(0) win 65535 <mss 1400,sackOK,TS val 50 ecr 0> | 65
                    S -500:-500(0) win 65535 <mss 1400>                        | 60
                    R 3:3(0)                                                   | 60
                    """)
    void whatTheMinuteBeginsAgainWith(String segment, int end) {
        timeWait("<mss 1460,sackOK,TS val 100 ecr 0>", "<TS val 101 ecr 0>");
        scene.at("5s");
        peer.inject(segment);
        scene.at(end - 1 + ".999s");
        assertThat(state()).isEqualTo(TcpState.TIME_WAIT);
        scene.at(end + "s");
        assertThat(state()).isNull();
    }

    @Test
    void theLatestTimestampInSequenceIsEchoed() {
        timeWait("<mss 1460,sackOK,TS val 100 ecr 0>", "<TS val 101 ecr 0>");
        peer.inject(". 2:2(0) ack 2 <nop,nop,TS val 130 ecr 0>");
        peer.inject("F. 1:1(0) ack 2 <nop,nop,TS val 131 ecr 0>");
        peer.expectOnly(". 2:2(0) ack 2 win 65160 <nop,nop,TS val 0 ecr 130>");
    }

    /** TIME_WAIT lets go of it, and then the listener wants no FIN with a SYN: measured, and no good reason. */
    @Test
    void aSynWithFinEndsItAndIsIgnored() {
        timeWait("<mss 1460>", "<>");
        peer.inject("SF 1000:1000(0)");
        assertThat(scene.stack.counted(Rule.TIME_WAIT_SYN)).isEqualTo(1);
        scene.expectNothing();
        assertThat(state()).isNull();
    }

    @Test
    void thereAreNoMoreThanTcpMaxTwBuckets() {
        scene.set(Sysctl.tcp_max_tw_buckets, 0);
        int socket = scene.listener(1);
        peer.handshake();
        scene.close(scene.accept(socket));
        peer.inject(". 1:1(0) ack 2");
        assertThat(scene.changes()).isEqualTo("TCPTimeWaitOverflow+1");
        assertThat(state()).isNull();
    }
}

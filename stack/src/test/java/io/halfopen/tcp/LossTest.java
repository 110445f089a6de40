package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.junit.jupiter.api.Test;

/** What is sent again, and when; and how long a closed window and a dead peer are put up with. */
class LossTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();

    /** With no round-trip time to speak of, so that the retransmission timeout is Linux's least, 200 ms. */
    private int connection(String options, int window) {
        int listener = scene.listener(1);
        peer.inject("S 0:0(0) win " + window + " " + options);
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1 win " + window);
        return scene.accept(listener);
    }

    private int connection() {
        return connection("<mss 1460>", 65535);
    }

    private int connectionWithSack() {
        return connection("<mss 1460,nop,nop,sackOK>", 65535);
    }

    @Test
    void theTimeoutDoubles() {
        int fd = connection();
        scene.write(fd, "hello");
        scene.at("0.201s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPTimeouts+1 TcpTimeoutRehash+1");
        scene.at("7s");
        assertThat(scene.stack.counted(Rule.DATA_RETRANSMITTED)).isEqualTo(5);
        assertThat(peer.times()).isEqualTo("0 0.2 0.6 1.4 3 6.2");
        peer.inject(". 1:1(0) ack 6");
        scene.at("100s").expectNothing();
    }

    /** The probe of the tail, RFC 8985: two round trips and 200 ms for a delayed ACK, only for a peer with SACK. */
    @Test
    void theLastSegmentIsProbedBeforeTheTimeout() {
        int fd = connectionWithSack();
        scene.write(fd, "hello");
        scene.at("0.201s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPLossProbes+1");
        assertThat(scene.stack.counted(Rule.TAIL_LOSS_PROBED)).isEqualTo(1);
        scene.at("7s");
        assertThat(peer.times()).isEqualTo("0 0.2 0.4 0.8 1.6 3.2 6.4");
    }

    @Test
    void theProbeOfSeveralSegmentsIsTheLastOneAndComesAfterTwoRoundTrips() {
        int fd = connectionWithSack();
        scene.write(fd, "x".repeat(4380));
        scene.at("0.003s");
        peer.expect(". 1:1461(1460)").expect(". 1461:2921(1460)").expect("P. 2921:4381(1460)");
        peer.expect("P. 2921:4381(1460)");
        scene.expectNothing();
        scene.at("0.203s");
        peer.expect(". 1:1461(1460)");
        peer.inject(". 1:1(0) ack 1461");
        peer.expect(". 1461:2921(1460)").expect("P. 2921:4381(1460)");
        scene.expectNothing();
    }

    @Test
    void tcpEarlyRetransSwitchesTheProbeOff() {
        scene.set(Sysctl.tcp_early_retrans, 0);
        scene.write(connectionWithSack(), "hello");
        scene.at("1s");
        assertThat(peer.times()).isEqualTo("0 0.2 0.6");
    }

    /** One more than the timeout's packet with each ACK, and so on in slow start; without F-RTO. Two left as one. */
    @Test
    void afterATimeoutTheRestIsSentAgainAsTheWindowGrows() {
        scene.set(Sysctl.tcp_frto, 0);
        scene.write(connection(), "x".repeat(5 * 1460));
        peer.times();
        scene.at("0.201s");
        peer.expectOnly(". 1:1461(1460)");
        peer.inject(". 1:1(0) ack 1461");
        assertThat(scene.changes()).isEqualTo("RetransSegs+2 TCPSlowStartRetrans+2");
        assertThat(scene.stack.counted(Rule.SLOW_START_RETRANSMITTED)).isEqualTo(2);
        peer.expect(". 1461:2921(1460)").expectOnly("P. 2921:4381(1460)");
    }

    @Test
    void theThirdDuplicateAckRetransmitsAndAPartialAckTheNextHole() {
        int fd = connection();
        scene.write(fd, "x".repeat(6 * 1460));
        peer.times();
        peer.inject(". 1:1(0) ack 1");
        peer.inject(". 1:1(0) ack 1");
        scene.expectNothing();
        peer.inject(". 1:1(0) ack 1");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPRenoRecovery+1 TCPFastRetrans+1");
        peer.expectOnly(". 1:1461(1460)");
        peer.inject(". 1:1(0) ack 1");
        scene.expectNothing();
        assertThat(scene.stack.counted(Rule.FAST_RETRANSMITTED)).isEqualTo(1);
        peer.inject(". 1:1(0) ack 2921");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPFastRetrans+1");
        peer.expectOnly(". 2921:4381(1460)");
        peer.inject(". 1:1(0) ack 8761");
        scene.at("100s").expectNothing();
    }

    /** tcp_retries2 is a time: that of so many timeouts which start at 200 ms; here they start at 220. */
    @Test
    void aDeadPeerIsGivenUp() {
        scene.set(Sysctl.tcp_retries2, 3);
        int listener = scene.listener(1);
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        peer.expect("S. 0:0(0) ack 1");
        scene.at("0.02s");
        peer.inject(". 1:1(0) ack 1");
        int fd = scene.accept(listener);
        scene.write(fd, "hello");
        scene.at("3.319s");
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.ESTABLISHED);
        scene.at("3.32s");
        assertThat(scene.changes()).isEqualTo("EstabResets+1 TCPTimeouts+1 TCPAbortOnTimeout+1");
        assertThat(peer.times()).isEqualTo("0.02 0.24 0.68 1.56");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
        assertThat(scene.read(fd)).isEqualTo("EOF");
        assertThat(scene.stack.counted(Rule.DATA_TIMED_OUT)).isEqualTo(1);
    }

    @Test
    void fifteenRetriesAreFifteenMinutes() {
        int fd = connection();
        scene.write(fd, "hello");
        scene.at("10000s");
        assertThat(peer.times())
                .isEqualTo("0 0.2 0.6 1.4 3 6.2 12.6 25.4 51 102.2 204.6 324.6 444.6 564.6 684.6 804.6 924.6");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void aClosedSocketsDataIsGivenUpSooner() {
        int fd = connection();
        scene.write(fd, "hello");
        scene.close(fd);
        scene.at("1000s");
        assertThat(scene.stack.snapshot()).hasSize(1);
        assertThat(scene.stack.counted(Rule.DATA_TIMED_OUT)).isEqualTo(1);
        assertThat(peer.times()).isEqualTo("0 0 0.2 0.6 1.4 3 6.2 12.6 25.4 51 102.2");
    }

    // ---- a closed window

    @Test
    void whatDoesNotFitTheWindowWaitsAndIsThenProbedWith() {
        int fd = connection("<mss 1460>", 10);
        scene.write(fd, "0123456789abcdef");
        scene.expectNothing();
        scene.at("0.201s");
        peer.expectOnly("P. 1:11(10) ack 1 \"0123456789\"");
        scene.at("0.401s");
        assertThat(scene.changes())
                .as("it is data, with a timeout of its own")
                .isEqualTo("RetransSegs+1 TCPTimeouts+1 TcpTimeoutRehash+1");
        peer.expectOnly("P. 1:11(10) ack 1");
        peer.inject(". 1:1(0) ack 11 win 100");
        peer.expectOnly("P. 11:17(6) ack 1 \"abcdef\"");
    }

    @Test
    void aClosedWindowIsProbedEverLessOften() {
        int fd = connection("<mss 1460>", 0);
        scene.write(fd, "hello");
        scene.at("0.201s");
        assertThat(scene.changes()).isEqualTo("TCPWinProbe+1");
        assertThat(scene.stack.counted(Rule.WINDOW_PROBED)).isEqualTo(1);
        peer.expectOnly(". 0:0(0) ack 1");
        scene.at("7s");
        assertThat(peer.times()).isEqualTo("0.6 1.4 3 6.2");
        peer.inject(". 1:1(0) ack 1 win 100");
        peer.expectOnly("P. 1:6(5) ack 1");
    }

    @Test
    void aProbesAnswerStartsTheTimerAnewButNotTheBackoff() {
        int fd = connection("<mss 1460>", 0);
        scene.write(fd, "hello");
        for (String probe : new String[] {"0.201s", "0.702s", "1.603s", "3.304s"}) {
            scene.at(probe);
            peer.expectOnly(". 0:0(0) ack 1");
            scene.after("0.1s");
            peer.inject(". 1:1(0) ack 1 win 0");
        }
    }

    @Test
    void aPeerThatAnswersProbesIsNeverGivenUp() {
        int fd = connection("<mss 1460>", 0);
        scene.write(fd, "hello");
        for (int i = 0; i < 50; i++) {
            scene.after("60s");
            peer.inject(". 1:1(0) ack 1 win 0");
        }
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void aPeerThatAnswersNoProbeIsGivenUpAfterTcpRetries2OfThem() {
        scene.set(Sysctl.tcp_retries2, 3);
        int fd = connection("<mss 1460>", 0);
        scene.write(fd, "hello");
        scene.at("2.999s");
        scene.at("3.001s");
        assertThat(scene.changes()).isEqualTo("EstabResets+1 TCPAbortOnTimeout+1");
        assertThat(peer.times()).isEqualTo("0.2 0.6 1.4");
        assertThat(scene.stack.counted(Rule.WINDOW_PROBES_IN_VAIN)).isEqualTo(1);
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void aFinWaitsForTheWindowToo() {
        int fd = connection("<mss 1460>", 0);
        scene.close(fd);
        scene.expectNothing();
        scene.at("0.601s");
        assertThat(peer.times()).isEqualTo("0.2 0.6");
        peer.inject(". 1:1(0) ack 1 win 10");
        peer.expectOnly("F. 1:1(0) ack 1");
    }
}

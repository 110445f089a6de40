package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is lost is found and repaired, as it was measured on Linux 6.18: the scripts in pkt/sack, rack, loss and rto say more. */
class RecoveryTest {
    private static final int MSS = 1460;

    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int fd;

    /** A round trip of 100 ms, and so many full segments in flight. */
    private void send(int segments) {
        int listener = scene.listener(1);
        peer.inject("S 0:0(0) win 65535 <mss 1460,nop,nop,sackOK>");
        peer.expect("S. 0:0(0) ack 1");
        scene.at("0.1s");
        peer.inject(". 1:1(0) ack 1 win 65535");
        fd = scene.accept(listener);
        write(segments);
        scene.at("0.2s");
        peer.times();
    }

    private void write(int segments) {
        assertThat(scene.write(fd, "x".repeat(segments * MSS))).isEqualTo(segments * MSS);
    }

    private static int edge(int segment) {
        return 1 + segment * MSS;
    }

    /** What the peer acknowledges, in segments; and from where to where it has more. */
    private void ack(int all, int... blocks) {
        StringBuilder sacks = new StringBuilder();
        for (int i = 0; i < blocks.length; i += 2) {
            sacks.append(' ').append(edge(blocks[i])).append(':').append(edge(blocks[i + 1]));
        }
        String options = blocks.length == 0 ? "" : " <nop,nop,sack" + sacks + ">";
        peer.inject(". 1:1(0) ack " + edge(all) + " win 65535" + options);
    }

    private void expectSegments(int... segments) {
        for (int segment : segments) {
            peer.expect(". " + edge(segment) + ":" + edge(segment + 1) + "(1460)");
        }
        scene.expectNothing();
    }

    @Test
    void threePacketsBeyondAHoleAreEnough() {
        send(8);
        ack(0, 1, 3);
        expectSegments();
        ack(0, 1, 4);
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPSackRecovery+1 TCPFastRetrans+1");
        expectSegments(0);
    }

    @Test
    void fewerAreIfAQuarterOfTheRoundTripPasses() {
        send(8);
        ack(0, 1, 3);
        scene.at("0.226s");
        expectSegments();
        scene.at("0.227s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPSackRecovery+1 TCPFastRetrans+1");
        expectSegments(0);
    }

    @Test
    void whatWasSentAgainAndIsLostAgainIsFoundByWhatWasSentAfterIt() {
        send(10);
        write(4);
        ack(0, 1, 4);
        peer.times();
        ack(0, 1, 10);
        peer.times();
        scene.at("0.3s");
        ack(0, 1, 12);
        assertThat(scene.counted(Counter.TCPLostRetransmit)).isEqualTo(1);
        assertThat(scene.counted(Counter.TCPFastRetrans)).isEqualTo(1);
        assertThat(scene.stack.counter(Counter.TCPTimeouts)).isZero();
    }

    @Test
    void aDuplicateSackTakesTheEpisodeBack() {
        send(8);
        ack(0, 1, 4);
        scene.at("0.21s");
        ack(4);
        scene.at("0.3s");
        ack(4, 0, 1);
        assertThat(scene.changes()).isEqualTo("TCPDSACKUndo+1 TCPDSACKRecv+1 TCPDSACKRecvSegs+1");
    }

    @Test
    void theAnswerToAProbeTellsOfLossesBeforeIt() {
        send(4);
        scene.at("0.302s");
        peer.expect("P. " + edge(3) + ":" + edge(4) + "(1460)");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPLossProbes+1");
        scene.at("0.41s");
        ack(0, 3, 4);
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPSackRecovery+1 TCPFastRetrans+1");
        expectSegments(0);
    }

    /** tcp_early_retrans: 3 and 4 probe, everything else does not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void noProbeWithoutTcpEarlyRetrans(int value) {
        scene.set(Sysctl.tcp_early_retrans, value);
        send(4);
        scene.at("0.399s");
        expectSegments();
        scene.at("0.4s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPTimeouts+1 TcpTimeoutRehash+1");
    }

    @Test
    void aPeerThatTakesItsWindowBackIsProbedWithWhatIsInFlight() {
        send(3);
        peer.inject(". 1:1(0) ack 1461 win 0");
        scene.at("1s");
        assertThat(scene.stack.counted(Rule.WINDOW_SHUT_RETRANSMITTED)).isPositive();
        assertThat(scene.counted(Counter.TCPTimeouts)).isZero();
        for (int i = 0; i < 40; i++) {
            scene.after("60s");
            peer.inject(". 1:1(0) ack 1461 win 0");
        }
        assertThat(scene.stack.row(fd).state()).as("as long as it answers").isEqualTo(TcpState.ESTABLISHED);
        scene.after("600s");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
        assertThat(scene.stack.counted(Rule.WINDOW_PROBES_IN_VAIN)).isEqualTo(1);
    }

    /** Measured: what it says of time is not news either, unless it has no SACK blocks and the window is the same. */
    @ParameterizedTest
    @CsvSource({"' <nop,nop,TS val 9 ecr 0>', 65535, 9", "' <nop,nop,TS val 9 ecr 0>', 65534, 2"})
    void ofAnAckThatWasOvertakenOnlySackBlocksCount(String options, int window, int echo) {
        int listener = scene.listener(1);
        peer.inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1 ecr 0>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535 <nop,nop,TS val 1 ecr 0>");
        fd = scene.accept(listener);
        write(2);
        peer.times();
        peer.inject(". 1:1(0) ack 2921 win 65535 <nop,nop,TS val 2 ecr 0>");
        peer.inject(". 1:1(0) ack 1449 win " + window + options);
        scene.write(fd, "x");
        peer.expectOnly("P. 2921:2922(1) ack 1 <nop,nop,TS val 0 ecr " + echo + ">");
    }

    /** Whatever blocks say, what is counted as in flight stays what is in flight, and all is delivered in the end. */
    @Test
    void blocksOfNonsenseChangeNothing() {
        send(8);
        peer.inject(". 1:1(0) ack 1 win 65535 <nop,nop,sack 1461:1461 99999:1461 20000:90000>");
        assertThat(scene.changes()).isEqualTo("TCPSACKDiscard+3");
        peer.inject(". 1:1(0) ack 1 win 65535 <nop,nop,sack 0:1>");
        assertThat(scene.changes()).isEqualTo("TCPDSACKRecv+1 TCPSACKDiscard+1 TCPDSACKIgnoredDubious+1");
        scene.expectNothing();
        ack(8);
        scene.at("100s").expectNothing();
    }
}

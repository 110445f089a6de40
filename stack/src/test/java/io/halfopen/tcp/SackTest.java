package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ACKs say of gaps (RFC 2018) and repetitions (RFC 2883); the lists of blocks as measured on Linux 6.18. */
class SackTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    @BeforeEach
    void connect() {
        listener = scene.listener(5);
        peer.inject("S 0:0(0) win 65535 <mss 1460,nop,nop,sackOK>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535");
    }

    @Test
    void theStretchThatGrewLastComesFirst() {
        peer.inject("P. 11:21(10) ack 1");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 11:21>");
        peer.inject("P. 31:41(10) ack 1");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 31:41 11:21>");
        peer.inject("P. 21:25(4) ack 1");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 11:25 31:41>");
        peer.inject("P. 25:31(6) ack 1");
        scene.after("0.001s"); // three tell of a gap, the others are collected
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 11:41>");
        peer.inject("P. 1:11(10) ack 1");
        peer.expect(". 1:1(0) ack 41 <>");
    }

    @Test
    void thereAreFourAtMost() {
        for (int i = 1; i <= 5; i++) {
            peer.inject("P. " + (10 * i + 1) + ":" + (10 * i + 3) + "(2) ack 1");
        }
        for (int i = 0; i < 3; i++) {
            peer.next();
        }
        scene.after("0.001s");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 41:43 31:33 21:23 11:13>");
        peer.inject("P. 53:54(1) ack 1");
        scene.after("0.001s");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 51:54 41:43 31:33 21:23>");
    }

    @Test
    void withTimestampsThereAreThree() {
        Peer stamped = scene.peer();
        stamped.inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1 ecr 0>");
        stamped.next();
        stamped.inject(". 1:1(0) ack 1 win 65535 <nop,nop,TS val 1 ecr 0>");
        for (int i = 1; i <= 4; i++) {
            stamped.inject("P. " + (10 * i + 1) + ":" + (10 * i + 3) + "(2) ack 1 win 65535 <nop,nop,TS val 1 ecr 0>");
        }
        for (int i = 0; i < 3; i++) {
            stamped.next();
        }
        scene.after("0.001s");
        stamped.expect(". 1:1(0) ack 1 <nop,nop,TS,nop,nop,sack 41:43 31:33 21:23>");
    }

    @Test
    void aFinBeyondAGapIsPartOfTheStretch() {
        peer.inject("FP. 11:21(10) ack 1");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 11:22>");
    }

    @Test
    void whatCameAgainIsToldOnce() {
        peer.inject("P. 1:11(10) ack 1");
        peer.next();
        assertThat(peer.inject("P. 1:11(10) ack 1")).isEqualTo(Rule.DATA_DUPLICATE);
        assertThat(scene.changes()).isEqualTo("DelayedACKLost+1 TCPDSACKOldSent+1");
        peer.expect(". 1:1(0) ack 11 <nop,nop,sack 1:11>");
        peer.inject("P. 21:31(10) ack 1");
        peer.expect(". 1:1(0) ack 11 <nop,nop,sack 21:31>");
        peer.inject("P. 21:31(10) ack 1");
        assertThat(scene.stack.counter(Counter.TCPDSACKOfoSent)).isEqualTo(1);
        peer.expect(". 1:1(0) ack 11 <nop,nop,sack 21:31 21:31>");
    }

    @Test
    void ofDataThatIsHalfNewTheOldHalfIsTold() {
        peer.inject("P. 1:11(10) ack 1");
        peer.next();
        assertThat(peer.inject("P. 6:16(10) ack 1")).isEqualTo(Rule.DATA_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("TCPDSACKOldSent+1");
        peer.expect(". 1:1(0) ack 16 <nop,nop,sack 6:11>");
        assertThat(scene.read(scene.accept(listener))).hasSize(15);
    }

    @Test
    void withoutTcpDsackItIsNot() {
        scene.set(Sysctl.tcp_dsack, 0);
        peer.inject("P. 1:11(10) ack 1");
        peer.next();
        peer.inject("P. 1:11(10) ack 1");
        peer.expect(". 1:1(0) ack 11 <>");
    }

    @Test
    void whoDoesNotUseSackIsNotTold() {
        Peer plain = scene.peer().handshake();
        plain.inject("P. 11:21(10) ack 1");
        plain.expect(". 1:1(0) ack 1 <>");
    }

    /** Measured: whatever lies beyond it is forgotten, another FIN too. */
    @Test
    void theFinThatIsReachedFirstEndsIt() {
        peer.inject("F. 101:101(0) ack 1");
        peer.expect(". 1:1(0) ack 1 <nop,nop,sack 101:102>");
        assertThat(peer.inject("F. 1:4(3) ack 1")).isEqualTo(Rule.FIN_ACCEPTED);
        scene.after("0.1s");
        peer.expectOnly(". 1:1(0) ack 5 <>");
        assertThat(scene.read(scene.accept(listener))).isEqualTo("abc");
    }
}

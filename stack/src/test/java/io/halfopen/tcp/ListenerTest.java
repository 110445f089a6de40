package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EADDRINUSE;
import static io.halfopen.linux.Errno.EAGAIN;
import static io.halfopen.linux.Errno.EINVAL;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.TcpState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener does with segments that belong to no handshake, and what its end does to its queues. */
class ListenerTest {
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";

    private final Scene scene = new Scene();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    S 0:0(0)       | S. 0:0(0) ack 1 | SYN_ANSWERED
                    S 0:5(5)       | S. 0:0(0) ack 1 | SYN_ANSWERED
                    SPU 0:0(0)     | S. 0:0(0) ack 1 | SYN_ANSWERED
                    SF 0:0(0)      |                 | LISTENER_SYN_RST_FIN_IGNORED
                    SR 0:0(0)      |                 | LISTENER_SYN_RST_FIN_IGNORED
                    S. 0:0(0) ack 9 | R 9:9(0) win 0 <> | LISTENER_ACK_RESET
                    . 0:0(0) ack 9 | R 9:9(0) win 0 <> | LISTENER_ACK_RESET
                    F. 0:0(0) ack 9 | R 9:9(0) win 0 <> | LISTENER_ACK_RESET
                    P. 0:5(5) ack 9 | R 9:9(0) win 0 <> | LISTENER_ACK_RESET
                    F 0:0(0)       |                 | LISTENER_NOTHING_IGNORED
                    P 0:5(5)       |                 | LISTENER_NOTHING_IGNORED
                    - 0:0(0)       |                 | LISTENER_NOTHING_IGNORED
                    R 0:0(0)       |                 | LISTENER_RST_IGNORED
                    R. 0:0(0) ack 9 |                | LISTENER_RST_IGNORED
                    """)
    void answers(String segment, @Nullable String reply, Rule rule) {
        scene.listener(5);
        Peer peer = scene.peer();
        assertThat(peer.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes()).isEqualTo(rule == Rule.LISTENER_ACK_RESET ? "OutRsts+1" : "");
        peer.expectOnly(reply);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    S 0:0(0)        | R. 0:0(0) ack 1 win 0 <>
                    S 0:5(5)        | R. 0:0(0) ack 6 win 0 <>
                    S. 0:0(0) ack 9 | R 9:9(0) win 0 <>
                    . 0:0(0) ack 9  | R 9:9(0) win 0 <>
                    F. 0:3(3) ack 9 | R 9:9(0) win 0 <>
                    F 0:0(0)        | R. 0:0(0) ack 1 win 0 <>
                    P 0:5(5)        | R. 0:0(0) ack 5 win 0 <>
                    - 0:0(0)        | R. 0:0(0) ack 0 win 0 <>
                    SF 0:0(0)       | R. 0:0(0) ack 2 win 0 <>
                    SPU 0:0(0)      | R. 0:0(0) ack 1 win 0 <>
                    FP 0:5(5)       | R. 0:0(0) ack 6 win 0 <>
                    """)
    void aClosedPortResetsWhateverIsNoReset(String segment, String reply) {
        Peer peer = scene.peer();
        assertThat(peer.inject(segment)).isEqualTo(Rule.NO_SOCKET_RESET);
        assertThat(scene.changes()).isEqualTo("OutRsts+1");
        peer.expectOnly(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"R 0:0(0)", "R. 0:0(0) ack 9", "SR 0:0(0)"})
    void aClosedPortDoesNotAnswerAReset(String segment) {
        Peer peer = scene.peer();
        assertThat(peer.inject(segment)).isEqualTo(Rule.NO_SOCKET_IGNORED);
        assertThat(scene.changes()).isEmpty();
        peer.expectNothing();
    }

    @Test
    void dataInASynIsNotKept() {
        int listener = scene.listener(5);
        Peer peer = scene.peer();
        peer.inject("S 0:5(5) win 65535 <mss 1460>");
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1");
        assertThat(scene.read(scene.accept(listener))).isEqualTo("EAGAIN");
    }

    @Test
    void aSynForAnotherHostIsNotForUs() {
        scene.listener(5);
        byte[] packet = scene.peer().packet(SYN);
        int lastOctet = 19;
        packet[lastOctet]++;
        packet[11]--; // the checksum of the header makes up for it
        packet[37]--; // and so does TCP's
        assertThat(scene.receive(packet)).isEqualTo(Rule.IP_NOT_FOR_US);
        scene.expectNothing();
    }

    @Test
    void aDamagedSynIsOnlyCounted() {
        scene.listener(5);
        Peer peer = scene.peer();
        byte[] packet = peer.packet(SYN);
        packet[packet.length - 1] ^= 1;
        assertThat(scene.receive(packet)).isEqualTo(Rule.TCP_BAD_CHECKSUM);
        assertThat(scene.changes()).isEqualTo("InErrs+1 InCsumErrors+1");
        peer.expectNothing();
    }

    // ---- the end of a listener: one connection accepted, three queued (data, FIN, nothing), one half-open

    private final Peer accepted = scene.peer();
    private final Peer talker = scene.peer();
    private final Peer finisher = scene.peer();
    private final Peer silent = scene.peer();
    private final Peer halfOpen = scene.peer();

    private int busyListener() {
        int listener = scene.listener(10);
        scene.stack.setsockopt(listener, SocketOption.SO_REUSEADDR, 1);
        for (Peer peer : new Peer[] {accepted, talker, finisher, silent, halfOpen}) {
            peer.inject(SYN);
            peer.expect("S. 0:0(0) ack 1");
        }
        for (Peer peer : new Peer[] {accepted, talker, finisher, silent}) {
            peer.inject(". 1:1(0) ack 1");
        }
        talker.inject("P. 1:12(11) ack 1");
        talker.expect(". 1:1(0) ack 12");
        finisher.inject("F. 1:1(0) ack 1");
        scene.accept(listener);
        scene.at("0.2s");
        finisher.expect(". 1:1(0) ack 2");
        scene.expectNothing();
        return listener;
    }

    private void expectTheQueueToBeReset() {
        talker.expect("R. 1:1(0) ack 12 win 64 <nop,nop,TS>");
        finisher.expect("R. 1:1(0) ack 2 win 64 <nop,nop,TS>");
        silent.expect("R. 1:1(0) ack 1 win 64 <nop,nop,TS>");
        scene.expectNothing();
        assertThat(scene.changes()).isEqualTo("EstabResets+3 OutRsts+3");
        assertThat(scene.stack.counted(Rule.LISTENER_CLOSED)).isEqualTo(3);
    }

    @Test
    void closeResetsWhatIsQueuedAndLeavesTheHalfOpenToFindOut() {
        int listener = busyListener();
        assertThat(scene.close(listener)).isZero();
        expectTheQueueToBeReset();
        assertThat(scene.stack.snapshot())
                .extracting(SocketRow::state)
                .containsExactlyInAnyOrder(TcpState.ESTABLISHED, TcpState.SYN_RECV);

        halfOpen.inject(". 1:1(0) ack 1");
        assertThat(scene.changes()).isEqualTo("OutRsts+1");
        halfOpen.expect("R 1:1(0) win 0 <>");
        Peer late = scene.peer();
        late.inject(SYN);
        late.expect("R. 0:0(0) ack 1 win 0 <>");
    }

    @Test
    void aHalfOpenOfAClosedListenerIsForgottenAtItsTimer() {
        scene.close(busyListener());
        expectTheQueueToBeReset();
        scene.at("1s").expectNothing();
        assertThat(scene.stack.snapshot()).extracting(SocketRow::state).containsExactly(TcpState.ESTABLISHED);
        scene.at("100s").expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {Stack.SHUT_RD, Stack.SHUT_RDWR})
    void shutdownForReadingDoesTheSameAndTheSocketMayListenAgain(int how) {
        int listener = busyListener();
        assertThat(scene.shutdown(listener, how)).isZero();
        expectTheQueueToBeReset();
        assertThat(scene.accept(listener)).isEqualTo(-EINVAL);
        Peer refused = scene.peer();
        refused.inject(SYN);
        refused.expect("R. 0:0(0) ack 1");

        assertThat(scene.stack.listen(listener, 1)).isZero();
        assertThat(scene.accept(listener)).isEqualTo(-EAGAIN);
        scene.peer().handshake();
        assertThat(scene.accept(listener)).isPositive();
    }

    /** listen() binds once more; listen/again-after-shutdown.pkt. */
    @Test
    void aSocketThatListensAgainMindsItsOwnConnections() {
        int listener = scene.listener(10);
        accepted.handshake();
        int fd = scene.accept(listener);
        scene.shutdown(listener, Stack.SHUT_RD);
        assertThat(scene.stack.listen(listener, 1)).isEqualTo(-EADDRINUSE);
        scene.stack.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
        scene.stack.setsockopt(listener, SocketOption.SO_REUSEADDR, 1);
        assertThat(scene.stack.listen(listener, 1)).isZero();
    }

    @Test
    void shutdownForWritingHasNoEffectAtAll() {
        int listener = busyListener();
        assertThat(scene.shutdown(listener, Stack.SHUT_WR)).isZero();
        scene.expectNothing();
        assertThat(scene.accept(listener)).isPositive();
        scene.peer().handshake();
        halfOpen.inject(". 1:1(0) ack 1");
        assertThat(scene.stack.row(listener).receiveQueue()).isEqualTo(4);
    }
}

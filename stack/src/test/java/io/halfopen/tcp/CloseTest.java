package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EPIPE;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.TcpState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How connections end: in order, one half at a time, or by a reset. */
class CloseTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int fd;

    @BeforeEach
    void connect() {
        int listener = scene.listener(1);
        peer.handshake();
        fd = scene.accept(listener);
    }

    private TcpState state() {
        return scene.stack.row(fd).state();
    }

    @Test
    void thePeerMayFinishFirst() {
        assertThat(peer.inject("F. 1:1(0) ack 1")).isEqualTo(Rule.FIN_ACCEPTED);
        scene.at("0.004s");
        peer.expectOnly(". 1:1(0) ack 2");
        assertThat(state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(scene.read(fd)).isEqualTo("EOF");
        assertThat(scene.write(fd, "hello")).isEqualTo(5);
        peer.expect("P. 1:6(5) ack 2");
        peer.inject(". 2:2(0) ack 6");
        scene.close(fd);
        assertThat(scene.stack.counted(Rule.CLOSED_UNREAD)).isZero();
        peer.expectOnly("F. 6:6(0) ack 2");
        peer.inject(". 2:2(0) ack 7");
        assertThat(scene.stack.snapshot()).as("only the listener is left").hasSize(1);
        peer.inject(". 2:2(0) ack 7");
        peer.expectOnly("R 7:7(0) win 0 <>");
    }

    @Test
    void halfAConnectionStillReceives() {
        scene.shutdown(fd, Stack.SHUT_WR);
        peer.expect("F. 1:1(0) ack 1");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT1);
        assertThat(scene.write(fd, "x")).isEqualTo(-EPIPE);
        peer.inject(". 1:1(0) ack 2");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT2);
        peer.inject("P. 1:6(5) ack 2");
        peer.expect(". 2:2(0) ack 6");
        assertThat(scene.read(fd)).isEqualTo("abcde");
        scene.at("200s").expectNothing();
        assertThat(state())
                .as("FIN_WAIT2 has no limit while somebody has the socket")
                .isEqualTo(TcpState.FIN_WAIT2);
        peer.inject("F. 6:6(0) ack 2");
        peer.expectOnly(". 2:2(0) ack 7");
        assertThat(scene.read(fd)).isEqualTo("EOF");
        assertThat(state()).isEqualTo(TcpState.CLOSE);
    }

    @Test
    void shutdownForReadingOnlyTellsTheReader() {
        scene.shutdown(fd, Stack.SHUT_RD);
        scene.expectNothing();
        assertThat(scene.read(fd)).isEqualTo("EOF");
        peer.inject("P. 1:6(5) ack 1");
        peer.expectOnly(". 1:1(0) ack 6");
        assertThat(scene.read(fd)).isEqualTo("abcde");
        assertThat(scene.read(fd)).isEqualTo("EOF");
    }

    @Test
    void theFinWaitsForTheDataBeforeIt() {
        scene.write(fd, "ab");
        scene.write(fd, "cd");
        scene.close(fd);
        peer.expect("P. 1:3(2) ack 1").expectOnly("FP. 3:5(2) ack 1 \"cd\"");
    }

    @Test
    void bothMayFinishAtOnce() {
        scene.close(fd);
        peer.expect("F. 1:1(0) ack 1");
        peer.inject("F. 1:1(0) ack 1");
        peer.expectOnly(". 2:2(0) ack 2");
        assertThat(scene.stack.snapshot().getLast().state()).isEqualTo(TcpState.CLOSING);
        peer.inject(". 2:2(0) ack 2");
        assertThat(scene.changes()).isEqualTo("TW+1");
        assertThat(scene.stack.snapshot().getLast().state()).isEqualTo(TcpState.TIME_WAIT);
        peer.inject("F. 1:1(0) ack 1");
        peer.expectOnly(". 2:2(0) ack 2");
    }

    @Test
    void anUnansweredFinIsSentAgain() {
        scene.close(fd);
        scene.at("4s");
        assertThat(peer.times()).isEqualTo("0 0.2 0.6 1.4 3");
        peer.inject("F. 1:1(0) ack 2");
        peer.expectOnly(". 2:2(0) ack 2");
    }

    @Test
    void aRepeatedFinIsAcknowledgedAgain() {
        peer.inject("FP. 1:6(5) ack 1");
        scene.at("0.04s");
        peer.expectOnly(". 1:1(0) ack 7");
        assertThat(peer.inject("FP. 1:6(5) ack 1")).isEqualTo(Rule.DATA_DUPLICATE);
        peer.expectOnly(". 1:1(0) ack 7");
        peer.inject("P. 7:12(5) ack 1");
        assertThat(scene.read(fd)).isEqualTo("abcde");
        assertThat(scene.read(fd)).as("nothing follows a FIN").isEqualTo("EOF");
    }

    // ---- resets

    @Test
    void closeWithUnreadDataResets() {
        peer.inject("P. 1:6(5) ack 1");
        peer.expect(". 1:1(0) ack 6");
        scene.close(fd);
        assertThat(scene.changes()).isEqualTo("EstabResets+1 OutRsts+1 TCPAbortOnClose+1");
        peer.expectOnly("R. 1:1(0) ack 6");
    }

    @Test
    void closeWithLingerZeroResets() {
        scene.stack.setsockopt(fd, SocketOption.SO_LINGER, 0);
        scene.close(fd);
        assertThat(scene.changes()).isEqualTo("EstabResets+1 OutRsts+1 TCPAbortOnData+1");
        assertThat(scene.stack.counted(Rule.CLOSED_BY_LINGER)).isEqualTo(1);
        peer.expectOnly("R. 1:1(0) ack 1");
    }

    @Test
    void dataAfterCloseIsResetAsIfNobodyWereThere() {
        scene.close(fd);
        peer.expect("F. 1:1(0) ack 1");
        assertThat(peer.inject("P. 1:6(5) ack 1")).isEqualTo(Rule.DATA_AFTER_CLOSE);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 TCPAbortOnData+1");
        peer.expectOnly("R 1:1(0) win 0 <>");
        assertThat(scene.stack.snapshot()).hasSize(1);
    }

    @Test
    void aResetIsReadOnceAndThenItIsTheEnd() {
        assertThat(peer.inject("R 1:1(0)")).isEqualTo(Rule.RST_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("EstabResets+1");
        assertThat(scene.read(fd)).isEqualTo("ECONNRESET");
        assertThat(scene.read(fd)).isEqualTo("EOF");
        assertThat(scene.write(fd, "x")).isEqualTo(-EPIPE);
        scene.expectNothing();
    }

    @Test
    void orItIsWrittenOnce() {
        peer.inject("R 1:1(0)");
        assertThat(scene.write(fd, "x")).isEqualTo(-io.halfopen.linux.Errno.ECONNRESET);
        assertThat(scene.write(fd, "x")).isEqualTo(-EPIPE);
        assertThat(scene.read(fd)).isEqualTo("EOF");
    }

    @Test
    void afterTheFinAResetIsABrokenPipe() {
        peer.inject("F. 1:1(0) ack 1");
        peer.inject("R. 2:2(0) ack 1");
        assertThat(scene.changes()).isEqualTo("EstabResets+1");
        assertThat(scene.write(fd, "x")).isEqualTo(-EPIPE);
        assertThat(scene.write(fd, "x")).isEqualTo(-EPIPE);
        assertThat(scene.read(fd)).isEqualTo("EOF");
    }

    /** Measured: nobody will read it, so it is reset; also while the process still has the socket. */
    @Test
    void dataAfterShutdownOfBothSidesIsReset() {
        Scene shut = new Scene();
        int listener = shut.listener(5);
        Peer sender = shut.peer().handshake();
        int fd = shut.accept(listener);
        shut.shutdown(fd, Stack.SHUT_RDWR);
        sender.expect("F. 1:1(0) ack 1");
        assertThat(sender.inject("P. 1:6(5) ack 1")).isEqualTo(Rule.DATA_AFTER_CLOSE);
        assertThat(shut.changes()).isEqualTo("OutRsts+1 TCPAbortOnData+1");
        sender.expectOnly("R 1:1(0) win 0");
    }

    @Test
    void dataBeyondTheFinIsReset() {
        Scene shut = new Scene();
        int listener = shut.listener(5);
        Peer sender = shut.peer().handshake();
        int fd = shut.accept(listener);
        sender.inject("F. 1:1(0) ack 1");
        shut.after("0.1s");
        sender.expect(". 1:1(0) ack 2");
        assertThat(sender.inject("F. 0:3(3) ack 1")).isEqualTo(Rule.DATA_AFTER_CLOSE);
        assertThat(shut.changes()).isEqualTo("EstabResets+1 OutRsts+1 TCPAbortOnData+1");
        sender.expect("R 1:1(0) win 0");
        assertThat(shut.write(fd, "x")).isEqualTo(-io.halfopen.linux.Errno.EPIPE);
    }

    /** Measured: what is as expected but for its ACK is taken first, and its ACK challenged then. */
    @Test
    void dataWithTooOldAnAckIsTakenIfNothingElseIsNew() {
        Scene open = new Scene();
        int listener = open.listener(5);
        Peer sender = open.peer().handshake();
        int fd = open.accept(listener);
        sender.inject("P. 1:3(2) ack 1 win 65535");
        sender.expectOnly(". 1:1(0) ack 3");
        open.changes();
        assertThat(sender.inject("P. 3:8(5) ack 0 win 65535")).isEqualTo(Rule.ACK_TOO_OLD);
        assertThat(open.changes()).isEqualTo("TCPChallengeACK+1");
        sender.expectOnly(". 1:1(0) ack 8");
        assertThat(open.read(fd)).isEqualTo("abcdefg");
    }

    /** data/old-ack-first.pkt: Linux has no memory set aside for it yet, so it does not take the short way. */
    @Test
    void butNotAConnectionsFirst() {
        Scene open = new Scene();
        int listener = open.listener(5);
        Peer sender = open.peer().handshake();
        open.accept(listener);
        assertThat(sender.inject("P. 1:6(5) ack 0 win 65535")).isEqualTo(Rule.ACK_TOO_OLD);
        sender.expectOnly(". 1:1(0) ack 1");
    }

    /** tcp_write_queue_purge: what was in flight, or waited, when the peer reset the connection is nowhere any more. */
    @Test
    void whatWasSentAndNotAcknowledgedIsForgottenWithTheConnection() {
        Scene open = new Scene();
        int listener = open.listener(5);
        Peer sender = open.peer().handshake();
        int fd = open.accept(listener);
        assertThat(open.write(fd, "abcde")).isEqualTo(5);
        assertThat(open.stack.tcpInfo(open.now(), fd)).containsEntry("tcpi_unacked", 1L);
        sender.inject("R. 1:1(0) ack 1");
        assertThat(open.stack.tcpInfo(open.now(), fd))
                .containsEntry("tcpi_unacked", 0L)
                .containsEntry("tcpi_notsent_bytes", 0L);
        assertThat(open.stack.holdings().buffers()).isZero();
    }
}

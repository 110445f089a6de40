package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A Fast Open connection until its final ACK, as measured on 6.18 (docs/linux-6.18.md): five octets in the SYN. */
class FastOpenHandshakeTest {
    private static final String SYN = "S 0:5(5) win 65535 <mss 1460,sackOK,TS val 500 ecr 0,nop,wscale 7,FO "
            + FastOpenTest.COOKIE + "> \"hello\"";
    private static final String SYN_ACK = "S. 0:0(0) ack 6 win 65160 <mss 1460,sackOK,TS,nop,wscale 10>";
    private static final String ACK = ". 6:6(0) ack 1 win 65535 <nop,nop,TS val 501 ecr 0>";

    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    @BeforeEach
    void open() {
        scene.set(Sysctl.tcp_fastopen, 3);
        scene.set(Sysctl.tcp_fastopen_key, Sysctl.tcp_fastopen_key.parse(FastOpenTest.KEY));
        listener = scene.listener(10);
        scene.stack.setsockopt(listener, SocketOption.TCP_FASTOPEN, 5);
        assertThat(peer.inject(SYN)).isEqualTo(Rule.SYN_FAST_OPENED);
        peer.expectOnly(SYN_ACK);
    }

    private TcpState state() {
        return scene.stack.snapshot().get(1).state();
    }

    @Test
    void theFinalAckCountsNothing() {
        assertThat(peer.inject(ACK)).isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
        assertThat(scene.changes()).isEmpty();
        scene.expectNothing();
        int fd = scene.accept(listener);
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(scene.read(fd)).isEqualTo("hello");
        scene.at("70s").expectNothing();
    }

    @Test
    void dataIsReadableBeforeTheFinalAckAndMoreComesWithIt() {
        int fd = scene.accept(listener);
        assertThat(scene.read(fd)).isEqualTo("hello");
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        assertThat(peer.inject("P. 6:11(5) ack 1 win 65535 <nop,nop,TS val 501 ecr 0> \"world\""))
                .isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
        peer.expectOnly(". 1:1(0) ack 11 win 64 <nop,nop,TS val 0 ecr 501>");
        assertThat(scene.read(fd)).isEqualTo("world");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    F. 6:6(0) ack 1 win 65535 <nop,nop,TS val 501 ecr 0>    | CLOSE_WAIT
                    . 7:7(0) ack 1 win 65535 <nop,nop,TS val 501 ecr 0>     | ESTABLISHED
                    . 6:6(0) ack 1 win 65535                                | ESTABLISHED
                    . 6:6(0) ack 1 win 65535 <nop,nop,TS val 501 ecr 77777> | ESTABLISHED
                    P. 11:16(5) ack 1 win 9 <nop,nop,TS val 501 ecr 0>      | ESTABLISHED
                    """)
    void otherSegmentsThatFinishIt(String segment, TcpState state) {
        assertThat(peer.inject(segment)).isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
        assertThat(state()).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    S 0:0(0)                   | SYN_DUPLICATE               | S. 0:0(0) ack 6 win 65160 | RetransSegs+1 TCPSynRetrans+1
                    S 0:5(5)                   | SYN_DUPLICATE               | S. 0:0(0) ack 6 win 65160 | RetransSegs+1 TCPSynRetrans+1
                    S 50:50(0)                 | FAST_OPEN_SYN_RESET         | R. 0:0(0) ack 51 win 0 <> | AttemptFails+1 OutRsts+1
                    S 6:6(0)                   | FAST_OPEN_SYN_RESET         | R. 0:0(0) ack 7 win 0 <>  | AttemptFails+1 OutRsts+1
                    S. 6:6(0) ack 1            | FAST_OPEN_SYN_RESET         | R 1:1(0) win 0 <>         | AttemptFails+1 OutRsts+1
                    S. 0:0(0) ack 1            | HALF_OPEN_OUT_OF_WINDOW     | . 1:1(0) ack 6 win 63     |
                    R 100:100(0)               | HALF_OPEN_RST_CHALLENGED    | . 1:1(0) ack 6 win 63     | TCPChallengeACK+1
                    R 1:1(0)                   | HALF_OPEN_RST_OUT_OF_WINDOW |                           |
                    R 500000:500000(0)         | HALF_OPEN_RST_OUT_OF_WINDOW |                           |
                    . 6:6(0) ack 2             | SYN_RECV_BAD_ACK            | R 2:2(0) win 0 <>         | OutRsts+1
                    . 6:6(0) ack 0             | SYN_RECV_BAD_ACK            | R 0:0(0) win 0 <>         | OutRsts+1
                    . 6:6(0) ack -50000        | SYN_RECV_BAD_ACK            | R -50000:-50000(0)        | OutRsts+1
                    . 1:1(0) ack 1             | HALF_OPEN_OUT_OF_WINDOW     | . 1:1(0) ack 6 win 63     |
                    . 5:5(0) ack 1             | HALF_OPEN_OUT_OF_WINDOW     | . 1:1(0) ack 6 win 63     |
                    P. 1:6(5) ack 1            | HALF_OPEN_OUT_OF_WINDOW     | . 1:1(0) ack 6 win 63     |
                    . 500000:500000(0) ack 1   | HALF_OPEN_OUT_OF_WINDOW     | . 1:1(0) ack 6 win 63     |
                    . 6:6(0) ack 1 win 9 <nop,nop,TS val 400 ecr 0> | HALF_OPEN_PAWS | . 1:1(0) ack 6 win 63 | PAWSEstab+1
                    F 6:6(0)                   | HALF_OPEN_NO_ACK            |                           |
                    - 6:6(0)                   | HALF_OPEN_NO_ACK            |                           |
                    P 6:11(5)                  | HALF_OPEN_NO_ACK            |                           |
                    """)
    void otherSegmentsLeaveItOpen(String segment, Rule rule, @Nullable String reply, @Nullable String changes) {
        assertThat(peer.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes()).isEqualTo(changes == null ? "" : changes);
        peer.expectOnly(reply);
        assertThat(state()).isEqualTo(TcpState.SYN_RECV);
        assertThat(peer.inject(ACK)).isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
    }

    /** Other than with a half-open the timer is not started anew. */
    @Test
    void aRepeatedSynIsAnsweredOnceIn500Milliseconds() {
        peer.inject(SYN);
        peer.expectOnly(SYN_ACK);
        assertThat(peer.inject(SYN)).isEqualTo(Rule.SYN_DUPLICATE_SKIPPED);
        scene.at("0.7s");
        peer.inject(SYN);
        scene.at("2s");
        assertThat(peer.times()).isEqualTo("0.7 1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResetEndsItAndKeepsItsData(boolean accepted) {
        int fd = accepted ? scene.accept(listener) : -1;
        assertThat(peer.inject("R 6:6(0)")).isEqualTo(Rule.FAST_OPEN_RESET);
        assertThat(scene.changes()).isEqualTo("AttemptFails+2");
        fd = accepted ? fd : scene.accept(listener);
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.CLOSE);
        assertThat(scene.read(fd)).isEqualTo("hello");
        assertThat(scene.read(fd)).isEqualTo("ECONNRESET");
    }

    // ---- the server speaks first

    @Test
    void whatTheServerSendsGoesOutAtOnceAndAnAckOfItIsTheFinalAck() {
        int fd = scene.accept(listener);
        scene.read(fd);
        assertThat(scene.write(fd, "answer")).isEqualTo(6);
        peer.expectOnly("P. 1:7(6) ack 6 win 64 <nop,nop,TS val 0 ecr 500> \"answer\"");
        assertThat(peer.inject(". 6:6(0) ack 7 win 65535 <nop,nop,TS val 501 ecr 0>"))
                .isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
        assertThat(scene.stack.row(fd).sendQueue()).isZero();
        scene.at("70s").expectNothing();
    }

    @Test
    void itIsNotRetransmittedBeforeTheFinalAckOnlyTheSynAckIs() {
        int fd = scene.accept(listener);
        scene.write(fd, "answer");
        peer.expect("P. 1:7(6) ack 6");
        scene.at("7s");
        peer.expect(SYN_ACK);
        assertThat(peer.times()).isEqualTo("3 7");
        assertThat(scene.changes()).isEqualTo("RetransSegs+3 TCPTimeouts+3 TCPSynRetrans+3");
        peer.inject(". 6:6(0) ack 7 win 65535 <nop,nop,TS val 501 ecr 0>");
        scene.at("70s").expectNothing();
    }

    @Test
    void fromTheFinalAckOnItIsTimed() {
        int fd = scene.accept(listener);
        scene.write(fd, "answer");
        scene.at("0.05s");
        peer.inject(ACK);
        scene.at("1s");
        assertThat(peer.times()).isEqualTo("0 0.3 0.8");
    }

    // ---- it ends

    @ParameterizedTest
    @CsvSource({"1, 0, 1 3, 7", "5, 2, 1 3, 7", "5, 0, 1 3 7 15 31 63, 127"})
    void withoutAFinalAckItTimesOut(int retries, int synCnt, String times, int end) {
        scene.set(Sysctl.tcp_synack_retries, retries);
        if (synCnt > 0) {
            scene.stack.setsockopt(listener, SocketOption.TCP_SYNCNT, synCnt);
        }
        Peer another = scene.peer();
        another.inject(SYN);
        another.expect(SYN_ACK);
        scene.at(end + "s");
        assertThat(another.times()).isEqualTo(times);
        assertThat(scene.stack.counted(Rule.FAST_OPEN_TIMED_OUT)).isPositive();
        scene.accept(listener);
        int fd = scene.accept(listener);
        assertThat(scene.read(fd)).isEqualTo("hello");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void aTimeoutCountsLikeAConnects() {
        scene.at("126s").at("127s");
        assertThat(scene.changes()).isEqualTo("AttemptFails+1 TCPTimeouts+1 TCPAbortOnTimeout+1");
    }

    @Test
    void closeWithUnreadDataResets() {
        scene.close(scene.accept(listener));
        assertThat(scene.changes()).isEqualTo("OutRsts+1 TCPAbortOnClose+1");
        peer.expectOnly("R. 1:1(0) ack 6 win 64 <nop,nop,TS val 0 ecr 500>");
        assertThat(scene.stack.snapshot()).hasSize(1);
    }

    @Test
    void closeSendsItsFinAndStillRepeatsTheSynAck() {
        int fd = scene.accept(listener);
        scene.read(fd);
        scene.close(fd);
        peer.expectOnly("F. 1:1(0) ack 6 win 64 <nop,nop,TS val 0 ecr 500>");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT1);
        scene.at("1.5s");
        peer.expectOnly(SYN_ACK);
        assertThat(peer.inject(ACK)).isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT1);
        assertThat(peer.inject(". 6:6(0) ack 2 win 65535 <nop,nop,TS val 501 ecr 0>"))
                .isEqualTo(Rule.ACK_ACCEPTED);
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT2);
    }

    @Test
    void anAckOfTheFinIsTheFinalAck() {
        int fd = scene.accept(listener);
        scene.read(fd);
        scene.close(fd);
        peer.inject(". 6:6(0) ack 2 win 65535 <nop,nop,TS val 501 ecr 0>");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT2);
    }

    @Test
    void aClosedOneIsGivenUpWithoutAWord() {
        scene.set(Sysctl.tcp_synack_retries, 5);
        int fd = scene.accept(listener);
        scene.read(fd);
        scene.close(fd);
        scene.at("127s");
        assertThat(scene.stack.counter(Counter.AttemptFails)).isZero();
        assertThat(scene.stack.snapshot()).hasSize(1);
    }

    @Test
    void shutdownSendsItsFinWithTheFinalAck() {
        int fd = scene.accept(listener);
        scene.read(fd);
        assertThat(scene.shutdown(fd, Stack.SHUT_WR)).isZero();
        assertThat(scene.write(fd, "x")).isEqualTo(-Errno.EPIPE);
        scene.expectNothing();
        peer.inject(ACK);
        peer.expectOnly("F. 1:1(0) ack 6 win 64 <nop,nop,TS val 0 ecr 501>");
        assertThat(state()).isEqualTo(TcpState.FIN_WAIT1);
    }

    @Test
    void aClosedListenerResetsWhatNobodyAccepted() {
        scene.close(listener);
        assertThat(scene.changes()).isEqualTo("OutRsts+1");
        peer.expectOnly("R. 1:1(0) ack 6 win 64 <nop,nop,TS val 0 ecr 500>");
    }

    @Test
    void whatWasAcceptedLivesOnWithoutItsListener() {
        int fd = scene.accept(listener);
        scene.close(listener);
        scene.expectNothing();
        scene.at("1s");
        peer.expectOnly(SYN_ACK);
        assertThat(peer.inject(ACK)).isEqualTo(Rule.FAST_OPEN_ESTABLISHED);
        assertThat(scene.read(fd)).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIcmpErrorEndsOnlyWhatNobodyAccepted(boolean accepted) {
        Peer another = scene.peer();
        another.inject(SYN);
        byte[] synAck = another.next().bytes();
        scene.accept(listener);
        int fd = accepted ? scene.accept(listener) : -1;
        assertThat(scene.receive(IcmpPacket.about(synAck).type(3, 1).toBytes()))
                .isEqualTo(accepted ? Rule.ICMP_REMEMBERED : Rule.ICMP_CONNECT_FAILED);
        fd = accepted ? fd : scene.accept(listener);
        assertThat(scene.stack.row(fd).state()).isEqualTo(accepted ? TcpState.SYN_RECV : TcpState.CLOSE);
    }
}

package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP_DEFER_ACCEPT, as measured on 6.18 (docs/linux-6.18.md); times are the nominal ones. */
class DeferAcceptTest {
    static final String SYN = "S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";
    private static final String BARE_ACK = ". 1:1(0) ack 1 <TS val 104 ecr 0>";
    private static final String SYN_ACK_TIMES = "1 3 7 15 31";

    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    private void listen(int backlog, int seconds) {
        listener = scene.listener(backlog);
        assertThat(scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, seconds))
                .isZero();
    }

    /** SYN, SYN-ACK and a bare ACK, which is not enough. */
    private void deferred(int seconds) {
        listen(10, seconds);
        synAndAck(peer);
    }

    private void synAndAck(Peer client) {
        synAndAck(scene, client);
    }

    static void synAndAck(Scene scene, Peer client) {
        assertThat(client.inject(SYN)).isEqualTo(Rule.SYN_ANSWERED);
        client.expect("S. 0:0(0) ack 1");
        assertThat(client.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_DEFERRED);
        assertThat(scene.changes()).isEqualTo("TCPDeferAcceptDrop+1");
        client.expectNothing();
    }

    private int synQueue() {
        return scene.stack.queues(listener).synQueue();
    }

    private int acceptQueue() {
        return scene.stack.queues(listener).acceptQueue();
    }

    private String readAccepted() {
        int fd = scene.accept(listener);
        assertThat(fd).isPositive();
        return scene.read(fd);
    }

    // ---- the option

    @ParameterizedTest
    @CsvSource({
        "-1, 0",
        "0, 0",
        "1, 1",
        "2, 3",
        "3, 3",
        "4, 7",
        "5, 7",
        "7, 7",
        "8, 15",
        "10, 15",
        "15, 15",
        "16, 31",
        "30, 31",
        "31, 31",
        "60, 63",
        "63, 63",
        "64, 127",
        "100, 127",
        "120, 127",
        "127, 127",
        "200, 247",
        "1000, 1087",
        "100000, 29887",
        "2147483647, 29887"
    })
    void isRoundedUpToWholeTimeouts(int set, int got) {
        int fd = scene.socket();
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_DEFER_ACCEPT, set))
                .isZero();
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_DEFER_ACCEPT)).isEqualTo(got);
        assertThat(scene.stack.listen(fd, 1)).isZero();
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_DEFER_ACCEPT))
                .as("listen() keeps it")
                .isEqualTo(got);
    }

    @Test
    void isTheListenersAlone() {
        deferred(10);
        peer.inject("P. 1:6(5) ack 1 <TS val 105 ecr 0>");
        int fd = scene.accept(listener);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_DEFER_ACCEPT)).isZero();
        scene.stack.setsockopt(listener, SocketOption.SO_REUSEADDR, 1);
        scene.stack.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
        scene.shutdown(listener, Stack.SHUT_RD);
        assertThat(scene.stack.listen(listener, 1)).isZero();
        assertThat(scene.stack.getsockopt(listener, SocketOption.TCP_DEFER_ACCEPT))
                .isEqualTo(15);
    }

    @Test
    void theBookDoesNotKnowIt() {
        Scene unp = new Scene(Kernel.UNP);
        int fd = unp.socket();
        assertThat(unp.stack.setsockopt(fd, SocketOption.TCP_DEFER_ACCEPT, 1)).isEqualTo(-Errno.ENOPROTOOPT);
        assertThat(unp.stack.getsockopt(fd, SocketOption.TCP_DEFER_ACCEPT)).isZero();
    }

    // ---- who waits, and for how long

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeferredHandshakeStaysInTheSynQueue(boolean beforeListen) {
        if (beforeListen) {
            listener = scene.socket();
            scene.stack.bind(listener, scene.host(), Scene.PORT);
            scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, 3);
            scene.stack.listen(listener, 10);
        } else {
            listen(10, 3);
        }
        synAndAck(peer);
        assertThat(synQueue()).isEqualTo(1);
        assertThat(acceptQueue()).isZero();
        assertThat(scene.stack.poll(listener)).isZero();
        assertThat(scene.accept(listener)).isEqualTo(-Errno.EAGAIN);
        assertThat(scene.stack.snapshot())
                .extracting(SocketRow::state)
                .containsExactly(TcpState.LISTEN, TcpState.SYN_RECV);
    }

    /** Nothing is heard from the client after its bare ACK. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1  | 1 3 7 15 31
                    2  | 3 7 15 31
                    3  | 3 7 15 31
                    5  | 7 15 31
                    10 | 15 31
                    30 | 31
                    """)
    void aDeadClientIsForgottenWhenSynackRetriesSays(int seconds, String synAcks) {
        deferred(seconds);
        scene.at("62.999s");
        assertThat(synQueue()).isEqualTo(1);
        assertThat(peer.times()).isEqualTo(synAcks);
        scene.at("63s").expectNothing();
        assertThat(synQueue()).isZero();
        assertThat(acceptQueue()).isZero();
        assertThat(scene.stack.counter(Counter.TCPTimeouts))
                .as("muted timers count, too")
                .isEqualTo(6);
        assertThat(scene.stack.counter(Counter.TCPSynRetrans)).isEqualTo(synAcks.split(" ").length);
        assertThat(scene.stack.counted(Rule.SYN_ACK_MUTED)).isEqualTo(5 - synAcks.split(" ").length);
        peer.inject("P. 1:5(4) ack 1 <TS val 164 ecr 0>");
        peer.expectOnly("R 1:1(0) win 0 <>");
    }

    /** A client that acknowledges every SYN-ACK, as a kernel does, and sends nothing. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3", "3, 3", "5, 7", "10, 15", "30, 31"})
    void aLiveClientIsAcceptedWithoutDataAtTheDeadline(int seconds, int deadline) {
        deferred(seconds);
        scene.at(deadline - 0.001 + "s").expectNothing();
        assertThat(synQueue()).isEqualTo(1);
        scene.at(deadline + "s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPTimeouts+1 TCPSynRetrans+1");
        peer.expectOnly("S. 0:0(0) ack 1");
        assertThat(peer.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1");
        assertThat(synQueue()).isZero();
        assertThat(readAccepted()).isEqualTo("EAGAIN");
        assertThat(scene.at("200s").stack.isQuiet()).isTrue();
    }

    /** Nothing to defer: its SYN-ACKs are those of any half-open. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 10, 30})
    void aClientThatNeverAcknowledgesIsLikeAnyOther(int seconds) {
        listen(10, seconds);
        peer.inject(SYN);
        peer.expect("S. 0:0(0) ack 1");
        scene.at("62.999s");
        assertThat(peer.times()).isEqualTo(SYN_ACK_TIMES);
        assertThat(synQueue()).isEqualTo(1);
        scene.at("63s").expectNothing();
        assertThat(synQueue()).isZero();
        assertThat(scene.stack.counter(Counter.TCPDeferAcceptDrop)).isZero();
    }

    // ---- data, FIN, another ACK

    @ParameterizedTest
    @CsvSource({"3, 0.5", "3, 2", "10, 5", "30, 20", "3, 4.1", "10, 16.1", "1, 0.5", "1, 1.55"})
    void dataIsAcceptedWhenItComes(int seconds, String time) {
        deferred(seconds);
        scene.at(time + "s");
        peer.times();
        assertThat(peer.inject("P. 1:5(4) ack 1 <TS val 200 ecr 0>")).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1");
        peer.expectOnly(". 1:1(0) ack 5");
        assertThat(scene.read(scene.accept(listener)).length()).isEqualTo(4);
    }

    @Test
    void dataWithTheFinalAckIsNotDeferred() {
        listen(10, 3);
        peer.inject(SYN);
        assertThat(peer.inject("P. 1:5(4) ack 1 <TS val 101 ecr 0>")).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1");
    }

    @Test
    void aFinIsAcceptedToo() {
        deferred(10);
        scene.at("2s");
        assertThat(peer.inject("F. 1:1(0) ack 1 <TS val 200 ecr 0>")).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(readAccepted()).isEqualTo("EOF");
    }

    @Test
    void aSecondBareAckBeforeTheDeadlineIsEatenToo() {
        deferred(10);
        scene.at("2s");
        assertThat(peer.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_DEFERRED);
        assertThat(scene.stack.counter(Counter.TCPDeferAcceptDrop)).isEqualTo(2);
        scene.at("62.999s");
        assertThat(peer.times()).isEqualTo("15 31");
        scene.at("63s");
        assertThat(synQueue()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, 1.6", "3, 3.65"})
    void aBareAckAfterTheDeadlineIsEnough(int seconds, String time) {
        deferred(seconds);
        scene.at(time + "s");
        peer.times();
        assertThat(peer.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        peer.expectNothing();
        assertThat(readAccepted()).isEqualTo("EAGAIN");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    .   | HALF_OPEN_BAD_ACK
                    R   | HALF_OPEN_RESET
                    """)
    void whatIsWrongIsJudgedBefore(String flags, Rule rule) {
        deferred(10);
        String segment = flags.equals("R") ? "R 1:1(0)" : ". 1:1(0) ack 2 <TS val 105 ecr 0>";
        assertThat(peer.inject(segment)).isEqualTo(rule);
    }

    // ---- synack_retries

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    3  | 3  | 7
                    30 | 31 | 63
                    """)
    void deferralOutlivesSynackRetries(int seconds, String synAcks, int end) {
        scene.set(Sysctl.tcp_synack_retries, 1);
        deferred(seconds);
        scene.at(end - 0.001 + "s");
        assertThat(peer.times()).isEqualTo(synAcks);
        assertThat(synQueue()).isEqualTo(1);
        scene.at(end + "s").expectNothing();
        assertThat(synQueue()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "30, 31"})
    void aLiveClientIsAcceptedWhateverSynackRetriesSays(int seconds, int deadline) {
        scene.set(Sysctl.tcp_synack_retries, 1);
        deferred(seconds);
        scene.at(deadline + "s");
        peer.expect("S. 0:0(0) ack 1");
        assertThat(peer.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
    }

    @Test
    void withoutAnAckSynackRetriesIsAllThatCounts() {
        scene.set(Sysctl.tcp_synack_retries, 1);
        listen(10, 30);
        peer.inject(SYN);
        scene.at("3s");
        assertThat(peer.times()).isEqualTo("0 1");
        assertThat(synQueue()).isZero();
    }

    // ---- the option is changed while a handshake is pending

    @Test
    void setAfterTheSynItDefersTheAck() {
        listener = scene.listener(10);
        peer.inject(SYN);
        peer.expect("S. 0:0(0) ack 1");
        scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, 3);
        assertThat(peer.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_DEFERRED);
    }

    @Test
    void switchedOffItLetsTheNextSegmentIn() {
        deferred(3);
        scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, 0);
        assertThat(acceptQueue()).as("nothing happens by itself").isZero();
        assertThat(peer.inject(BARE_ACK)).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(acceptQueue()).isEqualTo(1);
    }

    @Test
    void switchedOffItMutesNoTimer() {
        deferred(10);
        scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, 0);
        scene.at("62.999s");
        assertThat(peer.times()).isEqualTo(SYN_ACK_TIMES);
    }

    /** Measured: 10 made 3 after 1.5 s, the next SYN-ACK at 3.0 s instead of 15. */
    @Test
    void aShorterTimeCountsForThoseThatWait() {
        deferred(10);
        scene.at("1.5s");
        scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, 3);
        scene.at("10s");
        assertThat(peer.times()).isEqualTo("3 7");
    }
}

package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data on a connection that works: order, acknowledgments, windows, and segments that do not belong. */
class ConnectionTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();

    private int connection() {
        return connection("<mss 1460>", 65535);
    }

    private int connection(String options, int window) {
        int listener = scene.listener(1);
        peer.inject("S 0:0(0) win " + window + " " + options);
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1 win " + window);
        return scene.accept(listener);
    }

    @Test
    void dataGoesBothWays() {
        int fd = connection();
        assertThat(peer.inject("P. 1:6(5) ack 1")).isEqualTo(Rule.DATA_ACCEPTED);
        peer.expect(". 1:1(0) ack 6 win 64235");
        assertThat(scene.stack.row(fd).receiveQueue()).isEqualTo(5);
        assertThat(scene.stack.poll(fd)).isEqualTo(Poll.POLLIN | Poll.POLLOUT);
        assertThat(scene.read(fd)).isEqualTo("abcde");
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");

        assertThat(scene.write(fd, "hello")).isEqualTo(5);
        peer.expect("P. 1:6(5) ack 6 \"hello\"");
        assertThat(scene.stack.row(fd).sendQueue()).isEqualTo(5);
        assertThat(peer.inject(". 6:6(0) ack 6")).isEqualTo(Rule.ACK_ACCEPTED);
        assertThat(scene.stack.row(fd).sendQueue()).isZero();
        scene.at("100s").expectNothing();
    }

    @Test
    void moreThanASegmentIsSplitAndTheLastPieceIsPushed() {
        int fd = connection();
        scene.write(fd, "x".repeat(3000));
        peer.expect(". 1:1461(1460) ack 1");
        peer.expect(". 1461:2921(1460) ack 1");
        peer.expect("P. 2921:3001(80) ack 1");
        scene.expectNothing();
    }

    /** Nagle as Minshall changed it: only another small segment in flight makes a small one wait. */
    @Test
    void aSmallSegmentWaitsForTheLastOnesAck() {
        int fd = connection();
        scene.write(fd, "ab");
        peer.expect("P. 1:3(2) ack 1");
        scene.write(fd, "cd");
        scene.write(fd, "ef");
        scene.expectNothing();
        peer.inject(". 1:1(0) ack 3");
        peer.expect("P. 3:7(4) ack 1 \"cdef\"");
        peer.inject(". 1:1(0) ack 7");
        scene.write(fd, "x".repeat(1470));
        peer.expect(". 7:1467(1460) ack 1");
        peer.expect("P. 1467:1477(10) ack 1");
        scene.expectNothing();
    }

    @Test
    void tcpNodelayLetsItGo() {
        int fd = connection();
        scene.stack.setsockopt(fd, SocketOption.TCP_NODELAY, 1);
        scene.write(fd, "ab");
        scene.write(fd, "cd");
        peer.expect("P. 1:3(2) ack 1");
        peer.expect("P. 3:5(2) ack 1");
    }

    @Test
    void everyPacketKnowsWhyItWasSent() {
        int fd = connection();
        peer.inject("P. 1:6(5) ack 1");
        assertThat(peer.next().why()).isEqualTo(Rule.ACK_ACCEPTED);
        scene.write(fd, "hello");
        assertThat(peer.next().why()).isEqualTo(Rule.DATA_SENT);
        scene.shutdown(fd, Stack.SHUT_WR);
        assertThat(peer.next().why()).isEqualTo(Rule.FIN_SENT);
    }

    /** A packet of new data is a decision; its repetition is the timer's. */
    @Test
    void dataAndFinsAreCountedByTheirRules() {
        int fd = connection();
        scene.write(fd, "x".repeat(3000));
        scene.shutdown(fd, Stack.SHUT_WR);
        peer.inject(". 1:1(0) ack 1461");
        assertThat(scene.stack.counted(Rule.DATA_SENT)).isEqualTo(3);
        assertThat(scene.stack.counted(Rule.FIN_SENT)).isEqualTo(1);
        scene.at("3s");
        assertThat(scene.stack.counted(Rule.DATA_SENT)).isEqualTo(3);
        assertThat(scene.stack.counted(Rule.FIN_SENT)).isEqualTo(1);
    }

    @Test
    void thereAreOnlySoManyGaps() {
        connection();
        int seq = 3;
        while (peer.inject("P. %d:%d(1) ack 1".formatted(seq, seq + 1)) == Rule.DATA_OUT_OF_ORDER) {
            seq += 2;
        }
        assertThat(scene.rule()).isEqualTo(Rule.DATA_TOO_MANY_GAPS);
        assertThat(scene.changes()).isEqualTo("PruneCalled+1 TCPOFODrop+1");
        assertThat(seq).as("4096 of them").isEqualTo(3 + 2 * 4096);
    }

    @Test
    void dataAfterAGapWaitsForWhatIsMissing() {
        int fd = connection();
        assertThat(peer.inject("P. 6:11(5) ack 1")).isEqualTo(Rule.DATA_OUT_OF_ORDER);
        assertThat(scene.changes()).isEqualTo("TCPOFOQueue+1");
        peer.expect(". 1:1(0) ack 1");
        assertThat(peer.inject("P. 16:21(5) ack 1")).isEqualTo(Rule.DATA_OUT_OF_ORDER);
        peer.expect(". 1:1(0) ack 1");
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        peer.inject("P. 1:6(5) ack 1");
        peer.expect(". 1:1(0) ack 11");
        peer.inject("P. 9:18(9) ack 1");
        peer.expect(". 1:1(0) ack 21");
        assertThat(scene.read(fd)).isEqualTo("abcdefghijklmnopqrst");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    P. 1:6(5) ack 1  | . 1:1(0) ack 6  | DATA_DUPLICATE
                    P. 3:6(3) ack 1  | . 1:1(0) ack 6  | DATA_DUPLICATE
                    P. 1:11(10) ack 1 | . 1:1(0) ack 11 | DATA_ACCEPTED
                    . 5:5(0) ack 1   | . 1:1(0) ack 6  | OUT_OF_WINDOW
                    . 90000:90000(0) ack 1 | . 1:1(0) ack 6 | BEYOND_WINDOW
                    P. 90000:90005(5) ack 1 | . 1:1(0) ack 6 | BEYOND_WINDOW
                    . 6:6(0) ack 2   | . 1:1(0) ack 6  | ACK_OF_UNSENT
                    . 6:6(0) ack -99999 | . 1:1(0) ack 6 | ACK_TOO_OLD
                    . 6:6(0) ack 0   | . 1:1(0) ack 6  | ACK_TOO_OLD
                    - 6:6(0)         |                 | NO_ACK_FLAG
                    P 6:11(5)        |                 | NO_ACK_FLAG
                    R 7:7(0)         | . 1:1(0) ack 6  | RST_CHALLENGED
                    R 90000:90000(0) |                 | RST_OUT_OF_WINDOW
                    S 6:6(0)         | . 1:1(0) ack 6  | SYN_CHALLENGED
                    S 90000:90000(0) | . 1:1(0) ack 6  | SYN_CHALLENGED
                    """)
    void afterFiveOctets(String segment, @Nullable String reply, Rule rule) {
        connection();
        peer.inject("P. 1:6(5) ack 1");
        peer.expect(". 1:1(0) ack 6");
        assertThat(peer.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes())
                .isEqualTo(
                        switch (rule) {
                            case ACK_OF_UNSENT, ACK_TOO_OLD, RST_CHALLENGED -> "TCPChallengeACK+1";
                            case BEYOND_WINDOW -> "BeyondWindow+1";
                            case DATA_DUPLICATE -> "DelayedACKLost+1";
                            case SYN_CHALLENGED -> "InErrs+1 TCPChallengeACK+1 TCPSYNChallenge+1";
                            default -> "";
                        });
        peer.expectOnly(reply);
        scene.at("100s").expectNothing();
    }

    @Test
    void anOlderTimestampIsRejectedButNotOnAReset() {
        int fd = connection("<mss 1460,sackOK,TS val 1000 ecr 0>", 65535);
        peer.inject("P. 1:6(5) ack 1 win 65535 <TS val 1001 ecr 0>");
        peer.expect(". 1:1(0) ack 6 win 65155 <nop,nop,TS val 0 ecr 1001>");
        assertThat(peer.inject("P. 6:11(5) ack 1 win 65535 <TS val 900 ecr 0>")).isEqualTo(Rule.PAWS_REJECTED);
        assertThat(scene.changes()).isEqualTo("PAWSEstab+1");
        peer.expectOnly(". 1:1(0) ack 6 win 65155 <nop,nop,TS val 0 ecr 1001>");
        assertThat(peer.inject("R 6:6(0) win 0 <TS val 900 ecr 0>")).isEqualTo(Rule.RST_ACCEPTED);
        assertThat(scene.read(fd)).isEqualTo("abcde");
        assertThat(scene.read(fd)).isEqualTo("ECONNRESET");
    }

    // ---- when to acknowledge

    @Test
    void atFirstEveryAckIsQuickThenItWaits40Milliseconds() {
        connection();
        int seq = 1;
        for (int i = 0; i < 16; i++, seq += 5) {
            peer.inject("P. %d:%d(5) ack 1".formatted(seq, seq + 5));
            peer.expectOnly(". 1:1(0) ack " + (seq + 5));
        }
        peer.inject("P. %d:%d(5) ack 1".formatted(seq, seq + 5));
        scene.expectNothing();
        scene.after("0.039s").expectNothing();
        scene.after("0.001s");
        assertThat(scene.changes()).isEqualTo("DelayedACKs+1");
        assertThat(scene.stack.counted(Rule.ACK_DELAYED)).isEqualTo(1);
        peer.expectOnly(". 1:1(0) ack " + (seq + 5));
    }

    @Test
    void anAnswerMakesTheAckWaitForTheNextAnswer() {
        int fd = connection();
        peer.inject("P. 1:6(5) ack 1");
        peer.expect(". 1:1(0) ack 6");
        scene.write(fd, "ok");
        peer.expect("P. 1:3(2) ack 6");
        peer.inject("P. 6:11(5) ack 3");
        scene.after("0.03s").expectNothing();
        scene.write(fd, "ok");
        peer.expect("P. 3:5(2) ack 11");
        peer.inject(". 11:11(0) ack 5");
        scene.at("100s").expectNothing();
    }

    @Test
    void everySecondFullSegmentIsAcknowledgedAtOnce() {
        int fd = connection();
        peer.inject("P. 1:6(5) ack 1");
        peer.expect(". 1:1(0) ack 6");
        scene.write(fd, "ok");
        peer.expect("P. 1:3(2) ack 6");
        peer.inject(". 6:1466(1460) ack 3");
        scene.expectNothing();
        peer.inject(". 1466:2926(1460) ack 3");
        peer.expectOnly(". 3:3(0) ack 2926");
    }

    // ---- windows

    @Test
    void theWindowFieldIsScaledAfterTheHandshakeOnly() {
        int fd = connection("<mss 1460,nop,wscale 7>", 100);
        peer.inject(". 1:1(0) ack 1 win 100");
        scene.write(fd, "x".repeat(20000));
        for (int i = 0; i < 8; i++) {
            String flags = i % 4 == 3 ? "P." : "."; // as 6.18 does: two buffers, of three segments and one
            peer.expect("%s %d:%d(1460) ack 1 win 63".formatted(flags, 1 + 1460 * i, 1461 + 1460 * i));
        }
        scene.expectNothing();
    }

    @Test
    void aClosedWindowIsAnnouncedAndReadingOpensIt() {
        int fd = narrowConnection();
        peer.inject(". 1:1461(1460) ack 1");
        peer.expect(". 1:1(0) ack 1461 win 0");
        assertThat(peer.inject("P. 1461:1466(5) ack 1")).isEqualTo(Rule.BEYOND_WINDOW);
        assertThat(scene.changes()).isEqualTo("BeyondWindow+1");
        peer.expectOnly(". 1:1(0) ack 1461 win 0");
        peer.inject(". 1460:1460(0) ack 1");
        peer.expectOnly(". 1:1(0) ack 1461 win 0");
        assertThat(scene.read(fd)).hasSize(1460);
        peer.expectOnly(". 1:1(0) ack 1461 win 1460");
        assertThat(scene.stack.counted(Rule.WINDOW_UPDATED)).isEqualTo(1);
    }

    private int narrowConnection() {
        int listener = scene.socket();
        scene.stack.setsockopt(listener, SocketOption.SO_RCVBUF, 2304);
        scene.stack.bind(listener, scene.host(), Scene.PORT);
        scene.stack.listen(listener, 1);
        peer.inject("S 0:0(0) win 65535 <mss 536>");
        peer.expect("S. 0:0(0) ack 1 win 1460");
        peer.inject(". 1:1(0) ack 1");
        return scene.accept(listener);
    }

    @Test
    void whatEndsBeyondTheWindowIsTakenOnlyIfNothingIsUnread() {
        int fd = narrowConnection();
        assertThat(peer.inject("P. 1:1601(1600) ack 1")).isEqualTo(Rule.DATA_ACCEPTED);
        peer.expect(". 1:1(0) ack 1601");
        assertThat(scene.read(fd)).hasSize(1600);
        peer.times();
        peer.inject("P. 1601:1611(10) ack 1");
        scene.after("0.04s");
        peer.expect(". 1:1(0) ack 1611 win 1460");
        assertThat(peer.inject("P. 1611:3072(1461) ack 1")).isEqualTo(Rule.BEYOND_WINDOW);
        peer.expect(". 1:1(0) ack 1611");
        assertThat(peer.inject("FP. 1611:3071(1460) ack 1")).isEqualTo(Rule.FIN_ACCEPTED);
        assertThat(scene.read(fd)).hasSize(1470);
    }

    @Test
    void writeTakesWhatFitsAndPollTellsWhenThereIsRoomAgain() {
        int fd = connection();
        scene.stack.setsockopt(fd, SocketOption.SO_SNDBUF, 4000);
        assertThat(scene.write(fd, "x".repeat(10000)))
                .as("one buffer, begun before the limit")
                .isEqualTo(10000);
        assertThat(scene.write(fd, "x")).isEqualTo(-io.halfopen.linux.Errno.EAGAIN);
        assertThat(scene.stack.poll(fd)).isZero();
        peer.inject(". 1:1(0) ack 1461");
        assertThat(scene.stack.poll(fd)).as("a third must be free").isZero();
        peer.inject(". 1:1(0) ack 8761");
        assertThat(scene.stack.poll(fd)).isEqualTo(Poll.POLLOUT);
    }
}

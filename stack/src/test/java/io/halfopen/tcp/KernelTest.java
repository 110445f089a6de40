package io.halfopen.tcp;

import static io.halfopen.linux.Errno.ECONNREFUSED;
import static io.halfopen.linux.Errno.ETIMEDOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the imitated kernels differ, and only that. */
class KernelTest {
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";

    private final Scene modern = new Scene(Kernel.LINUX_6_18);
    private final Scene old = new Scene(Kernel.LINUX_3_10);
    private final Scene textbook = new Scene(Kernel.UNP);

    private static Rule[] syns(Scene scene, int count) {
        Rule[] rules = new Rule[count];
        for (int i = 0; i < count; i++) {
            rules[i] = scene.peer().inject(SYN);
        }
        return rules;
    }

    private static void handshakes(Scene scene, int count) {
        for (int i = 0; i < count; i++) {
            scene.peer().handshake();
        }
    }

    // ---- a full accept queue

    @Test
    void linux3LetsTwoYoungHandshakesPastAFullQueue() {
        old.listener(2);
        handshakes(old, 3);
        Rule[] rules = syns(old, 3);
        assertThat(rules).containsExactly(Rule.SYN_ANSWERED, Rule.SYN_ANSWERED, Rule.ACCEPT_QUEUE_FULL);
        assertThat(old.changes()).isEqualTo("ListenOverflows+1 ListenDrops+1");
        old.at("1.2s");
        assertThat(syns(old, 1)).as("both have grown old").containsExactly(Rule.SYN_ANSWERED);
    }

    @Test
    void linux3IgnoresTheirFinalAcksOrResetsThem() {
        old.listener(2);
        handshakes(old, 3);
        Peer fourth = old.peer().handshake();
        assertThat(old.rule()).isEqualTo(Rule.FINAL_ACK_IGNORED);
        fourth.expectNothing();
        old.set(Sysctl.tcp_abort_on_overflow, 1);
        Peer fifth = old.peer().handshake();
        assertThat(old.rule()).isEqualTo(Rule.FINAL_ACK_RESET);
        fifth.expect("R 1:1(0) win 0");
    }

    @Test
    void linux6LetsNobodyPast() {
        modern.listener(2);
        handshakes(modern, 3);
        assertThat(syns(modern, 2)).containsOnly(Rule.ACCEPT_QUEUE_FULL);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "2, 4", "3, 5", "5, 8", "10, 16"})
    void theTextbookBoundsTheSumOfBothQueuesByThreeHalvesOfTheBacklogPlusOne(int backlog, int room) {
        textbook.listener(backlog);
        handshakes(textbook, room / 2);
        Rule[] rules = syns(textbook, room - room / 2 + 1);
        assertThat(rules).endsWith(Rule.BERKELEY_QUEUES_FULL).startsWith(Rule.SYN_ANSWERED);
        assertThat(textbook.stack.counted(Rule.BERKELEY_QUEUES_FULL)).isEqualTo(1);
        assertThat(textbook.changes()).isEqualTo("ListenDrops+1");
    }

    @Test
    void theTextbookKeptTheRoomWhenItTookTheSyn() {
        int listener = textbook.set(Sysctl.tcp_abort_on_overflow, 1).listener(1);
        Peer[] peers = {textbook.peer(), textbook.peer()};
        for (Peer peer : peers) {
            peer.inject(SYN);
        }
        for (Peer peer : peers) {
            peer.inject(". 1:1(0) ack 1");
        }
        assertThat(textbook.stack.row(listener).receiveQueue()).isEqualTo(2);
    }

    @Test
    void anOldKernelLooksAtTheUserTimeoutOnlyWhenItsTimerFires() {
        Peer server = old.peer("192.0.2.9", 9);
        int fd = old.socket();
        old.stack.setsockopt(fd, SocketOption.TCP_USER_TIMEOUT, 1500);
        old.connect(fd, server);
        old.at("2.9s");
        assertThat(server.times()).isEqualTo("0 1");
        assertThat(old.stack.row(fd).state()).isEqualTo(TcpState.SYN_SENT);
        old.at("3s");
        assertThat(old.stack.row(fd).state()).isEqualTo(TcpState.CLOSE);
    }

    // ---- measured on 6.1, 6.12 and 6.18

    /** 6.12 as 6.1: TSEcrRejected is not there yet, and nothing is rejected. */
    @ParameterizedTest
    @CsvSource({"6.1, FINAL_ACK_ACCEPTED", "6.12, FINAL_ACK_ACCEPTED", "6.18, HALF_OPEN_BAD_ECHO"})
    void whoEndsAHandshakeMayEchoAnything(String version, Rule rule) {
        Scene scene = new Scene(Kernel.named(version));
        scene.listener(5);
        Peer peer = scene.peer();
        peer.inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0>");
        assertThat(peer.inject(". 1:1(0) ack 1 win 999 <TS val 110 ecr 99999>")).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource({"3.10, true", "4.18, false", "6.1, false", "6.12, true", "6.18, true"})
    void aConnectionAfterTimeWaitGoesOnFromItsNumbers(String version, boolean goesOn) {
        Scene scene = new Scene(Kernel.named(version));
        int listener = scene.listener(5);
        Peer peer = scene.peer().handshake();
        scene.close(scene.accept(listener));
        peer.inject("F. 1:1(0) ack 2 win 65535");
        int old = peer.hostIsn();
        peer.inject("S 1000:1000(0) win 65535 <mss 1460>");
        assertThat(scene.stack.counted(Rule.TIME_WAIT_SYN)).isEqualTo(1);
        assertThat(peer.hostIsn() - old == 2 + 65537).isEqualTo(goesOn);
    }

    @ParameterizedTest
    @CsvSource({"6.1, P. 1:3(2) ack 1", "6.12,", "6.18,"})
    void aWindowOfNothingWithoutNewsIsTakenSince66(String version, @Nullable String sent) {
        Scene scene = new Scene(Kernel.named(version));
        int listener = scene.listener(5);
        Peer peer = scene.peer().handshake();
        int fd = scene.accept(listener);
        peer.inject(". 1:1(0) ack 1 win 0");
        scene.write(fd, "hi");
        peer.expectOnly(sent);
    }

    @Test
    void beforeLinux31ASynWaitedThreeSeconds() {
        Scene scene = new Scene(Kernel.named("2.6"));
        Peer server = scene.peer("192.0.2.9", 9);
        scene.connect(scene.socket(), server);
        scene.at("200s");
        assertThat(server.times()).isEqualTo("0 3 9 21 45 93");
    }

    // ---- the SYN queue

    /** 6.18 counts to B + 1; 3.10 has a table of a power of two above 8 and B. */
    @ParameterizedTest
    @CsvSource({"0, 1, 16", "1, 2, 16", "2, 3, 16", "10, 11, 16", "15, 16, 16", "16, 17, 32", "128, 129, 256"})
    void holdsThatManyHalfOpens(int backlog, int with6, int with3) {
        modern.set(Sysctl.tcp_syncookies, 0).listener(backlog);
        old.set(Sysctl.tcp_syncookies, 0).listener(backlog);
        assertThat(syns(modern, with6)).containsOnly(Rule.SYN_ANSWERED);
        assertThat(syns(modern, 1)).containsExactly(Rule.SYN_QUEUE_FULL);
        assertThat(modern.changes()).isEqualTo("ListenDrops+1 TCPReqQFullDrop+1");
        assertThat(syns(old, with3)).containsOnly(Rule.SYN_ANSWERED);
        assertThat(syns(old, 1)).containsExactly(Rule.SYN_QUEUE_FULL);
    }

    /** Without cookies the last quarter of tcp_max_syn_backlog is for proven peers: M - M/4 + 1, if B is not less. */
    @ParameterizedTest
    @CsvSource({
        "2048, 4096, 1537, SYN_BACKLOG_RESERVED",
        "128,  4096, 97,   SYN_BACKLOG_RESERVED",
        "128,  128,  97,   SYN_BACKLOG_RESERVED",
        "128,  64,   65,   SYN_QUEUE_FULL",
        "64,   4096, 49,   SYN_BACKLOG_RESERVED",
        "16,   4096, 13,   SYN_BACKLOG_RESERVED",
        "16,   8,    9,    SYN_QUEUE_FULL",
        "8,    4096, 7,    SYN_BACKLOG_RESERVED",
        "4,    4096, 4,    SYN_BACKLOG_RESERVED",
        "1,    4096, 2,    SYN_BACKLOG_RESERVED",
        "0,    4096, 1,    SYN_BACKLOG_RESERVED"
    })
    void keepsAQuarterForProvenPeers(int maxSynBacklog, int backlog, int held, Rule then) {
        modern.set(Sysctl.tcp_syncookies, 0)
                .set(Sysctl.tcp_max_syn_backlog, maxSynBacklog)
                .listener(backlog);
        assertThat(syns(modern, held)).containsOnly(Rule.SYN_ANSWERED);
        assertThat(syns(modern, 1)).containsExactly(then);
        boolean reserved = then == Rule.SYN_BACKLOG_RESERVED;
        assertThat(modern.changes()).isEqualTo("ListenDrops+1" + (reserved ? "" : " TCPReqQFullDrop+1"));
    }

    @Test
    void aFullSynQueueIsSeenBeforeAFullAcceptQueue() {
        int listener = modern.set(Sysctl.tcp_syncookies, 0).listener(3);
        syns(modern, 2);
        handshakes(modern, 2);
        modern.stack.listen(listener, 1);
        assertThat(syns(modern, 1)).containsExactly(Rule.SYN_QUEUE_FULL);
        assertThat(modern.changes()).isEqualTo("ListenDrops+1 TCPReqQFullDrop+1");
    }

    @Test
    void halfOpensOfOneListenerDoNotCountForAnother() {
        modern.listener(3);
        int other = modern.socket();
        modern.stack.bind(other, Scene.HOST, 80);
        modern.stack.listen(other, 3);
        assertThat(syns(modern, 4)).containsOnly(Rule.SYN_ANSWERED);
        assertThat(modern.peer().to(80).inject(SYN)).isEqualTo(Rule.SYN_ANSWERED);
    }

    // ---- times

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    6.18 | 0 1 3 7 15 31       | 63
                    3.10 | 0 1.2 3.4 7.6 15.8 32 | 64.2
                    unp  | 0 6 30              | 75
                    """)
    void theSynAckIsSentAgain(Kernel kernel, String synAcks, String end) {
        Scene scene = new Scene(kernel);
        int listener = scene.listener(5);
        Peer peer = scene.peer();
        peer.inject(SYN);
        scene.at(Double.parseDouble(end) - 0.001 + "s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(1);
        scene.at(end + "s");
        assertThat(scene.stack.queues(listener).synQueue()).isZero();
        assertThat(peer.times()).isEqualTo(synAcks);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    6.18 | 0 1 2 3 4 5 7 11 19 35 67 | 131
                    3.10 | 0 1 3 7 15 31 63          | 127
                    unp  | 0 6 30                    | 75
                    """)
    void theSynIsSentAgain(Kernel kernel, String syns, String end) {
        Scene scene = new Scene(kernel);
        Peer server = scene.peer();
        int fd = scene.socket();
        scene.connect(fd, server);
        scene.at(end + "s");
        assertThat(server.times()).isEqualTo(syns);
        assertThat(scene.connect(fd, server)).isEqualTo(-ETIMEDOUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.10", "unp"})
    void onlyLinux6HurriesAfterAWrongAck(Kernel kernel) {
        Scene scene = new Scene(kernel);
        Peer server = scene.peer();
        int fd = scene.socket();
        scene.connect(fd, server);
        server.expect("S 0:0(0)");
        server.inject(". 0:0(0) ack 55");
        server.expect("R 55:55(0)");
        scene.at("0.999s").expectNothing();
        server.inject("R. 0:0(0) ack 1");
        assertThat(scene.connect(fd, server)).isEqualTo(-ECONNREFUSED);
    }

    // ---- data

    /** Until 6.17 only the window itself counted, not what waits to be read. */
    @Test
    void onlyAClosedWindowStopsDataOnLinux3() {
        int listener = old.socket();
        old.stack.setsockopt(listener, SocketOption.SO_RCVBUF, 2304);
        old.stack.bind(listener, Scene.HOST, Scene.PORT);
        old.stack.listen(listener, 1);
        Peer peer = old.peer().handshake();
        old.accept(listener);
        assertThat(peer.inject("P. 1:1001(1000) ack 1")).isEqualTo(Rule.DATA_ACCEPTED);
        assertThat(peer.inject("P. 1001:2101(1100) ack 1")).as("100 too many").isEqualTo(Rule.DATA_ACCEPTED);
        peer.expect(". 1:1(0) ack 1001").expect(". 1:1(0) ack 2101 win 0");
        assertThat(peer.inject("P. 2101:2102(1) ack 1")).isEqualTo(Rule.DATA_NO_ROOM);
        assertThat(old.changes()).as("TCPZeroWindowDrop came later").isEmpty();
        peer.expectOnly(". 1:1(0) ack 2101 win 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.18", "3.10", "unp", "UNP"})
    void isNamedByItsVersion(String version) {
        assertThat(Kernel.named(version).version()).isEqualToIgnoringCase(version);
    }
}

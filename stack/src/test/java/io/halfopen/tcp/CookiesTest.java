package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.handshake.SynCookies;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SYN cookies, row by row as measured on Linux 6.18 with tcp_syncookies=2; the host's MTU is 1500. */
class CookiesTest {
    private static final String SYN = "S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";

    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    @BeforeEach
    void cookiesForEverybody() {
        listener = scene.set(Sysctl.tcp_syncookies, 2).listener(1);
        scene.at("0.1s");
    }

    private void cookie() {
        assertThat(peer.inject(SYN)).isEqualTo(Rule.SYN_COOKIE_SENT);
        peer.expectOnly("S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS,nop,wscale 10>");
    }

    @Test
    void nothingIsKeptAndNothingIsSentAgain() {
        cookie();
        assertThat(scene.changes()).isEqualTo("SyncookiesSent+1 TCPReqQFullDoCookies+1");
        assertThat(scene.stack.queues(listener).synQueue()).isZero();
        assertThat(scene.stack.snapshot()).hasSize(1);
        assertThat(scene.stack.isQuiet()).isTrue();
    }

    /** In one minute; the next has another. */
    @Test
    void theSameSynHasTheSameCookie() {
        cookie();
        int first = peer.hostIsn();
        scene.at("59s");
        cookie();
        assertThat(peer.hostIsn()).isEqualTo(first);
        scene.at("60s");
        cookie();
        assertThat(peer.hostIsn()).isNotEqualTo(first);
    }

    // ---- options

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7 | mss 1460,sackOK,TS,nop,wscale 10  | 65160 | 64240
                    mss 8960,sackOK,TS val 100 ecr 0,nop,wscale 9 | mss 1460,sackOK,TS,nop,wscale 10  | 65160 | 64240
                    mss 1400,nop,nop,TS val 100 ecr 0,nop,wscale 0 | mss 1460,nop,nop,TS,nop,wscale 10 | 65160 | 65000
                    mss 1440,sackOK,TS val 100 ecr 0,nop,wscale 14 | mss 1460,sackOK,TS,nop,wscale 10 | 65160 | 64800
                    mss 1440,sackOK,TS val 100 ecr 0,nop,wscale 15 | mss 1460,sackOK,TS,nop,wscale 10 | 65160 | 64800
                    mss 536,nop,nop,TS val 100 ecr 0              | mss 1460,nop,nop,TS               | 65160 | 65392
                    mss 1460,nop,nop,sackOK,nop,wscale 7          | mss 1460                          | 64240 | 64240
                    mss 1460                                      | mss 1460                          | 64240 | 64240
                    """)
    void theSynAckHasEveryOptionIfThereAreTimestamps(String offered, String answered, int window, int later) {
        peer.inject("S 0:0(0) win 64240 <" + offered + ">");
        peer.expectOnly("S. 0:0(0) ack 1 win " + window + " <" + answered + ">");
        boolean stamped = offered.contains("TS");
        boolean scaled = stamped && offered.contains("wscale");
        peer.inject(". 1:1(0) ack 1 win 501" + (stamped ? " <nop,nop,TS val 110 ecr 0>" : ""));
        assertThat(scene.rule()).isEqualTo(Rule.COOKIE_ACCEPTED);
        int fd = scene.accept(listener);
        scene.shutdown(fd, Stack.SHUT_WR);
        // Once it is scaled, the window is rounded up to the scale (measured on the FIN).
        int shown = scaled ? (later + 1023) / 1024 : later;
        peer.expectOnly("F. 1:1(0) ack 1 win " + shown + (stamped ? " <nop,nop,TS>" : " <>"));
    }

    /** They are in the low bits of the timestamp, before its offset: what they do is seen in what is sent later. */
    @ParameterizedTest
    @CsvSource({"7, true", "0, true", "14, false", "3, false"})
    void theOptionsComeBackWithTheEcho(int scale, boolean sack) {
        peer.inject("S 0:0(0) win 64240 <mss 1460," + (sack ? "sackOK" : "nop,nop") + ",TS val 100 ecr 0,nop,wscale "
                + scale + ">");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 2 <nop,nop,TS val 110 ecr 0>");
        int fd = scene.accept(listener);
        int window = 2 << scale;
        assertThat(scene.write(fd, "x".repeat(1900))).isEqualTo(1900);
        int first = Math.min(window, 1448);
        scene.after("3s");
        assertThat(peer.next().segment().payloadLength()).isEqualTo(first);
    }

    @Test
    void theTimestampIsNeverFromTheFuture() {
        for (int i = 0; i < 200; i++) {
            scene.after("0.013s");
            HalfOpen half = new HalfOpen(new Listener(new Socket()));
            half.peerWindowScale = (byte) (i % 15);
            half.agree(true, i % 2 == 0, false);
            int now = (int) (scene.now() / 1_000_000);
            int stamp = SynCookies.timestamp(now, half);
            assertThat(now - stamp).isBetween(0, 126);
            assertThat(SynCookies.scale(stamp)).isEqualTo((byte) (i % 15));
            assertThat(SynCookies.hasSack(stamp)).isEqualTo(half.has(HalfOpen.SACK));
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp_sack", "tcp_window_scaling"})
    void aCookieWithAnOptionThatIsOffNowIsReset(Sysctl option) {
        cookie();
        scene.set(option, 0);
        assertThat(peer.inject(". 1:1(0) ack 1 <nop,nop,TS val 110 ecr 0>")).isEqualTo(Rule.COOKIE_OPTIONS_REFUSED);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 SyncookiesRecv+1");
        peer.expectOnly("R 1:1(0) win 0");
    }

    /** The largest of a table that is not larger than the client's; 0 stands for no option. */
    @ParameterizedTest
    @CsvSource({
        "0, 536",
        "1, 536",
        "535, 536",
        "537, 536",
        "1299, 536",
        "1300, 1300",
        "1301, 1300",
        "1439, 1300",
        "1440, 1440",
        "1459, 1440",
        "1460, 1460",
        "1461, 1460",
        "8960, 1460",
        "65495, 1460"
    })
    void theMssIsOneOfFour(int mss, int sent) {
        peer.inject("S 0:0(0) win 64240" + (mss == 0 ? "" : " <mss " + mss + ">"));
        peer.expect("S. 0:0(0) ack 1 win 64240 <mss 1460>");
        peer.inject(". 1:1(0) ack 1 win 64240");
        int fd = scene.accept(listener);
        assertThat(scene.write(fd, "x".repeat(3000))).isEqualTo(3000);
        assertThat(peer.next().segment().payloadLength()).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource({"536, 1220", "1220, 1220", "1419, 1220", "1420, 1420", "1440, 1440", "8939, 1440", "8940, 8940"})
    void overIpv6ItIsOneOfFourOthers(int mss, int sent) {
        Scene jumbo = new Scene(Kernel.LINUX_6_18, 9000);
        int fd = jumbo.set(Sysctl.tcp_syncookies, 2).listener(1);
        Peer six = jumbo.peer("2001:db8::2", 40000);
        six.inject("S 0:0(0) win 64240 <mss " + mss + ">");
        six.next();
        six.inject(". 1:1(0) ack 1 win 64240");
        int accepted = jumbo.accept(fd);
        jumbo.write(accepted, "x".repeat(9000));
        assertThat(six.next().segment().payloadLength()).isEqualTo(sent);
    }

    // ---- which ACKs are taken

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    . 1:1(0) ack 1 <nop,nop,TS val 110 ecr 0>       |                 | ESTABLISHED
                    . 1:1(0) ack 1                                  |                 | ESTABLISHED
                    . 1:1(0) ack 1 <nop,nop,TS val 110 ecr -77>     |                 | ESTABLISHED
                    P. 1:6(5) ack 1 <nop,nop,TS val 110 ecr 0>      | . 1:1(0) ack 6  | ESTABLISHED
                    """)
    void aGoodCookieIsAccepted(String ack, @Nullable String reply, TcpState state) {
        cookie();
        assertThat(peer.inject(ack)).isEqualTo(Rule.COOKIE_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1 SyncookiesRecv+1");
        peer.expectOnly(reply);
        int fd = scene.accept(listener);
        assertThat(scene.stack.row(fd).state()).isEqualTo(state);
        assertThat(scene.read(fd)).isEqualTo(reply == null ? "EAGAIN" : "abcde");
    }

    @Test
    void aFinMayBringItToo() {
        cookie();
        assertThat(peer.inject("F. 1:1(0) ack 1 <nop,nop,TS val 110 ecr 0>")).isEqualTo(Rule.COOKIE_ACCEPTED);
        int fd = scene.accept(listener);
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(scene.read(fd)).isEqualTo("EOF");
    }

    /** The index of the MSS takes what the numbers are off by: 1460, 1440, 1300, 536. */
    @ParameterizedTest
    @CsvSource({"0, 0, 1448", "1, 0, 1428", "2, 0, 1288", "3, 0, 524", "0, -1, 1428", "0, -2, 1288", "0, -3, 524"})
    void numbersMayBeOffByAFew(int seqOff, int ackOff, int mss) {
        cookie();
        String ack = ". " + (1 + seqOff) + ":" + (1 + seqOff) + "(0) ack " + (1 + ackOff);
        assertThat(peer.inject(ack + " win 501 <nop,nop,TS val 110 ecr 0>")).isEqualTo(Rule.COOKIE_ACCEPTED);
        int fd = scene.accept(listener);
        scene.write(fd, "x".repeat(3000));
        assertThat(peer.next().segment().payloadLength()).isEqualTo(mss);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    . 0:0(0) ack 1      | R 1:1(0) win 0     | COOKIE_FAILED
                    . 5:5(0) ack 1      | R 1:1(0) win 0     | COOKIE_FAILED
                    . 1:1(0) ack 2      | R 2:2(0) win 0     | COOKIE_FAILED
                    . 1:1(0) ack -3     | R -3:-3(0) win 0   | COOKIE_FAILED
                    . 1:1(0) ack 70000  | R 70000:70000(0) win 0 | COOKIE_FAILED
                    P. 1:6(5) ack 99    | R 99:99(0) win 0   | COOKIE_FAILED
                    S. 0:0(0) ack 1     | R 1:1(0) win 0     | LISTENER_ACK_RESET
                    R. 1:1(0) ack 1     |                    | LISTENER_RST_IGNORED
                    """)
    void whatIsNoCookieIsReset(String segment, @Nullable String reply, Rule rule) {
        cookie();
        assertThat(peer.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes())
                .isEqualTo(
                        switch (rule) {
                            case COOKIE_FAILED -> "OutRsts+1 SyncookiesFailed+1";
                            case LISTENER_ACK_RESET -> "OutRsts+1";
                            default -> "";
                        });
        peer.expectOnly(reply);
        assertThat(scene.stack.queues(listener).acceptQueue()).isZero();
    }

    @Test
    void nobodyElsesCookieIsGood() {
        cookie();
        Peer thief = scene.peer();
        thief.inject(SYN);
        thief.next();
        int offset = peer.hostIsn() - thief.hostIsn();
        assertThat(thief.inject(". 1:1(0) ack " + (1 + offset))).isEqualTo(Rule.COOKIE_FAILED);
    }

    /** Measured: such an ACK is the listener's, also while there is another handshake of this peer. */
    @Test
    void anAckThatTheHalfOpenDoesNotWantMayBeACookie() {
        scene.set(Sysctl.tcp_syncookies, 1);
        scene.stack.listen(listener, 0);
        assertThat(scene.peer().inject(SYN)).isEqualTo(Rule.SYN_ANSWERED);
        cookie();
        int isn = peer.hostIsn();
        scene.stack.listen(listener, 5);
        assertThat(peer.inject("S 0:0(0) win 64240 <mss 1460>")).isEqualTo(Rule.SYN_ANSWERED);
        peer.next();
        assertThat(peer.inject(". 1:1(0) ack 77")).isEqualTo(Rule.COOKIE_FAILED);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 SyncookiesFailed+1");
        peer.next();
        assertThat(peer.inject(". 1:1(0) ack " + (1 + isn - peer.hostIsn()))).isEqualTo(Rule.COOKIE_DUPLICATE);
        peer.expectNothing();
        assertThat(scene.stack.queues(listener).acceptQueue()).isZero();
        assertThat(peer.inject(". 1:1(0) ack 1")).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
    }

    // ---- a full accept queue

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void aFullAcceptQueueIgnoresACookieWhateverAbortOnOverflowSays(int abort) {
        scene.set(Sysctl.tcp_abort_on_overflow, abort);
        cookie();
        scene.peer().handshake();
        scene.peer().handshake();
        assertThat(peer.inject(". 1:1(0) ack 1 <nop,nop,TS val 110 ecr 0>")).isEqualTo(Rule.COOKIE_ACK_IGNORED);
        assertThat(scene.changes()).isEqualTo("SyncookiesRecv+1 ListenOverflows+1 ListenDrops+1");
        assertThat(peer.inject("P. 1:6(5) ack 1")).isEqualTo(Rule.COOKIE_ACK_IGNORED);
        scene.at("9s").expectNothing();
        scene.accept(listener);
        assertThat(peer.inject("P. 1:6(5) ack 1")).isEqualTo(Rule.COOKIE_ACCEPTED);
        peer.expect(". 1:1(0) ack 6");
    }

    @Test
    void aSynGetsNoCookieWhileTheAcceptQueueIsFull() {
        scene.peer().handshake();
        scene.peer().handshake();
        assertThat(peer.inject(SYN)).isEqualTo(Rule.COOKIE_ACCEPT_QUEUE_FULL);
        assertThat(scene.changes()).isEqualTo("ListenOverflows+1 ListenDrops+1 TCPReqQFullDoCookies+1");
        peer.expectNothing();
    }

    // ---- how long it is good

    /** In the minute of its making and the next: 60 to 120 s, as measured after and before a tick of the minute. */
    @ParameterizedTest
    @CsvSource({
        "60, 179.8, true",
        "60, 180.3, false",
        "119, 179.6, true",
        "119, 180.6, false",
        "90, 179, true",
        "90, 181, false"
    })
    void isGoodForOneToTwoMinutes(double issued, double used, boolean good) {
        scene.at(issued + "s");
        cookie();
        scene.at(used + "s");
        Rule rule = peer.inject(". 1:1(0) ack 1 <nop,nop,TS val 110 ecr 0>");
        assertThat(rule == Rule.COOKIE_ACCEPTED).as("%s", rule).isEqualTo(good);
    }

    @Test
    void aListenerLooksForCookiesUntilTwoMinutesAfterTheLastOne() {
        scene.at("10s");
        cookie();
        scene.at("130s");
        assertThat(peer.inject(". 1:1(0) ack 1")).isEqualTo(Rule.COOKIE_FAILED);
        scene.at("130.001s");
        assertThat(peer.inject(". 1:1(0) ack 1")).isEqualTo(Rule.LISTENER_ACK_RESET);
    }

    @Test
    void oneThatNeverSentACookieDoesNotLook() {
        assertThat(peer.inject(". 1:1(0) ack 1")).isEqualTo(Rule.LISTENER_ACK_RESET);
        assertThat(scene.changes()).isEqualTo("OutRsts+1");
    }

    @Test
    void afterShutdownAndListenAgainItDoesNotLookEither() {
        cookie();
        scene.shutdown(listener, Stack.SHUT_RD);
        scene.stack.listen(listener, 1);
        assertThat(peer.inject(". 1:1(0) ack 1")).isEqualTo(Rule.LISTENER_ACK_RESET);
    }

    @Test
    void switchedOffNoneIsTaken() {
        cookie();
        scene.set(Sysctl.tcp_syncookies, 0);
        assertThat(peer.inject(". 1:1(0) ack 1")).isEqualTo(Rule.LISTENER_ACK_RESET);
    }

    // ---- what the connection is like

    /** No SYN-ACK was timed: without an echo the timeout is RFC 6298's 3 s, not 1 s. */
    @ParameterizedTest
    @CsvSource({"'', 3", "' <nop,nop,TS val 110 ecr 0>', 0"})
    void withoutAnEchoTheFirstTimeoutIsThreeSeconds(String options, int seconds) {
        peer.inject("S 0:0(0) win 64240 <mss 1460" + (options.isEmpty() ? "" : ",nop,nop,TS val 100 ecr 0") + ">");
        peer.next();
        scene.after("0.05s");
        peer.inject(". 1:1(0) ack 1 win 64240" + options);
        int fd = scene.accept(listener);
        scene.write(fd, "x");
        peer.next();
        long sent = scene.now();
        scene.after("2.999s");
        long timeouts = scene.stack.counter(Counter.TCPTimeouts);
        assertThat(timeouts > 0).as("%d ns after", scene.now() - sent).isEqualTo(seconds == 0);
        scene.after("0.002s");
        assertThat(scene.stack.counter(Counter.TCPTimeouts)).isPositive();
    }

    @Test
    void onlyLinuxHasThem() {
        Scene textbook = new Scene(Kernel.UNP);
        textbook.set(Sysctl.tcp_syncookies, 2).listener(5);
        assertThat(textbook.peer().inject(SYN)).isEqualTo(Rule.SYN_ANSWERED);
    }

    @Test
    void linux3SendsThemOnlyWhenTheSynQueueIsFull() {
        Scene old = new Scene(Kernel.LINUX_3_10);
        old.set(Sysctl.tcp_syncookies, 2).listener(5);
        for (int i = 0; i < 16; i++) {
            assertThat(old.peer().inject(SYN)).isEqualTo(Rule.SYN_ANSWERED);
        }
        assertThat(old.peer().inject(SYN)).isEqualTo(Rule.SYN_COOKIE_SENT);
    }
}

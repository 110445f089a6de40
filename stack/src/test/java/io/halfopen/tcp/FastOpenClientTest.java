package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EAGAIN;
import static io.halfopen.linux.Errno.EALREADY;
import static io.halfopen.linux.Errno.EINPROGRESS;
import static io.halfopen.linux.Errno.EINVAL;
import static io.halfopen.linux.Errno.EISCONN;
import static io.halfopen.linux.Errno.EOPNOTSUPP;
import static io.halfopen.linux.Errno.EPIPE;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fast Open, the client's side, as measured on 6.18 (docs/linux-6.18.md). */
class FastOpenClientTest {
    private static final String COOKIE = "4142434445464748";
    private static final String OPTIONS = "mss 1460,sackOK,TS val 500 ecr 0,nop,wscale 7";
    private static final String SYN = "S 0:5(5) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO " + COOKIE + ",nop,nop>";

    private final Scene scene = new Scene();
    private Peer peer = scene.peer("192.0.2.9", 9);
    private int fd = scene.socket();

    private int send(String data) {
        return send(data, Stack.MSG_FASTOPEN);
    }

    private int send(String data, int flags) {
        scene.mark();
        byte[] octets = data.getBytes(StandardCharsets.US_ASCII);
        return scene.stack.sendto(scene.now(), fd, octets, 0, octets.length, flags, peer.address(), peer.port());
    }

    private static String synAck(int data, int ack, @Nullable String option) {
        return "S. 0:" + data + "(" + data + ") ack " + ack + " win 65535 <" + OPTIONS
                + (option == null ? "" : "," + option) + ">";
    }

    /** Gets a cookie for later; another socket is ready then. */
    private void haveCookie() {
        assertThat(send("hello")).isEqualTo(-EINPROGRESS);
        peer.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO,nop,nop>");
        peer.inject(synAck(0, 1, "FO " + COOKIE));
        peer.expect(". 1:1(0) ack 1");
        another();
    }

    private void another() {
        fd = scene.stack.socket(peer.address().isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
    }

    /** With a cookie, the SYN and five octets. */
    private void open() {
        haveCookie();
        assertThat(send("hello")).isEqualTo(5);
        assertThat(scene.changes()).isEqualTo("ActiveOpens+1");
        peer.expectOnly(SYN);
    }

    private TcpState state() {
        return scene.stack.row(fd).state();
    }

    @Test
    void withoutACookieItAsksForOneAndSendsNothing() {
        assertThat(send("hello")).isEqualTo(-EINPROGRESS);
        assertThat(scene.changes()).isEqualTo("ActiveOpens+1");
        peer.expectOnly("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO,nop,nop>");
        assertThat(send("again")).isEqualTo(-EALREADY);
        assertThat(scene.connect(fd, peer)).isEqualTo(-EALREADY);
        assertThat(scene.stack.poll(fd)).isZero();
        assertThat(peer.inject(synAck(0, 1, "FO " + COOKIE))).isEqualTo(Rule.SYN_SENT_ESTABLISHED);
        peer.expectOnly(". 1:1(0) ack 1 win 63 <nop,nop,TS>");
        assertThat(send("hello")).isEqualTo(5);
        peer.expectOnly("P. 1:6(5) ack 1 win 63 <nop,nop,TS> \"hello\"");
        assertThat(send("hello")).isEqualTo(-EISCONN);
    }

    @Test
    void withACookieDataGoesWithTheSyn() {
        open();
        assertThat(state()).isEqualTo(TcpState.SYN_SENT);
        assertThat(scene.write(fd, "more")).isEqualTo(-EAGAIN);
        assertThat(peer.inject(synAck(0, 6, null))).isEqualTo(Rule.SYN_DATA_ACKED);
        assertThat(scene.changes()).isEqualTo("TCPFastOpenActive+1");
        peer.expectOnly(". 6:6(0) ack 1 win 63 <nop,nop,TS>");
        assertThat(scene.write(fd, "more")).isEqualTo(4);
        peer.expectOnly("P. 6:10(4) ack 1 win 63 <nop,nop,TS> \"more\"");
        assertThat(scene.connect(fd, peer)).isZero();
    }

    @Test
    void overIpv6ItIsTheSame() {
        peer = scene.peer("2001:db8::9", 9);
        another();
        send("hello");
        peer.expect("S 0:0(0) win 64800 <mss 1440,sackOK,TS,nop,wscale 10,FO,nop,nop>");
        peer.inject(synAck(0, 1, "FO " + COOKIE));
        peer.expect(". 1:1(0) ack 1");
        another();
        assertThat(send("hello")).isEqualTo(5);
        peer.expect("S 0:5(5) win 64800 <mss 1440,sackOK,TS,nop,wscale 10,FO " + COOKIE + ",nop,nop> \"hello\"");
        peer.inject(synAck(0, 6, null));
        peer.expectOnly(". 6:6(0) ack 1 win 64 <nop,nop,TS>");
    }

    @ParameterizedTest
    @CsvSource({"1, 5, hello", "3, 3, llo"})
    void whatIsNotAcknowledgedIsSentAgainAtOnce(int ack, int length, String data) {
        open();
        scene.at("0.05s");
        assertThat(peer.inject(synAck(0, ack, null))).isEqualTo(Rule.SYN_DATA_NOT_ACKED);
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPFastOpenActiveFail+1");
        peer.expectOnly("P. " + ack + ":6(" + length + ") ack 1 win 63 <nop,nop,TS> \"" + data + "\"");
        scene.at("0.31s");
        assertThat(peer.times()).as("and has its timer").isEqualTo("0.3");
        peer.inject(". 1:1(0) ack 6 win 65535 <nop,nop,TS val 501 ecr 0>");
        scene.at("9s").expectNothing();
        another();
        assertThat(send("hello")).as("the cookie stays").isEqualTo(5);
    }

    @Test
    void dataWithTheSynAckIsTakenOnlyIfAllOursWas() {
        open();
        peer.inject("S. 0:5(5) ack 6 win 65535 <" + OPTIONS + "> \"world\"");
        peer.expectOnly(". 6:6(0) ack 6 win 63 <nop,nop,TS>");
        assertThat(scene.read(fd)).isEqualTo("world");
        another();
        send("hello");
        peer.next();
        peer.inject("S. 0:5(5) ack 1 win 65535 <" + OPTIONS + "> \"world\"");
        peer.expectOnly("P. 1:6(5) ack 1 win 63 <nop,nop,TS> \"hello\"");
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void aNewCookieReplacesTheOld(int ack) {
        open();
        peer.inject(synAck(0, ack, "FO 3132333435363738"));
        peer.next();
        another();
        send("hello");
        peer.expect("S 0:5(5) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO 3132333435363738,nop,nop>");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void aResetIsConnectionRefused(int ack) {
        open();
        assertThat(peer.inject("R. 0:0(0) ack " + ack)).isEqualTo(Rule.SYN_SENT_REFUSED);
        assertThat(scene.read(fd)).isEqualTo("ECONNREFUSED");
        another();
        assertThat(send("hello")).isEqualTo(5);
    }

    @Test
    void anAckBeyondTheDataIsWrong() {
        open();
        assertThat(peer.inject(synAck(0, 7, null))).isEqualTo(Rule.SYN_SENT_BAD_ACK);
        peer.expect("R 7:7(0) win 0 <>");
        scene.at("0.01s");
        peer.expectOnly("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10>");
    }

    /** The repeated SYN has neither cookie nor data; the third timeout counts. */
    @Test
    void nobodyAnswers() {
        open();
        scene.at("2s");
        peer.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10>");
        assertThat(scene.stack.counter(Counter.TCPFastOpenActiveFail)).isZero();
        scene.at("3s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPTimeouts+1 TCPFastOpenActiveFail+1 TCPSynRetrans+1");
        scene.at("131s");
        assertThat(scene.stack.counter(Counter.TCPFastOpenActiveFail)).isEqualTo(1);
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @ParameterizedTest
    @CsvSource({"6, SYN_DATA_ACKED, . 6:6(0) ack 1", "1, SYN_DATA_NOT_ACKED, P. 1:6(5) ack 1"})
    void theDataIsRememberedWhileTheSynIsRepeated(int ack, Rule rule, String answer) {
        open();
        scene.at("1.5s");
        peer.expect("S 0:0(0)");
        assertThat(peer.inject(synAck(0, ack, null))).isEqualTo(rule);
        peer.expectOnly(answer);
    }

    @Test
    void anIcmpErrorEndsIt() {
        haveCookie();
        send("hello");
        byte[] syn = peer.next().bytes();
        assertThat(scene.receive(IcmpPacket.about(syn).moveSeq(3).type(3, 1).toBytes()))
                .isEqualTo(Rule.ICMP_CONNECT_FAILED);
        assertThat(scene.read(fd)).isEqualTo("EHOSTUNREACH");
    }

    @Test
    void twoSynsMayCrossWithDataInOurs() {
        open();
        peer.inject("S 0:0(0) win 65535 <" + OPTIONS + ">");
        peer.expect("S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,TS,nop,wscale 10>");
        assertThat(peer.inject(synAck(0, 6, null))).isEqualTo(Rule.SYN_RECV_ESTABLISHED);
        peer.expectOnly(". 6:6(0) ack 1 win 63 <nop,nop,TS,nop,nop,sack 0:1>");
        scene.write(fd, "more");
        peer.expectOnly("P. 6:10(4) ack 1 win 63 <nop,nop,TS> \"more\"");
    }

    @Test
    void orOnlyOurSynIsAcknowledged() {
        open();
        peer.inject("S 0:0(0) win 65535 <" + OPTIONS + ">");
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1 win 65535 <nop,nop,TS val 501 ecr 0>");
        scene.at("1s");
        peer.expect("P. 1:6(5) ack 1 win 63 <nop,nop,TS> \"hello\"");
    }

    @Test
    void closeForgetsIt() {
        open();
        scene.close(fd);
        scene.expectNothing();
        assertThat(peer.inject(synAck(0, 6, null))).isEqualTo(Rule.NO_SOCKET_RESET);
    }

    // ---- how much, and to whom

    @Test
    void theSynKeepsRoomForOptions() {
        haveCookie();
        assertThat(send("z".repeat(5000))).isEqualTo(1420);
        peer.next();
        another();
        scene.stack.setsockopt(fd, SocketOption.TCP_MAXSEG, 500);
        assertThat(send("z".repeat(5000))).isEqualTo(460);
        another();
        assertThat(send("")).isEqualTo(-EINPROGRESS);
        peer.next();
        peer.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO " + COOKIE + ",nop,nop>");
    }

    @Test
    void theMssThatThePeerAnnouncedIsRemembered() {
        send("x");
        peer.next();
        peer.inject("S. 0:0(0) ack 1 win 65535 <mss 600,sackOK,FO " + COOKIE + ">");
        peer.next();
        another();
        assertThat(send("z".repeat(5000))).isEqualTo(560);
    }

    /** First the numbered option, then the experimental one, then the numbered one for good. */
    @Test
    void aPeerThatGivesNoCookieIsAskedOtherwise() {
        for (String option : new String[] {"FO,nop,nop", "FOEXP", "FO,nop,nop", "FO,nop,nop"}) {
            assertThat(send("hello")).isEqualTo(-EINPROGRESS);
            peer.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10," + option + ">");
            peer.inject(synAck(0, 1, null));
            peer.next();
            another();
        }
    }

    @Test
    void aCookieOfTheExperimentalOptionIsUsedWithIt() {
        send("hello");
        peer.next();
        peer.inject(synAck(0, 1, null));
        another();
        send("hello");
        peer.next();
        peer.next();
        peer.inject("S. 0:0(0) ack 1 win 65535 <mss 1460,FOEXP " + COOKIE + ">");
        peer.next();
        another();
        assertThat(send("hello")).isEqualTo(5);
        peer.expect("S 0:5(5) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FOEXP " + COOKIE + ">");
    }

    @Test
    void aCookieThatNobodyAskedForIsIgnored() {
        scene.connect(fd, peer);
        peer.next();
        peer.inject(synAck(0, 1, "FO " + COOKIE));
        another();
        assertThat(send("hello")).isEqualTo(-EINPROGRESS);
    }

    @Test
    void afterAnHourTheCookieIsForgotten() {
        haveCookie();
        scene.at("3600s");
        assertThat(send("hello")).isEqualTo(5);
        another();
        scene.at("3601s");
        assertThat(send("hello")).isEqualTo(-EINPROGRESS);
    }

    // ---- without a cookie

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whereNoCookieIsNeededDataGoesWithoutAnOption(boolean option) {
        if (option) {
            scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_NO_COOKIE, 1);
        } else {
            scene.set(Sysctl.tcp_fastopen, 5);
        }
        assertThat(send("hello")).isEqualTo(5);
        peer.expectOnly("S 0:5(5) win 64240 <mss 1460,sackOK,TS,nop,wscale 10>");
        assertThat(peer.inject(synAck(0, 6, null))).isEqualTo(Rule.SYN_DATA_ACKED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 6})
    void clientsMayBeOff(int tcp_fastopen) {
        scene.set(Sysctl.tcp_fastopen, tcp_fastopen);
        assertThat(send("hello")).isEqualTo(-EOPNOTSUPP);
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1))
                .isEqualTo(-EOPNOTSUPP);
        scene.expectNothing();
    }

    // ---- the call

    @Test
    void otherSocketsRefuse() {
        assertThat(send("x", 0)).isEqualTo(-EPIPE);
        assertThat(send("x", 1)).isEqualTo(-EOPNOTSUPP);
        scene.connect(fd, peer);
        assertThat(send("x")).isEqualTo(-EALREADY);
        fd = scene.listener(1);
        assertThat(send("x")).isEqualTo(-EISCONN);
        fd = 99;
        assertThat(send("x")).isEqualTo(-9);
    }

    // ---- TCP_FASTOPEN_CONNECT

    private void deferred() {
        haveCookie();
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1))
                .isZero();
        assertThat(scene.connect(fd, peer)).isZero();
        assertThat(scene.changes()).isEmpty();
        scene.expectNothing();
    }

    @Test
    void connectWaitsForDataAndTheFirstWriteSendsBoth() {
        deferred();
        assertThat(state()).isEqualTo(TcpState.SYN_SENT);
        assertThat(scene.stack.poll(fd)).isEqualTo(Poll.POLLOUT);
        assertThat(scene.connect(fd, peer)).isEqualTo(-EISCONN);
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        assertThat(scene.write(fd, "hello")).isEqualTo(5);
        peer.expectOnly(SYN);
        assertThat(scene.stack.poll(fd)).isZero();
        assertThat(scene.write(fd, "more")).isEqualTo(-EAGAIN);
        assertThat(scene.connect(fd, peer)).isEqualTo(-EALREADY);
        peer.inject(synAck(0, 6, null));
        assertThat(scene.connect(fd, peer)).isZero();
        assertThat(scene.write(fd, "more")).isEqualTo(4);
    }

    @Test
    void sendtoSendsItsSynToo() {
        deferred();
        assertThat(send("hello")).isEqualTo(5);
        peer.expectOnly(SYN);
    }

    @Test
    void aWriteOfNothingSendsTheSynAlone() {
        deferred();
        assertThat(scene.write(fd, "")).isEqualTo(-EINPROGRESS);
        peer.expectOnly("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO " + COOKIE + ",nop,nop>");
    }

    @Test
    void withoutACookieConnectAsksForOne() {
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1))
                .isZero();
        assertThat(scene.connect(fd, peer)).isEqualTo(-EINPROGRESS);
        peer.expectOnly("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO,nop,nop>");
        assertThat(scene.stack.poll(fd)).isZero();
        peer.inject(synAck(0, 1, "FO " + COOKIE));
        assertThat(scene.write(fd, "hello")).isEqualTo(5);
    }

    @Test
    void closeAndShutdownOfOneThatWaitsSendNothing() {
        deferred();
        scene.close(fd);
        another();
        scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1);
        assertThat(scene.connect(fd, peer)).isZero();
        assertThat(scene.shutdown(fd, Stack.SHUT_WR)).isZero();
        scene.expectNothing();
        assertThat(state()).isEqualTo(TcpState.CLOSE);
    }

    @Test
    void nothingThatComesMakesOneThatWaitsSendItsSyn() {
        deferred();
        peer.inject("R. 0:0(0) ack 1");
        peer.inject("S. 0:0(0) ack 1");
        scene.at("200s");
        assertThat(scene.stack.counted(Rule.SYN_RETRANSMITTED)).isZero();
    }

    @Test
    void theOptionIsOnOrOffAndForNewSockets() {
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 2))
                .isEqualTo(-EINVAL);
        assertThat(scene.stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1))
                .isZero();
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT))
                .isEqualTo(1);
        assertThat(scene.stack.setsockopt(scene.listener(1), SocketOption.TCP_FASTOPEN_CONNECT, 1))
                .isEqualTo(-EINVAL);
    }

    /** Two stacks, one after the other: ask, then open. */
    @Test
    void clientAndServerUnderstandEachOther() {
        TwoStacks two = new TwoStacks(1500);
        two.server.sysctls().set(Sysctl.tcp_fastopen, 0x403);
        int listening = two.listen(10);
        byte[] data = "hello".getBytes(StandardCharsets.US_ASCII);
        int first = two.client.socket(Stack.AF_INET);
        assertThat(two.client.sendto(two.now, first, data, 0, 5, Stack.MSG_FASTOPEN, TwoStacks.SERVER, TwoStacks.PORT))
                .isEqualTo(-EINPROGRESS);
        two.exchange();
        int second = two.client.socket(Stack.AF_INET);
        assertThat(two.client.sendto(two.now, second, data, 0, 5, Stack.MSG_FASTOPEN, TwoStacks.SERVER, TwoStacks.PORT))
                .isEqualTo(5);
        two.exchange();
        two.server.accept(listening);
        int accepted = two.server.accept(listening);
        assertThat(two.server.read(two.now, accepted, new byte[9], 0, 9)).isEqualTo(5);
        assertThat(two.client.counter(Counter.TCPFastOpenActive)).isEqualTo(1);
        assertThat(two.server.counter(Counter.TCPFastOpenPassive)).isEqualTo(1);
    }
}

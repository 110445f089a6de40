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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fast Open, the client's side: how much, to whom, by which calls, as measured on 6.18 (docs/linux-6.18.md). */
class FastOpenCallsTest extends FastOpenFixture {
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
        assertThat(send("x", 0x10)).isEqualTo(-EOPNOTSUPP); // MSG_PROXY
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

package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EAGAIN;
import static io.halfopen.linux.Errno.EALREADY;
import static io.halfopen.linux.Errno.EINPROGRESS;
import static io.halfopen.linux.Errno.EISCONN;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fast Open, the client's side: what the SYN brings and what its answer does, as measured on 6.18 (docs/linux-6.18.md). */
class FastOpenClientTest extends FastOpenFixture {
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
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPSlowStartRetrans+1 TCPFastOpenActiveFail+1");
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

    /** Measured: the FIN makes the session interactive, and so the ACK is left to data for 200 ms. */
    @Test
    void aFinWithTheSynAckIsTakenToo() {
        open();
        peer.inject("FS. 0:5(5) ack 6 win 65535 <" + OPTIONS + "> \"world\"");
        peer.expectNothing();
        assertThat(state()).isEqualTo(TcpState.CLOSE_WAIT);
        scene.after("0.2s");
        peer.expectOnly(". 6:6(0) ack 7 win 63 <nop,nop,TS>");
        assertThat(scene.read(fd)).isEqualTo("world");
        assertThat(scene.read(fd)).isEqualTo("EOF");
    }

    @Test
    void allThatIsNotAcknowledgedIsSentAgainInSegmentsThatThePeerTakes() {
        haveCookie();
        assertThat(send("z".repeat(1420))).isEqualTo(1420);
        peer.next();
        peer.inject("S. 0:0(0) ack 101 win 65535 <mss 1000,sackOK>");
        assertThat(scene.changes()).isEqualTo("RetransSegs+2 TCPSlowStartRetrans+2 TCPFastOpenActiveFail+1");
        peer.expect(". 101:1101(1000) ack 1");
        peer.expectOnly("P. 1101:1421(320) ack 1");
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
        assertThat(scene.changes())
                .isEqualTo(
                        "RetransSegs+1 TCPLostRetransmit+1 TCPTimeouts+1 TCPFastOpenActiveFail+1 TCPSynRetrans+1 TcpTimeoutRehash+1");
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
}

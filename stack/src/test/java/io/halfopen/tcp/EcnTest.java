package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explicit congestion notification, RFC 3168, in handshakes as measured on 6.18; and what a marked packet brings. */
class EcnTest {
    private static final int ECT_0 = 2;
    private static final String OPTIONS = " win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";

    private final Scene scene = new Scene();

    /** Two flags ask for it: with one of them a SYN is as good as without, and 0 is the only value that refuses. */
    @ParameterizedTest
    @CsvSource({
        "0, SEW, S.",
        "1, SEW, S.E",
        "2, SEW, S.E",
        "2, S, S.",
        "2, SE, S.",
        "2, SW, S.",
        "1, SE, S.",
    })
    void theServerAgreesIfTheClientAsksWithBothFlags(int tcp_ecn, String syn, String synAck) {
        scene.set(Sysctl.tcp_ecn, tcp_ecn);
        scene.listener(5);
        for (Peer peer : new Peer[] {scene.peer(), scene.peer("2001:db8::2", 7)}) {
            peer.inject(syn + " 0:0(0)" + OPTIONS);
            peer.expectOnly(synAck + " 0:0(0) ack 1");
        }
    }

    /** RFC 3168, section 6.1.1: who marks the SYN itself as markable has not understood. */
    @ParameterizedTest
    @CsvSource({"2, S.", "3, S.", "0xb8, S.E", "0xbb, S."})
    void aMarkableSynIsNotAgreedTo(String tos, String synAck) {
        scene.listener(5);
        Peer peer = scene.peer().tos(Integer.decode(tos));
        peer.inject("SEW 0:0(0)" + OPTIONS);
        peer.expectOnly(synAck + " 0:0(0) ack 1");
    }

    @Test
    void everySynAckAgreesAgain() {
        scene.listener(5);
        Peer peer = scene.peer();
        peer.inject("SEW 0:0(0)" + OPTIONS);
        peer.expect("S.E 0:0(0) ack 1");
        peer.inject("SEW 0:0(0)" + OPTIONS);
        peer.expect("S.E 0:0(0) ack 1");
        scene.at("3s");
        peer.expect("S.E 0:0(0) ack 1").expect("S.E 0:0(0) ack 1").expectNothing();
    }

    @ParameterizedTest
    @CsvSource({"0, S", "1, SEW", "2, S"})
    void connectAsksForItOnlyWithOne(int tcp_ecn, String syn) {
        scene.set(Sysctl.tcp_ecn, tcp_ecn);
        Peer server = scene.peer();
        scene.connect(scene.socket(), server);
        server.expectOnly(syn + " 0:0(0)");
    }

    /** What stands in the way of SYNs with these flags may let one without them through. */
    @ParameterizedTest
    @CsvSource({"0, SEW", "1, S"})
    void withFallbackARepeatedSynDoesNotAsk(int tcp_ecn_fallback, String repeated) {
        scene.set(Sysctl.tcp_ecn, 1).set(Sysctl.tcp_ecn_fallback, tcp_ecn_fallback);
        Peer server = scene.peer();
        scene.connect(scene.socket(), server);
        scene.at("2s");
        server.expect("SEW 0:0(0)").expect(repeated + " 0:0(0)").expectOnly(repeated + " 0:0(0)");
    }

    private int established(String syn) {
        int listener = scene.listener(5);
        Peer peer = scene.peer("192.0.2.1", 50000);
        peer.inject(syn + " 0:0(0)" + OPTIONS);
        peer.next();
        peer.inject(". 1:1(0) ack 1 <nop,nop,TS val 101 ecr 0>");
        return scene.accept(listener);
    }

    @Test
    void aMarkedPacketIsEchoedUntilThePeerHasHeard() {
        int fd = established("SEW");
        Peer peer = scene.peer("192.0.2.1", 50000);
        peer.tos(IpHeader.CONGESTION_EXPERIENCED).inject("P. 1:6(5) ack 1 <nop,nop,TS val 102 ecr 0>");
        peer.expectOnly(".E 1:1(0) ack 6");
        peer.tos(ECT_0).inject("P. 6:11(5) ack 1 <nop,nop,TS val 102 ecr 0>");
        peer.expectOnly(".E 1:1(0) ack 11");
        assertThat(scene.write(fd, "x")).isEqualTo(1);
        peer.expectOnly("P.E 1:2(1) ack 11");
        peer.inject("P.W 11:16(5) ack 2 <nop,nop,TS val 102 ecr 0>");
        scene.after("0.04s");
        peer.expectOnly(". 2:2(0) ack 16");
    }

    @Test
    void withoutAgreementMarksMeanNothing() {
        established("S");
        Peer peer = scene.peer("192.0.2.1", 50000);
        peer.tos(IpHeader.CONGESTION_EXPERIENCED).inject("P. 1:6(5) ack 1 <nop,nop,TS val 102 ecr 0>");
        peer.expectOnly(". 1:1(0) ack 6");
    }

    @Test
    void theClientKnowsFromTheSynAck() {
        for (String synAck : new String[] {"SE.", "S.", "SEW."}) {
            scene.set(Sysctl.tcp_ecn, 1);
            Peer server = scene.peer();
            scene.connect(scene.socket(), server);
            server.expect("SEW 0:0(0)");
            server.inject(synAck + " 0:0(0) ack 1 win 65535 <mss 1460>");
            server.expect(". 1:1(0) ack 1");
            server.tos(IpHeader.CONGESTION_EXPERIENCED).inject("P. 1:6(5) ack 1");
            boolean agreed = server.next().segment().has(TcpHeader.ECE);
            assertThat(agreed).as(synAck).isEqualTo(synAck.equals("SE."));
        }
    }

    /** The sixth bit of a cookie's timestamp; without timestamps it is not agreed to, and tcp_ecn=0 takes it back. */
    @ParameterizedTest
    @CsvSource({"true, 2, true", "true, 0, false", "false, 2, false"})
    void aCookieRemembersIt(boolean timestamps, int laterEcn, boolean agreed) {
        scene.set(Sysctl.tcp_syncookies, 2);
        scene.listener(5);
        Peer peer = scene.peer();
        peer.inject("SEW 0:0(0) win 65535 <mss 1460" + (timestamps ? ",sackOK,TS val 100 ecr 0" : "") + ">");
        peer.expect((timestamps ? "S.E" : "S.") + " 0:0(0) ack 1");
        scene.set(Sysctl.tcp_ecn, laterEcn);
        String stamp = timestamps ? " <nop,nop,TS val 101 ecr 0>" : "";
        peer.inject(". 1:1(0) ack 1" + stamp);
        peer.tos(IpHeader.CONGESTION_EXPERIENCED).inject("P. 1:6(5) ack 1" + stamp);
        peer.expectOnly((agreed ? ".E" : ".") + " 1:1(0) ack 6");
    }
}

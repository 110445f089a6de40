package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EINVAL;
import static io.halfopen.linux.Errno.ENOPROTOOPT;
import static io.halfopen.linux.Errno.EOPNOTSUPP;
import static io.halfopen.linux.SocketOption.IPV6_TCLASS;
import static io.halfopen.linux.SocketOption.IPV6_UNICAST_HOPS;
import static io.halfopen.linux.SocketOption.IP_TOS;
import static io.halfopen.linux.SocketOption.IP_TTL;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IP headers: type of service, time to live, identification and flow label of every kind of packet, as on 6.18. */
class IpImageTest {
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";
    private static final String STAMP = " <nop,nop,TS val 101 ecr 0>";

    private final Scene scene = new Scene();

    /** {@code flags tos ttl id}, the id as 0 or N. */
    private static String image(Peer peer) {
        Peer.Packet packet = peer.next();
        byte[] bytes = packet.bytes();
        String flags = Notation.read(peer, packet.segment(), "").split(" ", 2)[0];
        boolean ipv4 = bytes[0] >>> 4 == 4;
        int ttl = bytes[ipv4 ? 8 : 7] & 0xff;
        String id = ipv4 ? Bytes.getShort(bytes, 4) == 0 ? " 0" : " N" : "";
        return flags + " " + Integer.toHexString(packet.segment().trafficClass()) + " " + ttl + id;
    }

    private static int label(Peer peer) {
        return Bytes.getInt(peer.next().bytes(), 0) & 0xfffff;
    }

    private Peer peer(boolean ipv6, int port) {
        return scene.peer(ipv6 ? "2001:db8::2" : "192.0.2.1", port);
    }

    private static void setFully(Scene scene, int fd) {
        assertThat(scene.stack.setsockopt(fd, IP_TOS, 0x10)).isZero();
        assertThat(scene.stack.setsockopt(fd, IP_TTL, 33)).isZero();
        assertThat(scene.stack.setsockopt(fd, IPV6_TCLASS, 0x10)).isZero();
        assertThat(scene.stack.setsockopt(fd, IPV6_UNICAST_HOPS, 33)).isZero();
    }

    /** A listener's options are its connections', and what they leave behind; what answers nonsense has none. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoseOptionsAPacketHas(boolean ipv6) {
        int listener = scene.listener(5);
        setFully(scene, listener);
        Peer peer = peer(ipv6, 40000);
        String none = ipv6 ? "" : " 0";
        String some = ipv6 ? "" : " N";
        peer.inject(SYN);
        assertThat(image(peer)).isEqualTo("S. 10 33" + none);
        peer.inject(". 900000:900000(0) ack 1" + STAMP);
        assertThat(image(peer)).as("a half-open's ACK").isEqualTo(". 0 64" + none);
        peer.inject(". 1:1(0) ack 5" + STAMP);
        assertThat(image(peer)).isEqualTo("R 0 64" + none);
        scene.at("1s");
        assertThat(image(peer)).isEqualTo("S. 10 33" + none);
        peer.inject("P. 1:6(5) ack 1" + STAMP);
        assertThat(image(peer)).isEqualTo(". 10 33" + some);
        int fd = scene.accept(listener);
        assertThat(scene.read(fd)).isEqualTo("abcde");
        scene.close(fd);
        assertThat(image(peer)).isEqualTo("F. 10 33" + some);
        peer.inject("F. 6:6(0) ack 2" + STAMP);
        assertThat(image(peer)).as("the ACK that begins TIME_WAIT").startsWith(". 10 ");
        peer.inject("F. 6:6(0) ack 2" + STAMP);
        assertThat(image(peer)).as("TIME_WAIT").isEqualTo(". 10 64" + none);
        Peer stranger = peer(ipv6, 41000).to(99);
        stranger.inject("S 0:0(0)");
        assertThat(image(stranger)).isEqualTo("R. 0 64" + none);
    }

    /** What belongs to nothing is answered in kind, without the ECN bits; a SYN-ACK is not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerToNonsenseHasItsTypeOfService(boolean ipv6) {
        scene.listener(5);
        Peer peer = peer(ipv6, 40000).tos(0xbb);
        peer.inject(SYN);
        assertThat(image(peer)).startsWith("S. 0 64");
        peer.inject(". 900000:900000(0) ack 1" + STAMP);
        assertThat(image(peer)).startsWith(". b8 64");
        peer.inject(". 1:1(0) ack 5" + STAMP);
        assertThat(image(peer)).startsWith("R b8 64");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unlessTcpReflectTosIsOn(boolean ipv6) {
        scene.set(Sysctl.tcp_reflect_tos, 1);
        int listener = scene.listener(5);
        Peer peer = peer(ipv6, 40000).tos(0xb8);
        peer.inject(SYN);
        assertThat(image(peer)).startsWith("S. b8 64");
        peer.tos(0).inject(". 1:1(0) ack 1" + STAMP);
        scene.write(scene.accept(listener), "x");
        assertThat(image(peer)).startsWith("P. b8 64");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofConnectAllPacketsHaveThem(boolean ipv6) {
        int fd = scene.stack.socket(Stack.AF_INET6);
        setFully(scene, fd);
        Peer server = peer(ipv6, 9);
        scene.connect(fd, server);
        String some = ipv6 ? "" : " N";
        assertThat(image(server)).isEqualTo("S 10 33" + some);
        scene.at("1s");
        assertThat(image(server)).isEqualTo("S 10 33" + some);
        server.inject("S. 0:0(0) ack 5 win 65535 <mss 1460>");
        assertThat(image(server)).isEqualTo("R 0 64" + (ipv6 ? "" : " 0"));
        server.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>");
        assertThat(image(server)).isEqualTo(". 10 33" + some);
        scene.stack.setsockopt(fd, ipv6 ? IPV6_TCLASS : IP_TOS, 0x20);
        scene.stack.setsockopt(fd, ipv6 ? IPV6_UNICAST_HOPS : IP_TTL, 44);
        scene.write(fd, "x");
        assertThat(image(server)).as("set later").isEqualTo("P. 20 44" + some);
    }

    @Test
    void theSysctlsAreForThoseThatSayNothing() {
        scene.set(Sysctl.ip_default_ttl, 77).set(Sysctl.hop_limit, 88);
        scene.listener(5);
        Peer v4 = peer(false, 40000);
        Peer v6 = peer(true, 40000);
        v4.inject(SYN);
        assertThat(image(v4)).isEqualTo("S. 0 77 0");
        v6.inject(SYN);
        assertThat(image(v6)).isEqualTo("S. 0 88");
    }

    @Test
    void aConnectionsIdsCountUpFromAnywhere() {
        int listener = scene.listener(5);
        Peer peer = scene.peer().handshake();
        int fd = scene.accept(listener);
        scene.write(fd, "x");
        int first = Bytes.getShort(peer.next().bytes(), 4);
        peer.inject(". 1:1(0) ack 2");
        scene.write(fd, "y");
        assertThat(Bytes.getShort(peer.next().bytes(), 4)).isEqualTo(first + 1 & 0xffff);
    }

    // ---- flow labels

    /** By chance for each connection, and again whenever something must be repeated; then it stays. */
    @Test
    void aFlowLabelLastsUntilSomethingIsRepeated() {
        int listener = scene.listener(5);
        Peer peer = peer(true, 40000);
        peer.inject(SYN);
        int first = label(peer);
        scene.at("1s");
        int second = label(peer);
        assertThat(second).isNotEqualTo(first);
        peer.inject(". 1:1(0) ack 1" + STAMP);
        int fd = scene.accept(listener);
        scene.write(fd, "x");
        assertThat(label(peer)).isEqualTo(second);
        scene.close(fd);
        assertThat(label(peer)).isEqualTo(second);
        peer.inject("F. 1:1(0) ack 3" + STAMP);
        assertThat(label(peer)).isEqualTo(second);
        peer.inject("F. 1:1(0) ack 3" + STAMP);
        assertThat(label(peer)).as("TIME_WAIT").isEqualTo(second);
    }

    @Test
    void dataThatIsSentAgainHasAnotherLabel() {
        int listener = scene.listener(5);
        Peer peer = peer(true, 40000).handshake();
        scene.write(scene.accept(listener), "x");
        int first = label(peer);
        scene.after("0.3s");
        assertThat(label(peer)).isNotEqualTo(first);
    }

    @Test
    void soHasASynThatIsSentAgain() {
        Peer server = peer(true, 9);
        scene.connect(scene.stack.socket(Stack.AF_INET6), server);
        int first = label(server);
        scene.at("1s");
        assertThat(label(server)).isNotEqualTo(first);
    }

    @Test
    void resetsToNobodyHaveOneLabelForEachPair() {
        Peer peer = peer(true, 40000).to(99);
        peer.inject("S 0:0(0)");
        int first = label(peer);
        scene.at("1s");
        peer.inject(". 1:1(0) ack 5");
        assertThat(label(peer)).isEqualTo(first).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false", "2, true", "3, false"})
    void autoFlowlabelsTurnsThemOff(int auto_flowlabels, boolean zero) {
        scene.set(Sysctl.auto_flowlabels, auto_flowlabels);
        scene.listener(5);
        Peer peer = peer(true, 40000);
        peer.inject(SYN);
        assertThat(label(peer) == 0).isEqualTo(zero);
        Peer nobody = peer(true, 40001).to(99);
        nobody.inject("S 0:0(0)");
        assertThat(label(nobody) == 0).isEqualTo(zero);
    }

    @Test
    void oldKernelsHadNone() {
        Scene old = new Scene(Kernel.LINUX_3_10);
        old.listener(5);
        Peer peer = old.peer("2001:db8::2", 40000);
        peer.inject(SYN);
        assertThat(label(peer)).isZero();
    }

    // ---- the options themselves

    /** What setsockopt() returns, and getsockopt() after it. */
    @ParameterizedTest
    @CsvSource({
        "IP_TOS, 3, 0, 0",
        "IP_TOS, 255, 0, 252",
        "IP_TOS, 256, 0, 0",
        "IP_TOS, -1, 0, 252",
        "IP_TTL, 1, 0, 1",
        "IP_TTL, 255, 0, 255",
        "IP_TTL, -1, 0, 64",
        "IP_TTL, 0, EINVAL, 64",
        "IP_TTL, 256, EINVAL, 64",
        "IPV6_TCLASS, 3, 0, 0",
        "IPV6_TCLASS, 255, 0, 252",
        "IPV6_TCLASS, -1, 0, 0",
        "IPV6_TCLASS, 256, EINVAL, 0",
        "IPV6_TCLASS, -2, EINVAL, 0",
        "IPV6_UNICAST_HOPS, 0, 0, 0",
        "IPV6_UNICAST_HOPS, 255, 0, 255",
        "IPV6_UNICAST_HOPS, -1, 0, 64",
        "IPV6_UNICAST_HOPS, 256, EINVAL, 64",
    })
    void theirValues(SocketOption option, int value, String result, int then) {
        int fd = scene.stack.socket(Stack.AF_INET6);
        assertThat(scene.stack.setsockopt(fd, option, value)).isEqualTo(result.equals("0") ? 0 : -EINVAL);
        assertThat(scene.stack.getsockopt(fd, option)).isEqualTo(then);
    }

    @Test
    void anIpv4SocketHasNoOptionsOfIpv6() {
        int fd = scene.socket();
        for (SocketOption option : new SocketOption[] {IPV6_TCLASS, IPV6_UNICAST_HOPS}) {
            assertThat(scene.stack.setsockopt(fd, option, 1)).isEqualTo(-ENOPROTOOPT);
            assertThat(scene.stack.getsockopt(fd, option)).isEqualTo(-EOPNOTSUPP);
        }
    }
}

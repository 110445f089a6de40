package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.RouteMetrics;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.PathMtuCache;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Path MTU discovery, as measured on 6.18 (docs/linux-6.18.md); scripts for it are in src/test/pkt/pmtu. */
class PathMtuTest {
    private static final String DATA = "x".repeat(1460);

    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    private int established() {
        listener = scene.listener(5);
        peer.handshake();
        return scene.accept(listener);
    }

    private static byte[] tooBig(byte[] packet, int mtu) {
        boolean v6 = packet[0] >>> 4 == 6;
        return IcmpPacket.about(packet).type(v6 ? 2 : 3, v6 ? 0 : 4).mtu(mtu).toBytes();
    }

    private static boolean hasDontFragment(byte[] packet) {
        return (packet[6] & 0x40) != 0;
    }

    @Test
    void whatIsTooLargeGoesAgainAtOnceInSmallerPieces() {
        int fd = established();
        scene.write(fd, DATA);
        byte[] segment = peer.next().bytes();
        assertThat(scene.receive(tooBig(segment, 1000))).isEqualTo(Rule.ICMP_MTU_REDUCED);
        assertThat(scene.changes()).isEqualTo("InMsgs+1 InDestUnreachs+1 RetransSegs+2 TCPSlowStartRetrans+2");
        peer.expect(". 1:961(960) ack 1").expectOnly("P. 961:1461(500) ack 1");
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(1000);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_MAXSEG)).isEqualTo(960);
        assertThat(scene.receive(tooBig(segment, 1000)))
                .as("the same again is no news")
                .isEqualTo(Rule.ICMP_MTU_NOTED);
        scene.expectNothing();
    }

    /** 552 octets, DF off: docs/linux-6.18.md. */
    @ParameterizedTest
    @ValueSource(ints = {0, 67, 300, 551})
    void lessThanTheLeastIsNotBelieved(int told) {
        int fd = established();
        scene.write(fd, DATA);
        byte[] segment = peer.next().bytes();
        assertThat(hasDontFragment(segment)).isTrue();
        assertThat(scene.receive(tooBig(segment, told))).isEqualTo(Rule.ICMP_MTU_REDUCED);
        byte[] first = peer.next().bytes();
        assertThat(first).hasSize(552);
        assertThat(hasDontFragment(first)).isFalse();
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(552);
    }

    @Test
    void aLargerMtuIsIgnored() {
        int fd = established();
        scene.write(fd, DATA);
        byte[] segment = peer.next().bytes();
        assertThat(scene.receive(tooBig(segment, 1501))).isEqualTo(Rule.ICMP_MTU_IGNORED);
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(1500);
        scene.expectNothing();
    }

    @Test
    void ipv6HasNoLessThan1280() {
        listener = scene.listener(5);
        Peer far = scene.peer("2001:db8::9", 4000).handshake();
        int fd = scene.accept(listener);
        scene.write(fd, "x".repeat(1440));
        byte[] segment = far.next().bytes();
        assertThat(scene.receive(tooBig(segment, 1279))).isEqualTo(Rule.ICMP_MTU_IGNORED);
        assertThat(scene.receive(tooBig(segment, -1))).isEqualTo(Rule.ICMP_MTU_IGNORED);
        assertThat(scene.receive(tooBig(segment, 1280))).isEqualTo(Rule.ICMP_MTU_REDUCED);
        far.expect(". 1:1221(1220) ack 1").expectOnly("P. 1221:1441(220) ack 1");
    }

    @ParameterizedTest
    @CsvSource({
        "0, ICMP_MTU_NOTED, false",
        "1, ICMP_MTU_REDUCED, true",
        "2, ICMP_MTU_REDUCED, true",
        "3, ICMP_MTU_REDUCED, false",
        "4, ICMP_MTU_NOTED, false",
        "5, ICMP_MTU_NOTED, false"
    })
    void ipMtuDiscoverSaysWhoListensAndWhoseDfIsSet(int value, Rule rule, boolean dontFragment) {
        int fd = established();
        assertThat(scene.stack.setsockopt(fd, SocketOption.IP_MTU_DISCOVER, value))
                .isZero();
        scene.write(fd, DATA);
        byte[] segment = peer.next().bytes();
        assertThat(hasDontFragment(segment)).isEqualTo(dontFragment);
        assertThat(scene.receive(tooBig(segment, 1000))).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, ICMP_MTU_NOTED", "2, 0, ICMP_MTU_IGNORED", "3, 0, ICMP_MTU_NOTED"})
    void ipNoPmtuDiscIsTheDefaultOfNewSockets(int policy, int discover, Rule rule) {
        scene.set(Sysctl.ip_no_pmtu_disc, policy);
        int fd = established();
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU_DISCOVER)).isEqualTo(discover);
        scene.write(fd, DATA);
        assertThat(scene.receive(tooBig(peer.next().bytes(), 1000))).isEqualTo(rule);
    }

    @Test
    void theOptionsHaveLimits() {
        int fd = scene.stack.socket(Stack.AF_INET);
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(-Errno.ENOTCONN);
        assertThat(scene.stack.setsockopt(fd, SocketOption.IP_MTU, 1000)).isEqualTo(-Errno.ENOPROTOOPT);
        assertThat(scene.stack.setsockopt(fd, SocketOption.IP_MTU_DISCOVER, 6)).isEqualTo(-Errno.EINVAL);
        assertThat(scene.stack.setsockopt(fd, SocketOption.IP_MTU_DISCOVER, -1)).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void otherConnectionsToTheHostLearnOfIt() {
        int fd = established();
        Peer sibling = scene.peer("192.0.2.1", 50000).handshake();
        int second = scene.accept(listener);
        scene.write(fd, DATA);
        scene.receive(tooBig(peer.next().bytes(), 1000));
        scene.write(second, DATA);
        sibling.expect(". 1:961(960) ack 1");
        Peer later = scene.peer("192.0.2.1", 50001);
        later.inject("S 0:0(0) win 65535 <mss 1460>");
        later.expect("S. 0:0(0) ack 1 <mss 960>");
        Peer elsewhere = scene.peer("192.0.2.2", 50001);
        elsewhere.inject("S 0:0(0) win 65535 <mss 1460>");
        elsewhere.expect("S. 0:0(0) ack 1 <mss 1460>");
    }

    @Test
    void afterTenMinutesLargerPacketsAreTried() {
        int fd = established();
        scene.write(fd, DATA);
        scene.receive(tooBig(peer.next().bytes(), 1000));
        peer.inject(". 1:1(0) ack 1461");
        peer.expect(". 1:961(960) ack 1").expect("P. 961:1461(500) ack 1");
        scene.at("599s");
        scene.write(fd, DATA);
        peer.expect(". 1461:2421(960) ack 1").expect("P. 2421:2921(500) ack 1");
        peer.inject(". 1:1(0) ack 2921");
        scene.at("600s");
        scene.write(fd, DATA);
        peer.expect("P. 2921:4381(1460) ack 1");
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(1500);
    }

    /** Anybody could send them: so many paths and no more are remembered, and the last one always is. */
    @Test
    void theMemoryIsBounded() {
        PathMtuCache paths = new PathMtuCache(0x9e3779b97f4a7c15L);
        for (int i = 0; i < 100_000; i++) {
            paths.learn(0, i, 1000, false, i, i + 600);
            assertThat(paths.mtu(0, i, 1500, i)).isEqualTo(1000);
        }
        int known = 0;
        for (int i = 0; i < 100_000; i++) {
            known += paths.mtu(0, i, 1500, 0) == 1000 ? 1 : 0;
        }
        assertThat(known).isBetween(1000, 4096);
    }

    /** RFC 4821; the sizes as measured, docs/linux-6.18.md. */
    @Test
    void silenceMayBeABlackHole() {
        scene.set(Sysctl.tcp_mtu_probing, 1);
        int fd = established();
        scene.write(fd, DATA);
        scene.at("110s");
        StringBuilder sizes = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            sizes.append(peer.next().segment().payloadLength()).append(' ');
        }
        assertThat(sizes.toString()).isEqualTo("1460 1460 1460 1460 1460 1024 512 256 128 64 ");
    }

    @ParameterizedTest
    @CsvSource({"1024, 1036", "500, 512", "2000, 1460"})
    void alwaysProbingBeginsSmallWhereWeConnectButForTheTimestampsThatWereOffered(int base, int mss) {
        scene.set(Sysctl.tcp_mtu_probing, 2).set(Sysctl.tcp_base_mss, base);
        assertThat(scene.stack.getsockopt(established(), SocketOption.TCP_MAXSEG))
                .isEqualTo(1460);
        int fd = scene.stack.socket(Stack.AF_INET);
        Peer server = scene.peer("192.0.2.9", 9);
        scene.connect(fd, server);
        server.next();
        server.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>");
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_MAXSEG)).isEqualTo(mss);
    }

    // ---- probes (RFC 4821); scripts are in src/test/pkt/pmtu/probe-*

    /** A connection with a congestion window of 20, which probes, and segments of 1460 octets. */
    private int probing() {
        scene.set(Sysctl.tcp_mtu_probing, 2).set(Sysctl.tcp_base_mss, 1200);
        listener = scene.listener(5);
        peer.inject("S 0:0(0) win 65535 <mss 1460,nop,nop,sackOK>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535");
        int fd = scene.accept(listener);
        scene.stack.setsockopt(fd, SocketOption.TCP_NODELAY, 1);
        scene.write(fd, "x".repeat(14_600));
        for (int i = 0; i < 10; i++) {
            peer.next();
        }
        scene.after("0.001s");
        peer.inject(". 1:1(0) ack 14601 win 65535");
        assertThat(scene.write(fd, "")).isZero();
        return fd;
    }

    /** Eight writes of a thousand octets, which the peer's window lets go together. */
    private void writeWhileTheWindowIsShut(int fd, int flags) {
        peer.inject(". 1:1(0) ack 14601 win 0");
        byte[] thousand = new byte[1000];
        for (int i = 0; i < 8; i++) {
            scene.stack.send(scene.now(), fd, thousand, 0, thousand.length, flags);
        }
        peer.inject(". 1:1(0) ack 14601 win 65535");
    }

    /** (1500 + 1240) / 2 octets are 1330 of data. */
    @Test
    void aProbeMayBeOfSeveralWrites() {
        writeWhileTheWindowIsShut(probing(), 0);
        peer.expect(". 14601:15931(1330) ack 1").expect(". 15931:17391(1460) ack 1");
    }

    /** MSG_EOR: nothing is added to a record. */
    @Test
    void aRecordIsNoPartOfAProbe() {
        writeWhileTheWindowIsShut(probing(), Message.MSG_EOR);
        peer.expect("P. 14601:15601(1000) ack 1").expect("P. 15601:16601(1000) ack 1");
    }

    /** What is said of gaps takes room from segments, and not always the same. */
    @Test
    void nothingIsProbedWhileThePeersDataHaveAGap() {
        int fd = probing();
        peer.inject(". 11:21(10) ack 14601 win 65535");
        peer.next();
        scene.write(fd, "x".repeat(8000));
        assertThat(peer.next().segment().payloadLength()).isEqualTo(1460 - 12);
    }

    // ---- routes

    @Test
    void aRouteSaysWhatConnectionsBeginWith() {
        scene.stack.setRoute(IpAddress.ANY_V4, 0, new RouteMetrics(1000, false, 500, 2));
        listener = scene.listener(5);
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        peer.expect("S. 0:0(0) ack 1 <mss 500>");
        peer.inject(". 1:1(0) ack 1 win 65535");
        int fd = scene.accept(listener);
        assertThat(scene.stack.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(1000);
        scene.write(fd, "x".repeat(5000));
        peer.expect(". 1:961(960) ack 1").expectOnly(". 961:1921(960) ack 1");
    }

    /** It has slept since, and does not notice before it sends. */
    @Test
    void aRouteThatChangesIsNoticedBySending() {
        int fd = established();
        scene.stack.setRoute(IpAddress.parse("192.0.2.0"), 24, new RouteMetrics(1000, false, 0, 0));
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_MAXSEG)).isEqualTo(1460);
        scene.write(fd, DATA);
        peer.expect("P. 1:1461(1460) ack 1");
        scene.write(fd, DATA);
        peer.expect(". 1461:2421(960) ack 1");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, -1",
        "0.0.0.0, 33",
        "::, 129",
    })
    void aNetworkHasNoMoreBitsThanAnAddress(String network, int bits) {
        IpAddress address = IpAddress.parse(network);
        assertThatIllegalArgumentException().isThrownBy(() -> scene.stack.setRoute(address, bits, RouteMetrics.USUAL));
    }

    @ParameterizedTest
    @CsvSource({"67, 0, 0", "65536, 0, 0", "-1, 0, 0", "0, -1, 0", "0, 65536, 0", "0, 0, -1"})
    void metricsHaveARange(int mtu, int advmss, int initcwnd) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RouteMetrics(mtu, false, advmss, initcwnd));
    }

    @Test
    void aPeerCannotMakeSegmentsSmallerThanTheLeast() {
        scene.set(Sysctl.tcp_min_snd_mss, 500);
        listener = scene.listener(5);
        peer.inject("S 0:0(0) win 65535 <mss 100>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535");
        int fd = scene.accept(listener);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_MAXSEG)).isEqualTo(500);
    }
}

package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the IP layer by name; what the answers look like {@link IpAnswersTest} compares with a kernel's. */
class IpInputTest {
    private static final IpAddress HOST = IpAddress.parse("192.168.0.1");
    private static final IpAddress HOST_V6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress PEER = IpAddress.parse("192.0.2.1");
    private static final IpAddress PEER_V6 = IpAddress.parse("2001:db8::2");
    private static final long SECOND = 1_000_000_000L;

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final List<byte[]> sent = new ArrayList<>();
    private long now;

    IpInputTest() {
        stack.addAddress(HOST, 1500);
        stack.addAddress(HOST_V6, 1500);
    }

    private Rule receive(byte[] packet) {
        sent.clear();
        Rule rule = stack.onPacket(now, packet, 0, packet.length);
        stack.drainPackets(
                (why, bytes, offset, length) -> sent.add(Arrays.copyOfRange(bytes, offset, offset + length)));
        return rule;
    }

    private static byte[] packet(boolean v6, IpAddress from, int protocol, int id, int fragment, byte[] payload) {
        int header = v6 ? IpHeader.V6_LENGTH : IpHeader.V4_LENGTH;
        byte[] packet = new byte[header + payload.length];
        IpAddress to = v6 ? HOST_V6 : HOST;
        System.arraycopy(payload, 0, packet, header, payload.length);
        IpHeader.write(
                packet, 0, from.high(), from.low(), to.high(), to.low(), payload.length, protocol, 0, 64, id, fragment);
        return packet;
    }

    private static byte[] packet(boolean v6, int protocol, byte[] payload) {
        return packet(v6, v6 ? PEER_V6 : PEER, protocol, 1, 0, payload);
    }

    private static byte[] fragment(int id, int place, boolean more, byte[] payload) {
        return packet(false, PEER, IpHeader.ICMP, id, place >> 3 | (more ? IpHeader.MORE_FRAGMENTS : 0), payload);
    }

    private static byte[] fragmentV6(int id, int place, boolean more, int protocol, byte[] payload) {
        byte[] header = new byte[8 + payload.length];
        Bytes.putInt(header, 0, protocol << 24 | place | (more ? 1 : 0));
        Bytes.putInt(header, 4, id);
        System.arraycopy(payload, 0, header, 8, payload.length);
        return packet(true, IpHeader.FRAGMENT, header);
    }

    private static byte[] ping(boolean v6, int length) {
        byte[] ping = new byte[length];
        new Random(length).nextBytes(ping);
        Bytes.putInt(ping, 0, (v6 ? 128 : 8) << 24);
        long pseudo = Checksum.pseudoHeader(PEER_V6.high(), PEER_V6.low(), HOST_V6.high(), HOST_V6.low(), length)
                - IpHeader.TCP
                + IpHeader.ICMP_V6;
        Bytes.putShort(ping, 2, Checksum.complement(v6 ? pseudo : 0, Checksum.sum(ping, 0, length)));
        return ping;
    }

    private static byte[] part(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pingsAreAnsweredUnlessTheyAreIgnored(boolean v6) {
        byte[] ping = packet(v6, v6 ? 58 : 1, ping(v6, 64));
        assertThat(receive(ping)).isEqualTo(Rule.ICMP_ECHOED);
        int header = v6 ? 40 : 20;
        assertThat(part(sent.getFirst(), header + 4, header + 64)).isEqualTo(part(ping, header + 4, header + 64));
        stack.sysctls().set(v6 ? Sysctl.echo_ignore_all : Sysctl.icmp_echo_ignore_all, 1);
        assertThat(receive(ping)).isEqualTo(Rule.ICMP_ECHO_IGNORED);
        assertThat(sent).isEmpty();
        assertThat(stack.counter(Counter.InEchos)).isEqualTo(2);
        assertThat(stack.counter(Counter.OutEchoReps)).isEqualTo(1);
    }

    /** Measured with a SYN each; a mapped or no source is delivered on Linux, and refused here. */
    @ParameterizedTest
    @CsvSource({
        "::1, 2001:db8::1, 1, 0",
        "ff01::1, 2001:db8::1, 1, 0",
        "ff02::1, 2001:db8::1, 1, 0",
        "2001:db8::2, ::1, 1, 0",
        "2001:db8::2, ff00::1, 1, 0",
        "2001:db8::2, ff01::1, 1, 0",
        "2001:db8::2, ff05::9, 0, 0",
        "2001:db8::2, ::, 0, 1",
        "2001:db8::2, 2001:db8::9, 0, 1",
        "2001:db8::2, 0000:0000:0000:0000:0000:ffff:0102:0304, 0, 1"
    })
    void whatHasASenselessIpv6AddressIsCountedByWhatItIs(String from, String to, int header, int address) {
        byte[] packet = new byte[IpHeader.V6_LENGTH + 20];
        IpAddress source = IpAddress.parse(from);
        IpAddress destination = IpAddress.parse(to);
        IpHeader.write(
                packet, 0, source.high(), source.low(), destination.high(), destination.low(), 20, 6, 0, 64, 1, 0);
        receive(packet);
        assertThat(stack.counter(Counter.InHdrErrors)).isEqualTo(header);
        assertThat(stack.counter(Counter.InAddrErrors)).isEqualTo(address);
        assertThat(stack.counter(Counter.InDelivers)).isZero();
    }

    /** What the peer has put together again is what it sent. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerLargerThanThePathTakesGoesInPieces(boolean v6) {
        byte[] ping = ping(v6, 4000);
        assertThat(receive(packet(v6, v6 ? 58 : 1, ping))).isEqualTo(Rule.ICMP_ECHOED);
        assertThat(sent).hasSize(3).allMatch(each -> each.length <= 1500);
        Stack peer = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));
        peer.addAddress(PEER, 1500);
        peer.addAddress(PEER_V6, 1500);
        List<Rule> rules = sent.stream()
                .map(each -> peer.onPacket(0, each, 0, each.length))
                .toList();
        assertThat(rules).containsExactly(Rule.FRAGMENT_KEPT, Rule.FRAGMENT_KEPT, Rule.ICMP_IGNORED);
        assertThat(peer.counter(Counter.InEchoReps))
                .as("with the right checksum")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsNotHereIsSaidToBeUnreachable(boolean v6) {
        assertThat(receive(packet(v6, 253, new byte[8]))).isEqualTo(Rule.NOT_TCP);
        assertThat(sent).hasSize(1);
        byte[] udp = new byte[8];
        Bytes.putInt(udp, 0, 9);
        Bytes.putShort(udp, 4, 8);
        long pseudo = Checksum.pseudoHeader(PEER_V6.high(), PEER_V6.low(), HOST_V6.high(), HOST_V6.low(), 8) + 11;
        Bytes.putShort(udp, 6, v6 ? Checksum.complement(pseudo, Checksum.sum(udp, 0, 8)) : 0);
        assertThat(receive(packet(v6, IpHeader.UDP, udp))).isEqualTo(Rule.UDP_NO_PORT);
        assertThat(sent).hasSize(1);
        Bytes.putShort(udp, 4, 7);
        assertThat(receive(packet(v6, IpHeader.UDP, udp))).isEqualTo(Rule.UDP_BAD);
        assertThat(receive(packet(v6, IpHeader.UDP, new byte[7]))).isEqualTo(Rule.UDP_BAD);
        assertThat(sent).isEmpty();
        assertThat(receive(
                        packet(v6, v6 ? 58 : 1, new byte[] {99, 0, (byte) (v6 ? 0 : 0x9c), (byte) 0xff, 0, 0, 0, 0})))
                .isEqualTo(v6 ? Rule.ICMP_BAD_CHECKSUM : Rule.ICMP_UNKNOWN);
        assertThat(sent).isEmpty();
    }

    /** Six at once and then one a second; of the host fifty at once. */
    @Test
    void errorsAreLimited() {
        byte[] packet = packet(false, 253, new byte[8]);
        int answered = 0;
        for (int i = 0; i < 20; i++) {
            receive(packet);
            answered += sent.size();
        }
        assertThat(answered).isEqualTo(6);
        assertThat(stack.counter(Counter.OutRateLimitHost)).isEqualTo(14);
        now += SECOND;
        receive(packet);
        assertThat(sent).hasSize(1);
        receive(packet);
        assertThat(sent).isEmpty();
        answered = 0;
        for (int i = 0; i < 100; i++) {
            receive(packet(false, IpAddress.parse("192.0.3." + i), 253, 1, 0, new byte[8]));
            answered += sent.size();
        }
        assertThat(answered).isBetween(40, 50);
        assertThat(stack.counter(Counter.OutRateLimitGlobal)).isPositive();
    }

    @Test
    void thereIsNoErrorAboutAnError() {
        byte[] unreachable = packet(false, IpHeader.ICMP, new byte[] {3, 1, (byte) 0xfc, (byte) 0xfe, 0, 0, 0, 0});
        byte[] withOption = new byte[unreachable.length + 4];
        System.arraycopy(unreachable, 0, withOption, 0, 20);
        System.arraycopy(unreachable, 20, withOption, 24, 8);
        withOption[0] = 0x46;
        withOption[20] = 7; // record route, of no length
        IpHeader.unfragment(withOption, 24, withOption.length);
        assertThat(receive(withOption)).isEqualTo(Rule.IP_PROBLEM);
        assertThat(sent).isEmpty();
    }

    @Test
    void extensionHeadersAreSkippedOrRefused() {
        byte[] silent = {58, 0, 0x41, 2, 0, 0, 0, 0};
        byte[] told = {58, 0, (byte) 0x81, 2, 0, 0, 0, 0};
        assertThat(receive(packet(true, 60, silent))).isEqualTo(Rule.IP_BAD_OPTION);
        assertThat(sent).isEmpty();
        assertThat(receive(packet(true, 60, told))).isEqualTo(Rule.IP_PROBLEM);
        assertThat(sent).hasSize(1);
        assertThat(receive(packet(true, 43, new byte[] {6, 0, 4, 0, 0, 0, 0, 0})))
                .isEqualTo(Rule.IP_SOURCE_ROUTE);
        assertThat(receive(packet(true, 60, new byte[] {59, 0, 1, 4, 0, 0, 0, 0})))
                .isEqualTo(Rule.NO_NEXT_HEADER);
        assertThat(sent).isEmpty();
    }

    @Test
    void fragmentsBecomeAPacketInAnyOrder() {
        byte[] ping = ping(false, 3000);
        assertThat(receive(fragment(7, 2000, false, part(ping, 2000, 3000)))).isEqualTo(Rule.FRAGMENT_KEPT);
        assertThat(receive(fragment(8, 0, true, part(ping, 0, 1000)))).isEqualTo(Rule.FRAGMENT_KEPT);
        assertThat(receive(fragment(7, 0, true, part(ping, 0, 1000)))).isEqualTo(Rule.FRAGMENT_KEPT);
        assertThat(receive(fragment(7, 0, true, part(ping, 0, 1000)))).isEqualTo(Rule.FRAGMENT_DUPLICATE);
        assertThat(receive(fragment(7, 1000, true, part(ping, 1000, 2000)))).isEqualTo(Rule.ICMP_ECHOED);
        assertThat(stack.counted(Rule.REASSEMBLED)).isEqualTo(1);
        assertThat(sent).hasSize(3);
    }

    @Test
    void whatOverlapsOrContradictsEndsThePacket() {
        byte[] ping = ping(false, 64);
        receive(fragment(7, 0, true, part(ping, 0, 32)));
        assertThat(receive(fragment(7, 24, true, part(ping, 24, 48)))).isEqualTo(Rule.FRAGMENT_OVERLAPS);
        assertThat(stack.counter(Counter.ReasmOverlaps)).isEqualTo(1);
        receive(fragment(7, 32, false, part(ping, 32, 64)));
        assertThat(receive(fragment(7, 64, true, new byte[8]))).isEqualTo(Rule.FRAGMENT_CONTRADICTS);
        assertThat(receive(fragment(7, 0, true, part(ping, 0, 32)))).isEqualTo(Rule.FRAGMENT_KEPT);
        assertThat(receive(fragment(7, 32, false, part(ping, 32, 64)))).isEqualTo(Rule.ICMP_ECHOED);
    }

    @Test
    void noPacketIsLongerThanPacketsCanBe() {
        byte[] ping = ping(false, 66000);
        for (int at = 0; at < 65120; at += 1480) {
            assertThat(receive(fragment(7, at, true, part(ping, at, at + 1480))))
                    .isEqualTo(Rule.FRAGMENT_KEPT);
        }
        assertThat(receive(fragment(7, 65120, false, part(ping, 65120, 66000)))).isEqualTo(Rule.FRAGMENT_CONTRADICTS);
    }

    @Test
    void impossibleFragmentsOfIpv6AreAnswered() {
        assertThat(receive(fragmentV6(1, 0, true, IpHeader.UDP, new byte[17]))).isEqualTo(Rule.FRAGMENT_BAD);
        assertThat(sent).hasSize(1);
        assertThat(receive(fragmentV6(1, 65528, false, IpHeader.UDP, new byte[16])))
                .isEqualTo(Rule.FRAGMENT_BAD);
        assertThat(receive(fragmentV6(1, 0, true, 6, new byte[16]))).isEqualTo(Rule.FRAGMENT_WITHOUT_HEADER);
        assertThat(sent).hasSize(1);
    }

    /** A fragment header inside what fragments made: the packet in the packet in the packet ends here. */
    @Test
    void fragmentsOfFragmentsAreDropped() {
        byte[] inner = new byte[32];
        Bytes.putInt(inner, 0, 58 << 24 | 1);
        receive(fragmentV6(1, 0, true, IpHeader.FRAGMENT, part(inner, 0, 16)));
        assertThat(receive(fragmentV6(1, 16, false, IpHeader.FRAGMENT, part(inner, 16, 32))))
                .isEqualTo(Rule.FRAGMENT_NESTED);
    }

    @Test
    void afterATimeTheyAreForgottenAndTheSenderIsToldIfTheFirstCame() {
        receive(fragment(7, 0, true, new byte[33]));
        receive(fragment(8, 32, true, new byte[32]));
        now = 30 * SECOND;
        stack.onTimeout(now);
        stack.onTimeout(now);
        stack.drainPackets((why, bytes, offset, length) -> {
            sent.add(Arrays.copyOfRange(bytes, offset, offset + length));
            assertThat(why).isEqualTo(Rule.REASSEMBLY_TIMED_OUT);
        });
        assertThat(sent).hasSize(1);
        assertThat(part(sent.getFirst(), 20, 22)).containsExactly(11, 1);
        assertThat(stack.counted(Rule.REASSEMBLY_TIMED_OUT)).isEqualTo(2);
        assertThat(stack.nextTimeout()).isEqualTo(Long.MAX_VALUE);
    }

    /** Whoever sends fragments and never the last: the sysctl bounds them, and time gives the room back. */
    @Test
    void memoryIsBounded() {
        stack.sysctls().set(Sysctl.ipfrag_high_thresh, 1 << 20);
        int kept = 0;
        for (int i = 0; i < 20_000; i++) {
            Rule rule = receive(fragment(i, 65528 - 8 * (i & 1023), true, new byte[8]));
            assertThat(rule).isIn(Rule.FRAGMENT_KEPT, Rule.FRAGMENT_NO_ROOM);
            kept += rule == Rule.FRAGMENT_KEPT ? 1 : 0;
        }
        assertThat(kept).isBetween(10, 1024);
        now = 31 * SECOND;
        while (stack.nextTimeout() <= now) {
            stack.onTimeout(now);
        }
        assertThat(receive(fragment(1, 0, true, new byte[8]))).isEqualTo(Rule.FRAGMENT_KEPT);
    }

    /** Options, extension headers and fragments out of nothing: whatever they are, one rule says what became of each. */
    @Test
    void randomHeadersNeitherThrowNorGoUncounted() {
        Random random = new Random(7);
        int[] protocols = {0, 1, 6, 17, 43, 44, 44, 44, 50, 58, 59, 60};
        for (int i = 0; i < 200_000; i++) {
            boolean v6 = random.nextBoolean();
            byte[] payload = new byte[random.nextInt(80)];
            random.nextBytes(payload);
            for (int at = 0; at < payload.length; at += 8) {
                payload[at] = (byte) protocols[random.nextInt(protocols.length)];
                if (at + 5 < payload.length && random.nextInt(4) > 0) {
                    payload[at + 1] = (byte) random.nextInt(2);
                    Bytes.putShort(payload, at + 2, random.nextInt(16) << 3 | random.nextInt(2));
                    Bytes.putShort(payload, at + 4, 0);
                }
            }
            int fragment = random.nextInt(16) | random.nextInt(2) << 13;
            int id = random.nextInt(8);
            byte[] packet =
                    packet(v6, v6 ? PEER_V6 : PEER, protocols[random.nextInt(protocols.length)], id, fragment, payload);
            int words = Math.min(random.nextInt(5), payload.length / 4);
            if (!v6 && words > 0) {
                packet[0] += (byte) words;
                Bytes.putShort(packet, 10, 0);
                Bytes.putShort(packet, 10, Checksum.complement(0, Checksum.sum(packet, 0, 20 + 4 * words)));
            }
            long before = Arrays.stream(Rule.values()).mapToLong(stack::counted).sum();
            receive(packet);
            assertThat(Arrays.stream(Rule.values()).mapToLong(stack::counted).sum())
                    .isGreaterThan(before);
            now += SECOND / 100;
            while (stack.nextTimeout() <= now) {
                stack.onTimeout(now);
            }
        }
        assertThat(stack.counted(Rule.FRAGMENT_OVERLAPS)).isPositive();
        assertThat(stack.counted(Rule.REASSEMBLED)).isPositive();
        assertThat(stack.counted(Rule.IP_BAD_OPTION)).isPositive();
    }

    @Test
    void aPacketHasNoMoreThanSixtyFourGaps() {
        Rule rule = Rule.FRAGMENT_KEPT;
        int runs = 0;
        while (rule == Rule.FRAGMENT_KEPT) {
            rule = receive(fragment(7, 16 * runs++, true, new byte[8]));
        }
        assertThat(rule).isEqualTo(Rule.FRAGMENT_NO_ROOM);
        assertThat(runs).isEqualTo(65);
    }

    private Rule receiveSyn(String destination, int port, int flags, int length) {
        byte[] packet = new byte[IpHeader.V4_LENGTH + length];
        IpAddress to = IpAddress.parse(destination);
        IpHeader.write(packet, 0, PEER.high(), PEER.low(), to.high(), to.low(), length, IpHeader.TCP, 0, 64, 1, 0);
        byte[] header = new byte[TcpHeader.LENGTH];
        TcpHeader.write(header, 0, 4000, port, 1, 0, TcpHeader.LENGTH, flags, 1000);
        TcpHeader.seal(header, 0, TcpHeader.LENGTH, PEER.high(), PEER.low(), to.high(), to.low());
        System.arraycopy(header, 0, packet, IpHeader.V4_LENGTH, length);
        return receive(packet);
    }

    @ParameterizedTest
    @ValueSource(strings = {"255.255.255.255", "224.0.0.1", "192.168.255.255"})
    void whatIsSentToAllHostsIsNotAnswered(String address) {
        stack.addBroadcast(IpAddress.parse("192.168.255.255"));
        int listener = stack.socket(Stack.AF_INET);
        stack.bind(listener, IpAddress.ANY_V4, 80);
        stack.listen(listener, 1);
        assertThat(receiveSyn(address, 80, TcpHeader.SYN, TcpHeader.LENGTH)).isEqualTo(Rule.SYN_BROADCAST);
        assertThat(receiveSyn(address, 81, TcpHeader.SYN, TcpHeader.LENGTH)).isEqualTo(Rule.BROADCAST_IGNORED);
        assertThat(receiveSyn(address, 80, TcpHeader.ACK, TcpHeader.LENGTH)).isEqualTo(Rule.LISTENER_ACK_RESET);
        assertThat(sent).isEmpty();
        assertThat(stack.counter(Counter.ListenDrops)).isEqualTo(1);
        assertThat(stack.counter(Counter.OutRsts)).isEqualTo(1);
        assertThat(stack.counter(Counter.InSegs)).isEqualTo(3);
        assertThat(stack.counter(Counter.InAddrErrors)).isZero();
    }

    @Test
    void aTruncatedSegmentIsNoError() {
        assertThat(receiveSyn("192.168.0.1", 80, TcpHeader.SYN, 12)).isEqualTo(Rule.TCP_TRUNCATED);
        assertThat(stack.counter(Counter.InSegs)).isEqualTo(1);
        assertThat(stack.counter(Counter.InErrs)).isZero();
    }
}

package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.Segment.Defect;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentTest {
    private static final IpAddress A4 = IpAddress.parse("192.0.2.1");
    private static final IpAddress B4 = IpAddress.parse("198.51.100.2");
    private static final IpAddress A6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress B6 = IpAddress.parse("2001:db8:ffff::2");

    private final Random random = new Random(9293);
    private final Segment segment = new Segment();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasWrittenIsRead(boolean ipv6) {
        byte[] packet = withOffset(synTo(ipv6 ? A6 : A4, ipv6 ? B6 : B4), 5);
        assertThat(segment.parse(packet, 5, packet.length - 5)).isEqualTo(Defect.NONE);
        IpAddress source = ipv6 ? A6 : A4;
        IpAddress destination = ipv6 ? B6 : B4;
        assertThat(new IpAddress(segment.sourceHigh(), segment.sourceLow())).isEqualTo(source);
        assertThat(new IpAddress(segment.destinationHigh(), segment.destinationLow()))
                .isEqualTo(destination);
        assertThat(segment.sourcePort()).isEqualTo(65535);
        assertThat(segment.destinationPort()).isEqualTo(80);
        assertThat(segment.seq()).isEqualTo(0x89ab_cdef);
        assertThat(segment.ack()).isEqualTo(0xfedc_ba98);
        assertThat(segment.flags()).isEqualTo(TcpHeader.SYN | TcpHeader.CWR);
        assertThat(segment.has(TcpHeader.SYN)).isTrue();
        assertThat(segment.has(TcpHeader.ACK)).isFalse();
        assertThat(segment.window()).isEqualTo(65535);
        assertThat(segment.mss()).isEqualTo(1460);
        assertThat(segment.sackPermitted()).isTrue();
        assertThat(segment.hasTimestamps()).isTrue();
        assertThat(segment.tsValue()).isEqualTo(0x8000_0001);
        assertThat(segment.tsEcho()).isEqualTo(7);
        assertThat(segment.windowScale()).isEqualTo(7);
        assertThat(segment.payloadLength()).isEqualTo(3);
        assertThat(segment.endSeq()).isEqualTo(0x89ab_cdef + 4);
        int at = segment.payloadOffset();
        assertThat(Arrays.copyOfRange(segment.bytes(), at, at + 3)).containsExactly(1, 2, 3);
    }

    @Test
    void oneSegmentForgetsThePacketBefore() {
        byte[] syn = synTo(A4, B4);
        byte[] plain = packet(A4, B4, TcpHeader.ACK, new byte[0], new byte[0]);
        assertThat(segment.parse(syn, 0, syn.length)).isEqualTo(Defect.NONE);
        assertThat(segment.parse(plain, 0, plain.length)).isEqualTo(Defect.NONE);
        assertThat(segment.mss()).isZero();
        assertThat(segment.windowScale()).isNegative();
        assertThat(segment.sackPermitted()).isFalse();
        assertThat(segment.hasTimestamps()).isFalse();
        assertThat(segment.seqLength()).isZero();
    }

    @Test
    void bytesAfterThePacketAreNotItsPayload() {
        byte[] packet = synTo(A4, B4);
        byte[] padded = Arrays.copyOf(packet, packet.length + 6);
        assertThat(segment.parse(padded, 0, padded.length)).isEqualTo(Defect.NONE);
        assertThat(segment.payloadLength()).isEqualTo(3);
    }

    @Test
    void optionsOfAnIpv4HeaderAreSkipped() {
        byte[] packet = synTo(A4, B4);
        byte[] wider = new byte[packet.length + 8];
        System.arraycopy(packet, 0, wider, 0, 20);
        System.arraycopy(packet, 20, wider, 28, packet.length - 20);
        wider[0] = 0x47;
        Bytes.putShort(wider, 2, wider.length);
        sealIp(wider);
        assertThat(segment.parse(wider, 0, wider.length)).isEqualTo(Defect.NONE);
        assertThat(segment.mss()).isEqualTo(1460);
    }

    @Test
    void sackBlocksAreRead() {
        byte[] options = new byte[TcpOptions.sackLength(2)];
        TcpOptions.writeSackHeader(options, 0, 2);
        TcpOptions.writeSackBlock(options, 0, 0, 100, 200);
        TcpOptions.writeSackBlock(options, 0, 1, -5, 5);
        byte[] packet = packet(A6, B6, TcpHeader.ACK, options, new byte[0]);
        assertThat(segment.parse(packet, 0, packet.length)).isEqualTo(Defect.NONE);
        assertThat(segment.sackBlocks()).isEqualTo(2);
        assertThat(segment.sackLeft(0)).isEqualTo(100);
        assertThat(segment.sackRight(0)).isEqualTo(200);
        assertThat(segment.sackLeft(1)).isEqualTo(-5);
        assertThat(segment.sackRight(1)).isEqualTo(5);
    }

    @Test
    void aWindowScaleAbove14Counts14() {
        byte[] packet = packet(A4, B4, TcpHeader.SYN, new byte[] {3, 3, (byte) 200, 0}, new byte[0]);
        assertThat(segment.parse(packet, 0, packet.length)).isEqualTo(Defect.NONE);
        assertThat(segment.windowScale()).isEqualTo(14);
    }

    @Test
    void senselessOptionsEndTheListAndTheSegmentCounts() {
        byte[][] lists = {
            {2, 4, 5, (byte) 180, 3, 0, 0, 0}, // length 0
            {2, 4, 5, (byte) 180, 3, 1, 7, 0}, // length 1
            {2, 4, 5, (byte) 180, 3, 9, 7, 0}, // beyond the header
            {2, 4, 5, (byte) 180, 1, 1, 1, 3}, // no room for a length
            {2, 4, 5, (byte) 180, 0, 3, 3, 7}, // after END
        };
        for (byte[] options : lists) {
            byte[] packet = packet(A4, B4, TcpHeader.SYN, options, new byte[] {3, 7});
            assertThat(segment.parse(packet, 0, packet.length)).isEqualTo(Defect.NONE);
            assertThat(segment.mss()).isEqualTo(1460);
            assertThat(segment.windowScale()).isEqualTo(-1);
        }
    }

    @Test
    void everyTruncationIsADefect() {
        for (byte[] packet : new byte[][] {synTo(A4, B4), synTo(A6, B6)}) {
            for (int length = 0; length < packet.length; length++) {
                byte[] exact = Arrays.copyOf(packet, length);
                assertThat(segment.parse(exact, 0, length)).isIn(Defect.NOT_IP, Defect.IP_BAD_LENGTH);
            }
        }
    }

    @Test
    void everyWrongBitOfAnIpv4PacketIsADefect() {
        byte[] packet = synTo(A4, B4);
        for (int bit = 0; bit < 8 * packet.length; bit++) {
            byte[] damaged = packet.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(segment.parse(damaged, 0, damaged.length))
                    .as("bit %d", bit)
                    .isNotEqualTo(Defect.NONE);
        }
    }

    @Test
    void defectsAreTold() {
        assertDefect(Defect.NOT_IP, 0, 0x50);
        assertDefect(Defect.IP_BAD_LENGTH, 0, 0x44);
        assertDefect(Defect.IP_BAD_LENGTH, 2, 1);
        assertDefect(Defect.IP_BAD_LENGTH, 3, 19);
        assertDefect(Defect.IP_FRAGMENT, 6, 0x20);
        assertDefect(Defect.IP_FRAGMENT, 7, 0x01);
        assertDefect(Defect.NOT_TCP, 9, 17);
        assertDefect(Defect.IP_MARTIAN, 12, 224);
        assertDefect(Defect.IP_MARTIAN, 12, 239);
        assertDefect(Defect.TCP_BAD_LENGTH, 32, 0x40);
        assertDefect(Defect.TCP_TRUNCATED, 32, 0xf0);
        byte[] packet = synTo(A4, B4);
        packet[10]++;
        assertThat(segment.parse(packet, 0, packet.length)).isEqualTo(Defect.IP_BAD_CHECKSUM);
    }

    @Test
    void aMappedAddressInAnIpv6HeaderIsMartian() {
        byte[] packet = synTo(A6, B6);
        Bytes.putLong(packet, 8, 0);
        Bytes.putLong(packet, 16, A4.low());
        assertThat(segment.parse(packet, 0, packet.length)).isEqualTo(Defect.IP_MARTIAN);
    }

    @Test
    void noBytesMakeItThrowOrReadBeyondThem() {
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = random.nextBoolean() ? synTo(A4, B4) : synTo(A6, B6);
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            if (bytes[0] == 0x45) {
                sealIp(bytes);
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
            byte[] exact = Arrays.copyOf(bytes, length);
            assertThat(segment.parse(exact, 0, length)).isNotNull();
        }
    }

    private void assertDefect(Defect defect, int at, int value) {
        byte[] packet = synTo(A4, B4);
        packet[at] = (byte) value;
        if ((packet[0] & 0xf) == 5) {
            sealIp(packet);
        }
        assertThat(segment.parse(packet, 0, packet.length)).isEqualTo(defect);
    }

    private static byte[] synTo(IpAddress source, IpAddress destination) {
        byte[] options = new byte[TcpOptions.synLength(true, true, 7)];
        TcpOptions.writeSyn(options, 0, 1460, true, true, 0x8000_0001, 7, 7);
        return packet(source, destination, TcpHeader.SYN | TcpHeader.CWR, options, new byte[] {1, 2, 3});
    }

    private static byte[] packet(IpAddress source, IpAddress destination, int flags, byte[] options, byte[] payload) {
        int tcp = IpHeader.lengthFor(destination.high(), destination.low());
        int header = TcpHeader.LENGTH + options.length;
        byte[] packet = new byte[tcp + header + payload.length];
        int length = packet.length - tcp;
        IpHeader.write(
                packet, 0, source.high(), source.low(), destination.high(), destination.low(), length, 0, 64, 12345);
        TcpHeader.write(packet, tcp, 65535, 80, 0x89ab_cdef, 0xfedc_ba98, header, flags, 65535);
        System.arraycopy(options, 0, packet, tcp + TcpHeader.LENGTH, options.length);
        System.arraycopy(payload, 0, packet, tcp + header, payload.length);
        TcpHeader.seal(packet, tcp, length, source.high(), source.low(), destination.high(), destination.low());
        return packet;
    }

    private static void sealIp(byte[] packet) {
        int header = (packet[0] & 0xf) * 4;
        Bytes.putShort(packet, 10, 0);
        Bytes.putShort(packet, 10, Checksum.complement(Checksum.sum(packet, 0, header), 0));
    }

    private static byte[] withOffset(byte[] packet, int offset) {
        byte[] shifted = new byte[offset + packet.length];
        System.arraycopy(packet, 0, shifted, offset, packet.length);
        return shifted;
    }
}

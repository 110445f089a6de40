package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.Segment.Defect;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is read in one go is what reading step by step finds, of packets as they come and of all that may be wrong with one. */
class UsualSegmentTest {
    private static final int TCP = IpHeader.V4_LENGTH;
    private static final int ROUNDS = 100_000;

    private final Random random = new Random(791);
    private final Segment oneGo = new Segment();
    private final Segment stepByStep = new Segment();

    @Test
    void bothReadTheSame() {
        int good = 0;
        for (int i = 0; i < ROUNDS; i++) {
            int offset = random.nextInt(8);
            byte[] packet = packet(offset);
            if (random.nextBoolean()) {
                damage(packet, offset);
            }
            int length = packet.length - offset - (random.nextInt(8) == 0 ? random.nextInt(packet.length - offset) : 0);
            Defect defect = oneGo.parse(packet, offset, length);
            assertThat(defect).isEqualTo(stepByStep.parseAny(packet, offset, length));
            if (defect == Defect.NONE) {
                good++;
                assertThat(all(oneGo)).isEqualTo(all(stepByStep));
            }
        }
        assertThat(good).isBetween(ROUNDS / 3, ROUNDS * 9 / 10);
    }

    /** A SYN, or a segment with timestamps, other options or none, and data of any length. */
    private byte[] packet(int offset) {
        byte[] options = new byte[40];
        int length = 4 * random.nextInt(11);
        switch (random.nextInt(4)) {
            case 0 -> {
                TcpOptions.writeSyn(
                        options, 0, random.nextInt(1 << 16), true, true, number(), number(), random.nextInt(20));
                length = TcpOptions.synLength(true, true, 0);
            }
            case 1, 2 -> {
                TcpOptions.writeTimestamp(options, 0, number(), number());
                length = TcpOptions.TIMESTAMP_LENGTH;
            }
            default -> random.nextBytes(options);
        }
        int data = random.nextBoolean() ? 0 : random.nextInt(600);
        int header = TcpHeader.LENGTH + length;
        byte[] packet = new byte[offset + TCP + header + data];
        random.nextBytes(packet);
        System.arraycopy(options, 0, packet, offset + TCP + TcpHeader.LENGTH, length);
        TcpHeader.write(
                packet,
                offset + TCP,
                number() >>> 16,
                number() >>> 16,
                number(),
                number(),
                header,
                random.nextInt(256),
                number());
        TcpHeader.writeUrgentPointer(packet, offset + TCP, number());
        seal(packet, offset, header + data, address(), address());
        return packet;
    }

    private static void seal(byte[] packet, int offset, int length, int source, int destination) {
        long from = IpAddress.mapped(source);
        long to = IpAddress.mapped(destination);
        IpHeader.write(packet, offset, 0, from, 0, to, length, source & 0xff, 64, destination);
        TcpHeader.seal(packet, offset + TCP, length, 0, from, 0, to);
    }

    /** Among them some that no peer can have. */
    private int address() {
        int usual = number();
        return switch (random.nextInt(40)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> 0xe000_0000 | usual >>> 4;
            default -> usual;
        };
    }

    private int number() {
        return random.nextInt(4) == 0 ? random.nextInt(3) - 1 : random.nextInt();
    }

    /** A field of a header is another, and half of the time both checksums agree. */
    private void damage(byte[] packet, int offset) {
        int at = random.nextInt(Math.min(60, packet.length - offset));
        packet[offset + at] ^= (byte) (1 << random.nextInt(8));
        int length = packet.length - offset - TCP;
        if (random.nextBoolean()) {
            Bytes.putShort(packet, offset + IpHeader.V4_CHECKSUM, 0);
            int sum = Checksum.sum(packet, offset, TCP);
            Bytes.putShort(packet, offset + IpHeader.V4_CHECKSUM, Checksum.complement(0, sum));
            Bytes.putShort(packet, offset + TCP + TcpHeader.CHECKSUM, 0);
            long source = Bytes.getInt(packet, offset + IpHeader.V4_SOURCE);
            long destination = Bytes.getInt(packet, offset + IpHeader.V4_DESTINATION);
            TcpHeader.seal(packet, offset + TCP, length, 0, IpAddress.mapped((int) source), 0, IpAddress.mapped((int)
                    destination));
        }
    }

    private static List<Object> all(Segment s) {
        List<Object> header = List.of(
                s.sourceHigh(),
                s.sourceLow(),
                s.destinationHigh(),
                s.destinationLow(),
                s.sourcePort(),
                s.destinationPort(),
                s.seq(),
                s.ack(),
                s.flags(),
                s.window());
        List<Object> places = List.of(
                s.ipOffset(),
                s.ipLength(),
                s.transportOffset(),
                s.transportLength(),
                s.protocol(),
                s.protocolOffset(),
                s.payloadOffset(),
                s.payloadLength(),
                s.isAtomicFragment());
        List<Object> options = List.of(
                s.mss(),
                s.windowScale(),
                s.sackPermitted(),
                s.hasTimestamps(),
                s.sackBlocks(),
                s.cookieLength(),
                s.signature());
        List<Object> stamps = s.hasTimestamps() ? List.of(s.tsValue(), s.tsEcho()) : List.of();
        return List.of(header, places, options, stamps);
    }
}

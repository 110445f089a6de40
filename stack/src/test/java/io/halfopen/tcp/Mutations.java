package io.halfopen.tcp;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.Arrays;
import java.util.Random;

/** What may become of a good packet on its way from somebody who wants to do harm. */
final class Mutations {
    private static final int[] MARTIANS = {0, -1, 0xe000_0001, 0x7f00_0001, 0xf000_0000};

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    byte[] of(byte[] packet) {
        int choice = random.nextInt(12);
        if (choice > 3 && packet[ip(packet) == IpHeader.V4_LENGTH ? 9 : 6] != IpHeader.TCP) {
            return packet;
        }
        return switch (choice) {
            case 0 -> Arrays.copyOf(packet, random.nextInt(packet.length + 1));
            case 1 -> Arrays.copyOf(packet, packet.length + random.nextInt(100));
            case 2 -> noise();
            case 3 -> flipped(packet);
            case 4 -> sealed(withWrongLength(packet));
            case 5 -> sealed(withMartian(packet));
            case 6 -> sealed(flipped(packet));
            case 7 -> sealed(withRandomOptions(packet));
            case 8 -> sealed(withField(packet, 4, near(Bytes.getInt(packet, ip(packet) + 4))));
            case 9 -> sealed(withField(packet, 8, near(Bytes.getInt(packet, ip(packet) + 8))));
            case 10 -> sealed(withRandomFlags(packet));
            default -> packet;
        };
    }

    private byte[] noise() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
        }
        return bytes;
    }

    private byte[] flipped(byte[] packet) {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return packet;
    }

    private byte[] withWrongLength(byte[] packet) {
        int ip = ip(packet);
        int length = random.nextBoolean() ? random.nextInt(0x10000) : packet.length + random.nextInt(9) - 4;
        switch (random.nextInt(3)) {
            case 0 -> packet[0] = (byte) (packet[0] & 0xf0 | random.nextInt(16));
            case 1 -> Bytes.putShort(packet, ip == IpHeader.V4_LENGTH ? 2 : 4, length);
            default -> packet[ip + 12] = (byte) (random.nextInt(16) << 4);
        }
        return packet;
    }

    private byte[] withMartian(byte[] packet) {
        boolean source = random.nextBoolean();
        if (ip(packet) == IpHeader.V4_LENGTH) {
            Bytes.putInt(packet, source ? 12 : 16, MARTIANS[random.nextInt(MARTIANS.length)]);
        } else {
            Bytes.putLong(packet, source ? 8 : 24, random.nextBoolean() ? 0 : 0xff02L << 48);
            Bytes.putLong(packet, source ? 16 : 32, random.nextInt(3) - 1L);
        }
        return packet;
    }

    /** Up to forty octets of kinds and lengths, sensible or not, before the data. */
    private byte[] withRandomOptions(byte[] packet) {
        int tcp = ip(packet);
        int old = (packet[tcp + 12] >>> 4 & 0xf) * 4;
        int options = random.nextInt(11) * 4;
        byte[] wider = new byte[packet.length - old + TcpHeader.LENGTH + options];
        System.arraycopy(packet, 0, wider, 0, tcp + TcpHeader.LENGTH);
        int data = tcp + TcpHeader.LENGTH + options;
        System.arraycopy(packet, tcp + old, wider, data, packet.length - tcp - old);
        for (int at = tcp + TcpHeader.LENGTH; at < data; at++) {
            wider[at] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(11));
        }
        wider[tcp + 12] = (byte) (TcpHeader.LENGTH + options << 2);
        Bytes.putShort(wider, tcp == IpHeader.V4_LENGTH ? 2 : 4, wider.length - (tcp == IpHeader.V4_LENGTH ? 0 : tcp));
        return wider;
    }

    private byte[] withRandomFlags(byte[] packet) {
        packet[ip(packet) + 13] = (byte) random.nextInt();
        if (random.nextBoolean()) {
            Bytes.putShort(packet, ip(packet) + 14, random.nextInt());
        }
        return packet;
    }

    private static byte[] withField(byte[] packet, int at, int value) {
        Bytes.putInt(packet, ip(packet) + at, value);
        return packet;
    }

    /** The same, one beside it, somewhere within a window, half a turn away, or anything. */
    private int near(int number) {
        return switch (random.nextInt(5)) {
            case 0 -> number + 1;
            case 1 -> number - 1;
            case 2 -> number + random.nextInt(140_000) - 70_000;
            case 3 -> number + Integer.MIN_VALUE + random.nextInt(3) - 1;
            default -> random.nextInt();
        };
    }

    private static int ip(byte[] packet) {
        return packet[0] >>> 4 == 4 ? IpHeader.V4_LENGTH : IpHeader.V6_LENGTH;
    }

    /** Both checksums made right where the packet is long enough to have them. */
    private static byte[] sealed(byte[] packet) {
        if (packet.length < 20 || packet[0] >>> 4 != 4 && packet.length < 40) {
            return packet;
        }
        boolean v4 = packet[0] >>> 4 == 4;
        int header = v4 ? Math.max(20, (packet[0] & 0xf) * 4) : IpHeader.V6_LENGTH;
        if (v4 && header <= packet.length) {
            Bytes.putShort(packet, 10, 0);
            Bytes.putShort(packet, 10, Checksum.complement(Checksum.sum(packet, 0, header), 0));
        }
        int length = Bytes.getShort(packet, v4 ? 2 : 4) - (v4 ? header : 0);
        if (length < TcpHeader.LENGTH || header + length > packet.length) {
            return packet;
        }
        int addresses = v4 ? Checksum.sum(packet, 12, 8) : Checksum.sum(packet, 8, 32);
        Bytes.putShort(packet, header + 16, 0);
        int sum = addresses + IpHeader.TCP + length + Checksum.sum(packet, header, length);
        Bytes.putShort(packet, header + 16, Checksum.complement(sum, 0));
        return packet;
    }
}

package io.halfopen.sim;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a router on the way does to a packet, other than pass it on. */
final class Router {
    /** Addresses for documentation and benchmarks (RFC 5737, RFC 3849): no host of a world has them by chance. */
    private static final int V4_ADDRESS = 0xc633_64fe;

    private static final long V6_HIGH = 0x2001_0db8_ffff_0000L;
    private static final long V6_LOW = 1;

    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final int ICMP_HEADER = 8;
    private static final int ICMP = 1;
    private static final int ICMP_V6 = 58;

    /** RFC 4443, section 2.4: an error is no longer than the least MTU of IPv6. */
    private static final int LONGEST_V6_ERROR = 1280;

    /** RFC 1812, section 4.3.2.3. */
    private static final int LONGEST_V4_ERROR = 576;

    private Router() {}

    /** IPv4 without DF. */
    static boolean mayFragment(byte[] packet) {
        return IpHeader.version(packet, 0) == 4 && (Bytes.getShort(packet, 6) & DONT_FRAGMENT) == 0;
    }

    /** RFC 791, section 3.2. */
    static List<byte[]> fragments(byte[] packet, int mtu) {
        int header = (packet[0] & 0xf) * 4;
        int room = Math.max(8, mtu - header & -8);
        int field = Bytes.getShort(packet, 6);
        List<byte[]> fragments = new ArrayList<>();
        for (int at = header; at < packet.length; at += room) {
            int length = Math.min(room, packet.length - at);
            byte[] fragment = Arrays.copyOf(packet, header + length);
            System.arraycopy(packet, at, fragment, header, length);
            boolean more = at + length < packet.length || (field & MORE_FRAGMENTS) != 0;
            int offset = (field & FRAGMENT_OFFSET) + (at - header) / 8;
            Bytes.putShort(fragment, 6, offset | (more ? MORE_FRAGMENTS : 0));
            Bytes.putShort(fragment, 2, fragment.length);
            seal(fragment, header);
            fragments.add(fragment);
        }
        return fragments;
    }

    private static void seal(byte[] packet, int header) {
        Bytes.putShort(packet, 10, 0);
        Bytes.putShort(packet, 10, Checksum.complement(0, Checksum.sum(packet, 0, header)));
    }

    /** The error for the sender of what does not fit: RFC 1191, section 4, and RFC 4443, section 3.2. */
    static byte[] tooBig(byte[] packet, int mtu) {
        return IpHeader.version(packet, 0) == 4 ? tooBigV4(packet, mtu) : tooBigV6(packet, mtu);
    }

    private static byte[] tooBigV4(byte[] packet, int mtu) {
        int quoted = Math.min(packet.length, LONGEST_V4_ERROR - IpHeader.V4_LENGTH - ICMP_HEADER);
        int length = IpHeader.V4_LENGTH + ICMP_HEADER + quoted;
        byte[] error = new byte[length];
        int source = Bytes.getInt(packet, 12);
        Bytes.putInt(error, 0, 0x45c0 << 16 | length);
        Bytes.putInt(error, 8, 64 << 24 | ICMP << 16);
        Bytes.putInt(error, 12, V4_ADDRESS);
        Bytes.putInt(error, 16, source);
        seal(error, IpHeader.V4_LENGTH);
        int icmp = IpHeader.V4_LENGTH;
        Bytes.putInt(error, icmp, 3 << 24 | 4 << 16);
        Bytes.putInt(error, icmp + 4, mtu);
        System.arraycopy(packet, 0, error, icmp + ICMP_HEADER, quoted);
        Bytes.putShort(error, icmp + 2, Checksum.complement(0, Checksum.sum(error, icmp, length - icmp)));
        return error;
    }

    private static byte[] tooBigV6(byte[] packet, int mtu) {
        int quoted = Math.min(packet.length, LONGEST_V6_ERROR - IpHeader.V6_LENGTH - ICMP_HEADER);
        byte[] error = new byte[IpHeader.V6_LENGTH + ICMP_HEADER + quoted];
        Bytes.putInt(error, 0, 6 << 28);
        Bytes.putInt(error, 4, ICMP_HEADER + quoted << 16 | ICMP_V6 << 8 | 64);
        Bytes.putLong(error, 8, V6_HIGH);
        Bytes.putLong(error, 16, V6_LOW);
        System.arraycopy(packet, 8, error, 24, 16);
        int icmp = IpHeader.V6_LENGTH;
        error[icmp] = 2;
        Bytes.putInt(error, icmp + 4, mtu);
        System.arraycopy(packet, 0, error, icmp + ICMP_HEADER, quoted);
        int icmpLength = error.length - icmp;
        long pseudo =
                Checksum.pseudoHeader(V6_HIGH, V6_LOW, Bytes.getLong(error, 24), Bytes.getLong(error, 32), icmpLength);
        pseudo += ICMP_V6 - IpHeader.TCP;
        Bytes.putShort(error, icmp + 2, Checksum.complement(pseudo, Checksum.sum(error, icmp, icmpLength)));
        return error;
    }

    /**
     * One bit is flipped, or the end is missing: what checksum and length must find. Of a fragment it is a bit of the
     * header, since in what two fragments carry for one checksum two flips may cancel each other.
     */
    static byte[] corrupt(byte[] packet, Link chance) {
        if (chance.below(4) == 0) {
            return Arrays.copyOf(packet, chance.below(packet.length));
        }
        byte[] damaged = packet.clone();
        int at = chance.below(isFragment(packet) ? IpHeader.V4_LENGTH : damaged.length);
        damaged[at] ^= (byte) (1 << chance.below(8));
        return damaged;
    }

    private static boolean isFragment(byte[] packet) {
        boolean v4 = packet.length >= IpHeader.V4_LENGTH && IpHeader.version(packet, 0) == 4;
        return v4 && (Bytes.getShort(packet, 6) & 0x3fff) != 0; // more of them follow, or went before
    }

    /** Congestion experienced, where the sender can hear of it (RFC 3168, section 5). */
    static void mark(byte[] packet) {
        if (packet.length < IpHeader.V4_LENGTH) {
            return;
        }
        boolean v4 = IpHeader.version(packet, 0) == 4;
        int ecn = v4 ? packet[1] & IpHeader.ECN_MASK : packet[1] >>> 4 & IpHeader.ECN_MASK;
        if (ecn == 0) {
            return;
        }
        if (v4) {
            packet[1] |= IpHeader.CONGESTION_EXPERIENCED;
            seal(packet, (packet[0] & 0xf) * 4);
        } else {
            packet[1] |= IpHeader.CONGESTION_EXPERIENCED << 4;
        }
    }
}

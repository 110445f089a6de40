package io.halfopen.link.ether;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;

/**
 * A neighbour solicitation or advertisement in its frame: what ARP is to IPv4 (RFC 4861, sections 4.3 and 4.4).
 *
 * <pre>
 *  type 1 | code 1 | checksum 2 | flags 4 | target 16 | options: type 1, length in eights of octets 1, station 6
 * </pre>
 */
final class Discovery {
    private static final int IP = EtherFrame.LENGTH;
    private static final int PAYLOAD_LENGTH = IP + 4;
    private static final int NEXT_HEADER = IP + 6;
    private static final int HOP_LIMIT = IP + 7;
    private static final int SOURCE = IP + 8;
    private static final int ICMP = IP + IpHeader.V6_LENGTH;
    private static final int CODE = ICMP + 1;
    private static final int CHECKSUM = ICMP + 2;
    private static final int FLAGS = ICMP + 4;
    private static final int TARGET = ICMP + 8;
    private static final int OPTIONS = ICMP + 24;
    private static final int OPTION = 8;

    /** Of one that is written, frame and all. */
    static final int END = OPTIONS + OPTION;

    private static final byte SOLICITATION = (byte) 135;
    private static final byte ADVERTISEMENT = (byte) 136;

    /** The whole way: a router would have made it less. */
    private static final int HOPS = 255;

    private static final int SOURCE_STATION = 1;
    private static final int TARGET_STATION = 2;
    private static final int SOLICITED = 0x4000_0000;
    private static final int OVERRIDE = 0x2000_0000;

    /** ff02::1:ff00:0/104, the group that a host is in for each of its addresses (RFC 4291, section 2.7.1). */
    private static final long GROUP_HIGH = 0xff02_0000_0000_0000L;

    private static final long GROUP_LOW = 0x1_ff00_0000L;
    private static final long LAST_24_BITS = 0xff_ffffL;

    private static final long ALL_NODES_LOW = 1;

    private Discovery() {}

    /** Whether it is one of either kind, and nobody further away than a neighbour can have sent it (RFC 4861, 7.1). */
    static boolean isValid(byte[] bytes, int frame, int end) {
        if (end - frame < OPTIONS
                || IpHeader.version(bytes, frame + IP) != 6
                || bytes[frame + NEXT_HEADER] != IpHeader.ICMP_V6
                || bytes[frame + ICMP] != SOLICITATION && bytes[frame + ICMP] != ADVERTISEMENT
                || Bytes.getByte(bytes, frame + HOP_LIMIT) != HOPS
                || bytes[frame + CODE] != 0) {
            return false;
        }
        int length = Bytes.getShort(bytes, frame + PAYLOAD_LENGTH);
        return length >= OPTIONS - ICMP
                && frame + ICMP + length <= end
                && Checksum.isIntact(pseudo(bytes, frame, length), Checksum.sum(bytes, frame + ICMP, length));
    }

    private static long pseudo(byte[] bytes, int frame, int length) {
        return (long) Checksum.sum(bytes, frame + SOURCE, 32) + IpHeader.ICMP_V6 + length;
    }

    static boolean isSolicitation(byte[] bytes, int frame) {
        return bytes[frame + ICMP] == SOLICITATION;
    }

    static long targetHigh(byte[] bytes, int frame) {
        return Bytes.getLong(bytes, frame + TARGET);
    }

    static long targetLow(byte[] bytes, int frame) {
        return Bytes.getLong(bytes, frame + TARGET + 8);
    }

    /** What it says of its sender's station, or of its target's; that of no station if it does not. */
    static long station(byte[] bytes, int frame) {
        int wanted = isSolicitation(bytes, frame) ? SOURCE_STATION : TARGET_STATION;
        int end = frame + ICMP + Bytes.getShort(bytes, frame + PAYLOAD_LENGTH);
        int at = frame + OPTIONS;
        while (at + OPTION <= end && bytes[at + 1] != 0) {
            if (bytes[at] == wanted && bytes[at + 1] == 1) {
                long station = EtherFrame.station(bytes, at + 2);
                return EtherFrame.isStation(station) ? station : EtherFrame.NONE;
            }
            at += Bytes.getByte(bytes, at + 1) * OPTION;
        }
        return EtherFrame.NONE;
    }

    /** Where questions about an address with these last bits are sent: its station. */
    static long groupStation(long low) {
        return EtherFrame.groupV6(groupLow(low));
    }

    private static long groupLow(long low) {
        return GROUP_LOW | low & LAST_24_BITS;
    }

    /** A question to those who may have the address. */
    static void writeSolicitation(byte[] bytes, long station, IpAddress address, long targetHigh, long targetLow) {
        EtherFrame.write(bytes, 0, groupStation(targetLow), station, EtherFrame.IPV6);
        writeIp(bytes, address, GROUP_HIGH, groupLow(targetLow));
        write(bytes, SOLICITATION, 0, targetHigh, targetLow, SOURCE_STATION, station);
    }

    /** The answer to one who has asked; to everybody if that one has no address yet (RFC 4861, section 7.2.4). */
    static void writeAdvertisement(
            byte[] bytes, long station, IpAddress address, long toStation, long toHigh, long toLow) {
        boolean toAll = IpAddress.isAny(toHigh, toLow);
        long high = toAll ? GROUP_HIGH : toHigh;
        long low = toAll ? ALL_NODES_LOW : toLow;
        EtherFrame.write(bytes, 0, toAll ? EtherFrame.groupV6(low) : toStation, station, EtherFrame.IPV6);
        writeIp(bytes, address, high, low);
        int flags = toAll ? OVERRIDE : OVERRIDE | SOLICITED;
        write(bytes, ADVERTISEMENT, flags, address.high(), address.low(), TARGET_STATION, station);
    }

    private static void writeIp(byte[] bytes, IpAddress from, long toHigh, long toLow) {
        int length = END - ICMP;
        IpHeader.write(bytes, IP, from.high(), from.low(), toHigh, toLow, length, IpHeader.ICMP_V6, 0, HOPS, 0, 0);
    }

    private static void write(
            byte[] bytes, byte type, int flags, long targetHigh, long targetLow, int option, long station) {
        bytes[ICMP] = type;
        bytes[CODE] = 0;
        Bytes.putShort(bytes, CHECKSUM, 0);
        Bytes.putInt(bytes, FLAGS, flags);
        Bytes.putLong(bytes, TARGET, targetHigh);
        Bytes.putLong(bytes, TARGET + 8, targetLow);
        bytes[OPTIONS] = (byte) option;
        bytes[OPTIONS + 1] = 1;
        EtherFrame.putStation(bytes, OPTIONS + 2, station);
        int length = END - ICMP;
        int sum = Checksum.sum(bytes, ICMP, length);
        Bytes.putShort(bytes, CHECKSUM, Checksum.complement(pseudo(bytes, 0, length), sum));
    }
}

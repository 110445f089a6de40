package io.halfopen.wire;

/**
 * The two IP headers (RFC 791, RFC 8200): offsets first, then the writer. Reading is {@link Segment}'s work.
 *
 * <pre>
 *  0                   1                   2                   3
 *  |version|  ihl  |      tos      |         total length          |
 *  |              id               |flags|     fragment offset     |
 *  |      ttl      |   protocol    |           checksum            |
 *  |                            source                             |
 *  |                          destination                          |
 *
 *  |version| traffic class |              flow label               |
 *  |        payload length         |  next header  |   hop limit   |
 *  |                     source, 16 octets                         |
 *  |                  destination, 16 octets                       |
 * </pre>
 */
public final class IpHeader {
    public static final int TCP = 6;
    public static final int ICMP = 1;
    public static final int ICMP_V6 = 58;
    public static final int UDP = 17;

    /** IPv6's fragment header. */
    public static final int FRAGMENT = 44;

    public static final int V4_LENGTH = 20;
    public static final int V6_LENGTH = 40;

    static final int V4_TOS = 1;
    static final int V4_TOTAL_LENGTH = 2;
    static final int V4_ID = 4;
    static final int V4_FRAGMENT = 6;
    static final int V4_TTL = 8;
    static final int V4_PROTOCOL = 9;
    static final int V4_CHECKSUM = 10;
    static final int V4_SOURCE = 12;
    static final int V4_DESTINATION = 16;

    static final int V6_PAYLOAD_LENGTH = 4;
    static final int V6_NEXT_HEADER = 6;
    static final int V6_HOP_LIMIT = 7;
    static final int V6_SOURCE = 8;
    static final int V6_DESTINATION = 24;

    /** The low two bits of type of service and traffic class (RFC 3168): 0 for no ECN, 3 for congestion experienced. */
    public static final int ECN_MASK = 3;

    public static final int CONGESTION_EXPERIENCED = 3;

    /** ECT(0): whoever sent it heeds marks. */
    public static final int ECN_CAPABLE = 2;

    public static final int FLOW_LABEL_MASK = 0xfffff;

    public static final int MORE_FRAGMENTS = 0x2000;
    private static final int DONT_FRAGMENT = 0x4000;
    /** More-fragments flag and offset: any of these bits means "not a whole packet". */
    static final int FRAGMENT_MASK = 0x3fff;

    private IpHeader() {}

    public static int version(byte[] packet, int offset) {
        return packet[offset] >>> 4 & 0xf;
    }

    /** The length of the header of a whole TCP packet that has nothing but that; 0 of any other, or of something else. */
    static int plainLength(byte[] packet, int offset, int length) {
        if (length >= V4_LENGTH && packet[offset] == 0x45) {
            boolean whole = (Bytes.getShort(packet, offset + V4_FRAGMENT) & FRAGMENT_MASK) == 0;
            return whole && packet[offset + V4_PROTOCOL] == TCP ? V4_LENGTH : 0;
        }
        boolean v6 = length >= V6_LENGTH && version(packet, offset) == 6;
        return v6 && packet[offset + V6_NEXT_HEADER] == TCP ? V6_LENGTH : 0;
    }

    /** Whether this looks like a whole TCP packet without options of IPv4 or extension headers of IPv6. */
    public static boolean isPlainTcp(byte[] packet, int offset, int length) {
        return plainLength(packet, offset, length) > 0;
    }

    /** From whom a packet is; it has to have a whole header. */
    public static long sourceHigh(byte[] packet, int offset) {
        return version(packet, offset) == 4 ? 0 : Bytes.getLong(packet, offset + V6_SOURCE);
    }

    public static long sourceLow(byte[] packet, int offset) {
        return version(packet, offset) == 4
                ? IpAddress.mapped(Bytes.getInt(packet, offset + V4_SOURCE))
                : Bytes.getLong(packet, offset + V6_SOURCE + 8);
    }

    /** To whom a packet goes. */
    public static long destinationHigh(byte[] packet, int offset) {
        return version(packet, offset) == 4 ? 0 : Bytes.getLong(packet, offset + V6_DESTINATION);
    }

    public static long destinationLow(byte[] packet, int offset) {
        return version(packet, offset) == 4
                ? IpAddress.mapped(Bytes.getInt(packet, offset + V4_DESTINATION))
                : Bytes.getLong(packet, offset + V6_DESTINATION + 8);
    }

    /** The length of the header that {@link #write} makes for this destination. */
    public static int lengthFor(long destinationHigh, long destinationLow) {
        return IpAddress.isIpv4(destinationHigh, destinationLow) ? V4_LENGTH : V6_LENGTH;
    }

    /**
     * Writes the header of a TCP packet that is not to be fragmented. {@code tos} is IPv6's traffic class, too, and
     * {@code ttl} its hop limit; {@code id} is IPv4's identification or IPv6's flow label.
     */
    public static void write(
            byte[] packet,
            int offset,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int tcpLength,
            int tos,
            int ttl,
            int id) {
        int whole = DONT_FRAGMENT;
        write(
                packet,
                offset,
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow,
                tcpLength,
                TCP,
                tos,
                ttl,
                id,
                whole);
    }

    /**
     * The same of a packet of any protocol that may be, or is, cut up. {@code fragment} is IPv4's: the offset in units of
     * eight octets, and {@link #MORE_FRAGMENTS}.
     */
    public static void write(
            byte[] packet,
            int offset,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int length,
            int protocol,
            int tos,
            int ttl,
            int id,
            int fragment) {
        if (IpAddress.isIpv4(destinationHigh, destinationLow)) {
            writeV4(packet, offset, (int) sourceLow, (int) destinationLow, length, protocol, tos, ttl, id, fragment);
        } else {
            writeV6(
                    packet,
                    offset,
                    sourceHigh,
                    sourceLow,
                    destinationHigh,
                    destinationLow,
                    length,
                    protocol,
                    tos,
                    ttl,
                    id);
        }
    }

    private static void writeV6(
            byte[] packet,
            int offset,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int length,
            int protocol,
            int tos,
            int ttl,
            int id) {
        Bytes.putInt(packet, offset, 6 << 28 | (tos & 0xff) << 20 | id & FLOW_LABEL_MASK);
        Bytes.putShort(packet, offset + V6_PAYLOAD_LENGTH, length);
        packet[offset + V6_NEXT_HEADER] = (byte) protocol;
        packet[offset + V6_HOP_LIMIT] = (byte) ttl;
        Bytes.putLong(packet, offset + V6_SOURCE, sourceHigh);
        Bytes.putLong(packet, offset + V6_SOURCE + 8, sourceLow);
        Bytes.putLong(packet, offset + V6_DESTINATION, destinationHigh);
        Bytes.putLong(packet, offset + V6_DESTINATION + 8, destinationLow);
    }

    /** Makes the header of a fragment of IPv4 that of a whole packet of so many octets. */
    public static void unfragment(byte[] packet, int header, int total) {
        Bytes.putShort(packet, V4_TOTAL_LENGTH, total);
        Bytes.putShort(packet, V4_FRAGMENT, 0);
        Bytes.putShort(packet, V4_CHECKSUM, 0);
        Bytes.putShort(packet, V4_CHECKSUM, Checksum.complement(0, Checksum.sum(packet, 0, header)));
    }

    /** The same of IPv6, without its fragment header: the octet there names what followed that. */
    public static void unfragmentV6(byte[] packet, int total, int namedAt, byte protocol) {
        Bytes.putShort(packet, V6_PAYLOAD_LENGTH, total - V6_LENGTH);
        packet[namedAt] = protocol;
    }

    /** Octets of a header without options or extension headers, as the stack writes them. */
    public static int lengthAt(byte[] packet, int offset) {
        return version(packet, offset) == 4 ? V4_LENGTH : V6_LENGTH;
    }

    /** Makes it the header of a packet of so many octets, header included; {@code id} is IPv4's. */
    static void resize(byte[] packet, int offset, int total, int id) {
        if (version(packet, offset) == 4) {
            int header = (packet[offset] & 0xf) * 4;
            Bytes.putShort(packet, offset + V4_TOTAL_LENGTH, total);
            Bytes.putShort(packet, offset + V4_ID, id);
            Bytes.putShort(packet, offset + V4_CHECKSUM, 0);
            int sum = Checksum.sum(packet, offset, header);
            Bytes.putShort(packet, offset + V4_CHECKSUM, Checksum.complement(0, sum));
        } else {
            Bytes.putShort(packet, offset + V6_PAYLOAD_LENGTH, total - V6_LENGTH);
        }
    }

    /** Takes the don't-fragment flag back that {@link #write} has set, of an IPv4 header. */
    public static void allowFragments(byte[] packet, int offset) {
        Bytes.putShort(packet, offset + V4_FRAGMENT, 0);
        int sum = ~Bytes.getShort(packet, offset + V4_CHECKSUM) & 0xffff;
        Bytes.putShort(packet, offset + V4_CHECKSUM, Checksum.complement(sum, ~DONT_FRAGMENT & 0xffff)); // RFC 1624
    }

    private static void writeV4(
            byte[] packet,
            int offset,
            int source,
            int destination,
            int length,
            int protocol,
            int tos,
            int ttl,
            int id,
            int fragment) {
        int total = V4_LENGTH + length;
        int versionAndTos = 0x4500 | tos & 0xff;
        long sum = (long) versionAndTos + total + (id & 0xffff) + fragment + (ttl << 8 | protocol);
        sum += (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
        Bytes.putInt(packet, offset, versionAndTos << 16 | total);
        Bytes.putInt(packet, offset + V4_ID, id << 16 | fragment);
        Bytes.putInt(packet, offset + V4_TTL, (ttl << 8 | protocol) << 16 | Checksum.complement(sum, 0));
        Bytes.putInt(packet, offset + V4_SOURCE, source);
        Bytes.putInt(packet, offset + V4_DESTINATION, destination);
    }
}

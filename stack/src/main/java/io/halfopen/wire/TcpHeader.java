package io.halfopen.wire;

/**
 * The TCP header (RFC 9293, section 3.1): offsets, flags and the writer.
 *
 * <pre>
 *  0                   1                   2                   3
 *  |          source port          |       destination port        |
 *  |                        sequence number                        |
 *  |                     acknowledgment number                     |
 *  | offset| rsvd  |C|E|U|A|P|R|S|F|            window             |
 *  |           checksum            |        urgent pointer         |
 *  |                 options, up to 40 octets                      |
 * </pre>
 */
public final class TcpHeader {
    public static final int LENGTH = 20;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    static final int SOURCE_PORT = 0;
    static final int DESTINATION_PORT = 2;
    static final int SEQ = 4;
    static final int ACK_SEQ = 8;
    static final int DATA_OFFSET = 12;
    public static final int FLAGS = 13;
    static final int WINDOW = 14;
    static final int CHECKSUM = 16;
    static final int URGENT = 18;

    private static final long LOW = 0xffff_ffffL;

    private TcpHeader() {}

    /**
     * Whether this looks like a SYN that asks for a connection: of IPv4 without options or IPv6 without extension headers, and
     * no SYN-ACK, FIN or RST. Only its place in a queue may depend on that: nothing of it is verified.
     */
    public static boolean isOpening(byte[] packet, int offset, int length) {
        int tcp = IpHeader.plainLength(packet, offset, length);
        return tcp > 0 && length >= tcp + LENGTH && (packet[offset + tcp + FLAGS] & (SYN | ACK | RST | FIN)) == SYN;
    }

    /**
     * Writes the 20 octets before the options; the checksum is left 0 for {@link #seal}. Of a window only 16 bits are
     * written, as htons() does it in Linux: one that is not scaled may be larger, and then shows in TIME_WAIT.
     */
    public static void write(
            byte[] packet,
            int offset,
            int sourcePort,
            int destinationPort,
            int seq,
            int ack,
            int headerLength,
            int flags,
            int window) {
        int ports = sourcePort << 16 | destinationPort;
        writeFields(packet, offset, ports, seq, ack, headerLength, flags, window);
        Bytes.putInt(packet, offset + CHECKSUM, 0);
    }

    /**
     * Writes the 20 octets with their checksum. {@code rest} is the sum, not folded, of all else that it is over:
     * pseudo-header, options, payload, and an urgent pointer that is written afterwards. {@code ports} is that of the source
     * in the upper half.
     */
    public static void writeSealed(
            byte[] packet,
            int offset,
            int ports,
            int seq,
            int ack,
            int headerLength,
            int flags,
            int window,
            long rest) {
        long sum = rest + writeFields(packet, offset, ports, seq, ack, headerLength, flags, window);
        Bytes.putInt(packet, offset + CHECKSUM, Checksum.complement(sum, 0) << 16);
    }

    /** All but the checksum and the urgent pointer; their sum, not folded. */
    private static long writeFields(
            byte[] packet, int offset, int ports, int seq, int ack, int headerLength, int flags, int window) {
        int sizes = headerLength << 26 | flags << 16 | window & 0xffff;
        Bytes.putInt(packet, offset + SOURCE_PORT, ports);
        Bytes.putInt(packet, offset + SEQ, seq);
        Bytes.putInt(packet, offset + ACK_SEQ, ack);
        Bytes.putInt(packet, offset + DATA_OFFSET, sizes);
        return (ports & LOW) + (seq & LOW) + (ack & LOW) + (sizes & LOW);
    }

    /** Octets of the TCP header that stands there, options included, as its data offset says. */
    public static int lengthOf(byte[] packet, int offset) {
        return (packet[offset + DATA_OFFSET] >>> 4 & 0xf) * 4;
    }

    /** Of a segment with the flag URG; before {@link #seal}. */
    public static void writeUrgentPointer(byte[] packet, int offset, int pointer) {
        Bytes.putShort(packet, offset + URGENT, pointer);
    }

    /** Writes the checksum over pseudo-header, header, options and payload, all of which must be in place. */
    public static void seal(
            byte[] packet,
            int offset,
            int tcpLength,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        long pseudo = Checksum.pseudoHeader(sourceHigh, sourceLow, destinationHigh, destinationLow, tcpLength);
        int sum = Checksum.sum(packet, offset, tcpLength);
        int urgent = Bytes.getShort(packet, offset + URGENT);
        Bytes.putInt(packet, offset + CHECKSUM, Checksum.complement(pseudo, sum) << 16 | urgent);
    }

    /** Gives a packet that is there but for the checksum of its TCP header, so far behind that of IP, this checksum. */
    public static void complete(byte[] packet, int ip, int tcp, int length) {
        Bytes.putShort(packet, ip + tcp + CHECKSUM, 0);
        long pseudo = pseudoHeader(packet, ip, length - tcp);
        Bytes.putShort(
                packet, ip + tcp + CHECKSUM, Checksum.complement(pseudo, Checksum.sum(packet, ip + tcp, length - tcp)));
    }

    /** The sum of the pseudo-header, not folded, with the addresses of the IP header in front. */
    static long pseudoHeader(byte[] packet, int ip, int tcpLength) {
        if (IpHeader.version(packet, ip) == 4) {
            long source = Bytes.getInt(packet, ip + IpHeader.V4_SOURCE);
            long destination = Bytes.getInt(packet, ip + IpHeader.V4_DESTINATION);
            return Checksum.pseudoHeader(0, source & LOW, 0, destination & LOW, tcpLength);
        }
        return Checksum.pseudoHeader(
                Bytes.getLong(packet, ip + IpHeader.V6_SOURCE),
                Bytes.getLong(packet, ip + IpHeader.V6_SOURCE + 8),
                Bytes.getLong(packet, ip + IpHeader.V6_DESTINATION),
                Bytes.getLong(packet, ip + IpHeader.V6_DESTINATION + 8),
                tcpLength);
    }
}

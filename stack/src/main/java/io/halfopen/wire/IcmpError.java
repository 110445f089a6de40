package io.halfopen.wire;

/**
 * A received ICMP or ICMPv6 error about a TCP segment, read in place out of the packet that a {@link Segment} found to
 * be ICMP (RFC 792, RFC 4443). As there, every length is looked at before it is followed. One is reused for all.
 *
 * <pre>
 *  |     type      |     code      |           checksum            |
 *  |                  depends on the type                          |
 *  |     the IP header of the segment, its ports, its sequence     |
 *  |     number, and what else the sender quotes                   |
 * </pre>
 */
public final class IcmpError {
    /** What became of parsing. */
    public enum Outcome {
        /** An error about a segment. */
        ERROR,
        /** It reports no error: an echo, a redirect and the like. */
        NO_ERROR,
        /** Too short for an ICMP message, or for what an error must quote. */
        BAD_LENGTH,
        BAD_CHECKSUM,
        /** An error about something that is not TCP. */
        NOT_ABOUT_TCP
    }

    private static final int HEADER = 8;

    /** Ports and sequence number: all that every error has of the segment. */
    private static final int LEAST_QUOTE = 8;

    private boolean v6;
    private int type;
    private int code;
    private long localHigh;
    private long localLow;
    private long remoteHigh;
    private long remoteLow;
    private int localPort;
    private int remotePort;
    private int seq;
    private int mtu;

    /** Nothing, until a message is parsed. */
    public IcmpError() {}

    /** Reads what a segment's parse() called {@link Segment.Defect#ICMP}. */
    public Outcome parse(Segment packet) {
        byte[] bytes = packet.bytes();
        int offset = packet.transportOffset();
        int length = packet.transportLength();
        v6 = !IpAddress.isIpv4(packet.destinationHigh(), packet.destinationLow());
        type = -1;
        if (length < HEADER) {
            return Outcome.BAD_LENGTH;
        }
        long pseudo = v6 ? pseudoHeader(packet, length) : 0;
        if (!Checksum.isIntact(pseudo, Checksum.sum(bytes, offset, length))) {
            return Outcome.BAD_CHECKSUM;
        }
        mtu = v6 ? Bytes.getInt(bytes, offset + 4) : Bytes.getShort(bytes, offset + 6);
        type = Bytes.getByte(bytes, offset);
        code = Bytes.getByte(bytes, offset + 1);
        if (!isError()) {
            return Outcome.NO_ERROR;
        }
        return v6 ? parseV6(bytes, offset + HEADER, length - HEADER) : parseV4(bytes, offset + HEADER, length - HEADER);
    }

    private static long pseudoHeader(Segment packet, int length) {
        long tcp = Checksum.pseudoHeader(
                packet.sourceHigh(), packet.sourceLow(), packet.destinationHigh(), packet.destinationLow(), length);
        return tcp - IpHeader.TCP + IpHeader.ICMP_V6;
    }

    /** Unreachable, source quench, time exceeded, parameter problem; with IPv6 all types below 128, known or not. */
    private boolean isError() {
        return v6 ? type < 128 : type == 3 || type == 4 || type == 11 || type == 12;
    }

    private Outcome parseV4(byte[] bytes, int offset, int length) {
        if (length < IpHeader.V4_LENGTH) {
            return Outcome.BAD_LENGTH;
        }
        int header = (bytes[offset] & 0xf) * 4;
        if (header < IpHeader.V4_LENGTH || length < header + LEAST_QUOTE) {
            return Outcome.BAD_LENGTH;
        }
        localHigh = 0;
        remoteHigh = 0;
        localLow = IpAddress.mapped(Bytes.getInt(bytes, offset + IpHeader.V4_SOURCE));
        remoteLow = IpAddress.mapped(Bytes.getInt(bytes, offset + IpHeader.V4_DESTINATION));
        return parseTcp(bytes, offset + header, bytes[offset + IpHeader.V4_PROTOCOL]);
    }

    private Outcome parseV6(byte[] bytes, int offset, int length) {
        if (length < IpHeader.V6_LENGTH + LEAST_QUOTE) {
            return Outcome.BAD_LENGTH;
        }
        localHigh = Bytes.getLong(bytes, offset + IpHeader.V6_SOURCE);
        localLow = Bytes.getLong(bytes, offset + IpHeader.V6_SOURCE + 8);
        remoteHigh = Bytes.getLong(bytes, offset + IpHeader.V6_DESTINATION);
        remoteLow = Bytes.getLong(bytes, offset + IpHeader.V6_DESTINATION + 8);
        if (IpAddress.isIpv4(localHigh, localLow) || IpAddress.isIpv4(remoteHigh, remoteLow)) {
            return Outcome.NOT_ABOUT_TCP; // no packet of ours had mapped addresses
        }
        return parseTcp(bytes, offset + IpHeader.V6_LENGTH, bytes[offset + IpHeader.V6_NEXT_HEADER]);
    }

    private Outcome parseTcp(byte[] bytes, int offset, int protocol) {
        if (protocol != IpHeader.TCP) {
            return Outcome.NOT_ABOUT_TCP;
        }
        localPort = Bytes.getShort(bytes, offset + TcpHeader.SOURCE_PORT);
        remotePort = Bytes.getShort(bytes, offset + TcpHeader.DESTINATION_PORT);
        seq = Bytes.getInt(bytes, offset + TcpHeader.SEQ);
        return Outcome.ERROR;
    }

    /** A router could not send it on in one piece, and must not cut it up: RFC 1191, RFC 8201. */
    public boolean isTooBig() {
        return v6 ? type == 2 : type == 3 && code == 4;
    }

    /** Of {@link #isTooBig}: how much it can, octets, 0 if it does not say. */
    public int mtu() {
        return mtu & Integer.MAX_VALUE;
    }

    public boolean isV6() {
        return v6;
    }

    /** The type, or -1 if it could not be read or was not to be trusted. */
    public int type() {
        return type;
    }

    public int code() {
        return code;
    }

    /** Source and destination of the segment that the error is about: one that this host sent. */
    public long localHigh() {
        return localHigh;
    }

    public long localLow() {
        return localLow;
    }

    public long remoteHigh() {
        return remoteHigh;
    }

    public long remoteLow() {
        return remoteLow;
    }

    public int localPort() {
        return localPort;
    }

    public int remotePort() {
        return remotePort;
    }

    /** The sequence number of the segment that the error is about. */
    public int seq() {
        return seq;
    }
}

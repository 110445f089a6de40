package io.halfopen.wire;

/**
 * One received TCP segment, read in place: parse() looks at every length before it follows it, so that whatever the
 * bytes are it neither throws nor reads outside them. One Segment is reused for every packet; its fields are valid
 * until the next parse().
 */
public final class Segment {
    /** Why bytes are not a TCP segment. */
    public enum Defect {
        NONE,
        /** Neither version 4 nor 6, or too short to tell. */
        NOT_IP,
        /** A length in the IP header contradicts the packet or itself. */
        IP_BAD_LENGTH,
        IP_BAD_CHECKSUM,
        /** A part of a packet. */
        IP_FRAGMENT,
        /** A source or destination that no TCP peer can have. */
        IP_MARTIAN,
        /** ICMP, or ICMPv6 over IPv6: {@link IcmpError} reads on. */
        ICMP,
        /** Another protocol, or an IPv6 extension header. */
        NOT_TCP,
        /** The data offset is below 20 octets or beyond the packet. */
        TCP_BAD_LENGTH,
        TCP_BAD_CHECKSUM
    }

    private byte[] bytes = new byte[0];
    private int ipOffset;
    private int tcpOffset;
    private int tcpLength;
    private int payloadOffset;
    private int payloadLength;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int sourcePort;
    private int destinationPort;
    private int seq;
    private int ack;
    private int flags;
    private int window;

    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int tsValue;
    private int tsEcho;
    private int sackOffset;
    private int sackBlocks;
    private int cookieOffset;
    private int cookieLength;
    private boolean cookieExperimental;

    /** Reads the packet at {@code packet[offset .. offset+length)}. */
    public Defect parse(byte[] packet, int offset, int length) {
        bytes = packet;
        ipOffset = offset;
        if (length < 1) {
            return Defect.NOT_IP;
        }
        Defect defect = switch (IpHeader.version(packet, offset)) {
            case 4 -> parseV4(packet, offset, length);
            case 6 -> parseV6(packet, offset, length);
            default -> Defect.NOT_IP;
        };
        return defect == Defect.NONE ? parseTcp() : defect;
    }

    private Defect parseV4(byte[] packet, int offset, int length) {
        if (length < IpHeader.V4_LENGTH) {
            return Defect.IP_BAD_LENGTH;
        }
        int header = (packet[offset] & 0xf) * 4;
        int total = Bytes.getShort(packet, offset + IpHeader.V4_TOTAL_LENGTH);
        if (header < IpHeader.V4_LENGTH || total < header || total > length) {
            return Defect.IP_BAD_LENGTH;
        }
        if (!Checksum.isIntact(0, Checksum.sum(packet, offset, header))) {
            return Defect.IP_BAD_CHECKSUM;
        }
        sourceHigh = 0;
        destinationHigh = 0;
        sourceLow = IpAddress.mapped(Bytes.getInt(packet, offset + IpHeader.V4_SOURCE));
        destinationLow = IpAddress.mapped(Bytes.getInt(packet, offset + IpHeader.V4_DESTINATION));
        tcpOffset = offset + header;
        tcpLength = total - header;
        int protocol = packet[offset + IpHeader.V4_PROTOCOL];
        if (protocol != IpHeader.TCP && protocol != IpHeader.ICMP) {
            return Defect.NOT_TCP;
        }
        if (isMartian()) {
            return Defect.IP_MARTIAN;
        }
        if ((Bytes.getShort(packet, offset + IpHeader.V4_FRAGMENT) & IpHeader.FRAGMENT_MASK) != 0) {
            return Defect.IP_FRAGMENT;
        }
        return protocol == IpHeader.TCP ? Defect.NONE : Defect.ICMP;
    }

    private Defect parseV6(byte[] packet, int offset, int length) {
        if (length < IpHeader.V6_LENGTH) {
            return Defect.IP_BAD_LENGTH;
        }
        int payload = Bytes.getShort(packet, offset + IpHeader.V6_PAYLOAD_LENGTH);
        if (payload > length - IpHeader.V6_LENGTH) {
            return Defect.IP_BAD_LENGTH;
        }
        sourceHigh = Bytes.getLong(packet, offset + IpHeader.V6_SOURCE);
        sourceLow = Bytes.getLong(packet, offset + IpHeader.V6_SOURCE + 8);
        destinationHigh = Bytes.getLong(packet, offset + IpHeader.V6_DESTINATION);
        destinationLow = Bytes.getLong(packet, offset + IpHeader.V6_DESTINATION + 8);
        tcpOffset = offset + IpHeader.V6_LENGTH;
        tcpLength = payload;
        int protocol = packet[offset + IpHeader.V6_NEXT_HEADER];
        if (protocol != IpHeader.TCP && protocol != IpHeader.ICMP_V6) {
            return Defect.NOT_TCP;
        }
        // A mapped address on the wire would be taken for its IPv4 self: RFC 4942, section 2.2, says drop.
        boolean mapped = IpAddress.isIpv4(sourceHigh, sourceLow) || IpAddress.isIpv4(destinationHigh, destinationLow);
        if (mapped || isMartian()) {
            return Defect.IP_MARTIAN;
        }
        return protocol == IpHeader.TCP ? Defect.NONE : Defect.ICMP;
    }

    private boolean isMartian() {
        return IpAddress.isMulticast(sourceHigh, sourceLow)
                || IpAddress.isAny(sourceHigh, sourceLow)
                || IpAddress.isMulticast(destinationHigh, destinationLow)
                || IpAddress.isAny(destinationHigh, destinationLow);
    }

    private Defect parseTcp() {
        if (tcpLength < TcpHeader.LENGTH) {
            return Defect.TCP_BAD_LENGTH;
        }
        int offsetAndFlags = Bytes.getShort(bytes, tcpOffset + TcpHeader.DATA_OFFSET);
        int header = offsetAndFlags >>> 12 << 2;
        if (header < TcpHeader.LENGTH || header > tcpLength) {
            return Defect.TCP_BAD_LENGTH;
        }
        long pseudo = Checksum.pseudoHeader(sourceHigh, sourceLow, destinationHigh, destinationLow, tcpLength);
        if (!Checksum.isIntact(pseudo, Checksum.sum(bytes, tcpOffset, tcpLength))) {
            return Defect.TCP_BAD_CHECKSUM;
        }
        int ports = Bytes.getInt(bytes, tcpOffset + TcpHeader.SOURCE_PORT);
        sourcePort = ports >>> 16;
        destinationPort = ports & 0xffff;
        seq = Bytes.getInt(bytes, tcpOffset + TcpHeader.SEQ);
        ack = Bytes.getInt(bytes, tcpOffset + TcpHeader.ACK_SEQ);
        flags = offsetAndFlags & 0xff;
        window = Bytes.getShort(bytes, tcpOffset + TcpHeader.WINDOW);
        payloadOffset = tcpOffset + header;
        payloadLength = tcpLength - header;
        parseOptions(tcpOffset + TcpHeader.LENGTH, payloadOffset);
        return Defect.NONE;
    }

    /** Like Linux: what makes no sense ends the list, and the segment counts without the rest. */
    private void parseOptions(int from, int end) {
        mss = 0;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        sackBlocks = 0;
        cookieLength = FastOpenCookie.NONE;
        cookieExperimental = false;
        int at = from;
        while (at < end) {
            int kind = Bytes.getByte(bytes, at);
            if (kind == TcpOptions.END) {
                return;
            }
            if (kind == TcpOptions.NOP) {
                at++;
                continue;
            }
            int length = at + 1 < end ? Bytes.getByte(bytes, at + 1) : 0;
            if (length < 2 || length > end - at) {
                return;
            }
            parseOption(kind, at, length);
            at += length;
        }
    }

    private void parseOption(int kind, int at, int length) {
        switch (kind) {
            case TcpOptions.MSS -> mss = length == 4 ? Bytes.getShort(bytes, at + 2) : mss;
            case TcpOptions.WINDOW_SCALE ->
                windowScale =
                        length == 3 ? Math.min(Bytes.getByte(bytes, at + 2), TcpOptions.MAX_WINDOW_SCALE) : windowScale;
            case TcpOptions.SACK_PERMITTED -> sackPermitted |= length == 2;
            case TcpOptions.TIMESTAMP -> {
                if (length == 10) {
                    timestamps = true;
                    tsValue = Bytes.getInt(bytes, at + 2);
                    tsEcho = Bytes.getInt(bytes, at + 6);
                }
            }
            case TcpOptions.SACK -> {
                if (length >= 10 && (length - 2) % 8 == 0) {
                    sackOffset = at + 2;
                    sackBlocks = (length - 2) / 8;
                }
            }
            case FastOpenCookie.KIND -> cookie(at + 2, length - 2, false);
            case FastOpenCookie.KIND_EXPERIMENTAL -> {
                if (length >= 4 && Bytes.getShort(bytes, at + 2) == FastOpenCookie.MAGIC) {
                    cookie(at + 4, length - 4, true);
                }
            }
            default -> {} // unknown options are skipped by their length: RFC 9293, MUST-6
        }
    }

    /** Only of SYNs and of an even length; one that is too short or too long is none (tcp_parse_fastopen_option). */
    private void cookie(int at, int length, boolean experimental) {
        if ((flags & TcpHeader.SYN) == 0 || (length & 1) != 0) {
            return;
        }
        boolean fits = length == 0 || length >= FastOpenCookie.SHORTEST && length <= FastOpenCookie.LONGEST;
        cookieOffset = at;
        cookieLength = fits ? length : FastOpenCookie.NONE;
        cookieExperimental = experimental;
    }

    /** Type of service or traffic class: DSCP in the upper six bits, ECN in the lower two. */
    public int trafficClass() {
        return IpHeader.version(bytes, ipOffset) == 4
                ? Bytes.getByte(bytes, ipOffset + IpHeader.V4_TOS)
                : Bytes.getShort(bytes, ipOffset) >>> 4 & 0xff;
    }

    public byte[] bytes() {
        return bytes;
    }

    /** Where what IP carries begins. */
    int transportOffset() {
        return tcpOffset;
    }

    int transportLength() {
        return tcpLength;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    public int seq() {
        return seq;
    }

    public int ack() {
        return ack;
    }

    public int flags() {
        return flags;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The window field as it stands in the header, not scaled. */
    public int window() {
        return window;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    public int payloadLength() {
        return payloadLength;
    }

    /** The octets of the IP packet, header included. */
    public int packetLength() {
        return payloadOffset + payloadLength - ipOffset;
    }

    /** The octets of the TCP header, options included. */
    public int headerLength() {
        return payloadOffset - tcpOffset;
    }

    /** The urgent pointer, as it stands in the header; it counts only with the flag URG. */
    public int urgentPointer() {
        return Bytes.getShort(bytes, tcpOffset + TcpHeader.URGENT);
    }

    /** The sequence space it takes: its octets, and one each for SYN and FIN. */
    public int seqLength() {
        return payloadLength + (flags >>> 1 & 1) + (flags & 1);
    }

    /** The sequence number after its last. */
    public int endSeq() {
        return seq + seqLength();
    }

    /** The MSS option, or 0 where there is none. */
    public int mss() {
        return mss;
    }

    /** The window scale option, at most 14, or -1 where there is none. */
    public int windowScale() {
        return windowScale;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean hasTimestamps() {
        return timestamps;
    }

    public int tsValue() {
        return tsValue;
    }

    public int tsEcho() {
        return tsEcho;
    }

    public int sackBlocks() {
        return sackBlocks;
    }

    public int sackLeft(int block) {
        return Bytes.getInt(bytes, sackOffset + 8 * block);
    }

    public int sackRight(int block) {
        return Bytes.getInt(bytes, sackOffset + 8 * block + 4);
    }

    /** The octets of a Fast Open cookie; 0 where one is asked for, {@link FastOpenCookie#NONE} without the option. */
    public int cookieLength() {
        return cookieLength;
    }

    public int cookieOffset() {
        return cookieOffset;
    }

    public boolean isCookieExperimental() {
        return cookieExperimental;
    }

    /** Where the TCP options are, for those who print them. */
    public int optionsOffset() {
        return tcpOffset + TcpHeader.LENGTH;
    }

    public int optionsLength() {
        return payloadOffset - tcpOffset - TcpHeader.LENGTH;
    }
}

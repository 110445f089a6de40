package io.halfopen.wire;

import java.util.Objects;

/**
 * One received TCP segment, read in place: parse() looks at every length before it follows it, so that whatever the
 * bytes are it neither throws nor reads outside them. One Segment is reused for every packet; its fields are valid
 * until the next parse().
 */
public final class Segment extends IpPacket {
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
        /** A malformed option of IPv4, an extension header of IPv6 that is refused: the sender is told. */
        IP_PROBLEM,
        /** An extension header of IPv6 that is malformed, or asks for silence. */
        IP_BAD_OPTION,
        /** The packet was to go on from here, or its sender says how it came. */
        IP_SOURCE_ROUTE,
        /** IPv6 that says that it carries nothing. */
        NO_NEXT_HEADER,
        /** Another protocol. */
        NOT_TCP,
        /** The data offset is below 20 octets or beyond the packet. */
        TCP_TRUNCATED,
        TCP_BAD_LENGTH,
        TCP_BAD_CHECKSUM
    }

    /** Who says that the segment is from whom it says. */
    public enum Signature {
        NONE,
        /** RFC 2385. */
        MD5,
        /** RFC 5925. */
        AO,
        /** It has two, or options in which one might hide make no sense. */
        UNREADABLE
    }

    /** Bits of {@link #found}. */
    private static final int MSS = 1;

    private static final int WINDOW_SCALE = 1 << 1;
    private static final int SACK_PERMITTED = 1 << 2;
    private static final int TIMESTAMPS = 1 << 3;
    private static final int SACK = 1 << 4;
    private static final int COOKIE = 1 << 5;
    private static final int MD5 = 1 << 6;
    private static final int AO = 1 << 7;
    private static final int UNREADABLE = 1 << 8;
    private static final int SIGNED = MD5 | AO | UNREADABLE;

    private static final long LOW = 0xffff_ffffL;

    /** Larger than any packet's: arrays of packets are not so large. */
    private static final int LARGEST_OFFSET = 1 << 30;

    /** Instead of a sum, which is never below 0. */
    private static final long UNUSUAL = -1;

    private int payloadOffset;
    private int payloadLength;

    private int sourcePort;
    private int destinationPort;
    private int seq;
    private int ack;
    private int flags;
    private int window;

    /** Which options were found: what is said of the others below is of an earlier packet. */
    private int found;

    private int mss;
    private int windowScale;
    private int tsValue;
    private int tsEcho;
    private int sackOffset;
    private int sackBlocks;
    private int cookieOffset;
    private int cookieLength;
    private boolean cookieExperimental;

    /** Octets of data in each segment that the packet was made of, whose checksums were looked at; 0 if it is one as on a wire. */
    private int merged;

    /** Room for the hash of the tuple, for whoever keeps a table of them: until the next parse(). */
    public int hash;

    /** Nothing, until a packet is parsed. */
    public Segment() {}

    /** Reads the packet at {@code packet[offset .. offset+length)}. */
    public Defect parse(byte[] packet, int offset, int length) {
        merged = 0;
        return parseUsual(packet, offset, length) ? Defect.NONE : parseAny(packet, offset, length);
    }

    /**
     * The same of a packet that a network card has made of consecutive segments, each with so many octets of data but the last: it has
     * looked at their checksums, and the packet's own says nothing (Linux: GRO, skb_shinfo(skb)->gso_size).
     */
    public Defect parseMerged(byte[] packet, int offset, int length, int segmentSize) {
        merged = Math.max(0, segmentSize);
        return parseUsual(packet, offset, length) ? Defect.NONE : parseAny(packet, offset, length);
    }

    /** Step by step: any packet. */
    Defect parseAny(byte[] packet, int offset, int length) {
        Defect defect = parseIp(packet, offset, length);
        return defect == Defect.NONE ? parseTcp() : defect;
    }

    /**
     * What almost every packet is, in one go: IPv4 without options, not a part, undamaged, with the TCP options that Linux
     * sends. Each word is read once, for its field and for its sum. False of anything else, about which nothing is said: then
     * {@link #parseAny} begins anew.
     */
    private boolean parseUsual(byte[] packet, int offset, int length) {
        if (length < IpHeader.V4_LENGTH + TcpHeader.LENGTH || offset < 0 || offset >= LARGEST_OFFSET) {
            return false;
        }
        // HotSpot then knows that it is not negative, and does not ask for each word.
        int at = Objects.checkIndex(offset, LARGEST_OFFSET);
        int first = Bytes.getInt(packet, at);
        int second = Bytes.getInt(packet, at + IpHeader.V4_ID);
        int third = Bytes.getInt(packet, at + IpHeader.V4_TTL);
        int source = Bytes.getInt(packet, at + IpHeader.V4_SOURCE);
        int destination = Bytes.getInt(packet, at + IpHeader.V4_DESTINATION);
        long addresses = (source & LOW) + (destination & LOW);
        long sum = (first & LOW) + (second & LOW) + (third & LOW) + addresses;
        if (!isUsual(first, second, third, source, destination, length) || !Checksum.isIntact(sum, 0)) {
            return false;
        }
        bytes = packet;
        ipOffset = at;
        ipLength = first & 0xffff;
        atomic = false;
        sourceHigh = 0;
        sourceLow = IpAddress.mapped(source);
        destinationHigh = 0;
        destinationLow = IpAddress.mapped(destination);
        protocolOffset = at + IpHeader.V4_PROTOCOL;
        protocol = IpHeader.TCP;
        transportOffset = at + IpHeader.V4_LENGTH;
        transportLength = (first & 0xffff) - IpHeader.V4_LENGTH;
        return parseUsualTcp(
                packet, at + IpHeader.V4_LENGTH, (first & 0xffff) - IpHeader.V4_LENGTH, addresses + IpHeader.TCP);
    }

    /** TCP over IPv4 without options, not a part, and from whom and to whom a peer may be. */
    private static boolean isUsual(int first, int second, int third, int source, int destination, int length) {
        boolean plain = first >>> 24 == 0x45
                && (second & IpHeader.FRAGMENT_MASK) == 0
                && (third >>> 16 & 0xff) == IpHeader.TCP
                && (first & 0xffff) <= length;
        return plain && source != 0 && source != -1 && source >>> 28 != 0xe && destination != 0;
    }

    private boolean parseUsualTcp(byte[] packet, int tcp, int length, long addresses) {
        int ports = Bytes.getInt(packet, tcp);
        int number = Bytes.getInt(packet, tcp + TcpHeader.SEQ);
        int acked = Bytes.getInt(packet, tcp + TcpHeader.ACK_SEQ);
        int sizes = Bytes.getInt(packet, tcp + TcpHeader.DATA_OFFSET);
        int check = Bytes.getInt(packet, tcp + TcpHeader.CHECKSUM);
        int header = sizes >>> 28 << 2;
        int data = length - header;
        if (data < 0) {
            return false;
        }
        sourcePort = ports >>> 16;
        destinationPort = ports & 0xffff;
        seq = number;
        ack = acked;
        flags = sizes >>> 16 & 0xff;
        window = sizes & 0xffff;
        payloadOffset = tcp + header;
        payloadLength = data;
        int options = tcp + TcpHeader.LENGTH;
        long sumOfOptions = header == TcpOptions.STAMPED
                ? parseTimestamps(packet, options)
                : header == TcpOptions.USUAL_SYN ? parseUsualSyn(packet, options) : UNUSUAL;
        if (sumOfOptions == UNUSUAL) {
            return false;
        }
        if (merged > 0) {
            return true;
        }
        long sum = addresses + length + (ports & LOW) + (number & LOW) + (acked & LOW) + (sizes & LOW) + (check & LOW);
        int sumOfData = data == 0 ? 0 : Checksum.sum(packet, payloadOffset, data);
        return Checksum.isIntact(sum + sumOfOptions, sumOfData);
    }

    /** Timestamps that are all the options there are: the sum of them, or {@link #UNUSUAL}. */
    private long parseTimestamps(byte[] packet, int at) {
        int kinds = Bytes.getInt(packet, at);
        tsValue = Bytes.getInt(packet, at + 4);
        tsEcho = Bytes.getInt(packet, at + 8);
        found = TIMESTAMPS;
        return kinds == TcpOptions.NOP_NOP_TIMESTAMP ? (kinds & LOW) + (tsValue & LOW) + (tsEcho & LOW) : UNUSUAL;
    }

    /** The options of a SYN or SYN-ACK as {@link TcpOptions#writeSyn} writes them all. */
    private long parseUsualSyn(byte[] packet, int at) {
        int size = Bytes.getInt(packet, at);
        int kinds = Bytes.getInt(packet, at + 4);
        int value = Bytes.getInt(packet, at + 8);
        int echo = Bytes.getInt(packet, at + 12);
        int scale = Bytes.getInt(packet, at + 16);
        if (size >>> 16 != TcpOptions.MSS_4
                || kinds != TcpOptions.SACK_TIMESTAMP
                || scale >>> 8 != TcpOptions.NOP_SCALE_3) {
            return UNUSUAL;
        }
        mss = size & 0xffff;
        windowScale = Math.min(scale & 0xff, TcpOptions.MAX_WINDOW_SCALE);
        tsValue = value;
        tsEcho = echo;
        found = MSS | SACK_PERMITTED | TIMESTAMPS | WINDOW_SCALE;
        return (size & LOW) + (kinds & LOW) + (value & LOW) + (echo & LOW) + (scale & LOW);
    }

    private boolean isIntact() {
        long pseudo = Checksum.pseudoHeader(sourceHigh, sourceLow, destinationHigh, destinationLow, transportLength);
        return Checksum.isIntact(pseudo, Checksum.sum(bytes, transportOffset, transportLength));
    }

    private Defect parseTcp() {
        if (transportLength < TcpHeader.LENGTH) {
            return Defect.TCP_TRUNCATED;
        }
        int offsetAndFlags = Bytes.getShort(bytes, transportOffset + TcpHeader.DATA_OFFSET);
        int header = offsetAndFlags >>> 12 << 2;
        if (header < TcpHeader.LENGTH) {
            return Defect.TCP_BAD_LENGTH;
        }
        if (header > transportLength) {
            return Defect.TCP_TRUNCATED;
        }
        if (merged == 0 && !isIntact()) {
            return Defect.TCP_BAD_CHECKSUM;
        }
        int ports = Bytes.getInt(bytes, transportOffset + TcpHeader.SOURCE_PORT);
        sourcePort = ports >>> 16;
        destinationPort = ports & 0xffff;
        seq = Bytes.getInt(bytes, transportOffset + TcpHeader.SEQ);
        ack = Bytes.getInt(bytes, transportOffset + TcpHeader.ACK_SEQ);
        flags = offsetAndFlags & 0xff;
        window = Bytes.getShort(bytes, transportOffset + TcpHeader.WINDOW);
        payloadOffset = transportOffset + header;
        payloadLength = transportLength - header;
        int options = transportOffset + TcpHeader.LENGTH;
        if (header == TcpOptions.STAMPED && Bytes.getInt(bytes, options) == TcpOptions.NOP_NOP_TIMESTAMP) {
            tsValue = Bytes.getInt(bytes, options + 4);
            tsEcho = Bytes.getInt(bytes, options + 8);
            found = TIMESTAMPS;
        } else {
            parseOptions(options, payloadOffset);
        }
        return Defect.NONE;
    }

    /** Like Linux: what makes no sense ends the list, and the segment counts without the rest. */
    private void parseOptions(int from, int end) {
        int all = 0;
        int at = from;
        while (at < end) {
            int kind = Bytes.getByte(bytes, at);
            if (kind == TcpOptions.END) {
                break;
            }
            if (kind == TcpOptions.NOP) {
                at++;
                continue;
            }
            int length = at + 1 < end ? Bytes.getByte(bytes, at + 1) : 0;
            if (length < 2 || length > end - at) {
                all |= end - at >= TcpOptions.MD5_LENGTH ? UNREADABLE : 0;
                break;
            }
            all |= parseOption(kind, at, length, all);
            at += length;
        }
        found = all;
    }

    /** Returns what of {@link #found} is new; {@code before} were there already. */
    private int parseOption(int kind, int at, int length, int before) {
        switch (kind) {
            case TcpOptions.MSS -> {
                if (length == 4) {
                    mss = Bytes.getShort(bytes, at + 2);
                    return MSS;
                }
            }
            case TcpOptions.WINDOW_SCALE -> {
                if (length == 3) {
                    windowScale = Math.min(Bytes.getByte(bytes, at + 2), TcpOptions.MAX_WINDOW_SCALE);
                    return WINDOW_SCALE;
                }
            }
            case TcpOptions.SACK_PERMITTED -> {
                return length == 2 ? SACK_PERMITTED : 0;
            }
            case TcpOptions.TIMESTAMP -> {
                if (length == 10) {
                    tsValue = Bytes.getInt(bytes, at + 2);
                    tsEcho = Bytes.getInt(bytes, at + 6);
                    return TIMESTAMPS;
                }
            }
            case TcpOptions.SACK -> {
                if (length >= 10 && (length - 2) % 8 == 0) {
                    sackOffset = at + 2;
                    sackBlocks = (length - 2) / 8;
                    return SACK;
                }
            }
            default -> {
                return parseRareOption(kind, at, length, before);
            }
        }
        return 0;
    }

    /** Apart, so that HotSpot inlines what every segment has. */
    private int parseRareOption(int kind, int at, int length, int before) {
        return switch (kind) {
            case TcpOptions.MD5 -> sign(MD5, at, length == TcpOptions.MD5_LENGTH, before);
            case TcpOptions.AO -> sign(AO, at, length > TcpOptions.AO_HEAD, before);
            case FastOpenCookie.KIND -> cookie(at + 2, length - 2, false);
            case FastOpenCookie.KIND_EXPERIMENTAL -> {
                boolean cookie = length >= 4 && Bytes.getShort(bytes, at + 2) == FastOpenCookie.MAGIC;
                yield cookie ? cookie(at + 4, length - 4, true) : 0;
            }
            default -> 0; // unknown options are skipped by their length: RFC 9293, MUST-6
        };
    }

    /** Where fewer octets are left than MD5 takes, Linux looks for none (tcp_do_parse_auth_options). */
    private int sign(int kind, int at, boolean whole, int before) {
        if (payloadOffset - at < TcpOptions.MD5_LENGTH) {
            return 0;
        }
        return whole && (before & SIGNED) == 0 ? kind : UNREADABLE;
    }

    /** Only of SYNs and of an even length; one that is too short or too long is none (tcp_parse_fastopen_option). */
    private int cookie(int at, int length, boolean experimental) {
        if ((flags & TcpHeader.SYN) == 0 || (length & 1) != 0) {
            return 0;
        }
        boolean fits = length == 0 || length >= FastOpenCookie.SHORTEST && length <= FastOpenCookie.LONGEST;
        cookieOffset = at;
        cookieLength = fits ? length : FastOpenCookie.NONE;
        cookieExperimental = experimental;
        return COOKIE;
    }

    private boolean hasOption(int option) {
        return (found & option) != 0;
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

    /** Whether one of the four flags is set that RFC 9293 reserves; the last of them is Accurate ECN's AE. */
    public boolean hasReservedFlags() {
        return (Bytes.getShort(bytes, transportOffset + TcpHeader.DATA_OFFSET) & 0xf00) != 0;
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

    /** How many segments on the wire it was: one, unless a card has made it of several. */
    public int segments() {
        return merged == 0 || payloadLength == 0 ? 1 : (payloadLength + merged - 1) / merged;
    }

    /** Octets of data in the first of them. */
    public int segmentLength() {
        return merged == 0 ? payloadLength : Math.min(payloadLength, merged);
    }

    /** The octets of the IP packet, header included. */
    public int packetLength() {
        return payloadOffset + payloadLength - ipOffset;
    }

    /** The octets of the TCP header, options included. */
    public int headerLength() {
        return payloadOffset - transportOffset;
    }

    /** The urgent pointer, as it stands in the header; it counts only with the flag URG. */
    public int urgentPointer() {
        return Bytes.getShort(bytes, transportOffset + TcpHeader.URGENT);
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
        return hasOption(MSS) ? mss : 0;
    }

    /** The window scale option, at most 14, or -1 where there is none. */
    public int windowScale() {
        return hasOption(WINDOW_SCALE) ? windowScale : -1;
    }

    public boolean sackPermitted() {
        return hasOption(SACK_PERMITTED);
    }

    public boolean hasTimestamps() {
        return hasOption(TIMESTAMPS);
    }

    public int tsValue() {
        return tsValue;
    }

    public int tsEcho() {
        return tsEcho;
    }

    public int sackBlocks() {
        return hasOption(SACK) ? sackBlocks : 0;
    }

    public int sackLeft(int block) {
        return Bytes.getInt(bytes, sackOffset + 8 * block);
    }

    public int sackRight(int block) {
        return Bytes.getInt(bytes, sackOffset + 8 * block + 4);
    }

    /** The octets of a Fast Open cookie; 0 where one is asked for, {@link FastOpenCookie#NONE} without the option. */
    public int cookieLength() {
        return hasOption(COOKIE) ? cookieLength : FastOpenCookie.NONE;
    }

    public int cookieOffset() {
        return cookieOffset;
    }

    public boolean isCookieExperimental() {
        return cookieExperimental && hasOption(COOKIE);
    }

    /** Whether {@link #signature} has anything to tell. */
    public boolean isSigned() {
        return hasOption(SIGNED);
    }

    /** What it is signed with; nothing here has a key to see whether that is good. */
    public Signature signature() {
        if (hasOption(UNREADABLE)) {
            return Signature.UNREADABLE;
        }
        return hasOption(MD5) ? Signature.MD5 : hasOption(AO) ? Signature.AO : Signature.NONE;
    }

    /** Where the TCP options are, for those who print them. */
    public int optionsOffset() {
        return transportOffset + TcpHeader.LENGTH;
    }

    public int optionsLength() {
        return payloadOffset - transportOffset - TcpHeader.LENGTH;
    }
}

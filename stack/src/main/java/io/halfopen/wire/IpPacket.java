package io.halfopen.wire;

import io.halfopen.wire.Segment.Defect;

/**
 * The IP layer of a received packet, of either version, read in place: addresses, options, extension headers, and where
 * what it carries begins. Every length is looked at before it is followed.
 */
public abstract sealed class IpPacket permits Segment {
    /** Where {@link #problemCode} has none: nobody is told. */
    static final int UNTOLD = -1;

    private final Ipv6Extensions extensions = new Ipv6Extensions(this);
    byte[] bytes = new byte[0];
    int ipOffset;
    int ipLength;
    int transportOffset;
    int transportLength;
    int protocol;

    /** Where the octet stands that names the protocol. */
    int protocolOffset;

    /** Where the IPv6 fragment header begins. */
    int fragmentOffset;

    /** Where the octet stands that names the fragment header, and whether that was for nothing. */
    int fragmentNamedAt;

    boolean atomic;

    int problemCode;
    int problemOffset;

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;

    /** Nothing, until a packet is parsed. */
    protected IpPacket() {}

    final Defect parseIp(byte[] packet, int offset, int length) {
        bytes = packet;
        ipOffset = offset;
        ipLength = length;
        atomic = false;
        if (length < 1) {
            return Defect.NOT_IP;
        }
        return switch (IpHeader.version(packet, offset)) {
            case 4 -> parseV4(packet, offset, length);
            case 6 -> parseV6(packet, offset, length);
            default -> Defect.NOT_IP;
        };
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
        if (!Checksum.isHeaderIntact(packet, offset, header)) {
            return Defect.IP_BAD_CHECKSUM;
        }
        ipLength = total;
        sourceHigh = 0;
        destinationHigh = 0;
        sourceLow = IpAddress.mapped(Bytes.getInt(packet, offset + IpHeader.V4_SOURCE));
        destinationLow = IpAddress.mapped(Bytes.getInt(packet, offset + IpHeader.V4_DESTINATION));
        transportOffset = offset + header;
        transportLength = total - header;
        protocolOffset = offset + IpHeader.V4_PROTOCOL;
        protocol = Bytes.getByte(packet, protocolOffset);
        if (isMartian()) {
            return Defect.IP_MARTIAN;
        }
        Defect options = header == IpHeader.V4_LENGTH ? Defect.NONE : judgeOptions(header);
        if (options != Defect.NONE) {
            return options;
        }
        boolean part = (Bytes.getShort(packet, offset + IpHeader.V4_FRAGMENT) & IpHeader.FRAGMENT_MASK) != 0;
        return part ? Defect.IP_FRAGMENT : judgeProtocol();
    }

    private Defect judgeOptions(int header) {
        int verdict = Ipv4Options.judge(bytes, ipOffset, ipOffset + header);
        if (verdict == Ipv4Options.SOURCE_ROUTE) {
            return Defect.IP_SOURCE_ROUTE;
        }
        problemCode = 0;
        problemOffset = verdict;
        return verdict == Ipv4Options.GOOD ? Defect.NONE : Defect.IP_PROBLEM;
    }

    private Defect parseV6(byte[] packet, int offset, int length) {
        if (length < IpHeader.V6_LENGTH) {
            return Defect.IP_BAD_LENGTH;
        }
        int payload = Bytes.getShort(packet, offset + IpHeader.V6_PAYLOAD_LENGTH);
        if (payload > length - IpHeader.V6_LENGTH) {
            return Defect.IP_BAD_LENGTH;
        }
        ipLength = IpHeader.V6_LENGTH + payload;
        sourceHigh = Bytes.getLong(packet, offset + IpHeader.V6_SOURCE);
        sourceLow = Bytes.getLong(packet, offset + IpHeader.V6_SOURCE + 8);
        destinationHigh = Bytes.getLong(packet, offset + IpHeader.V6_DESTINATION);
        destinationLow = Bytes.getLong(packet, offset + IpHeader.V6_DESTINATION + 8);
        transportOffset = offset + IpHeader.V6_LENGTH;
        transportLength = payload;
        protocolOffset = offset + IpHeader.V6_NEXT_HEADER;
        protocol = Bytes.getByte(packet, protocolOffset);
        // A mapped address on the wire would be taken for its IPv4 self: RFC 4942, section 2.2, says drop.
        boolean mapped = IpAddress.isIpv4(sourceHigh, sourceLow) || IpAddress.isIpv4(destinationHigh, destinationLow);
        if (mapped || isMartian()) {
            return Defect.IP_MARTIAN;
        }
        boolean plain = protocol == IpHeader.TCP || protocol == IpHeader.ICMP_V6;
        Defect chain = plain ? Defect.NONE : extensions.walk();
        return chain == Defect.NONE ? judgeProtocol() : chain;
    }

    private Defect judgeProtocol() {
        if (protocol == IpHeader.TCP) {
            return Defect.NONE;
        }
        return protocol == (isIpv4() ? IpHeader.ICMP : IpHeader.ICMP_V6) ? Defect.ICMP : Defect.NOT_TCP;
    }

    private boolean isMartian() {
        return IpAddress.isMulticast(sourceHigh, sourceLow)
                || IpAddress.isAny(sourceHigh, sourceLow)
                || IpAddress.isAny(destinationHigh, destinationLow);
    }

    public final boolean isIpv4() {
        return IpHeader.version(bytes, ipOffset) == 4;
    }

    public final byte[] bytes() {
        return bytes;
    }

    /** Where the packet begins, and its octets as its own header counts them. */
    public final int ipOffset() {
        return ipOffset;
    }

    public final int ipLength() {
        return ipLength;
    }

    /** Where what IP carries begins. */
    public final int transportOffset() {
        return transportOffset;
    }

    public final int transportLength() {
        return transportLength;
    }

    /** The number of what IP carries: 6 for TCP. */
    public final int protocol() {
        return protocol;
    }

    /** Where the octet with that number stands, from the beginning of the packet. */
    public final int protocolOffset() {
        return protocolOffset - ipOffset;
    }

    /** The code of the parameter problem of which the sender is to be told; {@link Segment.Defect#IP_PROBLEM} only. */
    public final int problemCode() {
        return problemCode;
    }

    /** Where the problem is, octets from the beginning of the packet. */
    public final int problemOffset() {
        return problemOffset;
    }

    /** Of a fragment of IPv6: where its fragment header begins. */
    public final int fragmentHeader() {
        return fragmentOffset;
    }

    /** Of a fragment of IPv6: where the octet is, from the beginning, that says that its header follows. */
    public final int fragmentNamedAt() {
        return fragmentNamedAt - ipOffset;
    }

    /** A whole packet that has a fragment header nevertheless. */
    public final boolean isAtomicFragment() {
        return atomic;
    }

    /** Where the data of a fragment belongs, octets. */
    public final int fragmentPlace() {
        return isIpv4()
                ? (Bytes.getShort(bytes, ipOffset + IpHeader.V4_FRAGMENT) & 0x1fff) << 3
                : Bytes.getShort(bytes, fragmentOffset + 2) & ~7;
    }

    public final boolean hasMoreFragments() {
        return isIpv4()
                ? (Bytes.getShort(bytes, ipOffset + IpHeader.V4_FRAGMENT) & IpHeader.MORE_FRAGMENTS) != 0
                : (Bytes.getShort(bytes, fragmentOffset + 2) & 1) != 0;
    }

    /** What the fragments of one packet have in common, beside the addresses. */
    public final long fragmentName() {
        return isIpv4()
                ? (long) protocol << 16 | Bytes.getShort(bytes, ipOffset + IpHeader.V4_ID)
                : 1L << 32 | Bytes.getInt(bytes, fragmentOffset + 4) & 0xffff_ffffL;
    }

    /** Type of service or traffic class: DSCP in the upper six bits, ECN in the lower two. */
    public final int trafficClass() {
        return isIpv4()
                ? Bytes.getByte(bytes, ipOffset + IpHeader.V4_TOS)
                : Bytes.getShort(bytes, ipOffset) >>> 4 & 0xff;
    }

    public final long sourceHigh() {
        return sourceHigh;
    }

    public final long sourceLow() {
        return sourceLow;
    }

    public final long destinationHigh() {
        return destinationHigh;
    }

    public final long destinationLow() {
        return destinationLow;
    }
}

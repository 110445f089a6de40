package io.halfopen.nio;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;

/** What a box on the way sends back in the name of others: a reset, or that there is no way on. */
final class Answers {
    private static final int TTL = 64;
    private static final int ICMP_HEADER = 8;
    private static final int UNREACHABLE_V4 = 3;
    private static final int UNREACHABLE_V6 = 1;

    private Answers() {}

    /** The RST that the receiver of this segment would send if it knew of no connection (RFC 9293, section 3.10.7.1). */
    static byte[] reset(Segment segment) {
        boolean acknowledges = segment.has(ACK);
        int header = IpHeader.lengthFor(segment.sourceHigh(), segment.sourceLow());
        byte[] packet = new byte[header + TcpHeader.LENGTH];
        writeIp(packet, destination(segment), source(segment), TcpHeader.LENGTH, IpHeader.TCP);
        TcpHeader.write(
                packet,
                header,
                segment.destinationPort(),
                segment.sourcePort(),
                acknowledges ? segment.ack() : 0,
                acknowledges ? 0 : segment.endSeq(),
                TcpHeader.LENGTH,
                acknowledges ? RST : RST | ACK,
                0);
        IpAddress from = destination(segment);
        IpAddress to = source(segment);
        TcpHeader.seal(packet, header, TcpHeader.LENGTH, from.high(), from.low(), to.high(), to.low());
        return packet;
    }

    /** An RST in the place of this segment, as from its sender: with the number that the receiver expects. */
    static byte[] resetOnward(Segment segment) {
        int header = IpHeader.lengthFor(segment.sourceHigh(), segment.sourceLow());
        byte[] packet = new byte[header + TcpHeader.LENGTH];
        IpAddress from = source(segment);
        IpAddress to = destination(segment);
        writeIp(packet, from, to, TcpHeader.LENGTH, IpHeader.TCP);
        TcpHeader.write(
                packet,
                header,
                segment.sourcePort(),
                segment.destinationPort(),
                segment.seq(),
                segment.ack(),
                TcpHeader.LENGTH,
                segment.has(ACK) ? RST | ACK : RST,
                0);
        TcpHeader.seal(packet, header, TcpHeader.LENGTH, from.high(), from.low(), to.high(), to.low());
        return packet;
    }

    /** ICMP's "destination unreachable", as if the receiver's router had sent it. */
    static byte[] unreachable(Segment segment, Unreachable why) {
        boolean v4 = segment.isIpv4();
        int header = v4 ? IpHeader.V4_LENGTH : IpHeader.V6_LENGTH;
        int quoted = Math.min(segment.ipLength(), header + TcpHeader.LENGTH);
        int length = ICMP_HEADER + quoted;
        byte[] packet = new byte[header + length];
        writeIp(packet, destination(segment), source(segment), length, v4 ? IpHeader.ICMP : IpHeader.ICMP_V6);
        packet[header] = (byte) (v4 ? UNREACHABLE_V4 : UNREACHABLE_V6);
        packet[header + 1] = (byte) (v4 ? why.code() : why.codeV6());
        System.arraycopy(segment.bytes(), segment.ipOffset(), packet, header + ICMP_HEADER, quoted);
        long pseudo = 0;
        if (!v4) {
            IpAddress from = destination(segment);
            IpAddress to = source(segment);
            pseudo = Checksum.pseudoHeader(from.high(), from.low(), to.high(), to.low(), length)
                    + IpHeader.ICMP_V6
                    - IpHeader.TCP;
        }
        Bytes.putShort(packet, header + 2, Checksum.complement(pseudo, Checksum.sum(packet, header, length)));
        return packet;
    }

    private static void writeIp(byte[] packet, IpAddress from, IpAddress to, int length, int protocol) {
        IpHeader.write(packet, 0, from.high(), from.low(), to.high(), to.low(), length, protocol, 0, TTL, 0, 0);
    }

    private static IpAddress destination(Segment segment) {
        return new IpAddress(segment.destinationHigh(), segment.destinationLow());
    }

    private static IpAddress source(Segment segment) {
        return new IpAddress(segment.sourceHigh(), segment.sourceLow());
    }
}

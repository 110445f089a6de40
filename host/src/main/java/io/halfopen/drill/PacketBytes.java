package io.halfopen.drill;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packets of scripts as octets and back. Data is zeros, as packetdrill's is. */
final class PacketBytes {
    private static final int TTL = 255;
    private static final int ICMP = 1;
    private static final int ICMP_V6 = 58;
    private static final int ICMP_HEADER = 8;

    /** What an ICMP message repeats of the TCP header: ports and sequence number. */
    private static final int ECHOED = 8;

    private PacketBytes() {}

    /** A segment from the remote end to the local one. */
    static byte[] tcp(TcpPacket packet, IpAddress from, int fromPort, IpAddress to, int toPort) {
        byte[] options = options(packet.options() == null ? List.of() : packet.options());
        int header = TcpHeader.LENGTH + options.length;
        int tcpLength = header + packet.length();
        byte[] bytes = ip(packet.ip(), from, to, tcpLength, IpHeader.TCP);
        int tcp = bytes.length - tcpLength;
        TcpHeader.write(
                bytes,
                tcp,
                fromPort,
                toPort,
                packet.seq(),
                packet.ack(),
                header,
                packet.flags() & 0xff,
                packet.window());
        bytes[tcp + 12] |= (byte) (packet.has(TcpPacket.AE) ? 1 : 0);
        Bytes.putShort(bytes, tcp + 18, packet.urgent());
        System.arraycopy(options, 0, bytes, tcp + TcpHeader.LENGTH, options.length);
        TcpHeader.seal(bytes, tcp, tcpLength, from.high(), from.low(), to.high(), to.low());
        if (packet.ip().badChecksum()) {
            bytes[tcp + 16] ^= 0x55;
        }
        return bytes;
    }

    private static byte[] options(List<TcpOption> options) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        options.forEach(option -> bytes.writeBytes(option.toBytes()));
        return bytes.toByteArray();
    }

    /** A message of the remote end about a segment that {@code local} sent to it; null if this IP has none such. */
    static byte @Nullable [] icmp(
            IcmpPacket packet, int seq, IpAddress remote, int remotePort, IpAddress local, int localPort) {
        boolean ipv4 = remote.isIpv4();
        int type = IcmpTypes.type(packet.type(), ipv4);
        int code = IcmpTypes.code(packet.code(), ipv4);
        if (type < 0 || code < 0) {
            return null;
        }
        byte[] echo = ip(IpInfo.NONE, local, remote, TcpHeader.LENGTH + packet.echoedLength(), IpHeader.TCP);
        int echoedIp = ipv4 ? IpHeader.V4_LENGTH : IpHeader.V6_LENGTH;
        int length = ICMP_HEADER + echoedIp + ECHOED + packet.echoedLength();
        byte[] bytes = ip(packet.ip(), remote, local, length, ipv4 ? ICMP : ICMP_V6);
        int icmp = bytes.length - length;
        bytes[icmp] = (byte) type;
        bytes[icmp + 1] = (byte) code;
        Bytes.putInt(bytes, icmp + 4, (int) Math.max(0, packet.mtu()));
        System.arraycopy(echo, 0, bytes, icmp + ICMP_HEADER, echoedIp);
        int echoed = icmp + ICMP_HEADER + echoedIp;
        Bytes.putInt(bytes, echoed, localPort << 16 | remotePort);
        Bytes.putInt(bytes, echoed + 4, seq);
        long pseudo = ipv4 ? 0 : pseudoV6(remote, local, length);
        Bytes.putShort(bytes, icmp + 2, Checksum.complement(pseudo, Checksum.sum(bytes, icmp, length)));
        return bytes;
    }

    private static long pseudoV6(IpAddress from, IpAddress to, int length) {
        long forTcp = Checksum.pseudoHeader(from.high(), from.low(), to.high(), to.low(), length);
        return forTcp - IpHeader.TCP + ICMP_V6;
    }

    /** An IP header, with room for so many octets after it. */
    private static byte[] ip(IpInfo info, IpAddress from, IpAddress to, int length, int protocol) {
        int tos = info.tos() >= 0 ? info.tos() : Math.max(0, info.ecn());
        int ttl = info.ttl() >= 0 ? info.ttl() : TTL;
        if (!to.isIpv4()) {
            byte[] bytes = new byte[IpHeader.V6_LENGTH + length];
            Bytes.putInt(bytes, 0, 6 << 28 | tos << 20);
            Bytes.putInt(bytes, 4, length << 16 | protocol << 8 | ttl);
            Bytes.putLong(bytes, 8, from.high());
            Bytes.putLong(bytes, 16, from.low());
            Bytes.putLong(bytes, 24, to.high());
            Bytes.putLong(bytes, 32, to.low());
            return bytes;
        }
        byte[] bytes = new byte[IpHeader.V4_LENGTH + length];
        Bytes.putInt(bytes, 0, 0x4500 << 16 | tos << 16 | bytes.length);
        Bytes.putInt(bytes, 8, ttl << 24 | protocol << 16);
        Bytes.putInt(bytes, 12, (int) from.low());
        Bytes.putInt(bytes, 16, (int) to.low());
        Bytes.putShort(bytes, 10, Checksum.complement(0, Checksum.sum(bytes, 0, IpHeader.V4_LENGTH)));
        return bytes;
    }

    /** What was sent, or null where it is no TCP segment. */
    static @Nullable Sent parse(Machine.Captured captured) {
        byte[] bytes = captured.bytes();
        boolean ipv4 = IpHeader.version(bytes, 0) == 4;
        int tcp = ipv4 ? (bytes[0] & 0xf) * 4 : IpHeader.V6_LENGTH;
        if (bytes[ipv4 ? 9 : 6] != IpHeader.TCP || bytes.length < tcp + TcpHeader.LENGTH) {
            return null;
        }
        IpAddress remote = ipv4
                ? IpAddress.ofIpv4(Bytes.getInt(bytes, 16))
                : new IpAddress(Bytes.getLong(bytes, 24), Bytes.getLong(bytes, 32));
        int tos = ipv4 ? bytes[1] & 0xff : Bytes.getInt(bytes, 0) >>> 20 & 0xff;
        int ttl = bytes[ipv4 ? 8 : 7] & 0xff;
        int flags = Bytes.getShort(bytes, tcp + 12) & 0x1ff;
        int header = tcp + (bytes[tcp + 12] >>> 4 & 0xf) * 4;
        boolean zeroes = true;
        for (int i = header; i < bytes.length; i++) {
            zeroes &= bytes[i] == 0;
        }
        TcpPacket packet = new TcpPacket(
                false,
                new IpInfo(tos & 3, tos, ttl, false),
                null,
                flags,
                Bytes.getInt(bytes, tcp + 4),
                bytes.length - header,
                Bytes.getInt(bytes, tcp + 8),
                Bytes.getShort(bytes, tcp + 14),
                Bytes.getShort(bytes, tcp + 18),
                TcpOption.parse(bytes, tcp + TcpHeader.LENGTH, header));
        int localPort = Bytes.getShort(bytes, tcp);
        return new Sent(
                captured.time(), remote, Bytes.getShort(bytes, tcp + 2), localPort, zeroes, packet, captured.rule());
    }
}

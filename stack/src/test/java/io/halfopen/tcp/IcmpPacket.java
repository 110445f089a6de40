package io.halfopen.tcp;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.util.Arrays;

/** An ICMP error as a router between host and peer sends it: about a packet of the host's. */
final class IcmpPacket {
    private static final int HEADER = 8;

    private final boolean v6;
    private final IpAddress host;
    private final byte[] quote;
    private int type;
    private int code;
    private int damage;
    private int mtu;

    private IcmpPacket(byte[] packet, int length) {
        v6 = packet[0] >>> 4 == 6;
        host = v6
                ? new IpAddress(Bytes.getLong(packet, 8), Bytes.getLong(packet, 16))
                : IpAddress.ofIpv4(Bytes.getInt(packet, 12));
        quote = Arrays.copyOf(packet, length);
    }

    /** It quotes what RFC 792 asks for: the IP header, ports and sequence number. */
    static IcmpPacket about(byte[] packet) {
        return about(packet, (packet[0] >>> 4 == 6 ? IpHeader.V6_LENGTH : IpHeader.V4_LENGTH) + 8);
    }

    static IcmpPacket about(byte[] packet, int quoted) {
        return new IcmpPacket(packet, quoted);
    }

    IcmpPacket type(int type, int code) {
        this.type = type;
        this.code = code;
        return this;
    }

    /** The packet had another sequence number. */
    IcmpPacket moveSeq(int by) {
        int at = (v6 ? IpHeader.V6_LENGTH : IpHeader.V4_LENGTH) + 4;
        Bytes.putInt(quote, at, Bytes.getInt(quote, at) + by);
        return this;
    }

    /** Another octet in the quoted packet. */
    IcmpPacket set(int at, int octet) {
        quote[at] = (byte) octet;
        return this;
    }

    /** Of an error of that kind: what the router can take. */
    IcmpPacket mtu(int mtu) {
        this.mtu = mtu;
        return this;
    }

    IcmpPacket damaged() {
        damage = 1;
        return this;
    }

    byte[] toBytes() {
        return toBytes(HEADER + quote.length);
    }

    /** Only the first octets of the message. */
    byte[] toBytes(int length) {
        IpAddress router = v6 ? IpAddress.parse("2001:db8::fe") : IpAddress.parse("192.0.2.254");
        int ip = v6 ? IpHeader.V6_LENGTH : IpHeader.V4_LENGTH;
        byte[] packet = new byte[ip + HEADER + quote.length];
        IpHeader.write(packet, 0, router.high(), router.low(), host.high(), host.low(), length, 0, 64, 0);
        packet[v6 ? 6 : 9] = (byte) (v6 ? 58 : 1);
        packet[ip] = (byte) type;
        packet[ip + 1] = (byte) code;
        Bytes.putInt(packet, ip + 4, mtu);
        System.arraycopy(quote, 0, packet, ip + HEADER, quote.length);
        long pseudo = Checksum.pseudoHeader(router.high(), router.low(), host.high(), host.low(), length) - 6 + 58;
        int sum = Checksum.complement(v6 ? pseudo : 0, Checksum.sum(packet, ip, length));
        Bytes.putShort(packet, ip + 2, sum ^ damage);
        if (!v6) {
            Bytes.putShort(packet, 10, 0);
            Bytes.putShort(packet, 10, Checksum.complement(0, Checksum.sum(packet, 0, ip)));
        }
        return Arrays.copyOf(packet, ip + length);
    }
}

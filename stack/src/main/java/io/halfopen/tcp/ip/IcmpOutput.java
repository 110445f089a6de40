package io.halfopen.tcp.ip;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Icmp;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.PathMtu;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.IpPacket;

/**
 * The ICMP messages that this host sends: answers to pings, and errors about what it cannot take (RFC 1122, section
 * 3.2.2; RFC 4443). Errors are limited, quote what they are about, and are never about errors.
 */
final class IcmpOutput {
    private static final int HEADER = 8;

    /** Octets of a packet with an error: RFC 1812, section 4.3.2.3; RFC 4443, section 2.4 (c). */
    private static final int MOST_V4 = 576;

    private static final int MOST_V6 = PathMtu.LEAST_V6;

    /** Internetwork control, with the delay, throughput and reliability that the packet had (RFC 1812, 5.3.13). */
    private static final int PRECEDENCE = 0xc0;

    private static final int TOS_MASK = 0x1e;

    private final Core core;
    private final Output output;
    private final IcmpLimits limits;
    private byte[] message = new byte[MOST_V6];

    IcmpOutput(Core core, Output output) {
        this.core = core;
        this.output = output;
        limits = new IcmpLimits(core);
    }

    /** The request with another type. */
    void echo(IpPacket request) {
        boolean v6 = !request.isIpv4();
        int length = request.transportLength();
        reserve(length);
        System.arraycopy(request.bytes(), request.transportOffset(), message, 0, length);
        message[0] = (byte) (v6 ? Icmp.V6_ECHO_REPLY : Icmp.V4_ECHO_REPLY);
        send(request, length, request.trafficClass(), Rule.ICMP_ECHOED);
    }

    /** An error about a packet that arrived; {@code parameter} is the second word. */
    void error(IpPacket about, int type, int code, int parameter, Rule why) {
        boolean v6 = !about.isIpv4();
        boolean aboutIcmp = about.protocol() == (v6 ? IpHeader.ICMP_V6 : IpHeader.ICMP);
        boolean aboutError = aboutIcmp
                && about.transportLength() > 0
                && Icmp.isError(v6, Bytes.getByte(about.bytes(), about.transportOffset()));
        if (aboutError || !limits.allows(v6, type, about.sourceHigh(), about.sourceLow())) {
            return;
        }
        int most =
                v6 ? MOST_V6 - IpHeader.V6_LENGTH : Math.min(MOST_V4, output.mtuBackFrom(about)) - IpHeader.V4_LENGTH;
        int quoted = Math.min(about.ipLength(), most - HEADER);
        Bytes.putInt(message, 0, type << 24 | code << 16);
        Bytes.putInt(message, 4, parameter);
        System.arraycopy(about.bytes(), about.ipOffset(), message, HEADER, quoted);
        core.count(Icmp.sentCounterOf(v6, type));
        send(about, HEADER + quoted, v6 ? 0 : PRECEDENCE | about.trafficClass() & TOS_MASK, why);
    }

    private void reserve(int length) {
        if (message.length < length) {
            message = new byte[length];
        }
    }

    private void send(IpPacket answered, int length, int tos, Rule why) {
        Bytes.putShort(message, 2, 0);
        long pseudo = answered.isIpv4() ? 0 : pseudoHeader(answered, length);
        Bytes.putShort(message, 2, Checksum.complement(pseudo, Checksum.sum(message, 0, length)));
        core.count(Counter.OutMsgs);
        int protocol = answered.isIpv4() ? IpHeader.ICMP : IpHeader.ICMP_V6;
        output.answer(answered, protocol, message, length, tos, why);
    }

    private static long pseudoHeader(IpPacket answered, int length) {
        long tcp = Checksum.pseudoHeader(
                answered.sourceHigh(),
                answered.sourceLow(),
                answered.destinationHigh(),
                answered.destinationLow(),
                length);
        return tcp - IpHeader.TCP + IpHeader.ICMP_V6;
    }
}

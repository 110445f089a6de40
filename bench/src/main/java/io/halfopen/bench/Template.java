package io.halfopen.bench;

import io.halfopen.linux.Rule;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;

/**
 * An IPv4 packet that is written once and changed in place for each use. Its checksums follow its changes by the
 * difference (RFC 1624), so that a benchmark measures the stack's work and little of its driver's.
 */
final class Template {
    private static final int IP_CHECKSUM = 10;
    private static final int IP_SOURCE = 12;
    private static final int TCP = IpHeader.V4_LENGTH;
    private static final int TCP_CHECKSUM = TCP + 16;
    private static final int TIMESTAMPS = TCP + TcpHeader.LENGTH + 4;

    private static final long LOW = 0xffff_ffffL;

    private final byte[] bytes;

    /** The sum of all that the TCP checksum is over, not folded: changed with each field, and folded once, before a packet leaves. */
    private long sum;

    private Template(byte[] bytes) {
        this.bytes = bytes;
        sum = ~Bytes.getShort(bytes, TCP_CHECKSUM) & 0xffff;
    }

    /** A SYN as Linux's client sends it: MSS, SACK, timestamps, window scale. */
    static Template syn(IpAddress source, IpAddress destination, int port) {
        int length = TcpHeader.LENGTH + TcpOptions.synLength(true, true, 7);
        byte[] bytes = new byte[TCP + length];
        // Not by TcpOptions, whose writers are others in the commits that this is compared with.
        Bytes.putInt(bytes, TCP + TcpHeader.LENGTH, 0x0204_05b4);
        Bytes.putInt(bytes, TIMESTAMPS, 0x0402_080a);
        Bytes.putInt(bytes, TIMESTAMPS + 4, 1);
        Bytes.putInt(bytes, TIMESTAMPS + 12, 0x0103_0307);
        return sealed(bytes, source, destination, port, TcpHeader.SYN, length);
    }

    /** A segment of a connection with timestamps: an ACK, or an RST. */
    static Template of(int flags, IpAddress source, IpAddress destination, int port) {
        int length = TcpHeader.LENGTH + TcpOptions.TIMESTAMP_LENGTH;
        byte[] bytes = new byte[TCP + length];
        Bytes.putInt(bytes, TIMESTAMPS - 4, 0x0101_080a);
        Bytes.putInt(bytes, TIMESTAMPS, 1);
        return sealed(bytes, source, destination, port, flags, length);
    }

    private static Template sealed(
            byte[] bytes, IpAddress source, IpAddress destination, int port, int flags, int length) {
        TcpHeader.write(bytes, TCP, 0, port, 0, 0, bytes.length - TCP, flags, 64240);
        IpHeader.write(bytes, 0, source.high(), source.low(), destination.high(), destination.low(), length, 0, 64, 0);
        TcpHeader.seal(bytes, TCP, length, source.high(), source.low(), destination.high(), destination.low());
        return new Template(bytes);
    }

    Template source(int address) {
        int was = Bytes.getInt(bytes, IP_SOURCE);
        put(IP_SOURCE, address);
        // RFC 1624, equation 3: HC' = ~(~HC + ~m + m')
        long header = (~Bytes.getShort(bytes, IP_CHECKSUM) & 0xffff) + (~was & LOW) + (address & LOW);
        int kept = Bytes.getInt(bytes, IP_CHECKSUM - 2) & 0xffff_0000;
        Bytes.putInt(
                bytes, IP_CHECKSUM - 2, kept | Checksum.complement(header, 0)); // written whole, as the stack reads it
        return this;
    }

    Template sourcePort(int port) {
        put(TCP, port << 16 | Bytes.getShort(bytes, TCP + 2));
        return this;
    }

    Template seq(int seq) {
        put(TCP + 4, seq);
        return this;
    }

    Template ack(int ack) {
        put(TCP + 8, ack);
        return this;
    }

    /** The timestamp to be echoed, which for a SYN there is none of. */
    Template echo(int stamp) {
        put(TIMESTAMPS + 4, stamp);
        return this;
    }

    Rule into(Stack stack, long now) {
        seal();
        return stack.onPacket(now, bytes, 0, bytes.length);
    }

    Segment.Defect parse(Segment segment) {
        seal();
        return segment.parse(bytes, 0, bytes.length);
    }

    private void put(int at, int value) {
        sum += (~Bytes.getInt(bytes, at) & LOW) + (value & LOW);
        Bytes.putInt(bytes, at, value);
    }

    private void seal() {
        int check = Checksum.complement(sum, 0);
        sum = ~check & 0xffff;
        Bytes.putInt(bytes, TCP_CHECKSUM, check << 16);
    }
}

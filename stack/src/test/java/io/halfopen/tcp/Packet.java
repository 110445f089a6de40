package io.halfopen.tcp;

import io.halfopen.linux.Rule;
import io.halfopen.wire.FastOpenCookie;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One TCP packet made by hand: what a test sends into a stack. Everything can be changed and written again in place,
 * without allocation.
 *
 * <pre>{@code
 * Packet packet = Packet.between("192.0.2.1", 40000, "192.0.2.2", 80);
 * packet.syn(1000).mss(1460).into(stack, now);
 * packet.ack(1001, theirs + 1).data("hello").into(stack, now);
 * }</pre>
 */
final class Packet {
    private static final int ANY_ID = 0x1234;

    private final IpAddress source;
    private final IpAddress destination;
    private final int tcp;
    private final byte[] bytes = new byte[65536 + IpHeader.V6_LENGTH];
    private int sourcePort;
    private int destinationPort;
    private int flags;
    private int seq;
    private int ack;
    private int window = 65535;
    private int mss;
    private int windowScale = -1;
    private boolean sack;
    private boolean timestamps;
    private int tsValue;
    private int tsEcho;
    private final FastOpenCookie cookie = new FastOpenCookie();
    private byte[] data = {};
    private int dataLength;

    private Packet(IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {
        this.source = source;
        this.sourcePort = sourcePort;
        this.destination = destination;
        this.destinationPort = destinationPort;
        tcp = IpHeader.lengthFor(destination.high(), destination.low());
    }

    static Packet between(String source, int sourcePort, String destination, int destinationPort) {
        return new Packet(IpAddress.parse(source), sourcePort, IpAddress.parse(destination), destinationPort);
    }

    Packet ports(int source, int destination) {
        sourcePort = source;
        destinationPort = destination;
        return this;
    }

    /** A SYN, still without options and data. */
    Packet syn(int seq) {
        noOptions();
        return flags(TcpHeader.SYN, seq, 0);
    }

    /** A plain ACK; timestamps stay as they were set. */
    Packet ack(int seq, int ack) {
        return flags(TcpHeader.ACK, seq, ack);
    }

    Packet fin(int seq, int ack) {
        return flags(TcpHeader.FIN | TcpHeader.ACK, seq, ack);
    }

    Packet rst(int seq) {
        return flags(TcpHeader.RST, seq, 0);
    }

    /** Any flags; the data is gone. */
    Packet flags(int flags, int seq, int ack) {
        this.flags = flags;
        this.seq = seq;
        this.ack = ack;
        dataLength = 0;
        return this;
    }

    Packet window(int window) {
        this.window = window;
        return this;
    }

    /** SYN only, as are SACK and window scale; 0 leaves all of these out. */
    Packet mss(int mss) {
        this.mss = mss;
        return this;
    }

    Packet sack() {
        sack = true;
        return this;
    }

    Packet windowScale(int shift) {
        windowScale = shift;
        return this;
    }

    Packet timestamps(int value, int echo) {
        timestamps = true;
        tsValue = value;
        tsEcho = echo;
        return this;
    }

    /** Of a SYN with an MSS: asks for a Fast Open cookie. */
    Packet fastOpen() {
        cookie.request(false);
        return this;
    }

    Packet noOptions() {
        cookie.clear();
        mss = 0;
        windowScale = -1;
        sack = false;
        timestamps = false;
        return this;
    }

    Packet data(String ascii) {
        byte[] text = ascii.getBytes(StandardCharsets.US_ASCII);
        return data(text, text.length);
    }

    Packet data(byte[] octets, int length) {
        data = octets;
        dataLength = length;
        flags |= length > 0 ? TcpHeader.PSH : 0;
        return this;
    }

    /** Writes it, delivers it, and says what the stack decided. */
    Rule into(Stack stack, long now) {
        int length = write();
        return stack.onPacket(now, bytes, 0, length);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, write());
    }

    private int write() {
        int header = TcpHeader.LENGTH + writeOptions(tcp + TcpHeader.LENGTH);
        int tcpLength = header + dataLength;
        IpHeader.write(
                bytes, 0, source.high(), source.low(), destination.high(), destination.low(), tcpLength, 0, 64, ANY_ID);
        TcpHeader.write(bytes, tcp, sourcePort, destinationPort, seq, ack, header, flags, window);
        System.arraycopy(data, 0, bytes, tcp + header, dataLength);
        TcpHeader.seal(bytes, tcp, tcpLength, source.high(), source.low(), destination.high(), destination.low());
        return tcp + tcpLength;
    }

    private int writeOptions(int at) {
        if ((flags & TcpHeader.SYN) != 0 && mss > 0) {
            int length = TcpOptions.synLength(sack, timestamps, windowScale);
            TcpOptions.writeSyn(bytes, at, mss, sack, timestamps, tsValue, tsEcho, windowScale);
            TcpOptions.writeFastOpen(bytes, at + length, cookie);
            return length + TcpOptions.fastOpenLength(cookie);
        }
        if (!timestamps) {
            return 0;
        }
        TcpOptions.writeTimestamp(bytes, at, tsValue, tsEcho);
        return TcpOptions.TIMESTAMP_LENGTH;
    }
}

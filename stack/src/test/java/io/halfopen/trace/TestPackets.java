package io.halfopen.trace;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.HexFormat;

/** Whole packets for the tests, sensible or not. */
final class TestPackets {
    static final int FIN = TcpHeader.FIN;
    static final int SYN = TcpHeader.SYN;
    static final int RST = TcpHeader.RST;
    static final int PSH = TcpHeader.PSH;
    static final int ACK = TcpHeader.ACK;

    /** One direction of a conversation. */
    record Path(IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {
        static Path of(String source, int sourcePort, String destination, int destinationPort) {
            return new Path(IpAddress.parse(source), sourcePort, IpAddress.parse(destination), destinationPort);
        }

        Path back() {
            return new Path(/* source= */ destination, destinationPort, /* destination= */ source, sourcePort);
        }

        byte[] segment(int flags, int seq, int ack, int payload) {
            return segment(flags, seq, ack, payload, new byte[0]);
        }

        /** The options must fill whole words; the payload is zeros and the window 512. */
        byte[] segment(int flags, int seq, int ack, int payload, byte[] options) {
            int ip = IpHeader.lengthFor(destination.high(), destination.low());
            int header = TcpHeader.LENGTH + options.length;
            int length = header + payload;
            byte[] packet = new byte[ip + length];
            long sourceHigh = source.high();
            long sourceLow = source.low();
            long high = destination.high();
            long low = destination.low();
            IpHeader.write(packet, 0, sourceHigh, sourceLow, high, low, length, 0, 64, 1);
            TcpHeader.write(packet, ip, sourcePort, destinationPort, seq, ack, header, flags, 512);
            System.arraycopy(options, 0, packet, ip + TcpHeader.LENGTH, options.length);
            TcpHeader.seal(packet, ip, length, sourceHigh, sourceLow, high, low);
            return packet;
        }
    }

    static final Path V4 = Path.of("127.0.0.1", 59830, "127.0.0.1", 8088);
    static final Path V6 = Path.of("::1", 47368, "2001:db8::8088", 8088);

    private TestPackets() {}

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    static byte[] withShort(byte[] packet, int at, int value) {
        Bytes.putShort(packet, at, value);
        return packet;
    }

    static byte[] withByte(byte[] packet, int at, int value) {
        packet[at] = (byte) value;
        return packet;
    }
}

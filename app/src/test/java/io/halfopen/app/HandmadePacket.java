package io.halfopen.app;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;

/** A packet of a client that has no stack: IPv4, without data; a SYN announces an MSS. */
public final class HandmadePacket {
    private static final int MSS = 1460;
    private static final int SYN_LENGTH = TcpHeader.LENGTH + TcpOptions.synLength(false, false, -1);
    private static final int WINDOW = 64_240;

    private HandmadePacket() {}

    public static byte[] of(IpAddress from, int fromPort, IpAddress to, int toPort, int seq, int ack, int flags) {
        int tcp = IpHeader.V4_LENGTH;
        boolean syn = flags == TcpHeader.SYN;
        int length = syn ? SYN_LENGTH : TcpHeader.LENGTH;
        byte[] packet = new byte[tcp + length];
        if (syn) {
            TcpOptions.writeSyn(packet, tcp + TcpHeader.LENGTH, MSS, false, false, 0, 0, -1);
        }
        TcpHeader.write(packet, tcp, fromPort, toPort, seq, ack, length, flags, WINDOW);
        IpHeader.write(packet, 0, from.high(), from.low(), to.high(), to.low(), length, 0, 64, 0);
        TcpHeader.seal(packet, tcp, length, from.high(), from.low(), to.high(), to.low());
        return packet;
    }
}

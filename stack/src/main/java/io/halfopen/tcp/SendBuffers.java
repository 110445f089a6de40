package io.halfopen.tcp;

import io.halfopen.linux.Sysctl;

/** How much a connection may hold for sending. */
final class SendBuffers {
    private static final int LEAST_SEGMENTS = 10;

    private SendBuffers() {}

    /** SO_SNDBUF, or some congestion windows between the limits of tcp_wmem (tcp_sndbuf_expand), octets. */
    static int limit(Core core, Connection c) {
        if (c.socket != null && c.socket.sendBuffer > 0) {
            return Math.min(c.socket.sendBuffer, BufferPool.LARGEST);
        }
        int window = Math.max(c.sender.congestion.cwnd, LEAST_SEGMENTS) * c.sender.mss();
        long wanted =
                Math.max(core.sysctls.get(Sysctl.tcp_wmem, 1), (long) c.sender.control.sendBufferWindows() * window);
        return (int) Math.min(wanted, Math.min(core.sysctls.get(Sysctl.tcp_wmem, 2), BufferPool.LARGEST));
    }
}

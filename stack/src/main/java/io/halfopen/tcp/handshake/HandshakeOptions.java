package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.BufferPool;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.PathMtuDiscovery;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/** What both sides offer in a handshake: MSS, first window and window scale, computed as Linux computes them. */
public final class HandshakeOptions {
    /** Instead of {@link TcpOptions#DEFAULT_MSS} over IPv6, of whose packets none need be smaller than 1280 octets (RFC 9293, section 3.7.1). */
    private static final int DEFAULT_MSS_V6 = 1220;

    private HandshakeOptions() {}

    /** Every option that the client offered and we allow. */
    static void negotiate(Core core, HalfOpen half, Segment syn, long secret) {
        boolean timestamps = syn.hasTimestamps() && core.sysctls.isOn(Sysctl.tcp_timestamps);
        boolean sack = syn.sackPermitted() && core.sysctls.isOn(Sysctl.tcp_sack);
        half.agree(timestamps, sack, isEcnOffered(syn) && core.sysctls.get(Sysctl.tcp_ecn) != 0);
        half.tsRecent = timestamps ? syn.tsValue() : 0;
        half.tsOffset = timestamps ? core.timestampOffset(secret) : 0;
        setHeader(core, half, syn);
        half.peerMss = (char) mssOf(half, syn);
        boolean scaling = syn.windowScale() >= 0 && core.sysctls.isOn(Sysctl.tcp_window_scaling);
        half.peerWindowScale = (byte) (scaling ? syn.windowScale() : 0);
        half.ourMss = (char) mssToAnnounce(core, half, half.listener.socket);
        int payload = half.ourMss - (timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0);
        setWindow(core, half, scaling, payload);
    }

    /**
     * A SYN may not be marked as what can be marked itself (RFC 3168, section 6.1.1), unless it is one of a later ECN, as its
     * other flags say (tcp_ecn_create_request).
     */
    private static boolean isEcnOffered(Segment syn) {
        boolean plain = (syn.trafficClass() & IpHeader.ECN_MASK) == 0;
        return syn.has(ECE) && syn.has(CWR) && (plain || syn.hasReservedFlags());
    }

    /** What the listener wants in the IP headers of its connections. */
    static void setHeader(Core core, HalfOpen half, Segment segment) {
        Socket socket = half.listener.socket;
        boolean reflect = core.sysctls.isOn(Sysctl.tcp_reflect_tos);
        half.tos = (byte) (reflect ? segment.trafficClass() & ~IpHeader.ECN_MASK : socket.tos(half.isIpv4()));
        half.ttl = (short) socket.ttl(half.isIpv4());
    }

    /** Our window, a multiple of {@code payload}, and its scale. */
    static void setWindow(Core core, HalfOpen half, boolean scaling, int payload) {
        Socket socket = half.listener.socket;
        int space = receiveSpace(core, socket);
        half.ourWindowScale = (byte) (scaling ? windowScale(core, socket, space) : -1);
        half.window = initialWindow(core, socket, space, payload);
    }

    static int mssToAnnounce(Core core, Flow flow, Socket socket) {
        int mss = PathMtuDiscovery.announced(core, flow);
        return socket.options.maxSeg == 0 ? mss : Math.min(mss, socket.options.maxSeg);
    }

    /** The octets of data and options in the largest segment that both ends and the path take, as far as the path is known. */
    static int mssOfPath(Core core, Connection c) {
        return Math.min(c.announcedMss, PathMtuDiscovery.of(core, c) - PathMtuDiscovery.headers(c));
    }

    /** The MSS option of the peer's SYN or SYN-ACK, or what it stands for if there is none. */
    static int mssOf(Flow flow, Segment segment) {
        int usual = flow.isIpv4() ? TcpOptions.DEFAULT_MSS : DEFAULT_MSS_V6;
        return segment.mss() == 0 ? usual : segment.mss();
    }

    /** What TCP_INFO tells of our full segments before the peer has said what it takes, octets of data. */
    public static int firstMss(Core core, Connection c) {
        int usual = c.isIpv4() ? TcpOptions.DEFAULT_MSS : DEFAULT_MSS_V6;
        return usual - (core.sysctls.isOn(Sysctl.tcp_timestamps) ? TcpOptions.TIMESTAMP_LENGTH : 0);
    }

    /** The octets of data in our full segments: what both ends and the path take, less the timestamps. */
    static int mssToSend(Core core, Connection c, @Nullable Socket socket, int peerMss) {
        int most = socket == null || socket.options.maxSeg == 0 ? peerMss : Math.min(peerMss, socket.options.maxSeg);
        return PathMtuDiscovery.start(core, c, most);
    }

    /** How much window a receive buffer makes: SO_RCVBUF's or the initial one of tcp_rmem. */
    static int receiveSpace(Core core, Socket socket) {
        return Math.min(core.kernel.windowOfBuffer(receiveBuffer(core, socket)), BufferPool.LARGEST / 2);
    }

    /** SO_RCVBUF's, or the initial one of tcp_rmem, and what SO_RCVLOWAT needs. */
    public static int receiveBuffer(Core core, Socket socket) {
        return socket.options.receiveBuffer == 0
                ? Math.max(core.sysctls.get(Sysctl.tcp_rmem, 1), 2 * socket.options.receiveLow)
                : socket.options.receiveBuffer;
    }

    /** The receive buffer once the handshake is done, octets. */
    static int establishedBuffer(Core core, Socket socket, int mss) {
        int buffer = receiveBuffer(core, socket);
        return socket.options.receiveBuffer != 0
                ? buffer
                : core.kernel.bufferOfEstablished(buffer, mss, core.sysctls.get(Sysctl.tcp_rmem, 2));
    }

    /** The window that a connection begins with (tcp_select_initial_window): whole segments. */
    static int initialWindow(Core core, Socket socket, int space, int mss) {
        int most = socket.options.windowClamp == 0 ? space : Math.min(space, socket.options.windowClamp);
        return core.kernel.firstWindow(most > mss ? most - most % mss : most);
    }

    /** The shift that lets the largest buffer be announced one day; at most 14. */
    static int windowScale(Core core, Socket socket, int space) {
        int most = space;
        if (socket.options.receiveBuffer == 0) {
            most = Math.max(core.sysctls.get(Sysctl.tcp_rmem, 2), core.sysctls.get(Sysctl.rmem_max));
        }
        if (socket.options.windowClamp != 0) {
            most = Math.min(most, socket.options.windowClamp);
        }
        int bits = 31 - Integer.numberOfLeadingZeros(Math.max(1, most));
        return Math.clamp(bits - 15, 0, TcpOptions.MAX_WINDOW_SCALE);
    }
}

package io.halfopen.tcp.handshake;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.PeerMetrics;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.wire.FastOpenCookie;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpOptions;

/**
 * TCP Fast Open, the client's side (RFC 7413): what goes with the SYN, and what its answer teaches. Cookies are kept
 * with the {@link PeerMetrics} of the peer's address.
 */
public final class FastOpenClient {
    /** Bits of tcp_fastopen: clients may, and need no cookie. */
    private static final int CLIENT = 1;

    private static final int WITHOUT_COOKIE = 4;

    /** MAX_TCP_OPTION_SPACE: what a SYN keeps free of data, whatever its options. */
    private static final int OPTION_SPACE = 40;

    private final Core core;
    private final FastOpenCookie cookie = new FastOpenCookie();

    public FastOpenClient(Core core) {
        this.core = core;
    }

    public boolean isOff() {
        return (core.sysctls.get(Sysctl.tcp_fastopen) & CLIENT) == 0;
    }

    /** What the SYN to this peer brings: its cookie, the wish for one, or nothing where none is needed. */
    public FastOpenCookie cookieFor(Connection c, Socket socket) {
        if (needsNoCookie(socket)) {
            cookie.clear();
        } else {
            core.metrics.readCookie(c, core.now(), cookie);
        }
        return cookie;
    }

    private boolean needsNoCookie(Socket socket) {
        return socket.opening.fastOpenNoCookie || (core.sysctls.get(Sysctl.tcp_fastopen) & WITHOUT_COOKIE) != 0;
    }

    /** Whether data may go with that SYN (tcp_fastopen_cookie_check). */
    public static boolean allowsData(FastOpenCookie cookie) {
        return cookie.length() != 0;
    }

    /** The octets of data that fit into it. */
    public int room(Connection c) {
        return Math.max(0, knownMss(c) - OPTION_SPACE);
    }

    /** How much data goes into the segments after the SYN, as far as is known. */
    int mss(Connection c) {
        return knownMss(c) - (c.timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0);
    }

    private int knownMss(Connection c) {
        int known = core.metrics.fastOpenMss(c, core.now());
        int mss = HandshakeOptions.mssOfPath(core, c);
        return known == 0 ? mss : Math.min(known, mss);
    }

    /** The answer is here (tcp_rcv_fastopen_synack). */
    void learn(Connection c, Segment synAck) {
        if (!c.fastOpenAsked && c.dataInSyn == 0) {
            return;
        }
        cookie.clear();
        if (c.fastOpenAsked) {
            cookie.read(synAck);
        }
        boolean inVain = c.fastOpenAsked && cookie.length() < 0 && c.dataInSyn == 0 && c.sender.timer.retransmits == 0;
        int wish = !inVain
                ? PeerMetrics.NO_WISH
                : c.fastOpenExperimental ? PeerMetrics.NUMBERED : PeerMetrics.EXPERIMENTAL;
        core.metrics.learnCookie(core, c, synAck.mss(), cookie, wish);
    }
}

package io.halfopen.tcp.transmit;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.MtuSearch;

/**
 * Finds the largest packet that the path takes where no router tells of it (RFC 4821, tcp_mtu_probing): one segment of new
 * data is larger than the others. If it arrives, the others become as large, and if it alone is lost, it is sent again in
 * smaller ones and the congestion window stays.
 */
public final class MtuProbing {
    /** What {@link #judge} says, or else how many octets of data a probe may have. */
    static final int NO_PROBE = -1;

    /** There is something to probe with, and the windows have no room for it now: nothing else is sent meanwhile. */
    static final int WAIT = 0;

    /** The least congestion window: a probe that is lost must be found by duplicate ACKs. */
    private static final int LEAST_CWND = 11;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private MtuProbing() {}

    /** From now on; what fits tcp_base_mss is believed to get through, and the peer takes nothing larger than it said (tcp_mtup_init). */
    static MtuSearch begin(Host host, Connection c) {
        MtuSearch search = new MtuSearch();
        search.low = PathMtuDiscovery.packetOf(c, host.sysctls.get(Sysctl.tcp_base_mss));
        search.high = mostForPeer(c);
        search.since = host.now();
        c.path.search = search;
        return search;
    }

    private static int mostForPeer(Connection c) {
        return c.path.clamp + PathMtuDiscovery.headers(c);
    }

    /**
     * Nothing gets through, timeout after timeout: perhaps the path swallows large packets and no router says so. From
     * tcp_base_mss on segments become half as large each time (tcp_mtu_probing).
     */
    public static void suspectBlackHole(Host host, Connection c) {
        MtuSearch search = c.path.search;
        if (search == null) {
            begin(host, c);
        } else {
            Sysctls sysctls = host.sysctls;
            int half = Math.min(sysctls.get(Sysctl.tcp_base_mss), PathMtuDiscovery.mss(host, c, search.low) >> 1);
            int floor = Math.max(sysctls.get(Sysctl.tcp_mtu_probe_floor), sysctls.get(Sysctl.tcp_min_snd_mss));
            search.low = PathMtuDiscovery.packetOf(c, Math.max(half, floor));
        }
        PathMtuDiscovery.resize(host, c);
    }

    /** May a probe leave before the next data (tcp_mtu_probe)? */
    static int judge(Host host, Connection c, MtuSearch search) {
        Sender sender = c.sender;
        boolean disturbed = search.probe != 0
                || sender.congestion.state != CaState.OPEN
                || sender.congestion.cwnd < LEAST_CWND
                || c.sackBlocks() > 0;
        if (disturbed) {
            return NO_PROBE;
        }
        int size = size(host, c, search);
        if (size == NO_PROBE) {
            return NO_PROBE;
        }
        int needed = size + (sender.recovery.reordering + 1) * sender.mss(); // so that the others can tell of its loss
        if (sender.pending() < needed || sender.window() < needed) {
            return NO_PROBE;
        }
        boolean full = sender.flight.inNetwork() + 2 > sender.congestion.cwnd;
        if (needed > sender.room() || full && sender.flight.inNetwork() > 0) {
            return WAIT;
        }
        return !full && sender.queue.canGather(size) ? size : NO_PROBE;
    }

    /** The middle of what is not known yet, as octets of data; {@link #NO_PROBE} where that is too little to ask for. */
    private static int size(Host host, Connection c, MtuSearch search) {
        int most = PathMtuDiscovery.mss(host, c, search.high);
        boolean halves = host.kernel.transfer.halvesMtuSearch();
        int size = halves ? PathMtuDiscovery.mss(host, c, search.high + search.low >> 1) : 2 * c.sender.mss();
        boolean over = halves && search.high - search.low < host.sysctls.get(Sysctl.tcp_probe_threshold);
        if (size <= most && !over) {
            return size;
        }
        long interval = host.sysctls.get(Sysctl.tcp_probe_interval) * NANOS_PER_SECOND;
        if (halves && host.now() - search.since >= interval) {
            beginAgain(host, c, search);
        }
        return NO_PROBE;
    }

    /** The path may be another meanwhile (tcp_mtu_check_reprobe). */
    private static void beginAgain(Host host, Connection c, MtuSearch search) {
        search.probe = 0;
        search.high = mostForPeer(c);
        search.low = PathMtuDiscovery.packetOf(c, c.currentMss());
        search.since = host.now();
    }

    /** So many octets have left as a probe: it stands for two packets. */
    static void onSent(Connection c, MtuSearch search, int octets) {
        Sender sender = c.sender;
        sender.congestion.cwnd--;
        search.probe = PathMtuDiscovery.packetOf(c, octets);
        search.probeStart = sender.nxt() - octets;
        search.probeEnd = sender.nxt();
    }

    /** Something was acknowledged: the probe, too (tcp_mtup_probe_success)? */
    public static void onAcked(Host host, Connection c) {
        MtuSearch search = c.path.search;
        if (search == null || search.probe == 0 || search.probeEnd - c.sender.una() > 0) {
            return;
        }
        CongestionWindow window = c.sender.congestion;
        window.priorSsthresh = window.currentSsthresh();
        long octets = (long) window.cwnd * PathMtuDiscovery.packetOf(c, c.sender.mss());
        window.cwnd = (int) Math.max(1, octets / search.probe);
        window.cwndCnt = 0;
        window.stampedAt = host.now();
        window.ssthresh = window.currentSsthresh();
        search.low = search.probe;
        search.probe = 0;
        PathMtuDiscovery.resize(host, c);
        host.count(Counter.TCPMTUPSuccess);
    }

    /** Whether the packet that is lost is a probe, and nothing worse has happened. */
    public static boolean isLost(Connection c) {
        MtuSearch search = c.path.search;
        return search != null
                && search.probe != 0
                && c.sender.una() == search.probeStart
                && c.sender.congestion.state.compareTo(CaState.CWR) < 0;
    }

    /** It was too large for the path (tcp_mtup_probe_failed). */
    public static void onLost(Host host, Connection c) {
        MtuSearch search = c.path.search;
        if (search != null) {
            search.high = search.probe - 1;
            search.probe = 0;
            c.sender.congestion.cwnd++;
            host.count(Counter.TCPMTUPFail);
        }
    }

    /** Something is sent again: what becomes of a probe then tells nothing. */
    public static void onRetransmitted(Connection c) {
        MtuSearch search = c.path.search;
        if (search != null) {
            search.probe = 0;
        }
    }
}

package io.halfopen.tcp;

import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;

/**
 * How large a connection's segments are: what the peer takes, and the path, of which routers tell, or silence does
 * (tcp_sync_mss). {@link PathMtus} has what is known of all paths; a connection looks there before it sends, once
 * something has changed.
 */
final class PathMtu {
    /** IP_MTU_DISCOVER: never; as routers say; always; DF off, but as routers say; as the interface has it; the same. */
    static final int DONT = 0;

    static final int WANT = 1;
    static final int DO = 2;
    static final int PROBE = 3;
    static final int INTERFACE = 4;
    static final int OMIT = 5;

    /** RFC 8200, section 5: no IPv6 path has less. */
    static final int LEAST_V6 = 1280;

    /** An IPv4 packet has at most 65535 octets, whatever the MTU; IPv6's payload alone may have as many. */
    private static final int GREATEST_V4_PACKET = 65535;

    private static final long EXPIRES_V6 = 600_000_000_000L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private int mtu;
    private int version;

    /** The most that the peer takes, and TCP_MAXSEG allows (rx_opt.mss_clamp). */
    private int clamp;

    byte discover = WANT;

    /** Routers may cut our packets up. */
    private boolean locked;

    /** Black-hole detection has begun: packets have no more octets than this; 0: it has not (icmp_mtup.search_low). */
    private int probed;

    void reset() {
        probed = 0;
        discover = WANT;
    }

    void keep(Kept k) {
        mtu = k.at(mtu);
        version = k.at(version);
        clamp = k.at(clamp);
        discover = k.at(discover);
        locked = k.at(locked);
        probed = k.at(probed);
    }

    /** The MTU between two hosts as it is known now, octets (dst_mtu). */
    static int of(Core core, Flow flow) {
        int link = core.addresses.mtu(flow.localHigh, flow.localLow, flow.remoteHigh, flow.remoteLow);
        int packet = flow.isIpv4() ? Math.min(link, GREATEST_V4_PACKET) : link;
        return core.paths.mtu(flow.remoteHigh, flow.remoteLow, packet, core.now());
    }

    /** What a router said of the path to a flow's peer is believed for a while; at most what is known already counts. */
    static void learn(Core core, Flow flow, int told) {
        long now = core.now();
        if (!flow.isIpv4()) {
            core.paths.learn(flow.remoteHigh, flow.remoteLow, told, false, now, now + EXPIRES_V6);
            return;
        }
        int least = core.sysctls.get(Sysctl.min_pmtu);
        int mtu = told < least ? Math.min(of(core, flow), least) : told;
        long end = now + core.sysctls.get(Sysctl.mtu_expires) * NANOS_PER_SECOND;
        core.paths.learn(flow.remoteHigh, flow.remoteLow, mtu, told < least, now, end);
    }

    /** The handshake is done, or nearly: the octets of data of a full segment. */
    int start(Core core, Connection c, int clamp) {
        this.clamp = clamp;
        c.sender.size.start(options(c));
        boolean probes = core.sysctls.get(Sysctl.tcp_mtu_probing) > 1;
        probed = probes ? packetOf(c, core.sysctls.get(Sysctl.tcp_base_mss)) : 0;
        look(core, c);
        // An accepted connection begins with all that the path takes, and goes down to what was probed later.
        return c.isOpening() ? mss(core, c) : mss(core, c, mtu);
    }

    int mtu() {
        return mtu;
    }

    int clamp() {
        return clamp;
    }

    /** Routers may cut up what a connection of IPv4 sends (ip_dont_fragment). */
    boolean isFragmentable() {
        return discover != DO && (discover != WANT || locked);
    }

    /** Before something is sent: does it still have the right size (tcp_current_mss)? */
    void follow(Core core, Connection c) {
        if (version != core.paths.version(core.now())) {
            look(core, c);
            c.sender.size.resize(mss(core, c));
        }
    }

    private void look(Core core, Connection c) {
        version = core.paths.version(core.now());
        mtu = of(core, c);
        locked = core.paths.isLocked(c.remoteHigh, c.remoteLow, core.now());
    }

    private int mss(Core core, Connection c) {
        int mss = mss(core, c, mtu);
        return probed == 0 ? mss : Math.min(mss, mss(core, c, probed));
    }

    /** The octets of data of a packet that fills an MTU (tcp_mtu_to_mss). */
    int mss(Core core, Connection c, int mtu) {
        int most = Math.min(clamp, mtu - headers(c));
        return Math.max(most, core.sysctls.get(Sysctl.tcp_min_snd_mss)) - options(c);
    }

    /** The other way round (tcp_mss_to_mtu). */
    private static int packetOf(Connection c, int mss) {
        return mss + options(c) + headers(c);
    }

    private static int options(Connection c) {
        return c.timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0;
    }

    private static int headers(Connection c) {
        return IpHeader.lengthFor(c.remoteHigh, c.remoteLow) + TcpHeader.LENGTH;
    }

    /**
     * Nothing gets through, timeout after timeout: perhaps the path swallows large packets and no router says so
     * (RFC 4821, tcp_mtu_probing). From tcp_base_mss on the segments become half as large each time.
     */
    void suspectBlackHole(Core core, Connection c) {
        int base = core.sysctls.get(Sysctl.tcp_base_mss);
        if (probed == 0) {
            probed = packetOf(c, base);
        } else {
            int half = Math.min(base, mss(core, c, probed) >> 1);
            int floor =
                    Math.max(core.sysctls.get(Sysctl.tcp_mtu_probe_floor), core.sysctls.get(Sysctl.tcp_min_snd_mss));
            probed = packetOf(c, Math.max(half, floor));
        }
        look(core, c);
        c.sender.size.resize(mss(core, c));
    }
}

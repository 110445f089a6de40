package io.halfopen.tcp.transmit;

import io.halfopen.linux.RouteMetrics;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.PathMtuCache;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.MtuSearch;
import io.halfopen.tcp.socket.PathMtu;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;

/**
 * How large a connection's segments are: what the peer takes, and the path, of which routers tell, or silence does
 * (tcp_sync_mss). {@link PathMtuCache} has what is known of all paths; a connection looks there before it sends, once
 * something has changed, and keeps the answer in its {@link PathMtu}.
 */
public final class PathMtuDiscovery {
    /** An IPv4 packet has at most 65535 octets, whatever the MTU; IPv6's payload alone may have as many. */
    private static final int GREATEST_V4_PACKET = 65535;

    private static final long EXPIRES_V6 = 600_000_000_000L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private PathMtuDiscovery() {}

    /** The MTU between two hosts as it is known now, octets (dst_mtu). */
    public static int of(Host host, Flow flow) {
        RouteMetrics route = host.routes.to(flow.remoteHigh, flow.remoteLow);
        int first = route.mtu() == 0 ? ofInterface(host, flow) : route.mtu();
        return host.paths.mtu(flow.remoteHigh, flow.remoteLow, first, host.now());
    }

    private static int ofInterface(Host host, Flow flow) {
        int link = host.addresses.mtu(flow.local.high(), flow.local.low(), flow.remoteHigh, flow.remoteLow);
        return flow.isIpv4() ? Math.min(link, GREATEST_V4_PACKET) : link;
    }

    /** The MSS that a SYN announces, octets: the way back need not be the path that routers told of. */
    public static int announced(Host host, Flow flow) {
        int set = host.routes.to(flow.remoteHigh, flow.remoteLow).advmss();
        if (set != 0) {
            return set;
        }
        int mtu = host.kernel.transfer.announcesPath() ? of(host, flow) : ofInterface(host, flow);
        return mtu - headers(flow);
    }

    /** What a router said of the path to a flow's peer is believed for a while; at most what is known already counts. */
    public static void learn(Host host, Flow flow, int told) {
        long now = host.now();
        if (!flow.isIpv4()) {
            host.paths.learn(flow.remoteHigh, flow.remoteLow, told, false, now, now + EXPIRES_V6);
            return;
        }
        int least = host.sysctls.get(Sysctl.min_pmtu);
        int mtu = told < least ? Math.min(of(host, flow), least) : told;
        long end = now + host.sysctls.get(Sysctl.mtu_expires) * NANOS_PER_SECOND;
        host.paths.learn(flow.remoteHigh, flow.remoteLow, mtu, told < least, now, end);
    }

    /** The handshake is done, or nearly: the octets of data of a full segment. */
    public static int start(Host host, Connection c, int clamp) {
        c.path.clamp = clamp;
        c.sender.size.start(options(c));
        look(host, c);
        int mss = mss(host, c, c.path.mtu);
        if (host.sysctls.get(Sysctl.tcp_mtu_probing) <= 1) {
            return mss;
        }
        // An accepted connection begins with all that the path takes, and goes down to what was probed later; one of
        // ours
        // has room for what its SYN offered.
        MtuSearch search = MtuProbing.begin(host, c);
        int offered = host.sysctls.isOn(Sysctl.tcp_timestamps) ? TcpOptions.TIMESTAMP_LENGTH : 0;
        return c.isOpening() ? Math.min(mss, mss(host, c, search.low + offered - options(c))) : mss;
    }

    /** Before something is sent: does it still have the right size (tcp_current_mss)? */
    public static void follow(Host host, Connection c) {
        if (c.path.version != host.paths.version(host.now())) {
            look(host, c);
            resize(host, c);
        }
    }

    /** Segments are cut for what is known of the path now (tcp_sync_mss). */
    static void resize(Host host, Connection c) {
        MtuSearch search = c.path.search;
        if (search != null) {
            search.high = Math.min(search.high, c.path.mtu);
        }
        c.sender.size.resize(mss(host, c));
    }

    /** Something was sent, and so the route was looked for: if it is another, what is sent next follows that. */
    static void onSent(Host host, Connection c) {
        if (c.path.routes != host.routes.version()) {
            c.path.version = host.paths.version(host.now()) - 1;
        }
    }

    private static void look(Host host, Connection c) {
        c.path.version = host.paths.version(host.now());
        c.path.routes = host.routes.version();
        c.path.mtu = of(host, c);
        c.path.locked = host.routes.to(c.remoteHigh, c.remoteLow).mtuLocked()
                || host.paths.isLocked(c.remoteHigh, c.remoteLow, host.now());
    }

    private static int mss(Host host, Connection c) {
        int mss = mss(host, c, c.path.mtu);
        MtuSearch search = c.path.search;
        return search == null ? mss : Math.min(mss, mss(host, c, search.low));
    }

    /** The octets of data of a packet that fills an MTU (tcp_mtu_to_mss). */
    static int mss(Host host, Connection c, int mtu) {
        int most = Math.min(c.path.clamp, mtu - headers(c));
        return Math.max(most, host.sysctls.get(Sysctl.tcp_min_snd_mss)) - options(c);
    }

    /** The other way round (tcp_mss_to_mtu). */
    static int packetOf(Connection c, int mss) {
        return mss + options(c) + headers(c);
    }

    private static int options(Connection c) {
        return c.timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0;
    }

    /** Octets in front of options and data. */
    public static int headers(Flow flow) {
        return IpHeader.lengthFor(flow.remoteHigh, flow.remoteLow) + TcpHeader.LENGTH;
    }
}

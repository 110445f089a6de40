package io.halfopen.tcp.socket;

import io.halfopen.tcp.host.SavedState;
import org.jspecify.annotations.Nullable;

/** What a connection knows of its path's MTU, and what its socket asked for. {@code PathMtuDiscovery} keeps it up to date. */
public final class PathMtu {
    /** IP_MTU_DISCOVER: never; as routers say; always; DF off, but as routers say; as the interface has it; the same. */
    public static final int DONT = 0;

    public static final int WANT = 1;
    static final int DO = 2;
    static final int PROBE = 3;
    public static final int INTERFACE = 4;
    public static final int OMIT = 5;

    /** RFC 8200, section 5: no IPv6 path has less. */
    public static final int LEAST_V6 = 1280;

    /** What it was when it was looked at last, octets, and the version that all paths had then. */
    public int mtu;

    public int version;

    /** The version of the routes then. */
    public char routes;

    /** The most that the peer takes, and TCP_MAXSEG allows (rx_opt.mss_clamp). */
    public int clamp;

    public byte discover = WANT;

    /** Routers may cut our packets up. */
    public boolean locked;

    /** How large its packets may be is found out by probing; null: it is not (icsk_mtup.enabled). */
    public @Nullable MtuSearch search;

    void reset() {
        search = null;
        discover = WANT;
    }

    void keep(SavedState k) {
        mtu = k.at(mtu);
        version = k.at(version);
        routes = k.at(routes);
        clamp = k.at(clamp);
        discover = k.at(discover);
        locked = k.at(locked);
        if (k.at(search != null)) {
            MtuSearch kept = search == null ? new MtuSearch() : search;
            search = kept;
            kept.keep(k);
        }
    }

    /** Routers may cut up what a connection of IPv4 sends (ip_dont_fragment). */
    public boolean isFragmentable() {
        return discover != DO && (discover != WANT || locked);
    }
}

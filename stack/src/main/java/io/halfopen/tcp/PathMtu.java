package io.halfopen.tcp;

/** What a connection knows of its path's MTU, and what its socket asked for. {@link PathMtuDiscovery} keeps it up to date. */
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

    /** What it was when it was looked at last, octets, and the version that all paths had then. */
    int mtu;
    int version;

    /** The most that the peer takes, and TCP_MAXSEG allows (rx_opt.mss_clamp). */
    int clamp;

    byte discover = WANT;

    /** Routers may cut our packets up. */
    boolean locked;

    /** Black-hole detection has begun: packets have no more octets than this; 0: it has not (icmp_mtup.search_low). */
    int probed;

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

    /** Routers may cut up what a connection of IPv4 sends (ip_dont_fragment). */
    boolean isFragmentable() {
        return discover != DO && (discover != WANT || locked);
    }
}

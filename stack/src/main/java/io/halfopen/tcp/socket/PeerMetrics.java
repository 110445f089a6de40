package io.halfopen.tcp.socket;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.wire.FastOpenCookie;
import org.jspecify.annotations.Nullable;

/**
 * What earlier connections learned about their peers: ip-tcp_metrics(8). A peer whose round-trip time is known has
 * proved that it is where it says it is. Bounded: five places for each hash, and the one unused for longest gives way.
 */
public final class PeerMetrics {
    private static final int CAPACITY = 1 << 14;
    private static final int PLACES = 5;

    /** TCP_METRICS_TIMEOUT: what is older is forgotten. */
    private static final long LIFETIME = 3600 * 1_000_000_000L;

    private final long key;
    private @Nullable Entry[] entries = new Entry[0];

    /** With an odd secret, so that nobody can choose whose place another peer takes. */
    public PeerMetrics(long key) {
        this.key = key;
    }

    /** Which option to ask with for a cookie, where it was not given one: the numbered one is the first try, and the last. */
    public static final int NO_WISH = 0;

    public static final int EXPERIMENTAL = 1;
    public static final int NUMBERED = 2;

    private static final class Entry {
        long localHigh;
        long localLow;
        long remoteHigh;
        long remoteLow;

        /** Smoothed round-trip time, ns; 0 if it is not known any more. */
        long rtt;

        long updatedAt;

        /** What Fast Open needs: the cookie, the peer's MSS or 0, and how to ask next. */
        final FastOpenCookie cookie = new FastOpenCookie();

        int mss;
        int wish;

        /** Forgets all that was learned. */
        void clear(long now) {
            rtt = 0;
            updatedAt = now;
            cookie.request(false);
            mss = 0;
            wish = NO_WISH;
        }

        boolean isFor(long localHigh, long localLow, long remoteHigh, long remoteLow) {
            return this.remoteLow == remoteLow
                    && this.remoteHigh == remoteHigh
                    && this.localLow == localLow
                    && this.localHigh == localHigh;
        }
    }

    /** Nothing was ever learned (ip tcp_metrics flush). */
    public void forget() {
        entries = new Entry[0];
    }

    /** Whether an earlier connection with this peer measured a round-trip time (tcp_peer_is_proven). */
    public boolean isProven(long localHigh, long localLow, long remoteHigh, long remoteLow, long now) {
        Entry entry = find(localHigh, localLow, remoteHigh, remoteLow);
        return entry != null && entry.rtt != 0 && now - entry.updatedAt <= LIFETIME;
    }

    /** A connection ended in order: what did it learn (tcp_update_metrics)? */
    public void update(Host host, Connection c) {
        if (host.sysctls.isOn(Sysctl.tcp_no_metrics_save)) {
            return;
        }
        Entry entry = find(c.local.high(), c.local.low(), c.remoteHigh, c.remoteLow);
        long rtt = c.sender.roundTrip.smoothed();
        if (c.sender.timer.backoff > 0 || rtt == 0) {
            if (entry != null) {
                entry.rtt = 0;
            }
            return;
        }
        Entry updated = entry == null ? add(c, host.now()) : entry;
        long error = updated.rtt - rtt;
        updated.rtt = error <= 0 ? rtt : updated.rtt - (error >> 3);
        updated.updatedAt = host.now();
    }

    /** The cookie of the connection's peer, or the wish for one (tcp_fastopen_cache_get). */
    public void readCookie(Connection c, long now, FastOpenCookie cookie) {
        Entry entry = fresh(c, now);
        if (entry == null) {
            cookie.request(false);
        } else if (entry.cookie.length() > 0) {
            cookie.set(entry.cookie);
        } else {
            cookie.request(entry.wish == EXPERIMENTAL);
        }
    }

    /** The MSS the peer announced with Fast Open, or 0. */
    public int fastOpenMss(Connection c, long now) {
        Entry entry = fresh(c, now);
        return entry == null ? 0 : entry.mss;
    }

    private @Nullable Entry fresh(Connection c, long now) {
        Entry entry = find(c.local.high(), c.local.low(), c.remoteHigh, c.remoteLow);
        return entry != null && now - entry.updatedAt <= LIFETIME ? entry : null;
    }

    /** What a SYN-ACK brought; {@code mss} 0 and a cookie without octets bring nothing (tcp_fastopen_cache_set). */
    public void learnCookie(Host host, Connection c, int mss, FastOpenCookie cookie, int wish) {
        Entry known = find(c.local.high(), c.local.low(), c.remoteHigh, c.remoteLow);
        Entry entry = known == null ? add(c, host.now()) : known;
        if (host.now() - entry.updatedAt > LIFETIME) {
            entry.clear(host.now());
        }
        entry.mss = mss == 0 ? entry.mss : mss;
        if (cookie.length() > 0) {
            entry.cookie.set(cookie);
        } else if (entry.cookie.length() <= 0) {
            entry.wish = Math.max(entry.wish, wish);
        }
    }

    private @Nullable Entry find(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        int start = hash(localLow, remoteHigh, remoteLow);
        for (int i = 0; i < PLACES && entries.length > 0; i++) {
            Entry entry = entries[start + i & CAPACITY - 1];
            if (entry != null && entry.isFor(localHigh, localLow, remoteHigh, remoteLow)) {
                return entry;
            }
        }
        return null;
    }

    private Entry add(Connection c, long now) {
        if (entries.length == 0) {
            entries = new Entry[CAPACITY]; // most stacks of a simulation never come here
        }
        int place = placeFor(hash(c.local.low(), c.remoteHigh, c.remoteLow));
        Entry oldest = entries[place];
        Entry entry = oldest == null ? new Entry() : oldest;
        entries[place] = entry;
        entry.localHigh = c.local.high();
        entry.localLow = c.local.low();
        entry.remoteHigh = c.remoteHigh;
        entry.remoteLow = c.remoteLow;
        entry.clear(now);
        return entry;
    }

    private int placeFor(int start) {
        int oldest = start & CAPACITY - 1;
        long age = Long.MAX_VALUE;
        for (int i = 0; i < PLACES; i++) {
            int place = start + i & CAPACITY - 1;
            Entry entry = entries[place];
            if (entry == null) {
                return place;
            }
            if (entry.updatedAt < age) {
                age = entry.updatedAt;
                oldest = place;
            }
        }
        return oldest;
    }

    private int hash(long localLow, long remoteHigh, long remoteLow) {
        long mixed = (remoteLow ^ Long.rotateLeft(remoteHigh, 32) ^ localLow) * key;
        return (int) (mixed >>> 40);
    }
}

package io.halfopen.tcp.host;

import java.util.Arrays;

/**
 * What routers have said of the paths to other hosts (RFC 1191, RFC 8201): Linux's route exceptions. It is bounded:
 * five places for each hash, and what would be forgotten first gives way. Whoever keeps an MTU compares {@link #version}
 * to see whether anything may have changed.
 */
public final class PathMtuCache {
    private static final int CAPACITY = 1 << 12;
    private static final int PLACES = 5;
    private static final int NONE = -1;

    private final long key;
    private long[] highs = {};
    private long[] lows = {};
    private int[] mtus = {};
    private boolean[] locks = {};

    /** When each is forgotten, ns; {@link Timer#NEVER} where there is none. */
    private long[] ends = {};

    private long firstEnd = Timer.NEVER;
    private int version;

    /** With an odd secret, so that nobody can choose whose place another path takes. */
    public PathMtuCache(long key) {
        this.key = key;
    }

    /** Changes whenever a path's MTU becomes known or is forgotten. */
    public int version(long now) {
        if (now >= firstEnd) {
            forget(now);
        }
        return version;
    }

    /** The MTU of the path to this host, octets: {@code link} if nothing smaller is known. */
    public int mtu(long high, long low, int link, long now) {
        int place = find(high, low, now);
        return place == NONE ? link : Math.min(link, mtus[place]);
    }

    /** A router wants less than the least that is believed: so it may cut packets up (ip_mtu_locked). */
    public boolean isLocked(long high, long low, long now) {
        int place = find(high, low, now);
        return place != NONE && locks[place];
    }

    /** Believed until {@code end}, ns. */
    public void learn(long high, long low, int mtu, boolean locked, long now, long end) {
        if (ends.length == 0) {
            allocate();
        }
        int known = find(high, low, now);
        int place = known == NONE ? placeFor(hash(high, low)) : known;
        highs[place] = high;
        lows[place] = low;
        mtus[place] = mtu;
        locks[place] = locked;
        ends[place] = end;
        firstEnd = Math.min(firstEnd, end);
        version++;
    }

    /** Most stacks never come here. */
    private void allocate() {
        highs = new long[CAPACITY];
        lows = new long[CAPACITY];
        mtus = new int[CAPACITY];
        locks = new boolean[CAPACITY];
        ends = new long[CAPACITY];
        Arrays.fill(ends, Timer.NEVER);
    }

    private int find(long high, long low, long now) {
        int start = hash(high, low);
        for (int i = 0; i < PLACES && ends.length > 0; i++) {
            int place = start + i & CAPACITY - 1;
            if (ends[place] != Timer.NEVER && lows[place] == low && highs[place] == high) {
                return ends[place] > now ? place : NONE;
            }
        }
        return NONE;
    }

    private int placeFor(int start) {
        int oldest = start & CAPACITY - 1;
        for (int i = 0; i < PLACES; i++) {
            int place = start + i & CAPACITY - 1;
            if (ends[place] == Timer.NEVER) {
                return place;
            }
            if (ends[place] < ends[oldest]) {
                oldest = place;
            }
        }
        return oldest;
    }

    private void forget(long now) {
        firstEnd = Timer.NEVER;
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] <= now) {
                ends[i] = Timer.NEVER;
            }
            firstEnd = Math.min(firstEnd, ends[i]);
        }
        version++;
    }

    private int hash(long high, long low) {
        return (int) ((low ^ Long.rotateLeft(high, 32)) * key >>> 40);
    }
}

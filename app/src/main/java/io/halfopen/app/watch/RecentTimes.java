package io.halfopen.app.watch;

/**
 * Since when flows wait, of so many of them as there is room for: the oldest of those that share a place give way. A flood adds
 * a hundred thousand a second, each new; as objects they would keep the collector busy, so a flow is its 64-bit hash here.
 */
final class RecentTimes {
    static final long NONE = 0;

    private static final int PLACES = 1 << 19;
    private static final int SHARE = 16;

    private final long[] keys = new long[PLACES];
    private final long[] times = new long[PLACES];

    private static int place(long key, int i) {
        return (int) (key + i) & PLACES - 1;
    }

    private int find(long key) {
        for (int i = 0; i < SHARE; i++) {
            int place = place(key, i);
            if (keys[place] == key && times[place] != NONE) {
                return place;
            }
        }
        return -1;
    }

    boolean contains(Flow flow) {
        return find(flow.hash()) >= 0;
    }

    /** Unless it is there already; {@code time} is not 0. */
    void putIfAbsent(Flow flow, long time) {
        long key = flow.hash();
        if (find(key) >= 0) {
            return;
        }
        int oldest = place(key, 0);
        for (int i = 1; i < SHARE && times[oldest] != NONE; i++) {
            int place = place(key, i);
            oldest = times[place] < times[oldest] ? place : oldest;
        }
        keys[oldest] = key;
        times[oldest] = time;
    }

    /** Its time, {@link #NONE} if there is none. */
    long remove(Flow flow) {
        int place = find(flow.hash());
        if (place < 0) {
            return NONE;
        }
        long time = times[place];
        times[place] = NONE;
        return time;
    }
}

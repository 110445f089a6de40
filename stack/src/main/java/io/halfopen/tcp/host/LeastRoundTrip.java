package io.halfopen.tcp.host;

/**
 * The least round-trip time within a window of time (tcp_min_rtt): the best sample, and the best ones of later parts of
 * the window that take its place when it is too old (Kathleen Nichols' algorithm, lib/win_minmax.c). Values are kept in
 * microseconds, times in milliseconds, as every idle connection has them.
 */
public final class LeastRoundTrip {
    /** Before the first sample, ns. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /** What a round trip that took no time at all counts as, µs: Linux's tick. */
    private static final int TICK = 4000;

    private static final int NONE = Integer.MAX_VALUE;

    private int best = NONE;
    private int second;
    private int third;
    private int bestAt;
    private int secondAt;
    private int thirdAt;

    public void reset() {
        best = NONE;
    }

    public void keep(SavedState k) {
        best = k.limit(best);
        second = k.at(second);
        third = k.at(third);
        bestAt = k.at(bestAt);
        secondAt = k.at(secondAt);
        thirdAt = k.at(thirdAt);
    }

    /** Nanoseconds, or {@link #UNKNOWN}. */
    public long get() {
        return best == NONE ? UNKNOWN : best * 1000L;
    }

    /** A round trip took that long; it may be the least for as long as the window, all in ns. */
    public void sample(long nanos, long now, long window) {
        int value = nanos == 0 ? TICK : Math.clamp(nanos / 1000, 1, NONE - 1);
        int time = (int) (now / 1_000_000);
        int span = (int) (window / 1_000_000);
        if (value <= best || time - thirdAt > span) {
            best = value;
            bestAt = time;
            setSecond(value, time);
            return;
        }
        if (value <= second) {
            setSecond(value, time);
        } else if (value <= third) {
            setThird(value, time);
        }
        age(value, time, span);
    }

    private void age(int value, int time, int span) {
        int age = time - bestAt;
        if (age > span) {
            shift(value, time);
            if (time - bestAt > span) {
                shift(value, time);
            }
        } else if (secondAt == bestAt && age > span / 4) {
            setSecond(value, time);
        } else if (thirdAt == secondAt && age > span / 2) {
            setThird(value, time);
        }
    }

    /** The best is too old. */
    private void shift(int value, int time) {
        best = second;
        bestAt = secondAt;
        second = third;
        secondAt = thirdAt;
        setThird(value, time);
    }

    private void setSecond(int value, int time) {
        second = value;
        secondAt = time;
        setThird(value, time);
    }

    private void setThird(int value, int time) {
        third = value;
        thirdAt = time;
    }
}

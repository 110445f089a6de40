package io.halfopen.linux;

/** How precisely the timers of a stack fire. */
public enum Timers {
    /** At their time, to the nanosecond. */
    EXACT,

    /**
     * As those of Linux since 4.8 with HZ=250 (kernel/time/timer.c, calc_wheel_index): a wheel of levels with 64 buckets
     * each, whose width is a jiffy of 4 ms on the lowest, and eight times that of the one below on each other. A timer is
     * put into the lowest level that reaches far enough, in the first bucket that begins after its time, and stays there:
     * it is never early, and up to an eighth late. Of those in one bucket the last comes first: enqueue_timer() adds at the
     * head of the list. Jiffies are counted from the clock's zero.
     */
    LINUX;

    private static final long JIFFY = 4_000_000L;
    private static final long BUCKETS = 64;
    private static final int LEVEL_SHIFT = 3;
    private static final int LEVELS = 9;

    /** When a timer fires that is set now for {@code due}; nanoseconds on the caller's clock. */
    public long firing(long now, long due) {
        return this == EXACT ? due : JIFFY * bucket(now / JIFFY, -Math.floorDiv(now - due, JIFFY));
    }

    /** The jiffy at which a timer fires that is set at the jiffy {@code now}, {@code delay} jiffies ahead. */
    private static long bucket(long now, long delay) {
        int level = 0;
        while (level < LEVELS - 1 && delay >= BUCKETS - 1 << level * LEVEL_SHIFT) {
            level++;
        }
        int shift = level * LEVEL_SHIFT;
        return (now + delay >> shift) + 1 << shift;
    }
}

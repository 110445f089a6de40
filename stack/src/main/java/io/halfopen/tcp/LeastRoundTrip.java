package io.halfopen.tcp;

import java.util.Arrays;

/**
 * The least round-trip time within a window of time (tcp_min_rtt): the best sample, and the best ones of later parts of
 * the window that take its place when it is too old (Kathleen Nichols' algorithm, lib/win_minmax.c).
 */
final class LeastRoundTrip {
    /** Before the first sample, ns. */
    static final long UNKNOWN = Long.MAX_VALUE;

    /** What a round trip that took no time at all counts as: Linux's tick. */
    private static final long TICK = 4_000_000L;

    private static final int SAMPLES = 3;

    private final long[] values = new long[SAMPLES];
    private final long[] times = new long[SAMPLES];

    LeastRoundTrip() {
        reset();
    }

    void reset() {
        Arrays.fill(values, UNKNOWN);
    }

    /** Nanoseconds, or {@link #UNKNOWN}. */
    long get() {
        return values[0];
    }

    void sample(long nanos, long now, long window) {
        long value = nanos == 0 ? TICK : nanos;
        if (values[0] == UNKNOWN || value <= values[0] || now - times[2] > window) {
            set(0, value, now);
            return;
        }
        if (value <= values[1]) {
            set(1, value, now);
        } else if (value <= values[2]) {
            set(2, value, now);
        }
        age(value, now, window);
    }

    private void set(int from, long value, long now) {
        for (int i = from; i < SAMPLES; i++) {
            values[i] = value;
            times[i] = now;
        }
    }

    private void age(long value, long now, long window) {
        long age = now - times[0];
        if (age > window) {
            shift();
            put(2, value, now);
            if (now - times[0] > window) {
                shift();
                put(2, value, now);
            }
        } else if (times[1] == times[0] && age > window / 4) {
            put(1, value, now);
            put(2, value, now);
        } else if (times[2] == times[1] && age > window / 2) {
            put(2, value, now);
        }
    }

    private void shift() {
        put(0, values[1], times[1]);
        put(1, values[2], times[2]);
    }

    private void put(int index, long value, long time) {
        values[index] = value;
        times[index] = time;
    }
}

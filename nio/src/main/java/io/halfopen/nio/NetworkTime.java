package io.halfopen.nio;

import java.time.Duration;

/**
 * How fast the time of a network goes.
 *
 * @param factor seconds of the network in one of the wall clock; 0: time stands still while programs run, and jumps to
 *     the next thing to happen when all of them wait
 */
public record NetworkTime(double factor) {
    private static final long NEVER = Long.MAX_VALUE;

    public NetworkTime {
        if (!(factor >= 0) || factor == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("a factor of time is a number above 0, not " + factor);
        }
    }

    /** The wall clock's. */
    public static NetworkTime real() {
        return new NetworkTime(1);
    }

    /** So many times as fast as the wall clock. */
    public static NetworkTime scaled(double factor) {
        if (factor == 0) {
            throw new IllegalArgumentException("time must go on: a factor above 0");
        }
        return new NetworkTime(factor);
    }

    /** It jumps whenever all threads that use the network wait. */
    public static NetworkTime automatic() {
        return new NetworkTime(0);
    }

    public boolean isAutomatic() {
        return factor == 0;
    }

    /** What so many nanoseconds of the wall clock are in the network. */
    long toNetwork(long wall) {
        return factor == 0 || factor == 1 ? wall : (long) (wall * factor);
    }

    /** How long to wait on the wall clock for so many nanoseconds of the network, at least one. */
    long toWall(long network) {
        return factor == 0 || factor == 1 ? Math.max(1, network) : Math.max(1, (long) (network / factor));
    }

    /** The nanoseconds of a duration; those of centuries are forever. */
    public static long nanos(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a duration is not negative: " + duration);
        }
        return duration.compareTo(Duration.ofDays(36500)) > 0 ? NEVER : duration.toNanos();
    }
}

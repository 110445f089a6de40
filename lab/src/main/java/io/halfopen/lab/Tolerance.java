package io.halfopen.lab;

/**
 * How far the times of two runs may lie apart: kernel timers are late, by 7 % and 50 ms at most, but never early.
 *
 * @param lateness how much later than they should the programs ran, since the machine was busy, ns
 */
public record Tolerance(long lateness) {
    private static final double RELATIVE = 0.07;
    private static final long ABSOLUTE = 50_000_000L;

    /** What is not acknowledged after so long may be sent again (TCP_RTO_MIN), ns. */
    private static final long TIMEOUT = 200_000_000L;

    boolean allows(long a, long b) {
        return Math.abs(a - b) <= RELATIVE * Math.min(a, b) + ABSOLUTE + lateness;
    }

    /** The latest that something may be which is at this time elsewhere. */
    long latest(long time) {
        return (long) (time * (1 + RELATIVE)) + ABSOLUTE + lateness;
    }

    long earliest(long time) {
        return (long) ((time - ABSOLUTE - lateness) / (1 + RELATIVE));
    }

    /** So late that a kernel has sent again what was on its way: data, not SYNs, whose first timeout is a second. */
    boolean allowsRepeats() {
        return lateness >= TIMEOUT;
    }

    /** Worth a word to the user. */
    public boolean isBusy() {
        return lateness > ABSOLUTE;
    }
}

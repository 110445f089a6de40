package io.halfopen.lab;

/**
 * How far the times of two runs may lie apart: kernel timers are late, by 7 % and 50 ms at most, but never early.
 *
 * @param lateness how much later than they should the programs ran, since the machine was busy, ns
 * @param timesTell whether times say anything: not where packets took many times as long as they were to
 */
public record Tolerance(long lateness, boolean timesTell) {
    private static final double RELATIVE = 0.07;
    private static final long ABSOLUTE = 50_000_000L;

    /** What is not acknowledged after so long may be sent again (TCP_RTO_MIN), ns. */
    private static final long TIMEOUT = 200_000_000L;

    /** And a SYN-ACK after this (TCP_TIMEOUT_INIT), ns. */
    private static final long FIRST_TIMEOUT = 1_000_000_000L;

    /** How long an ACK waits for something to go with at the least (TCP_DELACK_MIN), ns. */
    private static final long DELAYED_ACK = 40_000_000L;

    boolean allows(long a, long b) {
        return !timesTell || Math.abs(a - b) <= RELATIVE * Math.min(a, b) + ABSOLUTE + lateness;
    }

    /** The latest that something may be which is at this time elsewhere. */
    long latest(long time) {
        return timesTell ? (long) (time * (1 + RELATIVE)) + ABSOLUTE + lateness : Long.MAX_VALUE;
    }

    long earliest(long time) {
        return (long) ((time - ABSOLUTE - lateness) / (1 + RELATIVE));
    }

    /** So late that a kernel has sent again what was on its way: data, not SYNs, whose first timeout is a second. */
    boolean allowsRepeats() {
        return !timesTell || lateness >= TIMEOUT;
    }

    /** So late that a handshake was not done before its SYN-ACK was sent again. */
    boolean allowsRepeatedSynAcks() {
        return !timesTell || lateness >= FIRST_TIMEOUT;
    }

    /** So late that an ACK goes alone which elsewhere goes with what the program sends. */
    boolean allowsDelayedAcks() {
        return !timesTell || lateness >= DELAYED_ACK;
    }

    /** Worth a word to the user. */
    public boolean isBusy() {
        return lateness > ABSOLUTE;
    }
}

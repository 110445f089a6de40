package io.halfopen.tcp;

/**
 * How fast packets leave: at the rate that the congestion control sets, spread by a timer of our own if it asks for that
 * (BBR does), or if SO_MAX_PACING_RATE does. Where nobody asks, the rate is only told (tcpi_pacing_rate).
 */
final class Pacing {
    /** No limit (SO_MAX_PACING_RATE), and no rate yet. */
    static final long UNLIMITED = -1;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Octets per second (sk_pacing_rate), as a number without sign. */
    long rate = UNLIMITED;

    /** SO_MAX_PACING_RATE, octets per second, as a number without sign. */
    long maxRate = UNLIMITED;

    /** Packets are to be spread (SK_PACING_NEEDED). */
    private boolean needed;

    /** When the next packet may leave, ns (tcp_wstamp_ns). */
    long nextAt;

    /** When the timer fires that waits for this, ns, or {@link Timer#NEVER}. */
    long due = Timer.NEVER;

    void reset() {
        rate = UNLIMITED;
        maxRate = UNLIMITED;
        needed = false;
        nextAt = 0;
        due = Timer.NEVER;
    }

    boolean isOn() {
        return needed;
    }

    void turnOn() {
        needed = true;
    }

    void setRate(long octetsPerSecond) {
        rate = Long.compareUnsigned(octetsPerSecond, maxRate) > 0 ? maxRate : octetsPerSecond;
    }

    /**
     * What window and round trip make of the rate, times some percent: twice as much in slow start, so that the window may
     * double, and a little more than they say later (tcp_update_pacing_rate).
     */
    void update(Sender sender, int slowStartPercent, int avoidancePercent) {
        CongestionWindow window = sender.congestion;
        int percent = window.cwnd < window.ssthresh / 2 ? slowStartPercent : avoidancePercent;
        long octets = (long) sender.mss() * Math.max(window.cwnd, sender.flight.packets()) * percent;
        long micros8 = Math.max(1, sender.roundTrip.smoothed() * 8 / 1000);
        setRate(octets * (1_000_000 / 100 * 8) / micros8);
    }

    /** Whether packets have to wait; then the timer is set for when they may leave (tcp_pacing_check). */
    boolean mustWait(long now) {
        if (!needed || nextAt <= now) {
            return false;
        }
        due = nextAt;
        return true;
    }

    /** So many octets have left as one; what the timer was late is made up for, half of the time at most. */
    void sent(long octets, long now) {
        long credit = Math.max(0, now - nextAt);
        nextAt = Math.max(nextAt, now);
        if (needed && rate != UNLIMITED && rate > 0) {
            long time = octets * NANOS_PER_SECOND / rate;
            nextAt += time - Math.min(time / 2, credit);
        }
    }
}

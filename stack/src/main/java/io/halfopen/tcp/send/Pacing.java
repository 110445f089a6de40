package io.halfopen.tcp.send;

import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;

/**
 * How fast packets leave: at the rate that the congestion control sets, spread by a timer of our own if it asks for that
 * (BBR does), or if SO_MAX_PACING_RATE does. Where nobody asks, the rate is only told (tcpi_pacing_rate).
 */
public final class Pacing {
    /** No limit (SO_MAX_PACING_RATE), and no rate yet. */
    public static final long UNLIMITED = -1;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** A connection begins with so many at once, as sch_fq lets it. */
    private static final int FREE_PACKETS = 10;

    /** What the rate lets in 1/1024 s (sk_pacing_shift). */
    private static final int RATE_SHIFT = 10;

    /** GSO_LEGACY_MAX_SIZE without room for headers (sk_gso_max_size). */
    private static final long LARGEST_BURST = 65_215;

    /** Octets per second (sk_pacing_rate), as a number without sign. */
    public long rate = UNLIMITED;

    /** SO_MAX_PACING_RATE, octets per second, as a number without sign. */
    public long maxRate = UNLIMITED;

    /** Packets are to be spread (SK_PACING_NEEDED). */
    private boolean needed;

    /** When the next packets may leave, ns (tcp_wstamp_ns). */
    public long nextAt;

    /** When the timer fires that waits for this, ns, or {@link Timer#NEVER}. */
    public long due = Timer.NEVER;

    /** Octets that have left together now. */
    private int burstOctets;

    /** Packets that may leave before any has to wait. */
    private int unpaced = FREE_PACKETS;

    void reset() {
        rate = UNLIMITED;
        maxRate = UNLIMITED;
        needed = false;
        nextAt = 0;
        due = Timer.NEVER;
        burstOctets = 0;
        unpaced = FREE_PACKETS;
    }

    void keep(SavedState k) {
        rate = k.at(rate);
        maxRate = k.at(maxRate);
        needed = k.at(needed);
        nextAt = k.at(nextAt);
        burstOctets = k.at(burstOctets);
        unpaced = k.at(unpaced);
    }

    public boolean isOn() {
        return needed;
    }

    public void turnOn() {
        needed = true;
    }

    public void setRate(long octetsPerSecond) {
        rate = Long.compareUnsigned(octetsPerSecond, maxRate) > 0 ? maxRate : octetsPerSecond;
    }

    /** As the socket, or the listener, has SO_MAX_PACING_RATE, octets per second without sign. */
    public void limit(int kept) {
        maxRate = kept == UNLIMITED ? UNLIMITED : Integer.toUnsignedLong(kept);
        needed |= kept != UNLIMITED;
        setRate(rate);
    }

    /**
     * What window and round trip make of the rate, times some percent: twice as much in slow start, so that the window may
     * double, and a little more than they say later (tcp_update_pacing_rate).
     */
    public void update(Sender sender, int slowStartPercent, int avoidancePercent) {
        CongestionWindow window = sender.congestion;
        int percent = window.cwnd < window.ssthresh / 2 ? slowStartPercent : avoidancePercent;
        long octets = (long) sender.mss() * Math.max(window.cwnd, sender.flight.packets()) * percent;
        long micros8 = Math.max(1, sender.roundTrip.smoothed() * 8 / 1000);
        setRate(octets * (1_000_000 / 100 * 8) / micros8);
    }

    /** Whether anything may leave now; if not, the timer is set for when it may (tcp_pacing_check). */
    public boolean allows(long now) {
        if (needed && nextAt > now) {
            due = nextAt;
            return false;
        }
        return true;
    }

    /** What a millisecond lets go, and half as much more for each 2^shift microseconds to the peer (tcp_tso_autosize). */
    public int burst(Sender sender, int leastBurst, int shift) {
        long near = sender.roundTrip.least() / 1000 >> Math.min(shift, Long.SIZE - 1);
        long octets = (rate >>> RATE_SHIFT) + (near < Integer.SIZE ? LARGEST_BURST >> near : 0);
        int own = sender.control.leastBurst(sender);
        return (int) Math.max(Math.min(octets, LARGEST_BURST) / sender.mss(), own == 0 ? leastBurst : own);
    }

    /** A packet with so many octets has left. */
    void sent(int octets) {
        burstOctets += octets;
        unpaced -= unpaced > 0 && octets > 0 ? 1 : 0;
    }

    /** No more goes with those that have left: the next wait as long as these take; late timers give half of it back. */
    public void settle(long now) {
        if (needed && burstOctets > 0) {
            long credit = Math.max(0, now - nextAt);
            nextAt = Math.max(nextAt, now);
            if (rate != UNLIMITED && rate != 0 && unpaced == 0) {
                long time = Long.divideUnsigned(burstOctets * NANOS_PER_SECOND, rate);
                nextAt += time - Math.min(time / 2, credit);
            }
        }
        burstOctets = 0;
    }
}

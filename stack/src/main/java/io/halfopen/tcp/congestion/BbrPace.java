package io.halfopen.tcp.congestion;

import io.halfopen.tcp.send.Sender;

/** BBR's pace: bandwidth times gain, octets per second, and how many packets leave together at it. */
final class BbrPace {
    /** Octets a second below which one segment is sent at a time. */
    private static final long SLOW = 1_200_000 >> 3;

    private static final long LARGEST_BURST = 65536 - 1 - 320;
    private static final int MOST_SEGMENTS = 0x7f;
    private static final int PACING_SHIFT = 10;

    /** One percent less than the estimate, so that queues do not grow by rounding. */
    private static final long PERCENT = 99;

    /** What the first round trip is believed to take at most, microseconds. */
    private static final long FIRST_ROUND_TRIP = 1000;

    private boolean hasSeenRtt;

    static long rate(Sender sender, long bandwidth, int gain) {
        long octets = bandwidth * sender.mss() * gain >> Bbr.SCALE;
        return octets * (1_000_000 / 100 * PERCENT) >> Bbr.BW_SCALE;
    }

    /** Before anything was measured: the first window in the first round trip (bbr_init_pacing_rate_from_rtt). */
    void begin(Sender sender) {
        hasSeenRtt = sender.roundTrip.isMeasured();
        long micros = hasSeenRtt ? Math.max(1, sender.roundTrip.smoothed() / 1000) : FIRST_ROUND_TRIP;
        long bandwidth = sender.congestion.cwnd * Bbr.BW_UNIT / micros;
        sender.pacing.setRate(rate(sender, bandwidth, Bbr.HIGH_GAIN));
    }

    /** Until the pipe is full it only grows (bbr_set_pacing_rate). */
    void set(Sender sender, long bandwidth, int gain, boolean full) {
        long rate = rate(sender, bandwidth, gain);
        if (!hasSeenRtt && sender.roundTrip.isMeasured()) {
            begin(sender);
        }
        if (full || Long.compareUnsigned(rate, sender.pacing.rate) > 0) {
            sender.pacing.setRate(rate);
        }
    }

    static int leastBurst(Sender sender) {
        return Long.compareUnsigned(sender.pacing.rate, SLOW) < 0 ? 1 : 2;
    }

    /** bbr_tso_segs_goal. */
    static int burst(Sender sender) {
        long octets = Math.min(sender.pacing.rate >>> PACING_SHIFT, LARGEST_BURST);
        return (int) Math.min(Math.max(octets / sender.mss(), leastBurst(sender)), MOST_SEGMENTS);
    }
}

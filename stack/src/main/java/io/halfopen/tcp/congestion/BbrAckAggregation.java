package io.halfopen.tcp.congestion;

import io.halfopen.tcp.send.RateSample;
import io.halfopen.tcp.send.Sender;

/** How much more than expected arrives at once, since links and peers collect ACKs: the window needs as much more. */
final class BbrAckAggregation {
    private static final int WINDOW_ROUNDS = 5;
    private static final int RESET = 1 << 20;
    private static final int MOST = 0xfffff;

    /** What the path carries in that time is the most, microseconds. */
    private static final long MOST_MICROS = 100_000;

    private long epochAt;
    private int epochAcked;

    /** The most of this window of rounds and of the one before, and how old this one is. */
    private int extra;

    private int extraBefore;
    private int rounds;

    void reset(long now) {
        restart(now);
        extra = 0;
        extraBefore = 0;
        rounds = 0;
    }

    void restart(long now) {
        epochAt = now;
        epochAcked = 0;
    }

    /** bbr_update_ack_aggregation. */
    void update(Sender sender, RateSample sample, boolean roundStart, long bandwidth) {
        if (sample.ackedSacked <= 0 || !sample.isValid()) {
            return;
        }
        if (roundStart && ++rounds >= WINDOW_ROUNDS) {
            rounds = 0;
            extraBefore = extra;
            extra = 0;
        }
        long micros = sender.delivery.deliveredAt / 1000 - epochAt / 1000;
        long expected = Math.max(0, bandwidth * micros >> Bbr.BW_SCALE);
        if (epochAcked <= expected || epochAcked + sample.ackedSacked >= RESET) {
            restart(sender.delivery.deliveredAt);
            expected = 0;
        }
        epochAcked = Math.min(MOST, epochAcked + sample.ackedSacked);
        int more = (int) Math.min(epochAcked - expected, sender.congestion.cwnd);
        extra = Math.max(extra, more);
    }

    /** bbr_ack_aggregation_cwnd. */
    int window(long bandwidth) {
        long most = bandwidth * MOST_MICROS >> Bbr.BW_SCALE;
        return (int) Math.min(Math.max(extra, extraBefore), most);
    }
}

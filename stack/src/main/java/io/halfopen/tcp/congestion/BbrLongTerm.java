package io.halfopen.tcp.congestion;

import io.halfopen.tcp.send.RateSample;
import io.halfopen.tcp.send.Sender;

/**
 * Whether a policer limits the path: two stretches of 4 to 16 rounds that began and ended with losses, in which a fifth
 * or more was lost, and that brought nearly the same (bbr_lt_bw_sampling). Then that is the pace for 48 rounds.
 */
final class BbrLongTerm {
    private static final int LEAST_ROUNDS = 4;
    private static final int LOSS_THRESHOLD = 50;
    private static final int RATIO = Bbr.UNIT / 8;
    private static final long DIFFERENCE = 4000 / 8;
    private static final int MOST_ROUNDS = 48;

    private boolean sampling;
    private boolean used;
    private long bandwidth;
    private int rounds;
    private long since;
    private int deliveredThen;
    private int lostThen;

    boolean isUsed() {
        return used;
    }

    long bandwidth() {
        return bandwidth;
    }

    void reset(Sender sender) {
        bandwidth = 0;
        used = false;
        sampling = false;
        restart(sender);
    }

    private void restart(Sender sender) {
        since = sender.delivery.deliveredAt / 1_000_000;
        deliveredThen = sender.delivery.delivered;
        lostThen = sender.delivery.lost;
        rounds = 0;
    }

    /** A timeout: one loss at the end of a round. */
    boolean lost(Sender sender, boolean probesBandwidth) {
        return sample(sender, true, 1, false, probesBandwidth);
    }

    /** Returns whether the gain cycling is to begin anew, since the policer's rate is not used any more. */
    boolean sample(Sender sender, RateSample sample, boolean roundStart, boolean probesBandwidth) {
        return sample(sender, roundStart, sample.losses, sample.isAppLimited, probesBandwidth);
    }

    private boolean sample(Sender sender, boolean roundStart, int losses, boolean appLimited, boolean probesBandwidth) {
        if (used) {
            if (probesBandwidth && roundStart && ++rounds >= MOST_ROUNDS) {
                reset(sender);
                return true;
            }
            return false;
        }
        if (!sampling) {
            if (losses == 0) {
                return false; // let the policer's bucket run empty first
            }
            restart(sender);
            sampling = true;
        }
        rounds += roundStart ? 1 : 0;
        if (appLimited || rounds > 4 * LEAST_ROUNDS) {
            reset(sender);
        } else if (rounds >= LEAST_ROUNDS && losses > 0) {
            end(sender);
        }
        return false;
    }

    private void end(Sender sender) {
        int lost = sender.delivery.lost - lostThen;
        int delivered = sender.delivery.delivered - deliveredThen;
        if (delivered == 0 || (long) lost << Bbr.SCALE < (long) LOSS_THRESHOLD * delivered) {
            return;
        }
        long millis = sender.delivery.deliveredAt / 1_000_000 - since;
        if (millis < 1) {
            return;
        }
        if (millis >= 0xffff_ffffL / 1000) {
            reset(sender);
            return;
        }
        judge(sender, delivered * Bbr.BW_UNIT / (millis * 1000));
    }

    private void judge(Sender sender, long measured) {
        if (bandwidth > 0) {
            long difference = Math.abs(measured - bandwidth);
            if (difference * Bbr.UNIT <= RATIO * bandwidth
                    || BbrPace.rate(sender, difference, Bbr.UNIT) <= DIFFERENCE) {
                bandwidth = measured + bandwidth >> 1;
                used = true;
                rounds = 0;
                return;
            }
        }
        bandwidth = measured;
        restart(sender);
    }
}

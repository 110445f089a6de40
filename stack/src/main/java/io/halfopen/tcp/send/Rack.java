package io.halfopen.tcp.send;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.tcp.host.LeastRoundTrip;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.SeqNumber;

/**
 * Loss found by time (RFC 8985): a packet is lost if one that was sent later has arrived, and it has not within the time
 * that one took and a little more, the reordering window. That is a quarter of the least round trip, once reordering was
 * seen, and grows by as much with each round of D-SACKs.
 */
public final class Rack {
    /** Bits of tcp_recovery. */
    private static final int STATIC_WINDOW = 2;

    private static final int NO_DUPLICATE_THRESHOLD = 4;

    private static final int MOST_STEPS = 255;

    /** So many episodes the window is kept at what D-SACKs made it (TCP_RACK_RECOVERY_THRESH). */
    static final int PERSISTENCE = 16;

    /** When the last sent of the packets that have arrived was sent, its end, and the time it took; ns. */
    private long sentAt;

    private int end;
    private long roundTrip;

    /** Something new arrived since packets were judged. */
    public boolean advanced;

    /** A D-SACK came that is not accounted for. */
    public boolean duplicateSeen;

    private int steps;
    private int persistence;
    private int lastDelivered;

    void reset() {
        sentAt = 0;
        end = 0;
        roundTrip = 0;
        advanced = false;
        duplicateSeen = false;
        steps = 1;
        persistence = 0;
        lastDelivered = 0;
    }

    void keep(SavedState k) {
        sentAt = k.time(sentAt);
        end = k.seq(end);
        roundTrip = k.at(roundTrip);
        advanced = k.at(advanced);
        duplicateSeen = k.at(duplicateSeen);
        steps = k.at(steps);
        persistence = k.at(persistence);
        lastDelivered = k.at(lastDelivered);
    }

    /** A packet arrived. One that was repeated and is here too soon is its original, sent some time ago. */
    public void arrived(long sentAt, int end, boolean repeated, long now, long leastRoundTrip) {
        long took = now - sentAt;
        if (repeated && took < leastRoundTrip) {
            return;
        }
        advanced = true;
        roundTrip = took;
        if (isLater(sentAt, end, this.sentAt, this.end)) {
            this.sentAt = sentAt;
            this.end = end;
        }
    }

    static boolean isLater(long sentAt, int end, long thanSentAt, int thanEnd) {
        return sentAt > thanSentAt || sentAt == thanSentAt && SeqNumber.after(end, thanEnd);
    }

    /** A later one than this has arrived. */
    public boolean isOvertaken(long sentAt, int end) {
        return isLater(this.sentAt, this.end, sentAt, end);
    }

    /** How long a packet sent then has left, ns; not positive: it is lost (tcp_rack_skb_timeout). */
    public long patience(long sentAt, long window, long now) {
        return roundTrip + window - (now - sentAt);
    }

    /** The reordering window, ns (tcp_rack_reo_wnd). */
    public long window(Sender sender, Sysctls sysctls) {
        Recovery recovery = sender.recovery;
        if (recovery.reorderingSeen == 0) {
            boolean counts = (sysctls.get(Sysctl.tcp_recovery) & NO_DUPLICATE_THRESHOLD) == 0;
            boolean recovering = sender.congestion.state.compareTo(CaState.RECOVERY) >= 0;
            if (recovering || counts && sender.flight.sackedOut() >= recovery.reordering) {
                return 0;
            }
        }
        long least = sender.roundTrip.least();
        long smoothed = sender.roundTrip.smoothed();
        return least == LeastRoundTrip.UNKNOWN ? smoothed : Math.min((least >> 2) * steps, smoothed);
    }

    /** One step more with each round in which D-SACKs came (tcp_rack_update_reo_wnd). */
    public void adapt(Sysctls sysctls, int priorDelivered, int delivered) {
        if ((sysctls.get(Sysctl.tcp_recovery) & STATIC_WINDOW) != 0 || priorDelivered == 0) {
            return;
        }
        if (priorDelivered - lastDelivered < 0) {
            duplicateSeen = false; // not a round trip since the last step
        }
        if (duplicateSeen) {
            steps = Math.min(MOST_STEPS, steps + 1);
            duplicateSeen = false;
            lastDelivered = delivered;
            persistence = PERSISTENCE;
        } else if (persistence == 0) {
            steps = 1;
        }
    }

    /** An episode ended that was none. */
    public void persist() {
        persistence = Math.min(PERSISTENCE, persistence + 1);
    }

    /** An episode ended. */
    public void relax() {
        persistence = Math.max(0, persistence - 1);
    }
}

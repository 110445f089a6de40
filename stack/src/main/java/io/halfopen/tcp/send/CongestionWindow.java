package io.halfopen.tcp.send;

import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.SeqNumber;

/** What tcp_sock knows of congestion, whatever the algorithm: numbers of segments. */
public final class CongestionWindow {
    /** The initial window (RFC 6928). */
    public static final int INITIAL = 10;

    /** A threshold that no window reaches: slow start until the first loss (TCP_INFINITE_SSTHRESH). */
    public static final int INFINITE = Integer.MAX_VALUE;

    /** How many may be in flight (snd_cwnd). */
    public int cwnd;

    /** Below it the window grows by slow start (snd_ssthresh). */
    public int ssthresh;

    /** Acknowledged since the window grew last, while it grows linearly (snd_cwnd_cnt). */
    public int cwndCnt;

    /** What the window was when it was last cut (prior_cwnd), and the threshold then: what undoing goes back to. */
    public int priorCwnd;

    public int priorSsthresh;

    /** The window never gets larger than this (snd_cwnd_clamp). */
    public int clamp;

    public CaState state = CaState.OPEN;

    /** The next new data is to say that the window has become smaller (CWR), if there is ECN (TCP_ECN_QUEUE_CWR). */
    public boolean cwrQueued;

    /** The window, and not the program, was what limited the last flight, and how large that was (RFC 7661's concern). */
    public boolean isCwndLimited;

    public int maxPacketsOut;

    /** Where the flight ends that these are about. */
    int cwndUsageSeq;

    /** When data was sent last, ns (lsndtime). */
    public long lastSentAt;

    /** The most packets in flight since the window was used last, and since when that is, ns (snd_cwnd_stamp). */
    public int cwndUsed;

    public long stampedAt;

    public void start() {
        cwnd = INITIAL;
        ssthresh = INFINITE;
        cwndCnt = 0;
        priorCwnd = 0;
        priorSsthresh = 0;
        clamp = INFINITE;
        state = CaState.OPEN;
        cwrQueued = false;
        cwndUsed = 0;
        isCwndLimited = false;
        maxPacketsOut = 0;
        cwndUsageSeq = 0;
    }

    void keep(SavedState k) {
        cwnd = k.at(cwnd);
        ssthresh = k.limit(ssthresh);
        cwndCnt = k.at(cwndCnt);
        priorCwnd = k.at(priorCwnd);
        priorSsthresh = k.at(priorSsthresh);
        clamp = k.limit(clamp);
        cwrQueued = k.at(cwrQueued);
        isCwndLimited = k.at(isCwndLimited);
        maxPacketsOut = k.at(maxPacketsOut);
        cwndUsageSeq = k.seq(cwndUsageSeq);
        lastSentAt = k.time(lastSentAt);
        cwndUsed = k.at(cwndUsed);
        stampedAt = k.time(stampedAt);
    }

    /** Whether CWR is to be said, which is said once. */
    public boolean takeCwr() {
        boolean queued = cwrQueued;
        cwrQueued = false;
        return queued;
    }

    public boolean inSlowStart() {
        return cwnd < ssthresh;
    }

    /** The threshold as far as it is not history: what a flight is at least believed to fit (tcp_current_ssthresh). */
    public int currentSsthresh() {
        return state.shrinks() ? ssthresh : Math.max(ssthresh, (cwnd >> 1) + (cwnd >> 2));
    }

    /** RFC 5681, section 3.1, per packet; returns how many of the acknowledged are left at the threshold (tcp_slow_start). */
    public int slowStart(int acked) {
        int grown = (int) Math.min((long) cwnd + acked, ssthresh);
        int left = acked - (grown - cwnd);
        cwnd = Math.min(grown, clamp);
        return left;
    }

    /** One more for every {@code w} acknowledged: w is the window in Reno (tcp_cong_avoid_ai). */
    public void avoid(int w, int acked) {
        if (cwndCnt >= w) { // w has become smaller
            cwndCnt = 0;
            cwnd++;
        }
        cwndCnt += acked;
        if (cwndCnt >= w) {
            int more = cwndCnt / w;
            cwndCnt -= more * w;
            cwnd += more;
        }
        cwnd = Math.min(cwnd, clamp);
    }

    /** Something was sent, and so many are in the network; {@code limited}: this window allowed no more (tcp_cwnd_validate). */
    public void used(int una, int nxt, int packetsOut, boolean limited) {
        boolean over = !SeqNumber.before(una, cwndUsageSeq);
        if (over || limited || !isCwndLimited && packetsOut > maxPacketsOut) {
            isCwndLimited = limited;
            maxPacketsOut = packetsOut;
            cwndUsageSeq = nxt;
        }
    }

    /** Only a window that was used may grow; slow start wants to double, so half of it is use enough (tcp_is_cwnd_limited). */
    public boolean mayGrow() {
        return isCwndLimited || inSlowStart() && cwnd < 2L * maxPacketsOut;
    }
}

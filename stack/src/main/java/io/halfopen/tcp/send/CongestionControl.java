package io.halfopen.tcp.send;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.tcp.host.SavedState;

/**
 * An algorithm for the size of the {@link CongestionWindow}, one object a connection unless it has no state: struct
 * tcp_congestion_ops. Numbers are segments, times nanoseconds. The sender is there to be read, but for its congestion.
 */
public interface CongestionControl {
    CongestionAlgorithm algorithm();

    /** The handshake is done, or another algorithm was there before. */
    default void init(Sender sender, long now) {}

    /** What the threshold becomes, now that something was lost. */
    int ssthresh(Sender sender);

    /** So many packets more are acknowledged or known to have arrived, and the window may grow (cong_avoid). */
    void avoid(Sender sender, int acked, long now);

    /** What the window becomes, since nothing was lost after all. */
    default int undoCwnd(Sender sender) {
        CongestionWindow window = sender.congestion;
        return Math.max(window.cwnd, window.priorCwnd);
    }

    /** Whether {@link #control} sets window and pace, in recovery too, instead of {@link #avoid} (cong_control). */
    default boolean controls() {
        return false;
    }

    /** After each ACK, if it {@link #controls}. */
    default void control(Sender sender, RateSample sample, long now) {}

    /** How many packets leave together at least, where they are paced; 0 leaves it to tcp_min_tso_segs (min_tso_segs). */
    default int leastBurst(Sender sender) {
        return 0;
    }

    /** How many windows the send buffer is to hold (sndbuf_expand). */
    default int sendBufferWindows() {
        return 2;
    }

    /** Called before {@link CongestionWindow#state} changes. */
    default void setState(Sender sender, CaState next, long now) {}

    /** The first packet after nothing was in flight leaves now (CA_EVENT_TX_START). */
    default void onTransmitStart(Sender sender, long now) {}

    /** So many packets were acknowledged, and the round trip of one of them took that long, or -1 (pkts_acked). */
    default void onAcked(Sender sender, int packets, long rtt, long now) {}

    /** Saves or restores the fields when the connection sleeps or wakes; one that {@link #controls} never does. */
    default void keep(SavedState k) {}
}

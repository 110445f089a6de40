package io.halfopen.tcp.congestion;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;

/** Slow start and congestion avoidance of RFC 5681, in segments as tcp_cong.c has it. It has no state of its own. */
public final class Reno implements CongestionControl {
    public static final Reno INSTANCE = new Reno();

    private Reno() {}

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.reno;
    }

    @Override
    public int ssthresh(Sender sender) {
        return Math.max(sender.congestion.cwnd >> 1, 2);
    }

    @Override
    public void avoid(Sender sender, int acked, long now) {
        CongestionWindow window = sender.congestion;
        if (!window.mayGrow()) {
            return;
        }
        int left = acked;
        if (window.inSlowStart()) {
            left = window.slowStart(acked);
        }
        if (left > 0) {
            window.avoid(window.cwnd, left);
        }
    }
}

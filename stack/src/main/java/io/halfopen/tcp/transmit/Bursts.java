package io.halfopen.tcp.transmit;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Core;

/**
 * How many packets leave together, and whether less than that had better wait. Linux hands several segments to the
 * interface as one (TSO), so the fewer and larger, the cheaper; on the wire it shows in PSH, which the last of them has,
 * and in a sender that leaves a part of its window for a moment.
 */
final class Bursts {
    /** With tcp_tso_win_divisor 0: no ACK is waited for that brings less (tcp_max_tso_deferred_mss). */
    private static final int DEFERRED_SEGMENTS = 3;

    private static final long MILLISECOND = 1_000_000L;

    private final Core core;

    Bursts(Core core) {
        this.core = core;
    }

    /** Whether more than a segment is to be sent now, or rather with what the next ACK lets go. */
    enum Verdict {
        SEND,
        WAIT,
        /** The congestion window holds the burst back. */
        WAIT_FOR_CWND,
        /** The peer's window holds the burst back. */
        WAIT_FOR_WINDOW
    }

    /** In the order of tcp_tso_should_defer. */
    Verdict judge(Sender sender, int most) {
        CongestionWindow congestion = sender.congestion;
        boolean recovers = congestion.state == CaState.RECOVERY || congestion.state == CaState.LOSS;
        if (recovers || sender.flight.isEmpty() || core.now() - sender.transmittedAt > MILLISECOND) {
            return Verdict.SEND;
        }
        int mss = sender.mss();
        long peer = sender.room();
        long network = (long) (congestion.cwnd - sender.flight.inNetwork()) * mss;
        long limit = Math.min(peer, network);
        int head = sender.queue.head();
        boolean middle = !sender.queue.isHeadLast() && limit >= head; // nothing is added to it
        if (limit >= (long) most * mss || middle || isMuch(sender, limit) || !isAckNear(sender)) {
            return Verdict.SEND;
        }
        if (network < peer && network <= head) {
            return Verdict.WAIT_FOR_CWND;
        }
        if (network >= peer && peer <= head) {
            return Verdict.WAIT_FOR_WINDOW;
        }
        return sender.isFinOfHead() ? Verdict.SEND : Verdict.WAIT;
    }

    /** A third of the window is worth a burst of its own. */
    private boolean isMuch(Sender sender, long limit) {
        int divisor = core.sysctls.get(Sysctl.tcp_tso_win_divisor);
        int mss = sender.mss();
        return divisor == 0
                ? limit > (long) DEFERRED_SEGMENTS * mss
                : limit >= Math.min(sender.window(), (long) sender.congestion.cwnd * mss) / divisor;
    }

    /** The next ACK is expected within a millisecond, or half a round trip if that is less. */
    private boolean isAckNear(Sender sender) {
        long roundTrip = sender.roundTrip.smoothed();
        long expected = sender.flight.sentAt(sender.flight.at(0)) + roundTrip;
        return expected - core.now() <= Math.min(roundTrip / 2, MILLISECOND);
    }
}

package io.halfopen.tcp.congestion;

import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.RateSample;
import io.halfopen.tcp.send.Sender;

/**
 * What losses do to BBR's window: in the first round of a recovery what was delivered is what is sent, and when it is
 * over the window is what it was before (bbr_set_cwnd_to_recover_or_restore).
 */
final class BbrRecovery {
    /** The window before the recovery, or before the round trip was probed. */
    int priorCwnd;

    CaState priorState = CaState.OPEN;

    /** This is the first round: packets are conserved. */
    boolean conserves;

    void reset() {
        priorCwnd = 0;
        priorState = CaState.OPEN;
        conserves = false;
    }

    private static boolean isRecovering(CaState state) {
        return state.compareTo(CaState.RECOVERY) >= 0;
    }

    /** Keeps the window, the greater one if it was cut since (bbr_save_cwnd). */
    void save(Sender sender, boolean wasProbing) {
        int cwnd = sender.congestion.cwnd;
        priorCwnd = isRecovering(priorState) || wasProbing ? Math.max(priorCwnd, cwnd) : cwnd;
    }

    boolean begins(CaState state) {
        return state == CaState.RECOVERY && priorState != CaState.RECOVERY;
    }

    int window(Sender sender, RateSample sample) {
        CaState state = sender.congestion.state;
        int conserving = sender.flight.inNetwork() + sample.ackedSacked;
        int cwnd = sender.congestion.cwnd;
        if (sample.losses > 0) {
            cwnd = Math.max(cwnd - sample.losses, 1);
        }
        if (begins(state)) {
            conserves = true;
            cwnd = conserving;
        } else if (isRecovering(priorState) && !isRecovering(state)) {
            conserves = false;
            cwnd = Math.max(cwnd, priorCwnd);
        }
        priorState = state;
        return conserves ? Math.max(cwnd, conserving) : cwnd;
    }
}

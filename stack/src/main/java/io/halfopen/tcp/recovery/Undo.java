package io.halfopen.tcp.recovery;

import io.halfopen.linux.Counter;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.SeqNumber;

/**
 * Taking back what was done about a loss that was none: D-SACKs say that all repetitions were superfluous (RFC 3708), or
 * a timestamp that the original arrived (Eifel, RFC 4015).
 */
final class Undo {
    private final Core core;
    private final LossDetection detection;
    private final WindowReduction reduction;

    Undo(Core core, LossDetection detection, WindowReduction reduction) {
        this.core = core;
        this.detection = detection;
        this.reduction = reduction;
    }

    /** The end of an episode, perhaps of one that was none; true if it must be waited on yet (tcp_try_undo_recovery). */
    boolean afterRecovery(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (may(c, ack)) {
            boolean loss = sender.congestion.state == CaState.LOSS;
            revert(sender, false);
            core.count(loss ? Counter.TCPLossUndo : Counter.TCPFullUndo);
        } else {
            sender.recovery.rack.relax();
        }
        if (preventsReopening(c)) {
            return true;
        }
        reduction.enter(sender, CaState.OPEN);
        sender.recovery.reneged = false;
        return false;
    }

    /** All that was repeated had arrived (tcp_try_undo_dsack). */
    boolean byDuplicates(Sender sender) {
        if (!sender.recovery.undoable || sender.recovery.undoRetransmits != 0) {
            return false;
        }
        sender.recovery.rack.persist();
        revert(sender, false);
        core.count(Counter.TCPDSACKUndo);
        return true;
    }

    /** After a timeout (tcp_try_undo_loss); {@code spurious}: F-RTO says that it was. */
    boolean duringLoss(Connection c, AckState ack, boolean spurious) {
        Sender sender = c.sender;
        if (!spurious && !may(c, ack)) {
            return false;
        }
        revert(sender, true);
        core.count(Counter.TCPLossUndo);
        if (spurious) {
            core.count(Counter.TCPSpuriousRTOs);
        }
        sender.timer.retransmits = 0;
        if (preventsReopening(c)) {
            return true;
        }
        if (spurious || c.sack) {
            reduction.enter(sender, CaState.OPEN);
            sender.recovery.reneged = false;
        }
        return true;
    }

    /** A hole was filled by a packet that was late; true while repetitions of others are out (tcp_try_undo_partial). */
    boolean duringRecovery(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (!sender.recovery.undoable || !wasDelayed(c, ack)) {
            return false;
        }
        detection.checkReordering(sender, ack.una, Counter.TCPTSReorder);
        if (sender.flight.retransOut() > 0) {
            return true;
        }
        sender.recovery.forgetRetransmissions(sender.flight);
        revert(sender, true);
        core.count(Counter.TCPPartialUndo);
        reduction.keepOpen(sender);
        return false;
    }

    /** tcp_may_undo. */
    private boolean may(Connection c, AckState ack) {
        Recovery recovery = c.sender.recovery;
        return recovery.undoable && (recovery.undoRetransmits == 0 || wasDelayed(c, ack));
    }

    /** What arrived was sent before anything was repeated (tcp_packet_delayed). */
    private boolean wasDelayed(Connection c, AckState ack) {
        Recovery recovery = c.sender.recovery;
        if (recovery.retransmittedAt != Timer.NEVER) {
            return ack.echoesBefore(core.timestamp(c, recovery.retransmittedAt));
        }
        return c.sack || SeqNumber.before(c.sender.una(), recovery.high);
    }

    /** Without SACK the state stays until more is acknowledged: duplicate ACKs may be of our own repetitions (RFC 6582). */
    private boolean preventsReopening(Connection c) {
        Sender sender = c.sender;
        if (c.sack || sender.una() != sender.recovery.high) {
            return false;
        }
        sender.recovery.forgetRetransmissions(sender.flight);
        return true;
    }

    /** tcp_undo_cwnd_reduction. */
    private void revert(Sender sender, boolean nothingIsLost) {
        if (nothingIsLost) {
            sender.flight.forgetLosses();
        }
        CongestionWindow window = sender.congestion;
        if (window.priorSsthresh != 0) {
            window.cwnd = sender.control.undoCwnd(sender);
            window.cwrQueued &= window.priorSsthresh <= window.ssthresh;
            window.ssthresh = Math.max(window.ssthresh, window.priorSsthresh);
        }
        sender.recovery.undoable = false;
        sender.recovery.rack.advanced = true; // look again what is lost
    }
}

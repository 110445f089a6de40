package io.halfopen.tcp.recovery;

import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.AckState.Resend;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.MtuProbing;
import io.halfopen.wire.SeqNumber;

/** What a dubious ACK does to the state of {@link Recovery}: tcp_fastretrans_alert. What is to be sent, others send. */
public final class RecoveryInput {
    /** A peer that seems to renege is given this long to say that it did not, or half a round trip. */
    private static final long RENEGING_PATIENCE = 10_000_000L;

    private final Core core;
    private final LossDetection detection;
    private final WindowReduction reduction;
    private final Retransmission retransmission;
    private final Undo undo;

    public RecoveryInput(Core core, OutputPath outputPath) {
        this.core = core;
        detection = outputPath.detection;
        reduction = outputPath.reduction;
        retransmission = outputPath.retransmission;
        undo = new Undo(core, detection, reduction);
    }

    /** Whether this ACK is worth a look (tcp_ack_is_dubious). */
    public static boolean isDubious(Sender sender, AckState ack) {
        return !ack.isNoDuplicate() || ack.alerts() || sender.congestion.state != CaState.OPEN;
    }

    public void accept(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (sender.flight.isEmpty()) {
            sender.flight.setSackedOut(0);
        }
        if (ack.congestionEcho) {
            sender.congestion.priorSsthresh = 0; // this time it is congestion
        }
        if (ack.reneging && ack.advanced) {
            long delay = Math.max(sender.roundTrip.smoothed() / 2, RENEGING_PATIENCE);
            sender.timer.set(Purpose.RETRANSMIT, core.due(core.now() + delay));
            ack.setTimer = false;
            return;
        }
        if (sender.congestion.state == CaState.OPEN) {
            sender.recovery.retransmittedAt = Timer.NEVER;
        } else if (!SeqNumber.before(sender.una(), sender.recovery.high) && endsEpisode(c, ack)) {
            return;
        }
        switch (sender.congestion.state) {
            case RECOVERY -> inRecovery(c, ack);
            case LOSS -> inLoss(c, ack);
            case OPEN, DISORDER, CWR -> otherwise(c, ack);
        }
    }

    /** All that was in flight when the episode began is acknowledged; true if nothing more is to be done. */
    private boolean endsEpisode(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (sender.congestion.state == CaState.CWR && sender.una() != sender.recovery.high) {
            reduction.end(sender);
            reduction.enter(sender, CaState.OPEN);
        } else if (sender.congestion.state == CaState.RECOVERY) {
            if (!c.sack) {
                sender.flight.setSackedOut(0);
            }
            if (undo.afterRecovery(c, ack)) {
                return true;
            }
            reduction.end(sender);
        }
        return false;
    }

    private void inRecovery(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (!ack.advanced) {
            if (!c.sack) {
                detection.addDuplicates(sender, ack.duplicates, ack.congestionEcho);
            }
        } else if (undo.duringRecovery(c, ack)) {
            return;
        }
        if (undo.byDuplicates(sender)) {
            reduction.toOpen(sender, ack.congestionEcho);
        }
        detection.run(c, ack);
        if (sender.congestion.state != CaState.RECOVERY) {
            if (!isTimeToRecover(c)) {
                return;
            }
            reduction.enterRecovery(c, ack.congestionEcho);
        }
        detection.threshold.mark(c, ack, false);
        ack.resend = Resend.LOST;
    }

    private void inLoss(Connection c, AckState ack) {
        processLoss(c, ack);
        if (c.sender.congestion.state != CaState.LOSS) {
            core.statistics.recovered(c.sender);
        }
        detection.run(c, ack);
        if (c.sender.congestion.state == CaState.OPEN || ack.lostRetransmission) {
            otherwise(c, ack);
        }
    }

    private void otherwise(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (!c.sack) {
            if (ack.advanced) {
                sender.flight.setSackedOut(0);
            }
            detection.addDuplicates(sender, ack.duplicates, ack.congestionEcho);
        }
        if (sender.congestion.state.compareTo(CaState.DISORDER) <= 0) {
            undo.byDuplicates(sender);
        }
        detection.run(c, ack);
        if (!isTimeToRecover(c)) {
            reduction.toOpen(sender, ack.congestionEcho);
            return;
        }
        if (MtuProbing.isLost(c)) {
            MtuProbing.onLost(core, c);
            retransmission.sendLarge(c);
            return;
        }
        reduction.enterRecovery(c, ack.congestionEcho);
        detection.threshold.mark(c, ack, true);
        ack.resend = Resend.LOST;
    }

    /** tcp_time_to_recover. */
    private boolean isTimeToRecover(Connection c) {
        return c.sender.flight.lostOut() > 0 || detection.threshold.isReached(c);
    }

    /** After a timeout, with F-RTO's enhanced form (RFC 5682, section 3.1; tcp_process_loss). */
    private void processLoss(Connection c, AckState ack) {
        Sender sender = c.sender;
        Recovery recovery = sender.recovery;
        boolean recovered = !SeqNumber.before(sender.una(), recovery.high);
        if ((ack.advanced || c.fastOpen != null) && undo.duringLoss(c, ack, false)) {
            return;
        }
        if (recovery.frto) {
            if (ack.originalArrived && undo.duringLoss(c, ack, true)) {
                return;
            }
            if (SeqNumber.after(sender.nxt(), recovery.high)) {
                recovery.frto &= !ack.sacked && ack.duplicates == 0; // else the loss was real
            } else if (ack.advanced && !recovered) {
                recovery.high = sender.nxt();
                if (sender.pending() > 0 && sender.inFlight() < sender.window()) {
                    ack.resend = Resend.NEW;
                    return;
                }
                recovery.frto = false;
            }
        }
        if (recovered) {
            undo.afterRecovery(c, ack);
            return;
        }
        if (!c.sack) {
            if (SeqNumber.after(sender.nxt(), recovery.high) && ack.duplicates > 0) {
                detection.addDuplicates(sender, ack.duplicates, ack.congestionEcho);
            } else if (ack.advanced) {
                sender.flight.setSackedOut(0);
            }
        }
        ack.resend = Resend.LOST;
    }
}

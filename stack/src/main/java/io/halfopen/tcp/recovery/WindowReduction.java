package io.halfopen.tcp.recovery;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.Rack;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.SeqNumber;

/** How the congestion window gets smaller: at once after a timeout, else with each ACK (PRR, RFC 6937). */
public final class WindowReduction {
    private final Core core;
    private final LossDetection detection;

    WindowReduction(Core core, LossDetection detection) {
        this.core = core;
        this.detection = detection;
    }

    /** tcp_set_ca_state. */
    public void enter(Sender sender, CaState state) {
        sender.control.setState(sender, state, core.now());
        sender.congestion.state = state;
    }

    /** From here on the window shrinks to what the algorithm says (tcp_init_cwnd_reduction). */
    public void start(Sender sender) {
        Recovery recovery = sender.recovery;
        CongestionWindow window = sender.congestion;
        recovery.high = sender.nxt();
        recovery.probing = false;
        window.cwndCnt = 0;
        window.priorCwnd = window.cwnd;
        recovery.prrDelivered = 0;
        recovery.prrOut = 0;
        window.ssthresh = sender.control.ssthresh(sender);
        window.cwrQueued = true;
    }

    /** A router asked for it (tcp_enter_cwr). */
    void enterCwr(Sender sender) {
        sender.congestion.priorSsthresh = 0;
        if (sender.congestion.state.compareTo(CaState.CWR) < 0) {
            sender.recovery.undoable = false;
            start(sender);
            enter(sender, CaState.CWR);
        }
    }

    /** Something is lost (tcp_enter_recovery). */
    void enterRecovery(Connection c, boolean congestionEcho) {
        Sender sender = c.sender;
        Recovery recovery = sender.recovery;
        recovery.forgetRetransmissions(sender.flight);
        core.count(c.sack ? Counter.TCPSackRecovery : Counter.TCPRenoRecovery);
        sender.congestion.priorSsthresh = 0;
        recovery.startUndo(sender);
        if (!sender.congestion.state.shrinks()) {
            if (!congestionEcho) {
                sender.congestion.priorSsthresh = sender.congestion.currentSsthresh();
            }
            start(sender);
        }
        enter(sender, CaState.RECOVERY);
    }

    /** The timer fired: all that is not younger than a round trip is lost, and the window begins anew (tcp_enter_loss). */
    void enterLoss(Connection c) {
        Sender sender = c.sender;
        Recovery recovery = sender.recovery;
        CongestionWindow window = sender.congestion;
        boolean fresh = window.state.compareTo(CaState.RECOVERY) < 0;
        boolean again = sender.timer.retransmits > 0;
        markLost(c);
        boolean orderly = window.state.compareTo(CaState.DISORDER) <= 0;
        if (orderly || !SeqNumber.after(recovery.high, sender.una()) || window.state == CaState.LOSS && !again) {
            window.priorSsthresh = window.currentSsthresh();
            window.priorCwnd = window.cwnd;
            window.ssthresh = sender.control.ssthresh(sender);
            recovery.startUndo(sender);
        }
        window.cwnd = sender.flight.inNetwork() + 1;
        window.cwndCnt = 0;
        window.stampedAt = core.now();
        int reordering = core.sysctls.get(Sysctl.tcp_reordering);
        if (orderly && sender.flight.sackedOut() >= reordering) {
            recovery.reordering = Math.min(recovery.reordering, reordering); // it was thought to be more than it is
        }
        enter(sender, CaState.LOSS);
        window.cwrQueued = true;
        recovery.high = sender.nxt();
        recovery.probing = false;
        recovery.frto = core.sysctls.get(Sysctl.tcp_frto) != 0 && (fresh || again);
    }

    /** tcp_timeout_mark_lost. */
    private void markLost(Connection c) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        boolean reneges = !flight.isEmpty() && flight.is(flight.at(0), Flight.SACKED);
        if (reneges) {
            core.count(Counter.TCPSACKReneging);
            sender.recovery.reneged = true;
        } else if (!c.sack) {
            flight.setSackedOut(0);
        }
        Rack rack = sender.recovery.rack;
        boolean all = detection.threshold.replacesRack();
        int head = flight.isEmpty() ? 0 : Resegmentation.packets(flight, 0);
        for (int i = 0; i < flight.packets(); i++) {
            int slot = flight.at(i);
            if (reneges) {
                flight.untagSacked(slot);
            } else if (!all && i >= head && rack.patience(flight.sentAt(slot), 0, core.now()) > 0) {
                continue;
            }
            detection.lose(sender, slot);
        }
        flight.clearHint();
    }

    /** As many may be sent as arrived, in the proportion that the window is to shrink in (tcp_cwnd_reduction). */
    public void reduce(Sender sender, int delivered, int lost, boolean advanced) {
        Recovery recovery = sender.recovery;
        CongestionWindow window = sender.congestion;
        if (delivered <= 0 || window.priorCwnd == 0) {
            return;
        }
        int room = window.ssthresh - sender.flight.inNetwork();
        recovery.prrDelivered += delivered;
        int count;
        if (room < 0) {
            long due = (long) window.ssthresh * recovery.prrDelivered + window.priorCwnd - 1;
            count = (int) (due / window.priorCwnd) - recovery.prrOut;
        } else {
            count = Math.max(recovery.prrDelivered - recovery.prrOut, delivered);
            if (advanced && lost == 0) {
                count++;
            }
            count = Math.min(room, count);
        }
        count = Math.max(count, recovery.prrOut == 0 ? 1 : 0); // the first loss is sent again at once
        window.cwnd = sender.flight.inNetwork() + count;
    }

    /** tcp_end_cwnd_reduction. */
    public void end(Sender sender) {
        if (sender.control.controls()) {
            return;
        }
        CongestionWindow window = sender.congestion;
        boolean reduced = window.state == CaState.CWR || sender.recovery.undoable;
        if (window.ssthresh < CongestionWindow.INFINITE && reduced) {
            window.cwnd = window.ssthresh;
            window.stampedAt = core.now();
        }
    }

    /** tcp_try_keep_open. */
    public void keepOpen(Sender sender) {
        Flight flight = sender.flight;
        boolean calm = flight.leftOut() == 0 && !Recovery.hasRetransmitted(flight);
        CaState state = calm ? CaState.OPEN : CaState.DISORDER;
        if (sender.congestion.state != state) {
            enter(sender, state);
            sender.recovery.high = sender.nxt();
        }
    }

    /** tcp_try_to_open. */
    void toOpen(Sender sender, boolean congestionEcho) {
        sender.recovery.forgetRetransmissions(sender.flight);
        if (congestionEcho) {
            enterCwr(sender);
        }
        if (sender.congestion.state != CaState.CWR) {
            keepOpen(sender);
        }
    }
}

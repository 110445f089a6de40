package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.LossTimer.Purpose;
import io.halfopen.wire.SeqNumber;

/** Sends what a connection may send, and sends it again: RFC 9293, section 3.8. */
final class Transmission {
    private static final int DEFAULT_ORPHAN_RETRIES = 8;
    private static final long LEAST_PROBE_DELAY = 2_000_000L;

    private final Core core;

    Transmission(Core core) {
        this.core = core;
    }

    /** Sends all that window, congestion and Nagle's rule let go now, and sets the timer for it. */
    void push(Connection c, Rule why) {
        Sender sender = c.sender;
        boolean sent = false;
        while (true) {
            int length = nextLength(c);
            boolean fin = sender.finToSend() && length == sender.unsent() && sender.allowance() > length;
            if (length <= 0 && !fin) {
                break;
            }
            send(c, sender.nxt(), length, fin, length == 0 ? Rule.FIN_SENT : why);
            sent = true;
        }
        boolean full = sender.isCwndFull();
        if (sent || full) {
            sender.congestion.used(sender.una(), sender.nxt(), sender.packetsInFlight(), full);
        }
        if (sent) {
            afterSending(c);
        } else if (sender.pending() > 0 && !sender.hasInFlight() && sender.timer.purpose == Purpose.NONE) {
            sender.timer.set(Purpose.WINDOW_PROBE, core.due(core.now() + sender.timeout()));
        }
    }

    /** The octets of the next segment; 0 if nothing may go, or only the FIN. */
    private int nextLength(Connection c) {
        Sender sender = c.sender;
        int unsent = sender.unsent();
        int allowed = Math.max(0, sender.allowance());
        int length = Math.min(Math.min(unsent, sender.mss()), allowed);
        if (length <= 0) {
            return unsent > 0 ? -1 : 0;
        }
        if (length == sender.mss()) {
            return length;
        }
        if (length < unsent) {
            return -1; // the window would cut it: only the window probe sends less than a segment (tcp_snd_wnd_test)
        }
        boolean noDelay = c.socket != null && c.socket.noDelay;
        boolean repeats = SeqNumber.before(sender.nxt(), sender.max());
        return noDelay || repeats || sender.finToSend() || sender.nagleAllows() ? length : -1;
    }

    private void send(Connection c, int seq, int length, boolean fin, Rule why) {
        Sender sender = c.sender;
        boolean repeats = SeqNumber.before(seq, sender.max());
        int position = seq - sender.una();
        boolean last = seq + length == sender.dataEnd();
        int flags = ACK | (length > 0 && last ? PSH : 0) | (fin ? FIN : 0);
        core.output.segment(c, flags, seq, position, length, why);
        sender.sent(seq, length, fin, core.now());
        if (repeats) {
            core.count(Counter.RetransSegs);
        } else {
            core.count(Counter.OutSegs);
        }
        if (length > 0 && !repeats) {
            core.count(Counter.TCPOrigDataSent);
            c.receiver.acks.onDataSent(core.now());
        }
    }

    private void afterSending(Connection c) {
        Sender sender = c.sender;
        LossTimer timer = sender.timer;
        boolean busy = timer.purpose == Purpose.RETRANSMIT && timer.retransmits > 0;
        if (busy || c.fastOpen != null) {
            return;
        }
        if (mayProbe(c)) {
            timer.set(Purpose.LOSS_PROBE, core.due(core.now() + probeDelay(sender)));
        } else if (timer.purpose != Purpose.RETRANSMIT) {
            setRetransmit(sender);
        }
    }

    /** Something was acknowledged: time what is still in flight afresh (RFC 6298, 5.3), or stop. */
    void restartTimer(Connection c) {
        Sender sender = c.sender;
        if (!sender.hasInFlight()) {
            sender.timer.stop();
        } else if (mayProbe(c)) {
            sender.timer.set(Purpose.LOSS_PROBE, core.due(core.now() + probeDelay(sender)));
        } else {
            setRetransmit(sender);
        }
    }

    void setRetransmit(Sender sender) {
        sender.timer.set(Purpose.RETRANSMIT, core.due(core.now() + sender.timeout()));
    }

    private boolean mayProbe(Connection c) {
        Sender sender = c.sender;
        return c.sack
                && core.sysctls.get(Sysctl.tcp_early_retrans) >= 3
                && !sender.timer.probed
                && !sender.isRecovering()
                && sender.timer.retransmits == 0
                && sender.nxt() == sender.max();
    }

    /** RFC 8985, section 7.2, as Linux does it: two round trips, and time for a delayed ACK of a single segment. */
    private static long probeDelay(Sender sender) {
        if (!sender.roundTrip.isMeasured()) {
            return sender.timeout();
        }
        long delayedAck = sender.inFlight() <= sender.mss() ? Kernel.RTO_MIN : LEAST_PROBE_DELAY;
        return Math.min(2 * sender.roundTrip.smoothed() + delayedAck, sender.timeout());
    }

    /** An ACK and nothing else, now. */
    void ack(Connection c, Rule why) {
        core.output.segment(c, ACK, c.sender.max(), 0, 0, why);
        core.count(Counter.OutSegs);
    }

    /** RST with ACK: the connection is torn down from this side. */
    void reset(Connection c, Rule why) {
        core.output.segment(c, RST | ACK, c.sender.max(), 0, 0, why);
        core.count(Counter.OutSegs);
        core.count(Counter.OutRsts);
    }

    /** The next segment that is missing at the peer, again, whatever the window. */
    void retransmitFirst(Connection c, Rule why) {
        Sender sender = c.sender;
        int length = Math.min(Math.min(sender.queued(), sender.mss()), sender.max() - sender.una());
        boolean finSent = SeqNumber.after(sender.max(), sender.dataEnd());
        send(c, sender.una(), length, finSent && length == sender.queued(), why);
    }

    /** All that is not acknowledged is lost, and congestion is not why: all of it goes at once. */
    void retransmitAll(Connection c, Rule why) {
        c.sender.goBack();
        push(c, why);
        setRetransmit(c.sender);
    }

    /** The timer of the sending half fired. */
    void onTimer(Connection c) {
        Purpose purpose = c.sender.timer.purpose;
        c.sender.timer.stop();
        switch (purpose) {
            case RETRANSMIT -> onTimeout(c);
            case LOSS_PROBE -> probeLoss(c);
            case WINDOW_PROBE -> probeWindow(c);
            case NONE -> {}
        }
    }

    private void onTimeout(Connection c) {
        Sender sender = c.sender;
        LossTimer timer = sender.timer;
        boolean expired = isPatienceOver(c);
        if (c.failsFastOpen(expired)) {
            core.count(Counter.TCPFastOpenActiveFail);
        }
        if (expired) {
            core.count(Rule.DATA_TIMED_OUT);
            c.timeOut();
            return;
        }
        core.count(Rule.DATA_RETRANSMITTED);
        c.label = core.flowLabel(c); // perhaps another path is better (sk_rethink_txhash)
        CongestionWindow window = sender.congestion;
        if (timer.retransmits == 0) {
            window.ssthresh = sender.control.ssthresh(sender);
        }
        window.cwnd = 1;
        window.cwndCnt = 0;
        window.state = CaState.LOSS;
        timer.vain(core.now());
        sender.goBack();
        retransmitFirst(c, Rule.DATA_RETRANSMITTED);
        timer.set(
                Purpose.RETRANSMIT,
                core.due(core.kernel.patientUntil(core.now(), sender.timeout(), c.patienceEnd(timer.firstAt))));
    }

    /**
     * The way to the peer is broken, not congested: the last doubling is taken back, and if that makes the segment due,
     * it goes out now (RFC 6069, tcp_ld_RTO_revert).
     */
    void revertBackoff(Connection c) {
        LossTimer timer = c.sender.timer;
        timer.backoff--;
        long due = timer.lastAt + c.sender.timeout();
        if (due > core.now()) {
            timer.set(Purpose.RETRANSMIT, core.due(due));
        } else {
            timer.stop();
            onTimeout(c);
        }
        c.arm();
    }

    /**
     * For data the number of retries stands for the time they would take at least; TCP_USER_TIMEOUT is a time already
     * (retransmits_timed_out).
     */
    private boolean isPatienceOver(Connection c) {
        LossTimer timer = c.sender.timer;
        long end = c.userTimeout == 0
                ? timer.firstAt + Kernel.doublingFrom(Kernel.RTO_MIN, retries(c))
                : c.patienceEnd(timer.firstAt);
        return timer.retransmits > 0 && core.now() >= end;
    }

    private int retries(Connection c) {
        if (!c.isOrphan()) {
            return core.sysctls.get(Sysctl.tcp_retries2);
        }
        int set = core.sysctls.get(Sysctl.tcp_orphan_retries);
        return set == 0 ? DEFAULT_ORPHAN_RETRIES : set;
    }

    /** RFC 8985, section 7.3: new data if there is some and room for it, else the last segment again. */
    private void probeLoss(Connection c) {
        Sender sender = c.sender;
        core.count(Rule.TAIL_LOSS_PROBED);
        sender.timer.probed = true;
        sender.timer.probeEnd = sender.max();
        int fresh = Math.min(Math.min(sender.unsent(), sender.mss()), sender.window() - sender.inFlight());
        if (fresh > 0) {
            send(c, sender.nxt(), fresh, false, Rule.TAIL_LOSS_PROBED);
        } else {
            retransmitLast(c);
        }
        setRetransmit(sender);
    }

    private void retransmitLast(Connection c) {
        Sender sender = c.sender;
        boolean fin = SeqNumber.after(sender.max(), sender.dataEnd());
        int end = fin ? sender.dataEnd() : sender.max();
        int length = Math.min(end - sender.una(), sender.mss());
        send(c, end - length, length, fin, Rule.TAIL_LOSS_PROBED);
    }

    /** A segment without data from before the window: the peer must answer it, and its answer tells the window. */
    private void probeWindow(Connection c) {
        Sender sender = c.sender;
        if (sender.pending() <= 0 || sender.hasInFlight()) {
            return;
        }
        int fitting = Math.min(Math.min(sender.unsent(), sender.mss()), sender.window());
        if (fitting > 0) {
            sender.timer.progress();
            send(c, sender.nxt(), fitting, false, Rule.DATA_SENT);
            setRetransmit(sender);
            return;
        }
        LossTimer timer = sender.timer;
        timer.probingSince = Math.min(timer.probingSince, core.now());
        long end = c.patienceEnd(timer.probingSince);
        if (timer.retransmits >= retries(c) || core.now() >= end) {
            core.count(Rule.WINDOW_PROBES_IN_VAIN);
            c.timeOut();
            return;
        }
        core.count(Rule.WINDOW_PROBED);
        core.output.segment(c, ACK, sender.una() - 1, 0, 0, Rule.WINDOW_PROBED);
        core.count(Counter.OutSegs);
        timer.vain(core.now());
        timer.set(Purpose.WINDOW_PROBE, core.due(core.kernel.patientUntil(core.now(), sender.timeout(), end)));
    }
}

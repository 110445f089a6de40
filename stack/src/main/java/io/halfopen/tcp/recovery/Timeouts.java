package io.halfopen.tcp.recovery;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.MtuProbing;
import io.halfopen.tcp.transmit.Orphans;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.tcp.transmit.XmitTimer;

/** What is done when the timer of the sending half fires: tcp_write_timer_handler. */
public final class Timeouts {
    private static final int DEFAULT_ORPHAN_RETRIES = 8;

    /** TCP_THIN_LINEAR_RETRIES, and what is thin: fewer packets than can make three duplicate ACKs. */
    private static final int THIN_RETRIES = 6;

    private static final int THIN_PACKETS = 4;

    private final Core core;
    private final XmitTimer xmitTimer;
    private final LossDetection detection;
    private final WindowReduction reduction;
    private final Retransmission retransmission;
    private final Transmission transmission;
    private final Orphans orphans;

    Timeouts(
            Core core,
            XmitTimer xmitTimer,
            LossDetection detection,
            WindowReduction reduction,
            Retransmission retransmission,
            Transmission transmission) {
        this.core = core;
        this.xmitTimer = xmitTimer;
        this.detection = detection;
        this.reduction = reduction;
        this.retransmission = retransmission;
        this.transmission = transmission;
        orphans = new Orphans(core, transmission);
    }

    /** What had to wait for its time may leave (tcp_pace_kick). */
    public void onPace(Connection c) {
        Sender sender = c.sender;
        sender.pacing.due = Timer.NEVER;
        if (sender.flight.lostOut() > sender.flight.retransOut()) {
            retransmission.sendLost(c);
        }
        transmission.push(c, Rule.DATA_SENT);
    }

    public void onTimer(Connection c) {
        LossTimer timer = c.sender.timer;
        switch (timer.purpose) {
            case REORDER -> onReorderingOver(c);
            case LOSS_PROBE -> probeTail(c);
            case RETRANSMIT -> {
                timer.stop();
                onTimeout(c);
            }
            case WINDOW_PROBE -> {
                timer.stop();
                if (!c.isOrphan() || !orphans.end(c, true)) {
                    transmission.probeWindow(c, retries(core, c, c.sender.probeTimeout()));
                }
            }
            case NONE -> {}
        }
    }

    /** What was waited for, since it might only have been overtaken, has not come: it is lost (tcp_rack_reo_timeout). */
    private void onReorderingOver(Connection c) {
        Sender sender = c.sender;
        int inNetwork = sender.flight.inNetwork();
        int lost = sender.delivery.lost;
        detection.byTime(sender);
        if (sender.flight.inNetwork() != inNetwork) {
            if (sender.congestion.state != CaState.RECOVERY) {
                reduction.enterRecovery(c, false);
                if (!sender.control.controls()) {
                    reduction.reduce(sender, 1, sender.delivery.lost - lost, false);
                }
            }
            retransmission.sendLost(c);
        }
        if (sender.timer.purpose != Purpose.RETRANSMIT) {
            xmitTimer.rearm(c);
        }
    }

    /** RFC 8985, section 7.3: new data if there is some and room for it, else the last packet again; once. */
    private void probeTail(Connection c) {
        Sender sender = c.sender;
        Recovery recovery = sender.recovery;
        if (!recovery.probing && !sender.flight.isEmpty()) {
            boolean fresh = transmission.hasFitting(c);
            recovery.probeRetransmits = false;
            boolean sent = fresh ? transmission.sendProbe(c, Rule.TAIL_LOSS_PROBED) : retransmission.probe(c);
            if (sent) {
                recovery.probeRetransmits = !fresh;
                recovery.probing = true;
                recovery.probeEnd = sender.nxt();
                core.count(Rule.TAIL_LOSS_PROBED);
                sender.timer.stop(); // so that a whole timeout follows
            }
        }
        xmitTimer.rearm(c);
    }

    /** tcp_retransmit_timer. */
    private void onTimeout(Connection c) {
        Sender sender = c.sender;
        if (sender.flight.isEmpty()) {
            return;
        }
        if (core.sysctls.isOn(Sysctl.tcp_mtu_probing) && isOver(c, core.sysctls.get(Sysctl.tcp_retries1))) {
            MtuProbing.suspectBlackHole(core, c);
        }
        if (sender.window() == 0 && !c.isOrphan()) {
            probeShutWindow(c);
            return;
        }
        if (c.isOrphan() && orphans.end(c, isHopeful(c))) {
            return;
        }
        boolean expired = isPatienceOver(c);
        if (c.failsFastOpen(expired)) {
            core.count(Counter.TCPFastOpenActiveFail);
        }
        if (expired) {
            core.count(Rule.DATA_TIMED_OUT);
            core.timeOut(c);
            return;
        }
        core.count(Rule.DATA_RETRANSMITTED);
        c.label = core.flowLabel(c);
        core.statistics.rehashed(sender);
        countFailure(c);
        reduction.enterLoss(c);
        core.statistics.of(sender).timedOut(sender.timer.retransmits == 0, core.now());
        sender.timer.retransmits++;
        retransmission.sendFirst(c, Rule.DATA_RETRANSMITTED);
        if (core.outputBlocked) {
            sender.timer.set(Purpose.RETRANSMIT, core.due(core.now() + Transmission.RESOURCE_PROBE));
            return;
        }
        backOff(c);
        setNext(c);
    }

    /** The timeouts of an orphan still grow, or it has retries left. */
    private boolean isHopeful(Connection c) {
        return c.sender.timeout() < c.sender.longestTimeout() || !isOver(c, retries(core, c, c.sender.timeout()));
    }

    private void setNext(Connection c) {
        Sender sender = c.sender;
        long end = c.patienceEnd(sender.recovery.retransmittedAt);
        sender.timer.set(Purpose.RETRANSMIT, core.due(core.kernel.patientUntil(core.now(), sender.timeout(), end)));
    }

    /** A peer that took its window back is not given up as long as it answers; an orphan has no such patience. */
    private void probeShutWindow(Connection c) {
        if (isShutForTooLong(c)) {
            core.count(Rule.WINDOW_PROBES_IN_VAIN);
            core.timeOut(c);
            return;
        }
        core.count(Rule.WINDOW_SHUT_RETRANSMITTED);
        reduction.enterLoss(c);
        retransmission.sendFirst(c, Rule.WINDOW_SHUT_RETRANSMITTED);
        backOff(c);
        setNext(c);
    }

    /** tcp_rtx_probe0_timed_out: no answer for twice the longest timeout, or TCP_USER_TIMEOUT. */
    private boolean isShutForTooLong(Connection c) {
        Sender sender = c.sender;
        long first = sender.recovery.retransmittedAt;
        long lasting = core.now() - (first == Timer.NEVER ? sender.flight.sentAt(sender.flight.at(0)) : first);
        long patience = c.userTimeout == 0 ? Timer.NEVER : c.userTimeout * 1_000_000L;
        if (lasting > patience) {
            return true;
        }
        long most = Math.min(2 * sender.longestTimeout(), patience);
        return core.now() - sender.answeredAt > most && lasting > most;
    }

    /** What had been begun in time was not enough. */
    private void countFailure(Connection c) {
        Sender sender = c.sender;
        if (sender.timer.retransmits > 0) {
            return;
        }
        switch (sender.congestion.state) {
            case RECOVERY -> core.count(c.sack ? Counter.TCPSackRecoveryFail : Counter.TCPRenoRecoveryFail);
            case LOSS -> core.count(Counter.TCPLossFailures);
            case DISORDER -> core.count(c.sack ? Counter.TCPSackFailures : Counter.TCPRenoFailures);
            case OPEN, CWR -> {
                if (sender.flight.sackedOut() > 0) {
                    core.count(c.sack ? Counter.TCPSackFailures : Counter.TCPRenoFailures);
                }
            }
        }
    }

    /** The next timeout is twice as long, but for thin streams, if tcp_thin_linear_timeouts says so. */
    private void backOff(Connection c) {
        Sender sender = c.sender;
        boolean thin = mayBeLinear(c)
                && c.state() == TcpState.ESTABLISHED
                && sender.flight.packets() < THIN_PACKETS
                && sender.congestion.ssthresh < CongestionWindow.INFINITE
                && sender.timer.retransmits <= THIN_RETRIES;
        sender.timer.timedOut(thin);
    }

    private boolean mayBeLinear(Connection c) {
        boolean own = c.socket != null && c.socket.kept(SocketOption.TCP_THIN_LINEAR_TIMEOUTS) == 1;
        return own || core.sysctls.isOn(Sysctl.tcp_thin_linear_timeouts);
    }

    /**
     * The way to the peer is broken, not congested: the last doubling is taken back, and if that makes the segment due,
     * it goes out now (RFC 6069, tcp_ld_RTO_revert).
     */
    public void revertBackoff(Connection c) {
        Sender sender = c.sender;
        LossTimer timer = sender.timer;
        timer.revert();
        long due = sender.flight.sentAt(sender.flight.at(0)) + sender.timeout();
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
     * (retransmits_timed_out). Both count from the first retransmission.
     */
    private boolean isPatienceOver(Connection c) {
        LossTimer timer = c.sender.timer;
        long since = c.sender.recovery.retransmittedAt;
        return c.userTimeout == 0
                ? isOver(c, retries(core, c, c.sender.timeout()))
                : timer.retransmits > 0 && since != Timer.NEVER && core.now() >= c.patienceEnd(since);
    }

    /** As much time has passed as so many retransmissions take at least. */
    private boolean isOver(Connection c, int retries) {
        long since = c.sender.recovery.retransmittedAt;
        return c.sender.timer.retransmits > 0
                && since != Timer.NEVER
                && core.now() >= since + Kernel.doublingFrom(Kernel.RTO_MIN, retries, c.sender.longestTimeout());
    }

    /** How many timeouts end it; an orphan has fewer, and none once they grow no more (tcp_orphan_retries). */
    private static int retries(Core core, Connection c, long timeout) {
        if (!c.isOrphan()) {
            return core.sysctls.get(Sysctl.tcp_retries2);
        }
        boolean alive = timeout < c.sender.longestTimeout();
        int set = c.softError != 0 && !alive ? 0 : core.sysctls.get(Sysctl.tcp_orphan_retries);
        return set == 0 && alive ? DEFAULT_ORPHAN_RETRIES : set;
    }
}

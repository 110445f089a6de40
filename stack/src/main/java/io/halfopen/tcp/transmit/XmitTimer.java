package io.halfopen.tcp.transmit;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.RoundTrip;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;

/** For when, and for what, the one timer of the sending half is set. */
public final class XmitTimer {
    /** Without a round trip to go by: TCP_TIMEOUT_INIT. */
    private static final long FIRST_PROBE = 1_000_000_000L;

    private final Core core;

    public XmitTimer(Core core) {
        this.core = core;
    }

    /** Something arrived: what is still in flight is timed afresh (tcp_set_xmit_timer). */
    public void restart(Connection c) {
        if (!scheduleProbe(c, true)) {
            rearm(c);
        }
    }

    /** A timeout from now; what another purpose has taken of it is not given again (tcp_rearm_rto). */
    public void rearm(Connection c) {
        Sender sender = c.sender;
        LossTimer timer = sender.timer;
        if (c.fastOpen != null) {
            return; // it is the SYN-ACK's
        }
        if (sender.flight.isEmpty()) {
            timer.stop();
            return;
        }
        boolean offset = timer.purpose == Purpose.REORDER || timer.purpose == Purpose.LOSS_PROBE;
        long delay = offset ? Math.max(timeoutOfFirst(sender) - core.now(), 1) : sender.timeout();
        timer.set(Purpose.RETRANSMIT, core.due(core.now() + delay));
    }

    /** A whole timeout from now. */
    public void setRetransmit(Sender sender) {
        sender.timer.set(Purpose.RETRANSMIT, core.due(core.now() + sender.timeout()));
    }

    /**
     * After two round trips without an ACK the tail is probed, and if it is one packet, after a delayed ACK's time more;
     * only for a peer with SACK, and not while something is known to be lost (RFC 8985, section 7.2;
     * tcp_schedule_loss_probe). False if there is to be no probe.
     */
    boolean scheduleProbe(Connection c, boolean progress) {
        Sender sender = c.sender;
        int early = core.sysctls.get(Sysctl.tcp_early_retrans);
        boolean calm = sender.congestion.state == CaState.OPEN || sender.congestion.state == CaState.CWR;
        boolean wanted = early == 3 || early == 4;
        if (c.fastOpen != null || !wanted || sender.flight.isEmpty() || !c.sack || !calm) {
            return false;
        }
        long delayedAck = sender.flight.packets() == 1 ? sender.roundTrip.shortest() : Kernel.TIMEOUT_MIN;
        RoundTrip roundTrip = sender.roundTrip;
        long delay = roundTrip.isMeasured() ? 2 * roundTrip.smoothed() + delayedAck : FIRST_PROBE;
        long timeout = progress ? sender.timeout() : timeoutOfFirst(sender) - core.now();
        if (timeout > 0) {
            delay = Math.min(delay, timeout);
        }
        sender.timer.set(Purpose.LOSS_PROBE, core.due(core.now() + delay));
        return true;
    }

    private static long timeoutOfFirst(Sender sender) {
        return sender.flight.sentAt(sender.flight.at(0)) + sender.timeout();
    }
}

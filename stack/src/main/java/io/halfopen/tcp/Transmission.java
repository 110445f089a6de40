package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.LossTimer.Purpose;

/** Sends what a connection may send: RFC 9293, section 3.8. */
final class Transmission {
    private final Core core;
    private final XmitTimer xmitTimer;
    private final CwndValidation validation;

    Transmission(Core core, XmitTimer xmitTimer) {
        this.core = core;
        this.xmitTimer = xmitTimer;
        validation = new CwndValidation(core);
    }

    /** Sends all that window, congestion and Nagle's rule let go now, and sets the timer for it (tcp_write_xmit). */
    void push(Connection c, Rule why) {
        Sender sender = c.sender;
        c.path.follow(core, c);
        int packets = sendAll(c, why, false);
        boolean waits = packets == 0 && sender.pending() > 0 && sender.pacing.due == Timer.NEVER;
        if (waits && !sender.hasInFlight() && sender.timer.purpose == Purpose.NONE) {
            sender.timer.set(Purpose.WINDOW_PROBE, core.due(core.now() + sender.timeout()));
        }
    }

    /** The same whatever Nagle says; F-RTO needs to send something new. */
    void pushNow(Connection c, Rule why) {
        sendAll(c, why, true);
    }

    private int sendAll(Connection c, Rule why, boolean now) {
        Sender sender = c.sender;
        int packets = 0;
        while (sender.pending() > 0
                && core.controls.letsGo(sender)
                && !sender.isCwndFull()
                && !sender.flight.isFull()
                && next(c, why, now)) {
            packets++;
        }
        sender.pacing.settle(core.now());
        afterSending(c, packets);
        return packets;
    }

    /** The program is about to write. */
    void beforeWriting(Sender sender) {
        sender.checkAppLimited();
        validation.restart(sender);
    }

    private void afterSending(Connection c, int packets) {
        Sender sender = c.sender;
        if (packets > 0 || sender.isCwndFull()) {
            validation.used(c);
        }
        if (packets > 0) {
            if (sender.congestion.state.shrinks()) {
                sender.recovery.prrOut += packets;
            }
            xmitTimer.scheduleProbe(c, false);
        }
    }

    /** Something is to be sent, and the peer's window has room for the next segment of it. */
    boolean hasFitting(Connection c) {
        Sender sender = c.sender;
        int length = Math.min(sender.unsent(), c.currentMss());
        int fin = sender.finToSend() && length == sender.unsent() ? 1 : 0;
        return sender.pending() > 0 && length + fin <= sender.room() && !sender.flight.isFull();
    }

    /** One segment of new data, whatever the congestion window and Nagle say. */
    boolean sendOne(Connection c, Rule why) {
        boolean sent = next(c, why, true);
        if (sent && c.sender.congestion.state.shrinks()) {
            c.sender.recovery.prrOut++;
        }
        return sent;
    }

    /** The next segment, if there is one that may be sent. */
    private boolean next(Connection c, Rule why, boolean now) {
        Sender sender = c.sender;
        int length = nextLength(c, now);
        boolean fin = sender.finToSend() && length == sender.unsent() && sender.room() > length;
        if (length <= 0 && !fin) {
            return false;
        }
        send(c, length, fin, length == 0 ? Rule.FIN_SENT : why);
        return true;
    }

    /** The octets of the next segment; 0 if nothing may go, or only the FIN. */
    private int nextLength(Connection c, boolean now) {
        Sender sender = c.sender;
        int unsent = sender.unsent();
        int allowed = Math.max(0, sender.room());
        int length = Math.min(Math.min(unsent, c.currentMss()), allowed);
        if (length <= 0) {
            return unsent > 0 ? -1 : 0;
        }
        if (length == c.currentMss()) {
            return length;
        }
        if (length < unsent) {
            return -1; // the window would cut it: only the window probe sends less than a segment (tcp_snd_wnd_test)
        }
        boolean noDelay = c.socket != null && c.socket.noDelay;
        return now || noDelay || sender.finToSend() || sender.nagleAllows() ? length : -1;
    }

    private void send(Connection c, int length, boolean fin, Rule why) {
        Sender sender = c.sender;
        boolean first = sender.flight.isEmpty();
        boolean push = length > 0 && length == sender.unsent();
        int flags = ACK | (push ? PSH : 0) | (fin ? FIN : 0);
        int mss = c.currentMss();
        core.output.segment(c, flags, sender.nxt(), sender.nxt() - sender.una(), length, why);
        sender.sent(length, mss, (push ? Flight.PUSH : 0) | (fin ? Flight.FIN : 0), core.now());
        core.count(Counter.OutSegs);
        if (first || sender.timer.purpose == Purpose.LOSS_PROBE) {
            xmitTimer.rearm(c);
        }
        if (length > 0) {
            core.count(Counter.TCPOrigDataSent);
            c.receiver.acks.onDataSent(core.now());
        }
    }

    /** An ACK and nothing else, now. */
    void ack(Connection c, Rule why) {
        core.output.segment(c, ACK, c.sender.nxt(), 0, 0, why);
        core.count(Counter.OutSegs);
    }

    /** RST with ACK: the connection is torn down from this side. */
    void reset(Connection c, Rule why) {
        core.output.segment(c, RST | ACK, c.sender.nxt(), 0, 0, why);
        core.count(Counter.OutSegs);
        core.count(Counter.OutRsts);
    }

    /** A segment without data from before the window: the peer must answer it, and its answer tells the window. */
    void probeWindow(Connection c, int retries) {
        Sender sender = c.sender;
        if (sender.pending() <= 0 || sender.hasInFlight()) {
            return;
        }
        int fitting = Math.min(Math.min(sender.unsent(), c.currentMss()), sender.window());
        if (fitting > 0) {
            sender.timer.progress();
            send(c, fitting, false, Rule.DATA_SENT);
            return;
        }
        LossTimer timer = sender.timer;
        timer.probingSince = Math.min(timer.probingSince, core.now());
        long end = c.patienceEnd(timer.probingSince);
        if (timer.retransmits >= retries || core.now() >= end) {
            core.count(Rule.WINDOW_PROBES_IN_VAIN);
            c.timeOut();
            return;
        }
        core.count(Rule.WINDOW_PROBED);
        core.output.segment(c, ACK, sender.una() - 1, 0, 0, Rule.WINDOW_PROBED);
        core.count(Counter.OutSegs);
        timer.vain();
        timer.set(Purpose.WINDOW_PROBE, core.due(core.kernel.patientUntil(core.now(), sender.timeout(), end)));
    }
}

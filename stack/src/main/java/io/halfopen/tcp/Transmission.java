package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Bursts.Verdict;
import io.halfopen.tcp.Chrono.Limit;
import io.halfopen.tcp.LossTimer.Purpose;

/** Sends what a connection may send: RFC 9293, section 3.8. */
final class Transmission {
    private static final int NOTHING = -1;

    private final Core core;
    private final XmitTimer xmitTimer;
    private final CwndValidation validation;
    private final Bursts bursts;

    Transmission(Core core, XmitTimer xmitTimer) {
        this.core = core;
        this.xmitTimer = xmitTimer;
        validation = new CwndValidation(core);
        bursts = new Bursts(core);
    }

    /** Sends all that window, congestion and Nagle's rule let go now, and sets the timer for it (tcp_write_xmit). */
    void push(Connection c, Rule why) {
        push(c, why, SendPolicy.of(c));
    }

    /** The same with another {@link SendPolicy} than the socket's. */
    void push(Connection c, Rule why, int policy) {
        Sender sender = c.sender;
        c.path.follow(core, c);
        if (sender.pending() > 0) {
            SendStatistics.limited(core, sender, Limit.BUSY);
        }
        boolean sent = sendAll(c, why, policy);
        boolean waits = !sent && sender.pending() > 0 && sender.pacing.due == Timer.NEVER;
        if (waits && !sender.hasInFlight() && sender.timer.purpose == Purpose.NONE) {
            sender.timer.set(Purpose.WINDOW_PROBE, core.due(core.now() + sender.timeout()));
        }
    }

    /** The same whatever Nagle says; F-RTO needs to send something new. */
    void pushNow(Connection c, Rule why) {
        sendAll(c, why, SendPolicy.PUSH);
    }

    /** The program is about to write. */
    void beforeWriting(Sender sender) {
        boolean idle = sender.unsent() < sender.mss() && !sender.isCwndFull();
        if (idle && sender.flight.lostOut() <= sender.flight.retransOut()) {
            sender.delivery.limitByProgram(
                    sender.flight.inNetwork()); // there was no more to send (tcp_rate_check_app_limited)
        }
        validation.restart(sender);
    }

    private boolean sendAll(Connection c, Rule why, int usual) {
        Sender sender = c.sender;
        boolean urgent = c.urgent != null && c.urgent.isSending(sender.una());
        int policy = urgent ? SendPolicy.PUSH : usual; // Nagle's rule is not for urgent data (tcp_nagle_test)
        int most = core.controls.burst(sender);
        int mss = c.currentMss(); // also if what takes room from data is told with the first of them
        int packets = 0;
        int quota = Math.min(sender.cwndQuota(), most);
        Verdict verdict = Verdict.SEND;
        while (quota > 0 && sender.pending() > 0 && core.controls.letsGo(sender)) {
            verdict = sender.unsent() > mss ? bursts.judge(sender, most) : Verdict.SEND;
            int sent = verdict == Verdict.SEND ? sendBurst(c, burst(sender, mss, quota, policy), mss, why) : 0;
            packets += sent;
            quota = sent == 0 ? 0 : Math.min(sender.cwndQuota(), most);
        }
        if (verdict == Verdict.WAIT_FOR_WINDOW || isWindowFull(sender) && sender.cwndQuota() > 0) {
            SendStatistics.limited(core, sender, Limit.WINDOW);
        } else {
            SendStatistics.unlimited(core, sender, Limit.WINDOW, !sender.hasInFlight() && sender.pending() == 0);
        }
        afterSending(c, packets, verdict == Verdict.WAIT_FOR_CWND || sender.isCwndFull());
        return packets > 0;
    }

    /** The peer's window has no room for the next segment (tcp_snd_wnd_test). */
    private static boolean isWindowFull(Sender sender) {
        return sender.pending() > 0 && Math.min(sender.pending(), sender.mss()) > sender.room();
    }

    private void afterSending(Connection c, int packets, boolean cwndLimited) {
        Sender sender = c.sender;
        if (packets > 0 || cwndLimited) {
            validation.used(c, cwndLimited);
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
        int mss = c.currentMss();
        boolean sent = sendBurst(c, burst(c.sender, mss, 1, SendPolicy.PUSH), mss, why) > 0;
        if (sent && c.sender.congestion.state.shrinks()) {
            c.sender.recovery.prrOut++;
        }
        return sent;
    }

    /** The octets of up to so many segments; 0 if only the FIN may go; negative if nothing may. */
    private static int burst(Sender sender, int mss, int segments, int policy) {
        int unsent = sender.unsent();
        int room = sender.room();
        if (unsent <= mss) {
            boolean fin = sender.finToSend();
            boolean nothing = unsent == 0 && !fin || unsent + (fin ? 1 : 0) > room;
            boolean held = unsent < mss && !fin && !SendPolicy.allowsPart(sender, policy);
            return nothing || held ? NOTHING : unsent;
        }
        if (room < mss) {
            return NOTHING; // less than a segment is only sent to probe the window (tcp_snd_wnd_test)
        }
        int most = (int) Math.min((long) mss * segments, Integer.MAX_VALUE);
        int fitting = Math.min(unsent, room);
        if (most <= fitting) {
            return most;
        }
        int part = fitting % mss;
        boolean held = part > 0 && !SendPolicy.allowsPart(sender, policy);
        return held ? fitting - part : fitting; // tcp_mss_split_point
    }

    /** So many octets, and the FIN if it comes next; returns the number of packets. */
    private int sendBurst(Connection c, int octets, int mss, Rule why) {
        if (octets < 0) {
            return 0;
        }
        Sender sender = c.sender;
        int left = octets;
        int packets = 0;
        do {
            int length = Math.min(left, mss);
            left -= length;
            boolean end = length == sender.unsent();
            boolean fin = end && sender.finToSend() && sender.room() > length;
            int marks = end && length > 0 && !sender.moreToCome ? Flight.PUSH : 0;
            marks |= (fin ? Flight.FIN : 0) | (packets > 0 ? Flight.JOINED : 0);
            send(c, length, mss, marks, left == 0 && octets > mss, length == 0 ? Rule.FIN_SENT : why);
            packets++;
        } while (left > 0);
        left(c);
        return packets;
    }

    /** {@code push} is for this time only, that it is the end of what was written is remembered. */
    private void send(Connection c, int length, int mss, int marks, boolean push, Rule why) {
        Sender sender = c.sender;
        boolean first = sender.flight.isEmpty();
        boolean end = (marks & Flight.PUSH) != 0;
        int flags = ACK | (push || end ? PSH : 0) | ((marks & Flight.FIN) == 0 ? 0 : FIN);
        core.output.segment(c, flags, sender.nxt(), sender.nxt() - sender.una(), length, why);
        sender.sent(length, mss, marks, core.now());
        core.count(Counter.OutSegs);
        if (first || sender.timer.purpose == Purpose.LOSS_PROBE) {
            xmitTimer.rearm(c);
        }
        core.count(Counter.TCPOrigDataSent); // a FIN alone, too (tcp_event_new_data_sent)
        if (length > 0) {
            c.receiver.acks.onDataSent(core.now());
        }
    }

    /** What goes to the interface as one has left: all of it told the same, and what comes next has to keep its pace. */
    private void left(Connection c) {
        c.receiver.told();
        c.sender.pacing.settle(core.now());
    }

    /** What a segment without data is numbered: within the peer's window, if that has shrunk (tcp_acceptable_seq). */
    private static int acceptable(Sender sender) {
        int beyond = sender.inFlight() - sender.window();
        boolean rounding = sender.windowScale() > 0 && beyond < 1 << sender.windowScale();
        return beyond <= 0 || rounding ? sender.nxt() : sender.nxt() - beyond;
    }

    /** An ACK and nothing else, now. */
    void ack(Connection c, Rule why) {
        core.output.segment(c, ACK, acceptable(c.sender), 0, 0, why);
        c.receiver.told();
        core.count(Counter.OutSegs);
    }

    /** RST with ACK: the connection is torn down from this side. */
    void reset(Connection c, Rule why) {
        core.output.segment(c, RST | ACK, acceptable(c.sender), 0, 0, why);
        c.receiver.told();
        core.count(Counter.OutSegs);
        core.count(Counter.OutRsts);
    }

    /** A segment without data from before the window: the peer must answer it (tcp_xmit_probe_skb). */
    void probe(Connection c, Rule why) {
        core.output.segment(c, ACK, c.sender.una() - 1, 0, 0, why);
        c.receiver.told();
        core.count(Counter.OutSegs);
    }

    /** The answer to a probe tells the window; one that nobody is left for is not waited for long (tcp_probe_timer). */
    void probeWindow(Connection c, int retries) {
        Sender sender = c.sender;
        if (sender.pending() <= 0 || sender.hasInFlight()) {
            return;
        }
        int fitting = Math.min(Math.min(sender.unsent(), c.currentMss()), sender.window());
        if (fitting > 0) {
            sender.timer.progress();
            send(
                    c,
                    fitting,
                    c.currentMss(),
                    Flight.PUSH,
                    false,
                    Rule.DATA_SENT); // wherever it was cut (tcp_write_wakeup)
            left(c);
            return;
        }
        LossTimer timer = sender.timer;
        timer.probingSince = Math.min(timer.probingSince, core.now());
        long end = c.patienceEnd(timer.probingSince);
        boolean forgotten = c.isOrphan() && sender.timeout() >= Kernel.RTO_MAX && timer.backoff >= retries;
        if (timer.retransmits >= retries || forgotten || core.now() >= end) {
            core.count(Rule.WINDOW_PROBES_IN_VAIN);
            c.timeOut();
            return;
        }
        if (c.urgent != null && c.urgent.isNear(sender.una())) {
            core.count(Rule.WINDOW_PROBED);
            core.output.segment(c, ACK, sender.una(), 0, 0, Rule.WINDOW_PROBED); // it tells of the urgent octet
            core.count(Counter.OutSegs);
        }
        core.count(Rule.WINDOW_PROBED);
        probe(c, Rule.WINDOW_PROBED);
        timer.vain();
        timer.set(Purpose.WINDOW_PROBE, core.due(core.kernel.patientUntil(core.now(), sender.timeout(), end)));
    }
}

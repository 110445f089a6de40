package io.halfopen.tcp.transmit;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.receive.ReceiveWindow;
import io.halfopen.tcp.send.Chrono.Limit;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.MtuSearch;
import io.halfopen.tcp.transmit.Bursts.Verdict;

/** Sends what a connection may send: RFC 9293, section 3.8. */
public final class Transmission {
    private static final int NOTHING = -1;

    /** TCP_RESOURCE_PROBE_INTERVAL: when to try again what the interface has not taken. */
    public static final long RESOURCE_PROBE = 500_000_000L;

    private final Core core;
    private final Emitter emitter;
    private final XmitTimer xmitTimer;
    private final CwndValidation validation;
    private final Bursts bursts;
    private final LocalCongestion localCongestion;

    /** What a sender does that the interface takes no packet of (tcp_enter_cwr). */
    public interface LocalCongestion {
        void on(Sender sender);
    }

    public Transmission(Core core, Emitter emitter, XmitTimer xmitTimer, LocalCongestion localCongestion) {
        this.localCongestion = localCongestion;
        this.core = core;
        this.emitter = emitter;
        this.xmitTimer = xmitTimer;
        validation = new CwndValidation(core);
        bursts = new Bursts(core);
    }

    /** Sends all that window, congestion and Nagle's rule let go now, and sets the timer for it (tcp_write_xmit). */
    public void push(Connection c, Rule why) {
        push(c, why, SendPolicy.of(c));
    }

    /** Sends what may go by another {@link SendPolicy} than the socket's. */
    public void push(Connection c, Rule why, int policy) {
        Sender sender = c.sender;
        PathMtuDiscovery.follow(core, c);
        if (sender.pending() == 0) {
            return; // nor is the window said to be full (tcp_push_pending_frames)
        }
        c.refreshedAt = core.now();
        core.statistics.limited(sender, Limit.BUSY);
        boolean sent = sendAll(c, why, policy, false);
        boolean waits = !sent && sender.pending() > 0 && sender.pacing.due == Timer.NEVER;
        if (waits && !sender.hasInFlight() && sender.timer.purpose == Purpose.NONE) {
            sender.timer.set(Purpose.WINDOW_PROBE, core.due(core.now() + sender.timeout()));
        }
    }

    /** Sends what windows let go whatever Nagle says; F-RTO needs to send something new. */
    public void pushNow(Connection c, Rule why) {
        sendAll(c, why, SendPolicy.PUSH, false);
    }

    /** One burst, of the only buffer there is, since that is full (tcp_push_one). */
    public void pushFirst(Connection c, Rule why) {
        PathMtuDiscovery.follow(core, c);
        if (c.sender.pending() > 0) {
            core.statistics.limited(c.sender, Limit.BUSY);
        }
        sendAll(c, why, SendPolicy.PUSH, true);
    }

    /** The program is about to write. */
    public void beforeWriting(Sender sender) {
        boolean idle = sender.unsent() < sender.mss() && !sender.isCwndFull();
        if (idle && sender.flight.lostOut() <= sender.flight.retransOut()) {
            sender.delivery.limitByProgram(
                    sender.flight.inNetwork()); // there was no more to send (tcp_rate_check_app_limited)
        }
    }

    /** What is written goes into a new buffer. */
    public void beginBuffer(Connection c) {
        c.sender.queue.begin();
        validation.restart(c);
    }

    /** The window is another, and something waits for it (tcp_ack_update_window). */
    public void windowChanged(Connection c) {
        if (c.sender.pending() > 0) {
            validation.restart(c);
        }
    }

    private boolean sendAll(Connection c, Rule why, int usual, boolean one) {
        Sender sender = c.sender;
        int policy = isUrgent(c) ? SendPolicy.PUSH : usual; // Nagle's rule is not for urgent data (tcp_nagle_test)
        int most = core.controls.burst(sender);
        int mss = c.currentMss(); // also if what takes room from data is told with the first of them
        int packets = one || c.path.search == null ? 0 : probeMtu(c, c.path.search);
        if (packets < 0) {
            return true;
        }
        int quota = quota(sender, mss, most);
        Verdict verdict = Verdict.SEND;
        while (quota > 0 && sender.pending() > 0 && core.controls.letsGo(sender)) {
            grow(sender, quota * mss);
            boolean several = sender.queue.head() > mss && sender.room() >= mss;
            verdict = several && !one ? bursts.judge(sender, most) : Verdict.SEND;
            int sent = verdict == Verdict.SEND ? sendBurst(c, burst(sender, mss, quota, policy), mss, why) : 0;
            packets += sent;
            quota = sent == 0 || one ? 0 : quota(sender, mss, most);
        }
        keepStatistics(sender, verdict);
        afterSending(c, packets, verdict == Verdict.WAIT_FOR_CWND || sender.isCwndFull());
        return packets > 0;
    }

    /** A segment that is larger than the others, to see whether it gets through; negative: one should go before all else. */
    private int probeMtu(Connection c, MtuSearch search) {
        int octets = MtuProbing.judge(core, c, search);
        if (octets <= 0 || core.outputBlocked) {
            return octets == MtuProbing.WAIT ? -1 : 0;
        }
        c.sender.queue.gather(octets);
        int packets = sendBurst(c, octets, octets, Rule.MTU_PROBED);
        MtuProbing.onSent(c, search, octets);
        return packets;
    }

    /** How many packets may go; a FIN may always, with less than a segment or alone, on an older kernel (tcp_cwnd_test). */
    private int quota(Sender sender, int mss, int most) {
        boolean free = !core.kernel.transfer.countsFin() && sender.isFinOfHead() && sender.queue.head() <= mss;
        return free && !sender.flight.isFull() ? 1 : Math.min(sender.cwndQuota(), most);
    }

    /** What leaves next may have so many octets. */
    private void grow(Sender sender, int octets) {
        if (core.kernel.transfer.growsBursts()) {
            sender.queue.grow(octets - sender.queue.head());
        }
    }

    private static boolean isUrgent(Connection c) {
        return c.urgent != null && c.urgent.isSending(c.sender.una());
    }

    private void keepStatistics(Sender sender, Verdict verdict) {
        if (verdict == Verdict.WAIT_FOR_WINDOW || isWindowFull(sender) && sender.cwndQuota() > 0) {
            core.statistics.limited(sender, Limit.WINDOW);
        } else {
            core.statistics.unlimited(sender, Limit.WINDOW, !sender.hasInFlight() && sender.pending() == 0);
        }
    }

    /** The peer's window has no room for the next segment (tcp_snd_wnd_test). */
    private static boolean isWindowFull(Sender sender) {
        return sender.pending() > 0 && Math.min(sender.headSize(), sender.mss()) > sender.room();
    }

    private void afterSending(Connection c, int packets, boolean cwndLimited) {
        Sender sender = c.sender;
        if (packets > 0 || cwndLimited) {
            validation.used(c, cwndLimited);
        }
        if (packets > 0) {
            PathMtuDiscovery.onSent(core, c);
            if (sender.congestion.state.shrinks()) {
                sender.recovery.prrOut += packets;
            }
            xmitTimer.scheduleProbe(c, false);
        }
    }

    /** Something is to be sent, and the peer's window has room for the next segment of it. */
    public boolean hasFitting(Connection c) {
        Sender sender = c.sender;
        int mss = c.currentMss();
        int next = sender.queue.head() > mss ? mss : sender.headSize();
        return sender.pending() > 0 && next <= sender.room() && !sender.flight.isFull();
    }

    /** One burst of new data, or one segment if there is no congestion window for it, whatever Nagle says. */
    public boolean sendProbe(Connection c, Rule why) {
        Sender sender = c.sender;
        int mss = c.currentMss();
        int segments = Math.max(1, Math.min(sender.cwndQuota(), core.controls.burst(sender)));
        grow(sender, segments * mss);
        int packets = sendBurst(c, burst(sender, mss, segments, SendPolicy.PUSH), mss, why);
        if (packets > 0) {
            validation.used(c, sender.isCwndFull());
        }
        if (sender.congestion.state.shrinks()) {
            sender.recovery.prrOut += packets;
        }
        return packets > 0;
    }

    /** The octets of up to so many segments of the next buffer; 0 if only the FIN may go; negative if nothing may. */
    private static int burst(Sender sender, int mss, int segments, int policy) {
        int head = sender.queue.head();
        int room = sender.room();
        boolean last = sender.queue.isHeadLast();
        if (head <= mss) {
            int size = sender.headSize();
            boolean held = last && head < mss && size == head && !SendPolicy.allowsPart(sender, policy);
            return size == 0 || size > room || held ? NOTHING : head;
        }
        if (room < mss) {
            return NOTHING; // less than a segment is only sent to probe the window (tcp_snd_wnd_test)
        }
        int most = mss * segments;
        int fitting = Math.min(head, room);
        if (most <= fitting || most <= room && !last) {
            return Math.min(head, most);
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
        if (core.outputBlocked) {
            localCongestion.on(sender);
            return 0;
        }
        int left = octets;
        int packets = 0;
        do {
            int length = Math.min(left, mss);
            left -= length;
            boolean end = length == sender.queue.head();
            int marks = end && sender.queue.isHeadPushed() ? Flight.PUSH : 0;
            marks |= end && sender.queue.isHeadEnd() ? Flight.END : 0;
            marks |= (end && sender.isFinOfHead() ? Flight.FIN : 0) | (packets > 0 ? Flight.JOINED : 0);
            send(c, length, mss, marks, left == 0 && octets > mss, length == 0 ? Rule.FIN_SENT : why);
            packets++;
        } while (left > 0);
        emitter.endBurst(c);
        if (c.writerWaits && core.kernel.tellsWriterBySending()) {
            SendBuffers.tellWriter(core, c); // less is unsent, and the congestion window is not full yet
        }
        return packets;
    }

    /** {@code push} is for this time only, that it is an end that was marked is remembered. */
    private void send(Connection c, int length, int mss, int marks, boolean push, Rule why) {
        Sender sender = c.sender;
        boolean first = sender.flight.isEmpty();
        boolean end = (marks & Flight.PUSH) != 0;
        int flags = ACK | (push || end ? PSH : 0) | ((marks & Flight.FIN) == 0 ? 0 : FIN);
        emitter.next(c, flags, length, (marks & Flight.JOINED) != 0, why);
        sender.queue.sent(length);
        sender.sent(length, mss, marks, core.now());
        if (first || sender.timer.purpose == Purpose.LOSS_PROBE) {
            xmitTimer.rearm(c);
        }
        core.count(Counter.TCPOrigDataSent); // a FIN alone, too (tcp_event_new_data_sent)
        if (length > 0) {
            c.receiver.acks.onDataSent(core.now());
        }
    }

    /** What a segment without data is numbered: within the peer's window, if that has shrunk (tcp_acceptable_seq). */
    private static int acceptable(Connection c) {
        Sender sender = c.sender;
        int beyond = sender.inFlight() - sender.window();
        ReceiveWindow own = c.receiver.window; // measured: not the peer's scale, whose rounding it is
        boolean rounding = own.scales() && beyond < 1 << own.scale();
        return beyond <= 0 || rounding ? sender.nxt() : sender.nxt() - beyond;
    }

    /** An ACK and nothing else, now. */
    public void ack(Connection c, Rule why) {
        emitter.bare(c, ACK, acceptable(c), why);
    }

    /** RST with ACK: the connection is torn down from this side. */
    public void reset(Connection c, Rule why) {
        emitter.bare(c, RST | ACK, acceptable(c), why);
    }

    /** A segment without data from before the window: the peer must answer it (tcp_xmit_probe_skb). */
    public void probe(Connection c, Rule why) {
        emitter.bare(c, ACK, c.sender.una() - 1, why);
    }

    /** The answer to a probe tells the window; one that nobody is left for is not waited for long (tcp_probe_timer). */
    public void probeWindow(Connection c, int retries) {
        Sender sender = c.sender;
        if (sender.pending() <= 0 || sender.hasInFlight()) {
            return;
        }
        if (sender.window() > 0 && !core.outputBlocked) {
            wakeUp(c);
            return;
        }
        LossTimer timer = sender.timer;
        timer.probingSince = Math.min(timer.probingSince, core.now());
        long end = c.patienceEnd(timer.probingSince);
        boolean forgotten =
                c.isOrphan() && sender.probeTimeout() >= sender.longestTimeout() && timer.backoff >= retries;
        if (timer.retransmits >= retries || forgotten || core.now() >= end) {
            core.count(Rule.WINDOW_PROBES_IN_VAIN);
            core.timeOut(c);
            return;
        }
        long next = RESOURCE_PROBE;
        if (core.outputBlocked) {
            localCongestion.on(sender);
            timer.retransmits++;
        } else {
            sendWindowProbe(c);
            next = sender.probeTimeout();
        }
        timer.set(Purpose.WINDOW_PROBE, core.due(core.kernel.patientUntil(core.now(), next, end)));
    }

    private void sendWindowProbe(Connection c) {
        if (c.urgent != null && c.urgent.isNear(c.sender.una())) {
            emitter.bare(c, ACK, c.sender.una(), Rule.WINDOW_PROBED); // it tells of the urgent octet
        }
        probe(c, Rule.WINDOW_PROBED);
        c.sender.timer.probed(core.sysctls.get(Sysctl.tcp_retries2));
    }

    /**
     * What was held back is sent as far as the window lets, and pushed, wherever that cuts it. Nagle's rule does not count
     * it among the small ones (tcp_write_wakeup).
     */
    private void wakeUp(Connection c) {
        Sender sender = c.sender;
        int mss = c.currentMss();
        int head = sender.queue.head();
        sender.queue.pushedTo(sender.nxt() + sender.headSize());
        boolean whole = sender.headSize() <= sender.window() && head <= mss;
        int length = whole ? head : Math.min(Math.min(head, mss), sender.window());
        sender.queue.markHead();
        sender.timer.opened();
        int marks = Flight.PUSH | (whole && sender.isFinOfHead() ? Flight.FIN : 0);
        marks |= whole && sender.queue.isHeadEnd() ? Flight.END : 0;
        send(c, length, /* mss= */ length, marks, false, length == 0 ? Rule.FIN_SENT : Rule.DATA_SENT);
        emitter.endBurst(c);
    }
}

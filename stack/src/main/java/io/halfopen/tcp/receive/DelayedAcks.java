package io.halfopen.tcp.receive;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;

/**
 * When to acknowledge: at once, or a little later in the hope that data will carry the ACK. RFC 9293 allows 500 ms and
 * asks for every second full segment. Linux answers the first segments of a connection at once ("quick ACKs", since the
 * peer is in slow start), becomes patient as soon as the connection looks like a conversation ("pingpong"), and learns
 * from the peer's rhythm how long it makes sense to wait ("ato").
 */
public final class DelayedAcks {
    public static final int MOST_QUICK_ACKS = 16;

    /** When data came last, if SYNs have crossed: Linux does not set it then. */
    public static final long LONG_AGO = Long.MIN_VALUE / 2;

    /** Linux's TCP_ATO_MIN and TCP_DELACK_MIN, ns: what the wait begins with. */
    private static final int LEAST_WAIT = 40_000_000;

    /** One tick of a kernel with HZ=250: what a FIN waits when no data ever came to learn from. */
    private static final long TICK = 4_000_000L;

    /** Linux's TCP_DELACK_MAX: what a handshake's last ACK may wait for the first data. */
    private static final long LONGEST_WAIT = 200_000_000L;

    /** The longest delay for a peer that neither pauses nor converses (HZ / 2 in tcp_send_delayed_ack). */
    private static final long LONGEST_OF_MANY = 500_000_000L;

    public static final int LEAST_SEGMENT = 88;
    private static final int FIRST_SEGMENT = 536;

    /** TCP_REMNANT: flags of a segment that may be smaller than others. */
    private static final int LAST_OF_SOMETHING = TcpHeader.FIN | TcpHeader.URG | TcpHeader.SYN | TcpHeader.PSH;

    /** icsk_ack.pending: an ACK is owed; small data came, and again; it is due now; there was no memory. */
    private static final int SCHEDULED = 1;

    private static final int PUSHED = 2;
    private static final int PUSHED_AGAIN = 4;
    private static final int NOW = 8;
    private static final int OUT_OF_MEMORY = 16;

    /** The time a delayed ACK is due, or {@link Timer#NEVER}. */
    public long due = Timer.NEVER;

    public final CompressedSacks sacks = new CompressedSacks();

    private byte pending;
    private byte quick;
    private short pingpong;

    /** How long a patient ACK waits, ns; 0 before the first data. */
    private int wait;

    private long lastData;
    private char segmentSize = FIRST_SEGMENT;
    private char lastSize;

    void reset() {
        due = Timer.NEVER;
        sacks.reset();
        pending = 0;
        quick = 0;
        pingpong = 0;
        wait = 0;
        segmentSize = FIRST_SEGMENT;
        lastSize = 0;
    }

    void keep(SavedState k) {
        pending = k.at(pending);
        quick = k.at(quick);
        pingpong = k.at(pingpong);
        wait = k.at(wait);
        lastData = k.time(lastData);
        segmentSize = k.at(segmentSize);
        lastSize = k.at(lastSize);
        sacks.keep(k);
    }

    /** The handshake is done, then: until data comes, full segments are guessed (tcp_initialize_rcv_mss). */
    public void start(int mss, int window, long time) {
        segmentSize = (char) Math.clamp(Math.min(mss, window / 2), LEAST_SEGMENT, FIRST_SEGMENT);
        lastData = time;
    }

    /** The size of the peer's full segments, as far as it was seen (rcv_mss). */
    public int segmentSize() {
        return segmentSize;
    }

    /** How long a patient ACK waits, ns. */
    public int patience() {
        return wait;
    }

    /** When data came last, or the handshake was done. */
    public long lastData() {
        return lastData;
    }

    boolean hasSeenData() {
        return wait != 0;
    }

    // ---- what comes in

    /** How long the peer's segments are (tcp_measure_rcv_mss); true if this one is longer than any. */
    public boolean measure(Segment segment, int mss, boolean timestamps) {
        int length = segment.segmentLength();
        int before = lastSize;
        lastSize = 0;
        if (length >= segmentSize) {
            boolean longer = length > segmentSize;
            segmentSize = (char) Math.min(length, mss);
            pending |= (byte) (segment.has(TcpHeader.PSH) ? PUSHED : 0);
            return longer;
        }
        int whole = length + segment.headerLength();
        boolean part = segment.has(LAST_OF_SOMETHING);
        if (whole >= FIRST_SEGMENT + TcpHeader.LENGTH || whole >= LEAST_SEGMENT + TcpHeader.LENGTH && !part) {
            // SACK blocks make a full segment shorter, by as much as they make its header longer.
            lastSize = (char) (whole - TcpHeader.LENGTH - (timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0));
            if (lastSize == before) {
                segmentSize = lastSize;
                return false;
            }
        }
        pending |= (byte) ((pending & PUSHED) != 0 ? PUSHED | PUSHED_AGAIN : PUSHED);
        return false;
    }

    /** Data came in order (tcp_event_data_recv). */
    public void onData(int window, long now, long timeout) {
        long pause = now - lastData;
        if (wait == 0) {
            hurry(window, MOST_QUICK_ACKS);
            wait = LEAST_WAIT;
        } else if (pause <= LEAST_WAIT / 2) {
            wait = (wait >> 1) + LEAST_WAIT / 2;
        } else if (pause < wait) {
            wait = (int) Math.min((wait >> 1) + pause, timeout);
        } else if (pause > timeout) {
            // After a silence the peer starts slowly again and needs every ACK it can get.
            hurry(window, MOST_QUICK_ACKS);
        }
        lastData = now;
    }

    /** An ACK is owed (inet_csk_schedule_ack). */
    public void schedule() {
        pending |= SCHEDULED;
    }

    /** A gap is filled, or whatever else the peer is waiting to hear of (RFC 5681, section 4.2). */
    public void atOnce() {
        pending |= NOW;
    }

    /** Something is wrong that the peer must know of now: a repetition, a probe (tcp_enter_quickack_mode). */
    public void demand(int window, int most) {
        hurry(window, most);
        pingpong = 0;
        wait = LEAST_WAIT;
    }

    /** A segment could not be taken in, so the window is to be closed. */
    public void refuseForMemory() {
        pending |= SCHEDULED | NOW | OUT_OF_MEMORY;
    }

    private void hurry(int window, int most) {
        int windows = window / (2 * segmentSize);
        quick = (byte) Math.max(quick, Math.min(windows == 0 ? 2 : windows, most));
    }

    /** The window grew: the peer should hear of it. */
    public void onGrowth() {
        quick |= 1;
    }

    /** There is little room: no reason to make the peer hurry. */
    public void becomePatient() {
        quick = 0;
    }

    // ---- what goes out

    /** We send data soon after the peer did: its next ACK can ride on ours (tcp_event_data_sent). */
    public void onDataSent(long now) {
        if (now - lastData < wait && pingpong < 255) {
            pingpong++;
        }
    }

    /**
     * Data of ours is likely to carry the ACK: after the peer's FIN, or TCP_QUICKACK 0
     * (inet_csk_enter_pingpong_mode).
     */
    public void expectAnswers(Host host) {
        pingpong = (short) host.sysctls.get(Sysctl.tcp_pingpong_thresh);
    }

    public void expectNoAnswers() {
        pingpong = 0;
    }

    public boolean expectsAnswers(Host host) {
        return pingpong >= host.sysctls.get(Sysctl.tcp_pingpong_thresh);
    }

    /** An ACK leaves, alone or with data (tcp_event_ack_sent). */
    void onAckSent(Host host) {
        sacks.onAckSent(host);
        if (quick > 0 && isScheduled()) {
            quick--;
            wait = quick == 0 ? LEAST_WAIT : wait;
        }
        pending = 0;
        due = Timer.NEVER;
    }

    // ---- when

    public boolean isScheduled() {
        return (pending & SCHEDULED) != 0;
    }

    boolean isOutOfMemory() {
        return (pending & OUT_OF_MEMORY) != 0;
    }

    /** Whether each segment is acknowledged at once for now, or this one must be. */
    public boolean isHurried(Host host) {
        return quick > 0 && !expectsAnswers(host) || (pending & NOW) != 0;
    }

    /** The process has read everything, and small data was part of it: likely it is all for now (__tcp_cleanup_rbuf). */
    public boolean isPushed(Host host) {
        return (pending & PUSHED_AGAIN) != 0 || (pending & PUSHED) != 0 && !expectsAnswers(host);
    }

    /** TCP_QUICKACK found that an ACK is owed. */
    public void push() {
        pending |= PUSHED;
    }

    /**
     * Delays the ACK (tcp_send_delayed_ack); true if it has waited so long already that there is no point. The peer's timeouts
     * are thought to be no shorter than {@code shortest}, as ours are.
     */
    public boolean delay(Host host, long smoothed, long shortest) {
        long patience = Math.min(bounded(host, smoothed), longestDelay(shortest));
        if (due != Timer.NEVER && due <= host.now() + (patience >> 2)) {
            return true;
        }
        pending |= SCHEDULED;
        due = Math.min(due, host.due(host.now() + Math.max(patience, TICK)));
        return false;
    }

    /** A tick less than the peer's least retransmission timeout (tcp_delack_max). */
    private static long longestDelay(long shortest) {
        long ticks = (shortest + TICK - 1) / TICK;
        return Math.min(LONGEST_WAIT, (Math.max(ticks, 2) - 1) * TICK);
    }

    /** Not longer than a round trip. */
    private long bounded(Host host, long smoothed) {
        if (wait <= LEAST_WAIT) {
            return wait;
        }
        boolean ends = expectsAnswers(host) || (pending & PUSHED) != 0;
        long most = ends ? LONGEST_WAIT : LONGEST_OF_MANY;
        long longest = smoothed == 0 ? most : Math.min(most, Math.max(smoothed, LEAST_WAIT));
        return Math.min(wait, longest);
    }

    /** TCP_DEFER_ACCEPT of a client, or TCP_QUICKACK 0: the ACK that ends its handshake rides on its data, if that comes. */
    public void leaveToData(Host host, int window) {
        pending |= SCHEDULED;
        demand(window, MOST_QUICK_ACKS);
        due = host.due(host.now() + LONGEST_WAIT);
    }

    /** The timer fired (tcp_delack_timer_handler): nothing came to ride on, so more patience, or none. True for an ACK. */
    public boolean expire(Host host, long timeout) {
        due = Timer.NEVER;
        if (!isScheduled()) {
            return false;
        }
        if (expectsAnswers(host)) {
            pingpong = 0;
            wait = LEAST_WAIT;
        } else {
            wait = (int) Math.min(2L * wait, Math.min(timeout, Integer.MAX_VALUE));
        }
        return true;
    }
}

package io.halfopen.tcp;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctls;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/**
 * The half of a connection that sends: what is unacknowledged, what may be sent. It only keeps state and answers
 * questions; {@link Transmission} and {@link Retransmission} act.
 *
 * <pre>
 *        una                     nxt                    end
 *   ------|-----------------------|----------------------|---------
 *         |  sent: the flight     |  written, not sent   |  room
 *         |<-------------- ring.length() --------------->|
 *                                     una + wnd limits nxt
 * </pre>
 */
final class Sender {
    final ByteRing ring;
    final RoundTrip roundTrip = new RoundTrip();
    final CongestionWindow congestion = new CongestionWindow();
    CongestionControl control = Reno.INSTANCE;
    final Pacing pacing = new Pacing();
    final LossTimer timer = new LossTimer();
    final Flight flight;
    final Recovery recovery = new Recovery();

    /** What is only counted; null before data is sent. */
    @Nullable
    SendStatistics statistics;

    /** All segments, those without data included (segs_out). */
    int segments;

    /** SYN or SYN-ACK were not answered in time, and not in vain as it seems (undo_marker during the handshake). */
    boolean synTimedOut;

    /** When the last ACK came that was not overtaken, ns (rcv_tstamp). */
    long answeredAt;

    final Delivery delivery = new Delivery();

    private int iss;
    private int una;
    private int nxt;
    private int wnd;
    private int greatestWnd;
    private int windowSeq;
    private byte windowScale;
    private int mss;
    private long acknowledged;

    /** The FIN is the last thing to be sent: shutdown() or close() was called. */
    private boolean finQueued;

    private boolean finAcknowledged;

    /** When anything was sent last, ns (tcp_wstamp_ns). */
    long transmittedAt;

    /** What was written last came with MSG_MORE, so its end has no PSH. */
    boolean moreToCome;

    /** Octets, as Linux counts: SO_SNDBUF, or what was needed so far (sk_sndbuf). */
    int sendBuffer;
    /** The end of the last segment that was smaller than the MSS (Minshall's variant of Nagle's rule). */
    private int smallEnd;

    /** When the SYN was sent, if only once, ns; else {@link Timer#NEVER}. */
    private long synAt = Timer.NEVER;

    Sender(Core core) {
        ring = new ByteRing(core.buffers);
        flight = new Flight(core.flights);
        recovery.reset();
    }

    void reset() {
        ring.clear();
        roundTrip.reset();
        timer.reset();
        control = Reno.INSTANCE;
        pacing.reset();
        finQueued = false;
        finAcknowledged = false;
        moreToCome = false;
        flight.reset();
        recovery.reset();
        synAt = Timer.NEVER;
        segments = 0;
        synTimedOut = false;
        statistics = null;
        delivery.reset();
        wnd = 0;
        mss = 0;
        greatestWnd = 0;
        windowScale = 0;
        acknowledged = 0;
    }

    /** All that it knows while nothing is in flight and nothing is to be sent. */
    void keep(Kept k) {
        una = k.base(una);
        iss = k.seq(iss);
        nxt = k.seq(nxt);
        windowSeq = k.seq(windowSeq);
        smallEnd = k.seq(smallEnd);
        wnd = k.at(wnd);
        greatestWnd = k.at(greatestWnd);
        windowScale = k.at(windowScale);
        mss = k.at(mss);
        acknowledged = k.at(acknowledged);
        sendBuffer = k.at(sendBuffer);
        moreToCome = k.at(moreToCome);
        segments = k.at(segments);
        synTimedOut = k.at(synTimedOut);
        answeredAt = k.time(answeredAt);
        transmittedAt = k.time(transmittedAt);
        synAt = k.time(synAt);
        roundTrip.keep(k);
        congestion.keep(k);
        control.keep(k);
        pacing.keep(k);
        timer.keep(k);
        recovery.keep(k);
        delivery.keep(k);
        ring.keep(k);
    }

    void start(int iss) {
        this.iss = iss;
        una = iss;
        nxt = iss;
        smallEnd = iss;
    }

    /** The SYN is out, which takes one sequence number, and so many octets of data with it. */
    void synSent(long now, int data) {
        nxt = iss + 1 + data;
        synAt = now;
        if (data > 0) {
            int slot = flight.add(iss + 1, nxt, Flight.PUSH, now);
            delivery.note(flight.slots(), slot, true, now);
        }
    }

    /** The handshake is done; {@code window} is the peer's, unscaled as SYNs have it or scaled as ACKs do. */
    void established(Sysctls sysctls, int ack, int window, int seq, int mss, int windowScale) {
        una = ack;
        nxt = SeqNumber.max(nxt, ack);
        smallEnd = ack;
        this.mss = mss;
        this.windowScale = (byte) windowScale;
        wnd = window;
        greatestWnd = window;
        windowSeq = seq;
        congestion.start();
        recovery.start(sysctls, ack);
        delivery.start();
    }

    /** The same of what this end opened: the ACK is of the SYN and perhaps of data that went with it. */
    void opened(Sysctls sysctls, int ack, int window, int seq, int mss, int windowScale) {
        int synEnd = iss + 1;
        established(sysctls, synEnd, window, seq, mss, windowScale);
        acknowledged = 1;
        if (SeqNumber.after(ack, synEnd)) {
            acknowledge(ack);
            delivery.delivered += flight.acknowledged(ack);
        }
    }

    /** The peer's SYN is here and ours is not acknowledged: what it says of window and segments. */
    void crossed(int window, int seq, int mss, int windowScale) {
        this.mss = mss;
        this.windowScale = (byte) windowScale;
        wnd = window;
        greatestWnd = window;
        windowSeq = seq;
    }

    int iss() {
        return iss;
    }

    int una() {
        return una;
    }

    int nxt() {
        return nxt;
    }

    int mss() {
        return mss;
    }

    /** Segments have so many octets of data from now on; what is in flight keeps its size until it is sent again. */
    void resize(int mss) {
        this.mss = mss;
    }

    int inFlight() {
        return nxt - una;
    }

    /** How many packets may go: half a window at a time, so that two bursts are under way (tcp_cwnd_test). */
    int cwndQuota() {
        int room = Math.min(congestion.cwnd - flight.inNetwork(), FlightSlots.MOST - flight.packets());
        return Math.max(0, Math.min(room, Math.max(congestion.cwnd >> 1, 1)));
    }

    /** The congestion window lets nothing more go, whatever the peer's window. */
    boolean isCwndFull() {
        return flight.inNetwork() >= congestion.cwnd;
    }

    boolean hasInFlight() {
        return nxt != una;
    }

    /** The sequence number after the last octet written, the FIN not counted. */
    int dataEnd() {
        return una + ring.length();
    }

    boolean finQueued() {
        return finQueued;
    }

    void queueFin() {
        finQueued = true;
    }

    boolean isFinAcknowledged() {
        return finAcknowledged;
    }

    /** Octets that were written but are not in flight. */
    int unsent() {
        return dataEnd() - nxt;
    }

    /** The same and the FIN, which takes its one place in the window, too. */
    int pending() {
        return unsent() + (finToSend() ? 1 : 0);
    }

    boolean finToSend() {
        return finQueued && !finAcknowledged && SeqNumber.upTo(nxt, dataEnd());
    }

    /** Octets written and not acknowledged. */
    int queued() {
        return ring.length();
    }

    /** What ss shows as Send-Q: a FIN in flight counts one. */
    int unacknowledged() {
        return ring.length() + (finQueued && !finAcknowledged ? 1 : 0);
    }

    void append(byte[] source, int offset, int count) {
        if (count > 0) {
            ring.append(source, offset, count);
        }
    }

    void copyTo(int position, byte[] target, int offset, int count) {
        ring.copyTo(position, target, offset, count);
    }

    /** The peer's window beyond una, octets. */
    int window() {
        return wnd;
    }

    int windowScale() {
        return windowScale;
    }

    /** Octets that were acknowledged so far; a SYN of ours is one of them (tcpi_bytes_acked). */
    long acknowledged() {
        return acknowledged;
    }

    int greatestWindow() {
        return greatestWnd;
    }

    /** What the peer's window allows beyond nxt, octets; may be negative. */
    int room() {
        return wnd - inFlight();
    }

    /** RFC 9293, section 3.10.7.4: only a newer segment may change the window (tcp_may_update_window). */
    boolean mayUpdateWindow(Segment segment) {
        int offered = segment.window() << windowScale;
        return SeqNumber.after(segment.ack(), una)
                || SeqNumber.after(segment.seq(), windowSeq)
                || segment.seq() == windowSeq && (offered > wnd || offered == 0);
    }

    /** Returns whether the segment was one that may change it. */
    boolean updateWindow(Segment segment) {
        if (!mayUpdateWindow(segment)) {
            return false;
        }
        int offered = segment.window() << windowScale;
        windowSeq = segment.seq();
        wnd = offered;
        greatestWnd = Math.max(greatestWnd, offered);
        return true;
    }

    /** Nothing of a small segment is unacknowledged, so another may go (RFC 9293, section 3.7.4). */
    boolean nagleAllows() {
        return !SeqNumber.after(smallEnd, una);
    }

    /** A new packet leaves now, when {@code mss} octets would have been a full one. */
    void sent(int length, int mss, int flags, long now) {
        int end = nxt + length + ((flags & Flight.FIN) == 0 ? 0 : 1);
        noteSending(length, now);
        if (length > 0 && length < mss) {
            smallEnd = end;
        }
        boolean first = flight.isEmpty();
        int slot = flight.add(nxt, end, delivery.appLimited == 0 ? flags : flags | Flight.APP_LIMITED, now);
        delivery.note(flight.slots(), slot, first, now);
        nxt = end;
    }

    /** One of the flight leaves again, for the first time or not. */
    void sentAgain(int slot, long now) {
        noteSending(flight.length(slot), now);
        flight.sentAgain(slot, now);
        delivery.note(flight.slots(), slot, false, now);
    }

    /** tcp_event_data_sent. */
    private void noteSending(int length, long now) {
        pacing.sent(length);
        if (length > 0) {
            if (flight.inNetwork() == 0) {
                control.onTransmitStart(this, now);
            }
            congestion.lastSentAt = now;
        }
    }

    /** How long ago the SYN was sent, ns, or -1 if that was more than once. */
    long timedSyn(long now) {
        return synAt == Timer.NEVER ? -1 : now - synAt;
    }

    void stopTiming() {
        synAt = Timer.NEVER;
    }

    /** The round trip of the handshake, ns. */
    void timedHandshake(long rtt, int seq, Core core) {
        roundTrip.sample(rtt, seq, seq);
        roundTrip.sampleLeast(rtt, core.now(), core.leastRoundTripWindow());
    }

    /** Takes what was acknowledged out of the ring; returns the octets and FIN that this was. */
    int acknowledge(int ack) {
        int count = ack - una;
        acknowledged += count;
        int data = Math.min(count, ring.length());
        finAcknowledged |= finQueued && count > data;
        ring.discard(data, false);
        una = ack;
        nxt = SeqNumber.max(nxt, ack);
        return count;
    }

    /** The timeout as it stands, backed off, ns. */
    long timeout() {
        return Math.min(roundTrip.timeout() << Math.min(timer.backoff, 16), Kernel.RTO_MAX);
    }
}

package io.halfopen.tcp.send;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctls;
import io.halfopen.tcp.host.ByteRing;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/**
 * The half of a connection that sends: what is unacknowledged, what may be sent. It only keeps state and answers
 * questions; {@code Transmission} and {@code Retransmission} act.
 *
 * <pre>{@code
 *        una                     nxt                    end
 *   ------|-----------------------|----------------------|---------
 *         |  sent: the flight     |  written, not sent   |  room
 *         |<-------------- ring.length() --------------->|
 *                                     una + wnd limits nxt
 * }</pre>
 */
public final class Sender {
    private static final int NANOS_PER_MILLI = 1_000_000;

    public final ByteRing ring;
    public final WriteQueue queue = new WriteQueue();
    public final SegmentSize size = new SegmentSize();
    public final RoundTrip roundTrip = new RoundTrip();
    public final CongestionWindow congestion = new CongestionWindow();
    public CongestionControl control;
    public final Pacing pacing = new Pacing();
    public final LossTimer timer = new LossTimer();
    public final Flight flight;
    public final Recovery recovery = new Recovery();

    /** What is only counted; null before data is sent. */
    @Nullable
    public SendStatistics statistics;

    /** What the program wants to be told of what it sends; null until it does. */
    @Nullable
    public SendNotices notices;

    /** All segments, those without data included (segs_out). */
    public int segments;

    /** SYN or SYN-ACK were not answered in time, and not in vain as it seems (undo_marker during the handshake). */
    public boolean synTimedOut;

    /** When the last ACK came that was not overtaken, ns (rcv_tstamp). */
    public long answeredAt;

    /** No timeout is longer, ms (TCP_RTO_MAX_MS). */
    private int longestMillis = (int) (Kernel.RTO_MAX / NANOS_PER_MILLI);

    public final Delivery delivery = new Delivery();

    private int iss;
    private int una;
    private int nxt;
    private int wnd;
    private int windowSeq;
    private byte windowScale;
    private long acknowledged;

    /** The FIN is the last thing to be sent: shutdown() or close() was called. */
    private boolean finQueued;

    private boolean finAcknowledged;

    /** What was still to be sent when it ended, octets. */
    private int abandoned;

    /** When anything was sent last, ns (tcp_wstamp_ns). */
    public long transmittedAt;

    /** Octets, as Linux counts: SO_SNDBUF, or what was needed so far (sk_sndbuf). */
    public int sendBuffer;
    /** The end of the last segment that was smaller than the MSS (Minshall's variant of Nagle's rule). */
    private int smallEnd;

    /** When the SYN was sent, if only once, ns; else {@link Timer#NEVER}. */
    private long synAt = Timer.NEVER;

    public Sender(Host host, FlightSlots.Pool flights, CongestionControl control) {
        this.control = control;
        ring = new ByteRing(host.buffers);
        flight = new Flight(flights);
        recovery.reset();
    }

    public void reset() {
        ring.clear();
        queue.clear();
        roundTrip.reset();
        timer.reset();
        pacing.reset();
        finQueued = false;
        finAcknowledged = false;
        abandoned = 0;
        flight.reset();
        recovery.reset();
        synAt = Timer.NEVER;
        segments = 0;
        synTimedOut = false;
        statistics = null;
        notices = null;
        delivery.reset();
        wnd = 0;
        size.reset();
        windowScale = 0;
        acknowledged = 0;
    }

    /** All that it knows while nothing is in flight and nothing is to be sent. */
    public void keep(SavedState k) {
        una = k.base(una);
        iss = k.seq(iss);
        nxt = k.seq(nxt);
        windowSeq = k.seq(windowSeq);
        smallEnd = k.seq(smallEnd);
        wnd = k.at(wnd);
        size.keep(k);
        windowScale = k.at(windowScale);
        acknowledged = k.at(acknowledged);
        sendBuffer = k.at(sendBuffer);
        longestMillis = k.at(longestMillis);
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
        queue.keep(k);
        delivery.keep(k);
        ring.keep(k);
    }

    public void start(int iss) {
        this.iss = iss;
        una = iss;
        nxt = iss;
        smallEnd = iss;
        queue.start(iss + 1);
    }

    /** The SYN is out, which takes one sequence number, and so many octets of data with it. */
    public void synSent(long now, int data) {
        nxt = iss + 1 + data;
        queue.start(nxt);
        synAt = now;
        if (data > 0) {
            int slot = flight.add(iss + 1, nxt, Flight.PUSH, now);
            delivery.note(flight.slots(), slot, true, now);
        }
    }

    /** The handshake is done; {@code window} is the peer's, unscaled as SYNs have it or scaled as ACKs do. */
    public void established(Sysctls sysctls, int ack, int window, int seq, int mss, int windowScale) {
        una = ack;
        nxt = SeqNumber.max(nxt, ack);
        smallEnd = ack;
        this.windowScale = (byte) windowScale;
        wnd = window;
        windowSeq = seq;
        size.resize(mss);
        size.onWindow(window);
        congestion.start();
        recovery.start(sysctls, ack);
        delivery.start();
    }

    /**
     * A connection that this end opened is established: the ACK is of the SYN and perhaps of data that went with it.
     */
    public void opened(Sysctls sysctls, int ack, int window, int seq, int mss, int windowScale) {
        int synEnd = iss + 1;
        established(sysctls, synEnd, window, seq, mss, windowScale);
        acknowledged = 1;
        if (SeqNumber.after(ack, synEnd)) {
            acknowledge(ack);
            delivery.delivered += flight.acknowledged(ack);
        }
    }

    /** The peer's SYN is here and ours is not acknowledged: what it says of window and segments. */
    public void crossed(int window, int seq, int mss, int windowScale) {
        this.windowScale = (byte) windowScale;
        wnd = window;
        windowSeq = seq;
        size.resize(mss);
        size.onWindow(window);
    }

    /** Its window came with a Fast Open SYN, and so unscaled; only the size of segments was taken from the other number. */
    public void unscale() {
        wnd >>>= windowScale;
        size.correct(wnd);
    }

    /** For a program that has just asked. */
    public SendNotices notices() {
        SendNotices made = notices == null ? new SendNotices() : notices;
        notices = made;
        return made;
    }

    public int iss() {
        return iss;
    }

    public int una() {
        return una;
    }

    public int nxt() {
        return nxt;
    }

    public int mss() {
        return size.mss();
    }

    public int inFlight() {
        return nxt - una;
    }

    /** How many packets may go: half a window at a time, so that two bursts are under way (tcp_cwnd_test). */
    public int cwndQuota() {
        int room = Math.min(congestion.cwnd - flight.inNetwork(), FlightSlots.MOST - flight.packets());
        return Math.max(0, Math.min(room, Math.max(congestion.cwnd >> 1, 1)));
    }

    /** The congestion window lets nothing more go, whatever the peer's window. */
    public boolean isCwndFull() {
        return flight.inNetwork() >= congestion.cwnd;
    }

    public boolean hasInFlight() {
        return nxt != una;
    }

    /** The sequence number after the last octet written, the FIN not counted. */
    public int dataEnd() {
        return una + ring.length();
    }

    public boolean finQueued() {
        return finQueued;
    }

    public void queueFin() {
        finQueued = true;
    }

    public boolean isFinAcknowledged() {
        return finAcknowledged;
    }

    /** Octets that were written but are not in flight. */
    public int unsent() {
        return dataEnd() - nxt;
    }

    /** What is unsent, and the FIN, which takes its one place in the window, too. */
    public int pending() {
        return unsent() + (finToSend() ? 1 : 0);
    }

    /** It is over; what was not sent is only counted. */
    public void abandon() {
        abandoned = Math.max(0, pending());
    }

    /** What has not been sent, or never was (tcpi_notsent_bytes). */
    public int notSent() {
        return Math.max(abandoned, pending());
    }

    boolean finToSend() {
        return finQueued && !finAcknowledged && SeqNumber.upTo(nxt, dataEnd());
    }

    /** The octets of the next buffer, and the FIN if it goes with it. */
    public int headSize() {
        return queue.head() + (isFinOfHead() ? 1 : 0);
    }

    /** The FIN is the end of the next buffer, or is all there is. */
    public boolean isFinOfHead() {
        return queue.isHeadLast() && finToSend();
    }

    /** Octets written and not acknowledged. */
    public int queued() {
        return ring.length();
    }

    /** What ss shows as Send-Q: a FIN in flight counts one. */
    public int unacknowledged() {
        return ring.length() + (finQueued && !finAcknowledged ? 1 : 0);
    }

    public void append(byte[] source, int offset, int count) {
        if (count > 0) {
            ring.append(source, offset, count);
        }
    }

    public void copyTo(int position, byte[] target, int offset, int count) {
        ring.copyTo(position, target, offset, count);
    }

    /** The peer's window beyond una, octets. */
    public int window() {
        return wnd;
    }

    public int windowScale() {
        return windowScale;
    }

    /** Octets that were acknowledged so far; a SYN of ours is one of them (tcpi_bytes_acked). */
    public long acknowledged() {
        return acknowledged;
    }

    public int greatestWindow() {
        return size.greatestWindow();
    }

    /** What the peer's window allows beyond nxt, octets; may be negative. */
    public int room() {
        return wnd - inFlight();
    }

    /** RFC 9293, section 3.10.7.4: only a newer segment may change the window (tcp_may_update_window). */
    public boolean mayUpdateWindow(Segment segment, Kernel kernel) {
        int offered = segment.window() << windowScale;
        return SeqNumber.after(segment.ack(), una)
                || SeqNumber.after(segment.seq(), windowSeq)
                || segment.seq() == windowSeq && (offered > wnd || offered == 0 && kernel.takesZeroWindow());
    }

    /** Returns whether the segment was one that may change it. */
    public boolean updateWindow(Segment segment, Kernel kernel) {
        if (!mayUpdateWindow(segment, kernel)) {
            return false;
        }
        int offered = segment.window() << windowScale;
        windowSeq = segment.seq();
        wnd = offered;
        size.onWindow(offered);
        return true;
    }

    /** Nothing of a small segment is unacknowledged, so another may go (RFC 9293, section 3.7.4). */
    public boolean nagleAllows() {
        return !SeqNumber.after(smallEnd, una);
    }

    /** A new packet leaves now, when {@code mss} octets would have been a full one. */
    public void sent(int length, int mss, int flags, long now) {
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
    public void sentAgain(int slot, long now) {
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
    public long timedSyn(long now) {
        return synAt == Timer.NEVER ? -1 : now - synAt;
    }

    /** The SYN goes out again as SYN-ACK, for another reason than that nobody answered it. */
    public void retimeSyn(long now) {
        synAt = synAt == Timer.NEVER ? Timer.NEVER : now;
    }

    public void stopTiming() {
        synAt = Timer.NEVER;
    }

    /** The round trip of the handshake, ns. */
    public void timedHandshake(long rtt, int seq, Host host) {
        roundTrip.sample(rtt, seq, seq);
        roundTrip.sampleLeast(rtt, host.now(), host.leastRoundTripWindow());
    }

    /** Takes what was acknowledged out of the ring; returns the octets and FIN that this was. */
    public int acknowledge(int ack) {
        int count = ack - una;
        acknowledged += count;
        int data = Math.min(count, ring.length());
        finAcknowledged |= finQueued && count > data;
        ring.discard(data, false);
        una = ack;
        nxt = SeqNumber.max(nxt, ack);
        return count;
    }

    /** The least that the timeout is beyond the round trip, ns, and the most that it is, ms. */
    public void bound(long shortest, int longest) {
        roundTrip.setShortest(shortest);
        bound(longest);
    }

    /** The most that the timeout is, ms. */
    public void bound(int longest) {
        longestMillis = longest;
    }

    /** No timeout is longer, ns. */
    public long longestTimeout() {
        return (long) longestMillis * NANOS_PER_MILLI;
    }

    /** The timeout as it stands, backed off, ns (icsk_rto). */
    public long timeout() {
        return Math.min(roundTrip.timeout() << Math.min(timer.doublings, 16), longestTimeout());
    }

    /** How long a probe of the window is waited for, which probes double and the timeout does not know of (tcp_probe0_when). */
    public long probeTimeout() {
        return Math.min(timeout() << Math.min(timer.backoff, LossTimer.MOST_PROBE_DOUBLINGS), longestTimeout());
    }
}

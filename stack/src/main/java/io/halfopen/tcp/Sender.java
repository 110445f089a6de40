package io.halfopen.tcp;

import io.halfopen.linux.Kernel;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/**
 * The half of a connection that sends: what is unacknowledged, what may be sent, when to send it again. It only keeps
 * state and answers questions; {@link Transmission} acts.
 *
 * <pre>
 *        una              nxt            max                    end
 *   ------|----------------|--------------|----------------------|---------
 *         |  in flight     | to be resent |  written, not sent   |  room
 *         |<------------------- ring.length() ------------------>|
 *                                                 una + wnd limits nxt
 * </pre>
 *
 * After a timeout {@code nxt} goes back to {@code una}; {@code max} is the highest that was ever sent.
 */
final class Sender {
    private final ByteRing ring;
    final RoundTrip roundTrip = new RoundTrip();
    final CongestionWindow congestion = new CongestionWindow();
    CongestionControl control = Reno.INSTANCE;
    final LossTimer timer = new LossTimer();

    private int iss;
    private int una;
    private int nxt;
    private int max;
    private int wnd;
    private int greatestWnd;
    private int windowSeq;
    private byte windowScale;
    private int mss;
    private long acknowledged;

    /** The FIN is the last thing to be sent: shutdown() or close() was called. */
    private boolean finQueued;

    private boolean finAcknowledged;

    /** The end of the last segment that was smaller than the MSS (Minshall's variant of Nagle's rule). */
    private int smallEnd;

    private boolean timing;
    private int timedEnd;
    private long timedAt;

    private int duplicateAcks;
    private boolean recovering;
    private int recoveryEnd;

    Sender(BufferPool pool) {
        ring = new ByteRing(pool);
    }

    void reset() {
        ring.clear();
        roundTrip.reset();
        timer.reset();
        finQueued = false;
        finAcknowledged = false;
        timing = false;
        duplicateAcks = 0;
        recovering = false;
        wnd = 0;
        greatestWnd = 0;
        windowScale = 0;
        acknowledged = 0;
    }

    void start(int iss) {
        this.iss = iss;
        una = iss;
        nxt = iss;
        max = iss;
        smallEnd = iss;
    }

    /** The SYN is out, which takes one sequence number, and so many octets of data with it. */
    void synSent(long now, int data) {
        nxt = iss + 1 + data;
        max = nxt;
        timing = true;
        timedEnd = iss + 1;
        timedAt = now;
    }

    /** The handshake is done; {@code window} is the peer's, unscaled as SYNs have it or scaled as ACKs do. */
    void established(int ack, int window, int seq, int mss, int windowScale) {
        una = ack;
        nxt = SeqNumber.max(nxt, ack);
        max = SeqNumber.max(max, ack);
        smallEnd = ack;
        this.mss = mss;
        this.windowScale = (byte) windowScale;
        wnd = window;
        greatestWnd = window;
        windowSeq = seq;
        congestion.start();
    }

    /** The same of what this end opened: the ACK is of the SYN and perhaps of data that went with it. */
    void opened(int ack, int window, int seq, int mss, int windowScale) {
        int synEnd = iss + 1;
        established(synEnd, window, seq, mss, windowScale);
        acknowledged = 1;
        if (SeqNumber.after(ack, synEnd)) {
            acknowledge(ack);
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

    int max() {
        return max;
    }

    int mss() {
        return mss;
    }

    int inFlight() {
        return nxt - una;
    }

    /** The same, in segments. */
    int packetsInFlight() {
        return packets(inFlight());
    }

    /** How many segments carry so many octets at least. */
    int packets(int octets) {
        return (octets + mss - 1) / Math.max(1, mss);
    }

    /** The congestion window lets nothing more go, whatever the peer's window. */
    boolean isCwndFull() {
        return packetsInFlight() >= congestion.cwnd;
    }

    boolean hasInFlight() {
        return max != una;
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

    /** What window and congestion allow beyond nxt; may be negative. */
    int allowance() {
        return (int) Math.min(wnd, (long) congestion.cwnd * mss) - inFlight();
    }

    /** RFC 9293, section 3.10.7.4: only a newer segment may change the window (tcp_may_update_window). */
    boolean mayUpdateWindow(Segment segment) {
        int offered = segment.window() << windowScale;
        return SeqNumber.after(segment.ack(), una)
                || SeqNumber.after(segment.seq(), windowSeq)
                || segment.seq() == windowSeq && (offered > wnd || offered == 0);
    }

    /** Returns whether it has changed. */
    boolean updateWindow(Segment segment) {
        if (!mayUpdateWindow(segment)) {
            return false;
        }
        int offered = segment.window() << windowScale;
        windowSeq = segment.seq();
        boolean changed = offered != wnd;
        wnd = offered;
        greatestWnd = Math.max(greatestWnd, offered);
        return changed;
    }

    /** Nothing of a small segment is unacknowledged, so another may go (RFC 9293, section 3.7.4). */
    boolean nagleAllows() {
        return !SeqNumber.after(smallEnd, una);
    }

    /** A segment has left. */
    void sent(int seq, int length, boolean fin, long now) {
        int end = seq + length + (fin ? 1 : 0);
        if (length > 0 && length < mss) {
            smallEnd = end;
        }
        boolean fresh = !SeqNumber.before(seq, max);
        if (fresh && !timing) {
            timing = true;
            timedEnd = end;
            timedAt = now;
        } else if (!fresh) {
            timing = false; // Karn: an ACK of a repetition times nothing
        }
        nxt = SeqNumber.max(nxt, end);
        max = SeqNumber.max(max, end);
    }

    /** Everything from una on is to be sent again. */
    void goBack() {
        nxt = una;
        timing = false;
        recovering = false;
        duplicateAcks = 0;
    }

    /** Time of the round trip that this ACK ends, ns, or -1 if none was being timed. */
    long timed(int ack, long now) {
        if (!timing || SeqNumber.before(ack, timedEnd)) {
            return -1;
        }
        timing = false;
        return now - timedAt;
    }

    void stopTiming() {
        timing = false;
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

    void clear() {
        ring.clear();
    }

    int duplicateAck() {
        return ++duplicateAcks;
    }

    void noDuplicate() {
        duplicateAcks = 0;
    }

    boolean isRecovering() {
        return recovering;
    }

    void startRecovery() {
        recovering = true;
        recoveryEnd = max;
    }

    boolean endsRecovery(int ack) {
        if (recovering && !SeqNumber.before(ack, recoveryEnd)) {
            recovering = false;
            return true;
        }
        return false;
    }

    /** The timeout as it stands, backed off, ns. */
    long timeout() {
        return Math.min(roundTrip.timeout() << Math.min(timer.backoff, 16), Kernel.RTO_MAX);
    }
}

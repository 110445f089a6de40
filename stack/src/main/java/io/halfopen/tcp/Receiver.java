package io.halfopen.tcp;

import io.halfopen.linux.Rule;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/**
 * The half of a connection that receives: what is next, what waits to be read, what came after a gap, and how much more
 * may come.
 *
 * <pre>
 *            read()              nxt                       nxt + window
 *   ---------|--------------------|-----------|=====|--------|-----------
 *            |   ring.length()    |    gap     island        |
 * </pre>
 *
 * Octets are copied once, from the packet to their place in the ring; data after a gap lies in the same ring beyond the
 * end, and filling the gap only moves the end.
 */
final class Receiver {
    private final ByteRing ring;
    private final Islands islands = new Islands();
    final AckClock acks = new AckClock();

    private int nxt;

    /** rcv_nxt when the last ACK was sent, and the window it announced: together the right edge promised. */
    private int announcedAt;

    private int window;
    private int space;
    private int threshold;
    private byte windowScale;
    private boolean finSeen;
    private int finSeq;
    private boolean finReached;

    Receiver(BufferPool pool) {
        ring = new ByteRing(pool);
    }

    void reset() {
        ring.clear();
        islands.clear();
        acks.reset();
        finSeen = false;
        finReached = false;
    }

    /** {@code space} is the most that may wait unread; {@code scale} is negative where scaling is not to be offered. */
    void start(int nxt, int window, int space, int scale) {
        this.nxt = nxt;
        this.announcedAt = nxt;
        this.window = window;
        this.threshold = window;
        this.space = space;
        this.windowScale = (byte) scale;
    }

    /** The peer's first sequence number is known: connect() learns it from the SYN-ACK. */
    void startAt(int nxt) {
        this.nxt = nxt;
        this.announcedAt = nxt;
    }

    boolean offersScaling() {
        return windowScale >= 0;
    }

    /** Not both offered it. */
    void disableScaling() {
        windowScale = 0;
        threshold = Math.min(threshold, 0xffff);
    }

    int nxt() {
        return nxt;
    }

    int window() {
        return window;
    }

    int windowScale() {
        return windowScale;
    }

    /** What of the window last announced is left. */
    int remainingWindow() {
        return Math.max(0, announcedAt + window - nxt);
    }

    int announcedAt() {
        return announcedAt;
    }

    /** Octets that read() can have now. */
    int readable() {
        return ring.length();
    }

    boolean hasGap() {
        return !islands.isEmpty() || finSeen && !finReached;
    }

    /** The peer's FIN has come and everything before it. */
    boolean isFinished() {
        return finReached;
    }

    /** Whether any part of the segment may lie in the window (tcp_sequence): before it has been seen, after it not. */
    boolean isAcceptable(int seq, int endSeq) {
        return !SeqNumber.before(endSeq, announcedAt) && !SeqNumber.after(seq, nxt + remainingWindow());
    }

    /** Takes in what is new and fits; the rule says what came of it. A FIN counts once everything before it is here. */
    Rule accept(Segment segment, boolean fin) {
        int seq = segment.seq();
        int dataEnd = seq + segment.payloadLength();
        if (fin && !finSeen && !SeqNumber.before(dataEnd, nxt)) {
            finSeen = true;
            finSeq = dataEnd;
        }
        int from = SeqNumber.max(seq, nxt);
        int until = SeqNumber.min(dataEnd, nxt + remainingWindow());
        until = finSeen ? SeqNumber.min(until, finSeq) : until;
        Rule rule = segment.payloadLength() > 0 ? acceptData(segment, from, until, dataEnd) : withoutData(fin);
        if (finSeen && !finReached && nxt == finSeq) {
            nxt++;
            finReached = true;
            return Rule.FIN_ACCEPTED;
        }
        return rule;
    }

    private static Rule withoutData(boolean fin) {
        return fin ? Rule.DATA_OUT_OF_ORDER : Rule.ACK_ACCEPTED;
    }

    private Rule acceptData(Segment segment, int from, int until, int dataEnd) {
        if (!SeqNumber.after(dataEnd, nxt)) {
            return Rule.DATA_DUPLICATE;
        }
        if (!SeqNumber.after(until, from)) {
            return Rule.DATA_NO_ROOM;
        }
        int skipped = from - segment.seq();
        int position = ring.length() + (from - nxt);
        if (from != nxt) {
            if (!islands.add(from, until)) {
                return Rule.DATA_TOO_MANY_GAPS;
            }
            ring.write(position, segment.bytes(), segment.payloadOffset() + skipped, until - from);
            return Rule.DATA_OUT_OF_ORDER;
        }
        ring.write(position, segment.bytes(), segment.payloadOffset() + skipped, until - from);
        int reached = islands.isEmpty() ? until : islands.join(until);
        ring.extend(reached - nxt);
        nxt = reached;
        return Rule.DATA_ACCEPTED;
    }

    int read(byte[] target, int offset, int length) {
        int count = Math.min(length, ring.length());
        ring.copyTo(0, target, offset, count);
        ring.discard(count, !islands.isEmpty());
        return count;
    }

    /** The window field of a segment that leaves now; it is what the peer may rely on from here (tcp_select_window). */
    int announce() {
        window = nextWindow();
        announcedAt = nxt;
        acks.onAckSent();
        return Math.min(window >>> windowScale, 0xffff);
    }

    /** A full-sized segment came in order: offer more, up to what the buffer holds (tcp_grow_window). */
    void grow(int mss) {
        threshold = Math.min(space, threshold + 2 * mss);
    }

    /** What would be announced now: never less than was promised, whole units of the scale (__tcp_select_window). */
    int nextWindow() {
        int free = Math.min(Math.max(0, space - ring.length()), threshold);
        int unit = 1 << windowScale;
        // Announcing crumbs makes the peer send crumbs: RFC 9293, section 3.8.6.2.2.
        int offered = free < Math.min(space / 2, acks.segmentSize()) ? 0 : free + unit - 1 & -unit;
        int promised = remainingWindow();
        int wanted = Math.max(offered, promised + unit - 1 & -unit);
        return Math.min(wanted, 0xffff << windowScale);
    }

    /** read() made so much room that the peer should hear of it: twice what it knows of (tcp_cleanup_rbuf). */
    boolean deservesUpdate() {
        int known = remainingWindow();
        return 2 * known <= space && nextWindow() >= Math.max(1, 2 * known) && nextWindow() > known;
    }
}

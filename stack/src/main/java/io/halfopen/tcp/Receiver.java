package io.halfopen.tcp;

import io.halfopen.linux.Rule;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

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

    /** The most that is ever offered, and what is offered for now: it grows as full segments come. */
    private int clamp;

    private int threshold;
    private byte windowScale;
    private boolean finSeen;
    private int finSeq;
    private boolean finReached;

    /** Most connections never have any. */
    private @Nullable SackBlocks sacks;

    Receiver(BufferPool pool) {
        ring = new ByteRing(pool);
    }

    void reset() {
        ring.clear();
        islands.clear();
        acks.reset();
        finSeen = false;
        finReached = false;
        if (sacks != null) {
            sacks.clear();
        }
    }

    /** {@code space} is the most that may wait unread; {@code scale} is negative where scaling is not to be offered. */
    void start(int nxt, int window, int space, int scale) {
        this.nxt = nxt;
        this.announcedAt = nxt;
        this.window = window;
        this.threshold = window;
        this.space = space;
        this.clamp = space;
        this.windowScale = (byte) scale;
    }

    /** TCP_WINDOW_CLAMP, octets: never offers more than this, whatever there is room for; 0 for no limit. */
    void clamp(int most) {
        if (most == 0) {
            return;
        }
        threshold = most < clamp ? Math.min(threshold, most) : Math.max(threshold, Math.min(window, most));
        clamp = most;
    }

    /** The most that is ever offered. */
    int clamp() {
        return clamp;
    }

    /** The peer's first sequence number is known: connect() learns it from the SYN-ACK. */
    void startAt(int nxt) {
        this.nxt = nxt;
        this.announcedAt = nxt;
    }

    /** The data in a Fast Open SYN, or SYN-ACK, and its FIN. */
    void takeFromSyn(Segment syn) {
        if (syn.payloadLength() > 0) {
            ring.write(0, syn.bytes(), syn.payloadOffset(), syn.payloadLength());
            ring.extend(syn.payloadLength());
        }
        startAt(nxt + syn.payloadLength());
        if (syn.has(TcpHeader.FIN)) {
            finSeen = true;
            finReached = true;
            finSeq = nxt;
            startAt(nxt + 1);
        }
    }

    /** The handshake is done: from here on one segment of the buffer is kept in reserve (tcp_init_buffer_space). */
    void established(int mss) {
        clamp = Math.min(clamp, space);
        if (clamp > 2 * mss && clamp > space - mss) {
            clamp = Math.max(2 * mss, space - mss);
        }
        threshold = Math.min(threshold, clamp);
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

    /** What the next ACK says of gaps and repetitions; null if there has never been one. */
    @Nullable
    SackBlocks sacks() {
        return sacks;
    }

    /** The next ACK says that this was here before. */
    void repeated(int from, int until) {
        sackBlocks().repeated(from, until);
    }

    private SackBlocks sackBlocks() {
        SackBlocks made = sacks == null ? new SackBlocks() : sacks;
        sacks = made;
        return made;
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

    /** Whether all of the segment has been here before (tcp_sequence). */
    boolean isOld(int endSeq) {
        return SeqNumber.before(endSeq, announcedAt);
    }

    /** Whether the segment begins beyond the window, or, if that is asked, ends there while something is unread. */
    boolean isBeyond(int seq, int dataEnd, boolean strict) {
        int edge = nxt + remainingWindow();
        return SeqNumber.after(seq, edge) || strict && ring.length() > 0 && SeqNumber.after(dataEnd, edge);
    }

    /** Takes in what is new and fits; the rule says what came of it. A FIN counts once everything before it is here. */
    Rule accept(Segment segment, boolean fin) {
        int seq = segment.seq();
        int end = seq + segment.payloadLength() + (fin ? 1 : 0);
        if (end == seq) {
            return Rule.ACK_ACCEPTED;
        }
        if (!SeqNumber.after(end, nxt)) {
            return Rule.DATA_DUPLICATE;
        }
        boolean bareFin = segment.payloadLength() == 0 && seq == nxt;
        if (remainingWindow() == 0 && !bareFin) {
            return Rule.DATA_NO_ROOM;
        }
        return SeqNumber.after(seq, nxt) ? acceptBeyondGap(segment, fin) : acceptInOrder(segment, fin);
    }

    /** Once any of it is welcome, all of it is (tcp_data_queue). */
    private Rule acceptInOrder(Segment segment, boolean fin) {
        int skipped = nxt - segment.seq();
        int fresh = segment.payloadLength() - skipped;
        ring.write(ring.length(), segment.bytes(), segment.payloadOffset() + skipped, fresh);
        int reached = nxt + fresh;
        if (fin) {
            finSeen = true; // and what lies beyond it never counts (tcp_fin)
            finSeq = reached;
        } else {
            reached = islands.isEmpty() ? reached : islands.join(reached);
        }
        ring.extend(reached - nxt);
        nxt = reached;
        if (finSeen && nxt == finSeq) {
            finish();
            return Rule.FIN_ACCEPTED;
        }
        if (finSeen && SeqNumber.after(nxt, finSeq)) {
            finSeen = false; // what came in its place was here first
        }
        if (sacks != null) {
            sacks.reached(nxt);
        }
        return Rule.DATA_ACCEPTED;
    }

    private void finish() {
        nxt++;
        finReached = true;
        islands.clear();
        if (sacks != null) {
            sacks.clear();
        }
    }

    private Rule acceptBeyondGap(Segment segment, boolean fin) {
        int seq = segment.seq();
        int dataEnd = seq + segment.payloadLength();
        if (!SeqNumber.before(seq, nxt + remainingWindow())) {
            return Rule.DATA_OVER_WINDOW;
        }
        if (dataEnd != seq && !islands.add(seq, dataEnd)) {
            return Rule.DATA_TOO_MANY_GAPS;
        }
        ring.write(ring.length() + (seq - nxt), segment.bytes(), segment.payloadOffset(), dataEnd - seq);
        if (fin && (!finSeen || SeqNumber.before(dataEnd, finSeq))) {
            finSeen = true;
            finSeq = dataEnd; // of two, the one that is reached first ends it
        }
        sackBlocks().grew(seq, fin ? dataEnd + 1 : dataEnd);
        return Rule.DATA_OUT_OF_ORDER;
    }

    /** How far what begins here is a repetition of something beyond a gap: the end of that, or {@code seq}. */
    int repeatedBeyondGap(int seq, int endSeq) {
        int island = islands.after(seq);
        boolean within = island < islands.count() && SeqNumber.upTo(islands.left(island), seq);
        return within ? SeqNumber.min(endSeq, islands.right(island)) : seq;
    }

    /** Where the first of what waits beyond the gap begins, its FIN included. */
    int gapEnd() {
        return islands.isEmpty() ? finSeq : islands.left(0);
    }

    /** Where the first of what waits beyond the gap ends, its FIN included. */
    int firstBeyondGapEnd() {
        int end = islands.isEmpty() ? finSeq : islands.right(0);
        return finSeen && end == finSeq ? end + 1 : end;
    }

    /** The last sequence number that an ACK has told of, beyond every gap; nxt if there is none (tcp_validate_incoming). */
    int lastTold() {
        return sacks == null ? nxt : sacks.last(nxt);
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
        int most = Math.min(clamp, space - ring.length());
        threshold = Math.max(threshold, Math.min(most, threshold + 2 * mss));
    }

    /** What would be announced now: never less than was promised, whole units of the scale (tcp_select_window). */
    int nextWindow() {
        int unit = 1 << windowScale;
        int wanted = Math.max(windowToOffer(unit), remainingWindow() + unit - 1 & -unit);
        return Math.min(wanted, 0xffff << windowScale);
    }

    /** In Linux's order: __tcp_select_window. */
    private int windowToOffer(int unit) {
        int free = Math.max(0, space - ring.length());
        int mss = Math.min(acks.segmentSize(), clamp);
        if (free < clamp / 2) {
            // Announcing crumbs makes the peer send crumbs: RFC 9293, section 3.8.6.2.2.
            free &= -unit;
            if (free < space / 16 || free < mss) {
                return 0;
            }
        }
        free = Math.min(free, threshold);
        if (unit > 1) {
            return free + unit - 1 & -unit;
        }
        if (window <= free - mss || window > free) {
            return free - free % mss;
        }
        return mss == clamp && free > window + clamp / 2 ? free : window;
    }

    /** read() made so much room that the peer should hear of it: twice what it knows of (tcp_cleanup_rbuf). */
    boolean deservesUpdate() {
        int known = remainingWindow();
        return 2 * known <= clamp && nextWindow() >= Math.max(1, 2 * known) && nextWindow() > known;
    }
}

package io.halfopen.tcp.receive;

import io.halfopen.linux.Rule;
import io.halfopen.tcp.host.BufferPool;
import io.halfopen.tcp.host.ByteRing;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The half of a connection that receives: what is next, what waits to be read, and what came after a gap. How much more
 * may come is {@link ReceiveWindow}'s, what it costs {@link ReceiveBuffer}'s, how far that may grow
 * {@link ReceiveTuning}'s, and when to acknowledge {@link DelayedAcks}'s.
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
public final class Receiver {
    private final ByteRing ring;
    private final OutOfOrderQueue outOfOrderQueue = new OutOfOrderQueue();
    public final ReceiveBuffer buffer;
    public final ReceiveWindow window;
    public final ReceiveTuning tuning = new ReceiveTuning();
    public final DelayedAcks acks = new DelayedAcks();

    private int nxt;

    /** Where the packet ends that is read next, and its octets. Those behind it are taken to be as long. */
    private int headEnd;

    private int headLength;
    private boolean finSeen;
    private int finSeq;

    /** The octets of the packet that it ends, while it lies beyond a gap. */
    private char finLength;

    private boolean finReached;

    /** Most connections never have any. */
    private @Nullable SackBlocks sacks;

    /** For TCP_INFO: octets taken in order, a FIN counting one, segments, those with data, and those after a gap. */
    public long received;

    public int segments;
    public int dataSegments;
    public int outOfOrder;

    public Receiver(Host host) {
        ring = new ByteRing(host.buffers);
        buffer = new ReceiveBuffer(host.kernel);
        window = new ReceiveWindow(host, buffer);
    }

    public void reset() {
        ring.clear();
        outOfOrderQueue.clear();
        headEnd = 0;
        headLength = 0;
        buffer.reset();
        tuning.reset();
        acks.reset();
        finSeen = false;
        finReached = false;
        received = 0;
        segments = 0;
        dataSegments = 0;
        outOfOrder = 0;
        if (sacks != null) {
            sacks.clear();
        }
    }

    /** All that it knows while nothing waits to be read, and there is no gap. */
    public void keep(SavedState k) {
        nxt = k.base(nxt);
        received = k.at(received);
        segments = k.at(segments);
        dataSegments = k.at(dataSegments);
        outOfOrder = k.at(outOfOrder);
        buffer.keep(k);
        window.keep(k);
        tuning.keep(k);
        acks.keep(k);
        ring.keep(k);
    }

    /** A window of a SYN or SYN-ACK; {@code scale} is negative where scaling is not to be offered. */
    public void start(int nxt, int announced, int bufferSize, boolean fixed, int scale) {
        this.nxt = nxt;
        buffer.resize(bufferSize, fixed);
        window.start(nxt, announced, scale);
    }

    /** The peer's first sequence number is known: connect() learns it from the SYN-ACK. */
    public void startAt(int nxt) {
        this.nxt = nxt;
        window.startAt(nxt);
    }

    /** The data in a Fast Open SYN, or SYN-ACK, and its FIN. */
    public void takeFromSyn(Segment syn) {
        if (syn.payloadLength() > 0) {
            ring.write(0, syn.bytes(), syn.payloadOffset(), syn.payloadLength());
            ring.extend(syn.payloadLength());
            buffer.charge(syn.payloadLength(), syn.packetLength());
            begin(nxt, syn.payloadLength());
            received += syn.payloadLength();
        }
        startAt(nxt + syn.payloadLength());
        if (syn.has(TcpHeader.FIN)) {
            finSeen = true;
            finReached = true;
            finSeq = nxt;
            startAt(nxt + 1);
        }
    }

    /** The handshake is done (tcp_init_transfer). */
    public void established(int mss, long now) {
        window.established(mss);
        tuning.established(copied(), window.threshold(), window.size(), mss, now);
    }

    /** A segment has come for this connection, whatever becomes of it. */
    public void countSegment(Segment segment) {
        segments += segment.segments();
        dataSegments += segment.payloadLength() > 0 ? segment.segments() : 0;
    }

    /** The SYN, which came before there was a connection, and the segment that ends the handshake. */
    public void countHandshake(Segment last) {
        segments++;
        countSegment(last);
    }

    public int nxt() {
        return nxt;
    }

    /** The number of what read() returns next (copied_seq). */
    public int copied() {
        return nxt - (finReached ? 1 : 0) - ring.length();
    }

    /** What the next ACK says of gaps and of what came twice; null if there has never been one. */
    @Nullable
    public SackBlocks sacks() {
        return sacks;
    }

    /** The next ACK says that this was here before. */
    public void repeated(int from, int until) {
        sackBlocks().repeated(from, until);
    }

    /** An ACK is out, or all packets of a burst, or data came since: what was here before is told of once. */
    public void told() {
        if (sacks != null) {
            sacks.told();
        }
    }

    private SackBlocks sackBlocks() {
        SackBlocks made = sacks == null ? new SackBlocks() : sacks;
        sacks = made;
        return made;
    }

    /** What of the window last announced is left. */
    public int remainingWindow() {
        return window.remaining(nxt);
    }

    /** Octets that read() can have now. */
    public int readable() {
        return ring.length();
    }

    public boolean hasGap() {
        return !outOfOrderQueue.isEmpty() || finSeen && !finReached;
    }

    /** The peer's FIN has come and everything before it. */
    public boolean isFinished() {
        return finReached;
    }

    /** Whether the segment begins beyond the window, or, if that is asked, ends there while something is unread. */
    public boolean isBeyond(int seq, int dataEnd, boolean strict) {
        int edge = nxt + remainingWindow();
        return SeqNumber.after(seq, edge) || strict && ring.length() > 0 && SeqNumber.after(dataEnd, edge);
    }

    /** What is to become of a segment, were there memory without end: in the order of tcp_data_queue. */
    public Rule judge(Segment segment) {
        int seq = segment.seq();
        int end = segment.endSeq();
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
        if (!SeqNumber.after(seq, nxt)) {
            return Rule.DATA_ACCEPTED;
        }
        return SeqNumber.before(seq, nxt + remainingWindow()) ? Rule.DATA_OUT_OF_ORDER : Rule.DATA_OVER_WINDOW;
    }

    /** Whether the ring can be so large: it holds all from what is unread to the end of this segment. */
    public boolean isReachable(Segment segment) {
        return (long) ring.length() + (segment.endSeq() - nxt) <= BufferPool.LARGEST;
    }

    /** Data or a FIN in order. Once any of it is welcome, all of it is; a FIN counts once everything before it is here. */
    public Rule acceptInOrder(Segment segment) {
        int skipped = nxt - segment.seq();
        int fresh = segment.payloadLength() - skipped;
        if (fresh > 0) {
            ring.write(ring.length(), segment.bytes(), segment.payloadOffset() + skipped, fresh);
            boolean joins = buffer.charge(fresh, segment.packetLength());
            if (ring.length() == 0 || joins && headEnd == nxt) {
                begin(nxt, fresh);
            }
        }
        int reached = nxt + fresh;
        if (segment.has(TcpHeader.FIN)) {
            finSeen = true; // and what lies beyond it never counts (tcp_fin)
            finSeq = reached;
        } else if (!outOfOrderQueue.isEmpty()) {
            if (finSeen && SeqNumber.upTo(reached, finSeq) && outOfOrderQueue.holds(reached, finSeq + 1)) {
                forgetFrom(finSeq);
            }
            reached = join(reached);
        }
        ring.extend(reached - nxt);
        received += reached - nxt;
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

    /** What waited beyond the gap that is closed is in order now, or has come twice and is not needed (tcp_ofo_queue). */
    private int join(int reached) {
        int all = outOfOrderQueue.octets();
        int twice = outOfOrderQueue.octetsWithin(outOfOrderQueue.left(0), reached);
        buffer.dropBeyond(twice, all);
        int joined = outOfOrderQueue.join(reached);
        int octets = all - twice - outOfOrderQueue.octets();
        buffer.join(octets, all - twice, joined - reached == octets);
        return joined;
    }

    /** A FIN comes before these octets, and it is reached now. */
    private void forgetFrom(int seq) {
        int before = outOfOrderQueue.octets();
        buffer.dropBeyond(outOfOrderQueue.dropLast(before, seq), before);
    }

    private void finish() {
        nxt++;
        received++;
        finReached = true;
    }

    /** A FIN was reached: what came from beyond it never counts, and no ACK tells of it any more. */
    public void forgetBeyondFin() {
        buffer.dropBeyond(outOfOrderQueue.octets(), outOfOrderQueue.octets());
        outOfOrderQueue.clear();
        if (sacks != null) {
            sacks.clear();
        }
    }

    /** Data or a FIN beyond a gap. */
    public Rule acceptBeyondGap(Segment segment) {
        int seq = segment.seq();
        int dataEnd = seq + segment.payloadLength();
        boolean fin = segment.has(TcpHeader.FIN);
        boolean needless = fin && outOfOrderQueue.holds(seq, dataEnd + 1);
        int from = fin ? outOfOrderQueue.leftOf(seq) : seq; // what it continues is one packet with it
        int before = outOfOrderQueue.octets();
        int covered = outOfOrderQueue.octetsWithin(seq, dataEnd);
        if (dataEnd != seq && !outOfOrderQueue.add(seq, dataEnd)) {
            return Rule.DATA_TOO_MANY_GAPS;
        }
        if (outOfOrderQueue.octets() > before) {
            if (covered > 0) {
                buffer.dropBeyond(covered, before); // the packets that brought them are not needed (TCPOFOMerge)
            }
            buffer.chargeBeyond(segment.packetLength());
        }
        ring.write(ring.length() + (seq - nxt), segment.bytes(), segment.payloadOffset(), dataEnd - seq);
        if (!fin) {
            replaceFin(seq, dataEnd);
        } else if (!needless) {
            noteFin(from, dataEnd);
        }
        outOfOrder++;
        return Rule.DATA_OUT_OF_ORDER;
    }

    /**
     * Of a FIN and data in its place that counts which Linux keeps: a packet takes the place of those whose octets it all has, and is not
     * needed itself where another has all of its (tcp_data_queue_ofo). Of two FINs the one that is reached first ends it.
     */
    private void noteFin(int from, int dataEnd) {
        if (!finSeen || SeqNumber.before(dataEnd, finSeq)) {
            finSeen = true;
            finSeq = dataEnd;
            finLength = (char) Math.min(dataEnd - from, Character.MAX_VALUE);
        }
    }

    /** Data takes the place of a FIN's packet if it has all of that and more. */
    private void replaceFin(int seq, int dataEnd) {
        finSeen &= finReached || SeqNumber.after(seq, finSeq - finLength) || SeqNumber.upTo(dataEnd, finSeq);
    }

    /** Gives up the last of what lies beyond gaps, as much as costs so much; nothing before {@code seq}. */
    public boolean dropBeyond(int cost, int seq) {
        int before = outOfOrderQueue.octets();
        int octets = buffer.beyondOctets(cost, before);
        int dropped = outOfOrderQueue.dropLast(octets, seq);
        if (dropped == 0) {
            return false;
        }
        buffer.dropBeyond(dropped, before);
        finSeen = finReached;
        if (sacks != null) {
            sacks.clear();
        }
        return true;
    }

    /** How far from nxt what lies beyond gaps reaches, octets and a FIN; 0 without gaps. */
    public int beyond() {
        int last = outOfOrderQueue.isEmpty() ? 0 : outOfOrderQueue.right(outOfOrderQueue.count() - 1) - nxt;
        return finSeen && !finReached ? Math.max(last, finSeq + 1 - nxt) : last;
    }

    /** Whether all of it lies beyond a gap already. */
    public boolean knows(Segment segment) {
        int seq = segment.seq();
        int end = segment.endSeq();
        return end != seq && repeatedFrom(seq, end) == seq && repeatedUntil(seq, end) == end;
    }

    /** Where between these numbers something begins that lies beyond a gap already; {@code end} if nothing does. */
    public int repeatedFrom(int seq, int end) {
        int island = outOfOrderQueue.after(seq);
        boolean octets = island != outOfOrderQueue.count();
        int first = octets ? SeqNumber.min(end, SeqNumber.max(seq, outOfOrderQueue.left(island))) : end;
        boolean fin = finSeen && SeqNumber.upTo(seq, finSeq) && SeqNumber.before(finSeq, first);
        return fin ? finSeq : first; // a FIN that came alone is no octet of the queue
    }

    /** Where what begins there, beyond a gap, ends. */
    public int repeatedUntil(int from, int end) {
        int island = outOfOrderQueue.after(from);
        boolean octets = island != outOfOrderQueue.count() && SeqNumber.upTo(outOfOrderQueue.left(island), from);
        if (!octets) {
            return finSeen && from == finSeq ? SeqNumber.min(end, finSeq + 1) : end;
        }
        int right = outOfOrderQueue.right(island);
        return SeqNumber.min(end, finSeen && right == finSeq ? right + 1 : right); // with the FIN that came with it
    }

    /** Where the first of what waits beyond the gap begins, its FIN included. */
    public int gapEnd() {
        return outOfOrderQueue.isEmpty() ? finSeq : outOfOrderQueue.left(0);
    }

    /** Where the first of what waits beyond the gap ends, its FIN included. */
    public int firstBeyondGapEnd() {
        int end = outOfOrderQueue.isEmpty() ? finSeq : outOfOrderQueue.right(0);
        return finSeen && end == finSeq ? end + 1 : end;
    }

    /** The last sequence number that an ACK has told of, beyond every gap; nxt if there is none (tcp_validate_incoming). */
    public int lastTold() {
        return sacks == null ? nxt : sacks.last(nxt);
    }

    /** The next ACK tells of this, with all that it touches. */
    public void tellOf(Segment segment) {
        sackBlocks().grew(segment.seq(), segment.endSeq());
    }

    /** Whether there are so many stretches that the one this belongs to may drive another from the next ACK. */
    public boolean hidesBlock(Segment segment) {
        return sacks != null && sacks.placeOf(segment.seq(), segment.endSeq()) >= CompressedSacks.FEW_BLOCKS;
    }

    int read(byte[] target, int offset, int length) {
        int count = peek(0, target, offset, Math.min(length, ring.length()));
        discard(count);
        return count;
    }

    /** Copies octets from this position on, without taking them. */
    public int peek(int position, byte[] target, int offset, int count) {
        ring.copyTo(position, target, offset, count);
        return count;
    }

    /** The packet that is read next has these octets, or these too. */
    private void begin(int seq, int octets) {
        headLength = octets + (ring.length() == 0 ? 0 : headLength);
        headEnd = seq + octets;
    }

    /** The number after the packet that is read next. */
    public int headEnd() {
        return headEnd;
    }

    /** Takes the first octets away. */
    public void discard(int count) {
        buffer.release(count, ring.length());
        ring.discard(count, !outOfOrderQueue.isEmpty());
        int beyond = copied() - headEnd;
        if (ring.length() == 0) {
            headEnd = 0;
            headLength = 0;
        } else if (beyond >= 0) {
            headEnd += (beyond / headLength + 1) * headLength;
        }
    }

    /** The window field of a segment that leaves now; it is what the peer may rely on from here. */
    public int announce(Host host) {
        int field = window.announce(nxt, acks);
        acks.onAckSent(host);
        return field;
    }
}

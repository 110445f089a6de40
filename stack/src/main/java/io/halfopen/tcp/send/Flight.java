package io.halfopen.tcp.send;

import io.halfopen.wire.SeqNumber;

/**
 * The scoreboard: every packet that was sent and is not acknowledged, in order of sequence, and what is known of it
 * (Linux's retransmission queue with its tags). It sends nothing; whoever sends says so here.
 *
 * <pre>
 *   flags            in the network
 *   -                once: the original
 *   SACKED           not: it has arrived
 *   LOST             not
 *   RETRANS          twice: the original and its repetition
 *   LOST RETRANS     once: the repetition
 *   SACKED RETRANS   once: the repetition, for nothing
 * </pre>
 *
 * A packet's handle is its slot, good until a packet is added, split, merged or taken out. Those that may yet be found
 * lost by time are also linked in the order in which they were sent last (tsorted_sent_queue).
 */
public final class Flight {
    public static final int NOWHERE = SentOrder.NOWHERE;

    public static final int SACKED = 1;
    public static final int RETRANS = 2;
    public static final int LOST = 4;
    public static final int EVER_RETRANS = 8;
    public static final int PUSH = 16;
    public static final int FIN = 32;

    /** There was no more to send when it was sent. */
    static final int APP_LIMITED = 64;

    /** The packet left as one with the one before it, and belongs to it yet: see {@code Resegmentation}. */
    public static final int JOINED = 128;

    /** A record ends with it (MSG_EOR): it does not become one with its successor. */
    public static final int END = 256;

    private static final int TAGS = SACKED | RETRANS | LOST;

    private final FlightSlots.Pool pool;
    private FlightSlots slots = FlightSlots.NONE;
    private int head;
    private int count;

    /** The most packets that an ACK has found since there were none, and what that was before: room for so many is taken at once. */
    private int most;

    private int expected;
    private int joined;
    private int sackedOut;
    private int lostOut;
    private int retransOut;

    /** The end of the highest packet that was selectively acknowledged. */
    private int highestSacked;

    /** No packet that is to be sent again begins before this, if there is a hint (retransmit_skb_hint). */
    private int hint;

    private boolean hinted;

    public Flight(FlightSlots.Pool pool) {
        this.pool = pool;
    }

    public void reset() {
        purge();
        sackedOut = 0;
        lostOut = 0;
        retransOut = 0;
        most = 0;
        expected = 0;
    }

    /** The connection is over: no packet is left, but TCP_INFO still tells how many were what (tcp_write_queue_purge). */
    public void purge() {
        pool.give(slots);
        slots = FlightSlots.NONE;
        head = 0;
        count = 0;
        joined = 0;
        hinted = false;
    }

    /** An ACK is about to be taken in. */
    public void expectAsMany() {
        most = Math.max(most, count);
    }

    // ---- how much

    /** Packets sent and not acknowledged (packets_out). */
    public int packets() {
        return count;
    }

    /** What left as one, and is yet, is one buffer. */
    public int buffers() {
        return count - joined;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public boolean isFull() {
        return count == FlightSlots.MOST;
    }

    /** How many packets in flight have arrived; without SACK this is what duplicate ACKs tell (sacked_out). */
    public int sackedOut() {
        return sackedOut;
    }

    public int lostOut() {
        return lostOut;
    }

    public int retransOut() {
        return retransOut;
    }

    /** Packets that have left the network one way or the other (tcp_left_out). */
    public int leftOut() {
        return sackedOut + lostOut;
    }

    /** Packets in the network (tcp_packets_in_flight). */
    public int inNetwork() {
        return count - leftOut() + retransOut;
    }

    /** The peer has no SACK: duplicate ACKs are counted instead. */
    public void setSackedOut(int packets) {
        sackedOut = packets;
    }

    // ---- which

    /** The slot of the packet with that index, counted from the oldest. */
    public int at(int index) {
        return head + index & slots.capacity() - 1;
    }

    /** The index of the packet with this octet; of the first after it if there is none; {@link #packets} if there is no such. */
    public int indexOf(int seq) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (SeqNumber.after(slots.end[at(middle)], seq)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    public int seq(int slot) {
        return slots.seq[slot];
    }

    public int end(int slot) {
        return slots.end[slot];
    }

    /** Octets of data. */
    public int length(int slot) {
        return slots.end[slot] - slots.seq[slot] - (is(slot, FIN) ? 1 : 0);
    }

    int flags(int slot) {
        return slots.flags[slot];
    }

    public boolean is(int slot, int flag) {
        return (slots.flags[slot] & flag) != 0;
    }

    /** When it was sent last, ns. */
    public long sentAt(int slot) {
        return slots.sentAt[slot];
    }

    /** What rate samples need to know of it. */
    public FlightSlots slots() {
        return slots;
    }

    /** The oldest in the order of sending that may be found lost, or {@link #NOWHERE}. */
    public int sentFirst() {
        return slots.order.first();
    }

    public int sentAfter(int slot) {
        return slots.order.after(slot);
    }

    /** What the highest selective acknowledgment has reached (tcp_highest_sack_seq). */
    public int highestSacked(int una) {
        return sackedOut == 0 ? una : highestSacked;
    }

    // ---- changes

    /** A new packet leaves; returns its slot. */
    public int add(int seq, int end, int flags, long now) {
        makeRoom();
        int slot = at(count++);
        slots.seq[slot] = seq;
        slots.end[slot] = end;
        slots.flags[slot] = (short) flags;
        joined += isJoined(slot);
        slots.sentAt[slot] = now;
        slots.order.append(slot);
        return slot;
    }

    /** A packet leaves again, which does not count as a retransmission yet (a probe is none). */
    void sentAgain(int slot, long now) {
        slots.sentAt[slot] = now;
        slots.flags[slot] |= EVER_RETRANS;
        unlink(slot);
        slots.order.append(slot);
    }

    public void tagRetransmitted(int slot) {
        if (!is(slot, RETRANS)) {
            slots.flags[slot] |= RETRANS;
            retransOut++;
        }
    }

    public void untagRetransmitted(int slot) {
        if (is(slot, RETRANS)) {
            slots.flags[slot] &= ~RETRANS;
            retransOut--;
        }
    }

    public void tagSacked(int slot) {
        boolean highest = sackedOut == 0 || !SeqNumber.before(seq(slot), highestSacked);
        highestSacked = highest ? end(slot) : highestSacked;
        slots.flags[slot] |= SACKED;
        sackedOut++;
        unlink(slot);
    }

    /** The peer has thrown it away again. */
    public void untagSacked(int slot) {
        if (is(slot, SACKED)) {
            slots.flags[slot] &= ~SACKED;
            sackedOut--;
        }
    }

    /** A packet is lost: nobody looks for it by time any more until it is sent again. */
    public void tagLost(int slot) {
        slots.flags[slot] |= LOST;
        lostOut++;
        wanted(slot);
    }

    public void untagLost(int slot) {
        if (is(slot, LOST)) {
            slots.flags[slot] &= ~LOST;
            lostOut--;
        }
    }

    /** A packet has to be sent again: the search for such ones begins there at the latest. */
    public void wanted(int slot) {
        if (hinted && SeqNumber.before(seq(slot), hint)) {
            hint = seq(slot);
        }
    }

    /** Time has nothing more to say about it until it is sent again. */
    public void unlink(int slot) {
        slots.order.remove(slot);
    }

    /** What is before this number is acknowledged; the rest of the packet is not. */
    public void trim(int slot, int seq) {
        slots.seq[slot] = seq;
    }

    /** The oldest is acknowledged; {@code sack} says that SACKED flags are what sackedOut counts. */
    public void removeFirst(boolean sack) {
        int slot = head;
        joined -= isJoined(slot);
        if (sack) {
            untagSacked(slot);
        }
        untagLost(slot);
        untagRetransmitted(slot);
        unlink(slot);
        head = at(1);
        count--;
        if (count == 0) {
            int sacked = sack ? 0 : sackedOut;
            int reached = most;
            reset();
            sackedOut = sacked;
            expected = reached;
        }
    }

    /** Everything before this number is; returns how many packets that were. */
    int acknowledged(int ack) {
        int packets = 0;
        while (count > 0 && SeqNumber.upTo(end(head), ack)) {
            removeFirst(true);
            packets++;
        }
        if (count > 0) {
            trim(head, ack);
        }
        return packets;
    }

    // ---- what is to be sent again

    /** The index from which on to look for packets that are to be sent again. */
    public int hintedIndex() {
        return hinted ? indexOf(hint) : 0;
    }

    public void hint(int slot) {
        hinted = true;
        hint = seq(slot);
    }

    public void clearHint() {
        hinted = false;
    }

    /** Nothing is known to be lost any more (tcp_undo_cwnd_reduction). */
    public void forgetLosses() {
        for (int i = 0; i < count; i++) {
            slots.flags[at(i)] &= ~LOST;
        }
        lostOut = 0;
        hinted = false;
    }

    // ---- packets that become two or one

    /** Whether it belongs to the one before it. */
    public void join(int slot, boolean joins) {
        joined += (joins ? 1 : 0) - isJoined(slot);
        slots.flags[slot] = (short) (joins ? slots.flags[slot] | JOINED : slots.flags[slot] & ~JOINED);
    }

    private int isJoined(int slot) {
        return is(slot, JOINED) ? 1 : 0;
    }

    /** So many octets of its successor are its own. */
    public void moveEnd(int index, int octets) {
        slots.end[at(index)] += octets;
        slots.seq[at(index + 1)] += octets;
    }

    /** Makes two of it that belong together, if there is room for one more: the first has so many octets. */
    public boolean split(int index, int length) {
        if (isFull()) {
            return false;
        }
        makeRoom();
        for (int i = count; i > index + 1; i--) {
            move(at(i - 1), at(i));
        }
        count++;
        int first = at(index);
        int second = at(index + 1);
        slots.copy(slots, first, second);
        slots.seq[second] = slots.seq[first] + length;
        slots.end[first] = slots.seq[second];
        slots.flags[first] &= ~(PUSH | FIN | END);
        joined += isJoined(second);
        join(second, true);
        countTags(second, 1);
        slots.order.addAfter(first, second);
        return true;
    }

    /** Makes one of it and its successor (tcp_collapse_retrans). */
    public void merge(int index) {
        int first = at(index);
        int second = at(index + 1);
        slots.end[first] = slots.end[second];
        slots.flags[first] |= (short) (slots.flags[second] & (EVER_RETRANS | PUSH | FIN | END));
        countTags(second, -1);
        joined -= isJoined(second);
        unlink(second);
        for (int i = index + 1; i < count - 1; i++) {
            move(at(i + 1), at(i));
        }
        count--;
    }

    private void countTags(int slot, int by) {
        int tags = flags(slot) & TAGS;
        sackedOut += (tags & SACKED) == 0 ? 0 : by;
        lostOut += (tags & LOST) == 0 ? 0 : by;
        retransOut += (tags & RETRANS) == 0 ? 0 : by;
    }

    /** To a slot that nobody needs. */
    private void move(int from, int to) {
        slots.copy(slots, from, to);
        slots.order.move(from, to);
    }

    /** For one more: into larger arrays, if need be, the oldest packet first. */
    private void makeRoom() {
        if (count < slots.capacity()) {
            return;
        }
        FlightSlots larger = pool.larger(Math.max(count, expected - 1));
        for (int i = 0; i < count; i++) {
            larger.copy(slots, at(i), i);
        }
        larger.order.copy(slots.order, head);
        larger.rememberAs(slots);
        pool.give(slots);
        slots = larger;
        head = 0;
    }
}

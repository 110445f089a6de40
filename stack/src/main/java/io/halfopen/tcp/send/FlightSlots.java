package io.halfopen.tcp.send;

import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/** The arrays of a {@link Flight}: what is known of each packet, one place each; a power of two of them. */
public final class FlightSlots {
    private static final int SMALLEST_SHIFT = 4;
    private static final int SIZES = 15;
    private static final int TOLD = 4;

    /** The most packets that one connection can have in flight. */
    static final int MOST = 1 << SMALLEST_SHIFT + SIZES - 1;

    /** The pool keeps so many places of each size: more goes to the garbage collector. */
    private static final int KEPT = 1 << 18;

    /** The slots of every connection that has nothing in flight; nobody writes to them. */
    static final FlightSlots NONE = new FlightSlots(0);

    public final int[] seq;
    public final int[] end;
    public final short[] flags;

    /** When it was sent last, ns. */
    final long[] sentAt;

    final SentOrder order;

    /** What had been delivered when it was sent last: how many packets, and of those with ECN's mark. */
    final int[] delivered;

    final int[] deliveredCe;

    /** When the last of those was delivered, and when the first packet of that stretch was sent, ns. */
    final long[] deliveredAt;

    final long[] firstSentAt;

    /** The SACK blocks of the last ACK that had some, lowest first: left and right edges. */
    private final int[] told = new int[2 * TOLD];

    private int toldCount;
    private @Nullable FlightSlots next;

    private FlightSlots(int capacity) {
        seq = new int[capacity];
        end = new int[capacity];
        flags = new short[capacity];
        sentAt = new long[capacity];
        order = new SentOrder(capacity);
        delivered = new int[capacity];
        deliveredCe = new int[capacity];
        deliveredAt = new long[capacity];
        firstSentAt = new long[capacity];
    }

    int capacity() {
        return seq.length;
    }

    /** All but the order of sending: what is at {@code from} there is at {@code to} here. */
    void copy(FlightSlots source, int from, int to) {
        seq[to] = source.seq[from];
        end[to] = source.end[from];
        flags[to] = source.flags[from];
        sentAt[to] = source.sentAt[from];
        delivered[to] = source.delivered[from];
        deliveredCe[to] = source.deliveredCe[from];
        deliveredAt[to] = source.deliveredAt[from];
        firstSentAt[to] = source.firstSentAt[from];
    }

    // ---- what was told by SACK already (recv_sack_cache): only the rest of a block has to be looked at

    public void remember(int[] left, int[] right, int count) {
        for (int i = 0; i < count; i++) {
            told[2 * i] = left[i];
            told[2 * i + 1] = right[i];
        }
        toldCount = count;
    }

    void rememberAs(FlightSlots other) {
        System.arraycopy(other.told, 0, told, 0, told.length);
        toldCount = other.toldCount;
    }

    /** Where the part of a block begins that was not told. */
    public int untoldFrom(int from, int until) {
        int start = from;
        for (int i = 0; i < toldCount; i++) {
            if (SeqNumber.upTo(told[2 * i], start) && SeqNumber.after(told[2 * i + 1], start)) {
                start = SeqNumber.min(told[2 * i + 1], until);
            }
        }
        return start;
    }

    /** Where it ends, if what was told of it reaches its end. */
    public int untoldUntil(int from, int until) {
        for (int i = 0; i < toldCount; i++) {
            boolean within = SeqNumber.after(told[2 * i], from) && SeqNumber.before(told[2 * i], until);
            if (within && SeqNumber.upTo(until, told[2 * i + 1])) {
                return told[2 * i];
            }
        }
        return until;
    }

    /** The slots that no connection needs now. */
    public static final class Pool {
        private final @Nullable FlightSlots[] free = new FlightSlots[SIZES];
        private final int[] counts = new int[SIZES];
        private int lent;

        /** Room for more than so many. */
        FlightSlots larger(int than) {
            lent++;
            int size = than < 1 << SMALLEST_SHIFT ? 0 : 32 - SMALLEST_SHIFT - Integer.numberOfLeadingZeros(than);
            FlightSlots pooled = free[size];
            if (pooled == null) {
                return new FlightSlots(1 << size + SMALLEST_SHIFT);
            }
            free[size] = pooled.next;
            pooled.next = null;
            pooled.toldCount = 0;
            counts[size]--;
            return pooled;
        }

        public void give(FlightSlots slots) {
            if (slots == NONE) {
                return;
            }
            lent--;
            slots.order.clear();
            int size = 31 - SMALLEST_SHIFT - Integer.numberOfLeadingZeros(slots.capacity());
            if ((long) counts[size] * slots.capacity() < KEPT) {
                slots.next = free[size];
                free[size] = slots;
                counts[size]++;
            }
        }

        /** How many were handed out and have not come back. */
        public int lent() {
            return lent;
        }
    }
}

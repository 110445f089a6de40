package io.halfopen.tcp.receive;

import io.halfopen.wire.SeqNumber;

/**
 * What an ACK says besides its number: which stretches lie beyond a gap (RFC 2018), the one that grew last first; and
 * before them, once, what had been here before (RFC 2883).
 */
public final class SackBlocks {
    /** As many as fit without timestamps; with them there is room for one less. */
    public static final int MOST = 4;

    private final int[] edges = new int[2 * MOST];
    private int count;
    private int repeatedFrom;
    private int repeatedUntil;

    void clear() {
        count = 0;
        repeatedFrom = 0;
        repeatedUntil = 0;
    }

    /** The next ACK says that this was here before. */
    void repeated(int from, int until) {
        repeatedFrom = from;
        repeatedUntil = until;
    }

    /** An ACK has been sent. */
    void told() {
        repeated(0, 0);
    }

    public boolean isEmpty() {
        return count == 0 && !hasRepeated();
    }

    private boolean hasRepeated() {
        return repeatedFrom != repeatedUntil;
    }

    /** The block that this touches, or the one after the last. */
    int placeOf(int from, int until) {
        int place = 0;
        while (place < count
                && (SeqNumber.before(until, edges[2 * place]) || SeqNumber.before(edges[2 * place + 1], from))) {
            place++;
        }
        return place;
    }

    /** This has come: it joins what it touches, and that is what grew last (tcp_sack_new_ofo_skb). */
    void grew(int from, int until) {
        int left = from;
        int right = until;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            boolean apart = SeqNumber.before(right, edges[2 * i]) || SeqNumber.before(edges[2 * i + 1], left);
            if (apart) {
                edges[2 * kept] = edges[2 * i];
                edges[2 * kept + 1] = edges[2 * i + 1];
                kept++;
            } else {
                left = SeqNumber.min(left, edges[2 * i]);
                right = SeqNumber.max(right, edges[2 * i + 1]);
            }
        }
        kept = Math.min(kept, MOST - 1);
        System.arraycopy(edges, 0, edges, 2, 2 * kept);
        edges[0] = left;
        edges[1] = right;
        count = kept + 1;
    }

    /** Everything before this number is here. */
    void reached(int nxt) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (SeqNumber.after(edges[2 * i], nxt)) {
                edges[2 * kept] = edges[2 * i];
                edges[2 * kept + 1] = edges[2 * i + 1];
                kept++;
            }
        }
        count = kept;
    }

    /** The highest edge, or {@code nxt} where no gap is known of. */
    int last(int nxt) {
        int last = nxt;
        for (int i = 0; i < count; i++) {
            last = SeqNumber.max(last, edges[2 * i + 1]);
        }
        return last;
    }

    /** How many blocks the next ACK has if there is room for so many. */
    public int blocks(int room) {
        return Math.min(room, count + (hasRepeated() ? 1 : 0));
    }

    public int left(int block) {
        return block == 0 && hasRepeated() ? repeatedFrom : edges[2 * (block - (hasRepeated() ? 1 : 0))];
    }

    public int right(int block) {
        return block == 0 && hasRepeated() ? repeatedUntil : edges[2 * (block - (hasRepeated() ? 1 : 0)) + 1];
    }
}

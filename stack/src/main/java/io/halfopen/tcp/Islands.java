package io.halfopen.tcp;

import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/**
 * What arrived after a gap: stretches of sequence space in order, none touching another. There are at most
 * {@link #MOST}, which bounds the memory and the time that a peer who sends every other octet can cost.
 */
final class Islands {
    static final int MOST = 64;

    private int @Nullable [] edges;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    int left(int index) {
        return edges == null ? 0 : edges[2 * index];
    }

    int right(int index) {
        return edges == null ? 0 : edges[2 * index + 1];
    }

    void clear() {
        count = 0;
    }

    /** The first stretch that ends after this number; {@link #count()} if none does. */
    int after(int seq) {
        int index = 0;
        while (index < count && SeqNumber.upTo(right(index), seq)) {
            index++;
        }
        return index;
    }

    /** Adds a stretch and joins it with those it touches; false if that would make one too many. */
    boolean add(int left, int right) {
        int[] all = edges();
        int from = 0;
        while (from < count && SeqNumber.before(all[2 * from + 1], left)) {
            from++;
        }
        int to = from;
        while (to < count && SeqNumber.upTo(all[2 * to], right)) {
            to++;
        }
        if (from == to && count == MOST) {
            return false;
        }
        int newLeft = from == to ? left : SeqNumber.min(left, all[2 * from]);
        int newRight = from == to ? right : SeqNumber.max(right, all[2 * to - 1]);
        System.arraycopy(all, 2 * to, all, 2 * from + 2, 2 * (count - to));
        count += 1 - (to - from);
        all[2 * from] = newLeft;
        all[2 * from + 1] = newRight;
        return true;
    }

    private int[] edges() {
        int[] all = edges;
        if (all == null) {
            all = new int[2 * MOST];
            edges = all;
        }
        return all;
    }

    /** Takes away what starts at or before {@code reached}; returns how far one of them carries it. */
    int join(int reached) {
        int joined = reached;
        int gone = 0;
        while (gone < count && SeqNumber.upTo(left(gone), joined)) {
            joined = SeqNumber.max(joined, right(gone));
            gone++;
        }
        if (gone > 0 && edges != null) {
            System.arraycopy(edges, 2 * gone, edges, 0, 2 * (count - gone));
            count -= gone;
        }
        return joined;
    }
}

package io.halfopen.tcp.receive;

import io.halfopen.wire.SeqNumber;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What arrived after a gap: stretches of sequence space in order, none touching another. Their memory is bounded by what
 * the receive buffer pays for, as Linux's is, and their number by {@link #MOST}, so that a peer who sends every other
 * octet cannot make each packet cost more time than the one before.
 */
final class OutOfOrderQueue {
    static final int MOST = 4096;

    private static final int FIRST = 16;

    private int @Nullable [] edges;
    private int count;
    private int octets;

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    /** Whether one stretch has all of these. */
    boolean holds(int from, int until) {
        int index = after(from);
        return index < count && SeqNumber.upTo(left(index), from) && SeqNumber.upTo(until, right(index));
    }

    /** Where the stretch begins that ends at this number; the number itself if none does. */
    int leftOf(int end) {
        int index = after(end - 1);
        return index < count && right(index) == end ? left(index) : end;
    }

    /** The octets of all stretches together. */
    int octets() {
        return octets;
    }

    int left(int index) {
        return edges == null ? 0 : edges[2 * index];
    }

    int right(int index) {
        return edges == null ? 0 : edges[2 * index + 1];
    }

    void clear() {
        count = 0;
        octets = 0;
        if (edges != null && edges.length > 2 * FIRST) {
            edges = null;
        }
    }

    /** The first stretch that ends after this number; {@link #count()} if none does. */
    int after(int seq) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (SeqNumber.upTo(right(middle), seq)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The octets of all stretches that lie wholly between these numbers. */
    int octetsWithin(int from, int until) {
        int within = 0;
        for (int i = after(from); i < count && SeqNumber.upTo(right(i), until); i++) {
            within += SeqNumber.upTo(from, left(i)) ? right(i) - left(i) : 0;
        }
        return within;
    }

    /** Adds a stretch and joins it with those it touches; false if that would make one too many. */
    boolean add(int left, int right) {
        int from = after(left - 1);
        int to = from;
        int newLeft = left;
        int newRight = right;
        while (to < count && SeqNumber.upTo(left(to), right)) {
            newLeft = SeqNumber.min(newLeft, left(to));
            newRight = SeqNumber.max(newRight, right(to));
            octets -= right(to) - left(to);
            to++;
        }
        if (from == to && count == MOST) {
            return false;
        }
        int[] all = room();
        System.arraycopy(all, 2 * to, all, 2 * from + 2, 2 * (count - to));
        count += 1 - (to - from);
        octets += newRight - newLeft;
        all[2 * from] = newLeft;
        all[2 * from + 1] = newRight;
        return true;
    }

    /** The edges, with room for one stretch more. */
    private int[] room() {
        int[] all = edges;
        if (all == null) {
            all = new int[2 * FIRST];
        } else if (all.length == 2 * count) {
            all = Arrays.copyOf(all, 4 * count);
        }
        edges = all;
        return all;
    }

    /** Takes away what starts at or before {@code reached}; returns how far one of them carries it. */
    int join(int reached) {
        int joined = reached;
        int gone = 0;
        while (gone < count && SeqNumber.upTo(left(gone), joined)) {
            joined = SeqNumber.max(joined, right(gone));
            octets -= right(gone) - left(gone);
            gone++;
        }
        if (gone > 0 && edges != null) {
            System.arraycopy(edges, 2 * gone, edges, 0, 2 * (count - gone));
            count -= gone;
        }
        return joined;
    }

    /** Takes away the last octets, at most so many, and none before {@code floor}; returns how many. */
    int dropLast(int most, int floor) {
        int dropped = 0;
        while (dropped < most && count > 0 && edges != null) {
            int last = 2 * (count - 1);
            int start = SeqNumber.max(edges[last], floor);
            int here = Math.min(most - dropped, edges[last + 1] - start);
            if (here <= 0) {
                break;
            }
            edges[last + 1] -= here;
            dropped += here;
            if (edges[last + 1] == edges[last]) {
                count--;
            }
        }
        octets -= dropped;
        return dropped;
    }
}

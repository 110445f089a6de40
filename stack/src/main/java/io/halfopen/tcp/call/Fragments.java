package io.halfopen.tcp.call;

import io.halfopen.tcp.send.SendNotices;

/**
 * The memory that MSG_ZEROCOPY sends from, page by page: the arrays of sendmsg(2), of which each begins a page. A buffer of
 * Linux points to so many pages only.
 */
final class Fragments {
    private int[] lengths = {};
    private int index;
    private int offset;

    /** In so many pages lie the octets that {@link #fitting} has counted last. */
    private int used;

    void of(int[] lengths) {
        this.lengths = lengths;
        index = 0;
        offset = 0;
    }

    /** How many of the next octets lie in at most so many pages. */
    int fitting(int octets, int pages) {
        int total = 0;
        used = 0;
        while (total < octets && used < pages && index < lengths.length) {
            int piece = Math.min(
                    Math.min(lengths[index] - offset, octets - total), SendNotices.PAGE - offset % SendNotices.PAGE);
            total += piece;
            offset += piece;
            used += piece > 0 ? 1 : 0;
            if (offset == lengths[index]) {
                index++;
                offset = 0;
            }
        }
        return total;
    }

    int used() {
        return used;
    }
}

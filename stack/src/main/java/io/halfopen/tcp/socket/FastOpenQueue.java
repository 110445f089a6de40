package io.halfopen.tcp.socket;

import java.util.Arrays;

/**
 * How many Fast Open handshakes of a listener are not finished (fastopen_queue). One that a reset ended after accept()
 * took it is counted for another minute: a peer with a forged address costs its owner's resets, not ours.
 */
public final class FastOpenQueue {
    /** As long as Linux's. */
    private static final long QUARANTINE = 60_000_000_000L;

    private int limit;
    private int length;

    /** When those end that were reset, in a ring. */
    private long[] ends = new long[4];

    private int first;
    private int reset;

    /** TCP_FASTOPEN; 0 is off. */
    public int limit() {
        return limit;
    }

    public void setLimit(int limit) {
        this.limit = limit;
    }

    int length() {
        return length;
    }

    /** Whether there is room for one more (tcp_fastopen_queue_check). */
    public boolean hasRoom(long now) {
        return length < limit || reset > 0 && ends[first] <= now;
    }

    /** One more begins. */
    public void add(long now) {
        if (length >= limit && reset > 0 && ends[first] <= now) {
            first = first + 1 & ends.length - 1;
            reset--;
            length--;
        }
        length++;
    }

    void remove() {
        length--;
    }

    /** A connection was reset by its peer when a process had it already. */
    void quarantine(long now) {
        if (reset == ends.length) {
            long[] wider = Arrays.copyOf(ends, 2 * reset);
            for (int i = 0; i < reset; i++) {
                wider[i] = ends[first + i & reset - 1];
            }
            ends = wider;
            first = 0;
        }
        ends[first + reset & ends.length - 1] = now + QUARANTINE;
        reset++;
    }
}

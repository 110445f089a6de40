package io.halfopen.tcp.send;

import java.util.Arrays;

/**
 * The packets of a {@link Flight} in the order in which they were sent last, those that may yet be found lost by time:
 * Linux's tsorted_sent_queue. A list through their slots.
 */
final class SentOrder {
    static final int NOWHERE = -1;

    private final int[] earlier;
    private final int[] later;
    private int first = NOWHERE;
    private int last = NOWHERE;

    SentOrder(int capacity) {
        earlier = new int[capacity];
        later = new int[capacity];
    }

    int first() {
        return first;
    }

    int after(int slot) {
        return later[slot];
    }

    /** Whoever is in it need not have been taken out. */
    void clear() {
        first = NOWHERE;
        last = NOWHERE;
    }

    /** A packet is sent now; it must not be in the list. */
    void append(int slot) {
        earlier[slot] = last;
        later[slot] = NOWHERE;
        follow(last, slot);
        last = slot;
    }

    /** Does nothing if it is not in the list. */
    void remove(int slot) {
        if (!contains(slot)) {
            return;
        }
        follow(earlier[slot], later[slot]);
        precede(later[slot], earlier[slot]);
        forget(slot);
    }

    /** A packet was sent with another, if that is in the list. */
    void addAfter(int slot, int added) {
        forget(added);
        if (contains(slot)) {
            int next = later[slot];
            earlier[added] = slot;
            later[added] = next;
            follow(slot, added);
            precede(next, added);
        }
    }

    /** What was at one slot is now at another, which is not in the list. */
    void move(int from, int to) {
        if (!contains(from)) {
            forget(to);
            return;
        }
        earlier[to] = earlier[from];
        later[to] = later[from];
        follow(earlier[to], to);
        precede(later[to], to);
    }

    /** Copies the list of a smaller ring, whose first slot was that one. */
    void copy(SentOrder source, int head) {
        int mask = source.later.length - 1;
        Arrays.fill(earlier, NOWHERE);
        clear();
        for (int slot = source.first; slot != NOWHERE; slot = source.later[slot]) {
            append(slot - head & mask);
        }
    }

    private boolean contains(int slot) {
        return earlier[slot] != NOWHERE || first == slot;
    }

    private void forget(int slot) {
        earlier[slot] = NOWHERE;
        later[slot] = NOWHERE;
    }

    private void follow(int slot, int next) {
        if (slot == NOWHERE) {
            first = next;
        } else {
            later[slot] = next;
        }
    }

    private void precede(int slot, int previous) {
        if (slot == NOWHERE) {
            last = previous;
        } else {
            earlier[slot] = previous;
        }
    }
}

package io.halfopen.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Events that are added in order, and so taken out in order: a ring that grows by doubling. */
final class Lane {
    private static final int FIRST_CAPACITY = 16;

    private long[] times = new long[FIRST_CAPACITY];
    private long[] ranks = new long[FIRST_CAPACITY];
    private @Nullable Runnable[] actions = new Runnable[FIRST_CAPACITY];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long firstTime() {
        return times[head];
    }

    long firstRank() {
        return ranks[head];
    }

    /** Whether an event comes after all that are here. */
    boolean mayEndWith(long time, long rank) {
        int last = head + size - 1 & times.length - 1;
        return size == 0 || Event.isBefore(times[last], ranks[last], time, rank);
    }

    void add(long time, long rank, Runnable action) {
        if (size == times.length) {
            grow();
        }
        int end = head + size & times.length - 1;
        times[end] = time;
        ranks[end] = rank;
        actions[end] = action;
        size++;
    }

    Runnable remove() {
        Runnable action = actions[head];
        if (action == null) {
            throw new IllegalStateException("nothing is scheduled");
        }
        actions[head] = null;
        head = head + 1 & times.length - 1;
        size--;
        return action;
    }

    private void grow() {
        int before = times.length;
        times = Arrays.copyOf(times, 2 * before);
        ranks = Arrays.copyOf(ranks, 2 * before);
        actions = Arrays.copyOf(actions, 2 * before);
        // What had gone around lies behind the rest now.
        System.arraycopy(times, 0, times, before, head);
        System.arraycopy(ranks, 0, ranks, before, head);
        System.arraycopy(actions, 0, actions, before, head);
        Arrays.fill(actions, 0, head, null);
    }
}

package io.halfopen.sim;

import java.util.PriorityQueue;

/**
 * What will happen, in order ({@link Event}). Most of it is scheduled in order already: packets over a path of constant delay,
 * clients that come one after the other, a server's next accept(). So there are a few {@link Lane}s, and what happens after
 * the last of one is appended there; only the rest goes to a heap. Of a hundred thousand clients, a heap of all took an eighth of
 * the time.
 */
final class EventQueue {
    private static final int LANES = 8;

    /** No lane, but the heap is first; and nothing is. */
    private static final int HEAP = LANES;

    private static final int NOTHING = -1;

    private final Lane[] lanes = new Lane[LANES];
    private final PriorityQueue<Event> heap = new PriorityQueue<>();
    private long scheduled;
    private int first = NOTHING;
    private long firstTime = Long.MAX_VALUE;
    private long firstRank;

    EventQueue() {
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new Lane();
        }
    }

    boolean isEmpty() {
        return first == NOTHING;
    }

    /** When the first event is, or {@link Long#MAX_VALUE} if there is none. */
    long firstTime() {
        return firstTime;
    }

    /** Whether the first event is a packet that arrives; else a program acts. */
    boolean isFirstArrival() {
        return Event.isArrival(firstRank);
    }

    void add(long time, boolean isArrival, Runnable action) {
        long rank = Event.rank(isArrival, scheduled++);
        int place = laneFor(time, rank);
        if (place == HEAP) {
            heap.add(new Event(time, rank, action));
        } else {
            lanes[place].add(time, rank, action);
        }
        if (first == NOTHING || Event.isBefore(time, rank, firstTime, firstRank)) {
            setFirst(place, time, rank);
        }
    }

    private int laneFor(long time, long rank) {
        int lane = 0;
        while (lane < LANES && !lanes[lane].mayEndWith(time, rank)) {
            lane++;
        }
        return lane;
    }

    /** Takes out the first event; there has to be one. */
    Runnable remove() {
        Runnable action = first == HEAP ? heap.remove().action() : lanes[first].remove();
        findFirst();
        return action;
    }

    private void findFirst() {
        setFirst(NOTHING, Long.MAX_VALUE, 0);
        for (int i = 0; i < LANES; i++) {
            Lane lane = lanes[i];
            if (!lane.isEmpty() && isNewFirst(lane.firstTime(), lane.firstRank())) {
                setFirst(i, lane.firstTime(), lane.firstRank());
            }
        }
        Event event = heap.peek();
        if (event != null && isNewFirst(event.time(), event.rank())) {
            setFirst(HEAP, event.time(), event.rank());
        }
    }

    private boolean isNewFirst(long time, long rank) {
        return first == NOTHING || Event.isBefore(time, rank, firstTime, firstRank);
    }

    private void setFirst(int place, long time, long rank) {
        first = place;
        firstTime = time;
        firstRank = rank;
    }
}

package io.halfopen.tcp.host;

import org.jspecify.annotations.Nullable;

/**
 * All timers of a stack, in a defined order: by deadline to the nanosecond, equal ones by order of scheduling. So the
 * same calls give the same trace.
 *
 * <p>It is a hierarchical wheel (Varghese and Lauck, 1987): eight levels of 64 slots; a slot of level 0 is a tick of
 * 2^20 ns (about a millisecond), a slot of level n+1 is all of level n. A timer goes to the lowest level whose slots
 * still tell its tick from the current one: the level of the highest six bits in which the two differ. Scheduling and
 * cancelling therefore cost the same with one timer as with a million. When the current tick reaches a slot of a higher
 * level, its timers move down ("cascade"); only the slots of level 0 are kept sorted, which costs little because timers
 * mostly come in the order of their deadlines. Equal deadlines always share a slot, and keep their order on the way down.
 *
 * <p>{@link #nextDeadline} is exact when the next timer is in level 0, else the start of its slot, which is earlier: a
 * caller who wakes then finds nothing due and asks again.
 */
public final class TimerWheel {
    static final short NOWHERE = -1;

    private static final int TICK_SHIFT = 20;
    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int LEVELS = 8;

    private final @Nullable Timer[] heads = new Timer[LEVELS * SLOTS];
    private final @Nullable Timer[] tails = new Timer[LEVELS * SLOTS];

    /** A bit for each slot of a level that is not empty, and for each level that has one. */
    private final long[] occupied = new long[LEVELS];

    private int levels;
    private final boolean lastFirst;
    private long tick;
    private int size;

    TimerWheel() {
        this(false);
    }

    /** {@code lastFirst}: of timers with the same deadline that which was scheduled last comes first. */
    TimerWheel(boolean lastFirst) {
        this.lastFirst = lastFirst;
    }

    public int size() {
        return size;
    }

    public void schedule(Timer timer, long deadline) {
        cancel(timer);
        timer.deadline = deadline;
        size++;
        insert(timer);
    }

    public void cancel(Timer timer) {
        if (timer.isScheduled()) {
            unlink(timer);
            timer.deadline = Timer.NEVER;
            size--;
        }
    }

    /** A time before which nothing is due: {@link Timer#NEVER} if nothing is scheduled. */
    public long nextDeadline() {
        int level = lowestOccupied();
        if (level < 0) {
            return Timer.NEVER;
        }
        Timer first = heads[firstSlot(level)];
        return level == 0 && first != null ? first.deadline : startTick(level) << TICK_SHIFT;
    }

    /** Takes out the first timer whose deadline is not after {@code now}; null if there is none. */
    @Nullable
    public Timer pollDue(long now) {
        while (true) {
            int level = lowestOccupied();
            if (level < 0) {
                return null;
            }
            if (level == 0) {
                Timer first = heads[firstSlot(0)];
                if (first == null || first.deadline > now) {
                    return null;
                }
                cancel(first);
                return first;
            }
            long start = startTick(level);
            if (start > now >>> TICK_SHIFT) {
                return null;
            }
            cascade(firstSlot(level), start);
        }
    }

    private void cascade(int slot, long start) {
        tick = start;
        Timer timer = lastFirst ? tails[slot] : heads[slot];
        heads[slot] = null;
        tails[slot] = null;
        empty(slot);
        while (timer != null) {
            Timer following = lastFirst ? timer.previous : timer.next;
            insert(timer);
            timer = following;
        }
    }

    private int lowestOccupied() {
        return levels == 0 ? -1 : Integer.numberOfTrailingZeros(levels);
    }

    private void fill(int slot) {
        int level = slot >>> SLOT_BITS;
        occupied[level] |= 1L << slot;
        levels |= 1 << level;
    }

    private void empty(int slot) {
        int level = slot >>> SLOT_BITS;
        long rest = occupied[level] & ~(1L << slot);
        occupied[level] = rest;
        if (rest == 0) {
            levels &= ~(1 << level);
        }
    }

    /** Slots never lie behind the current tick, so the lowest bit is the earliest. */
    private int firstSlot(int level) {
        return level << SLOT_BITS | Long.numberOfTrailingZeros(occupied[level]);
    }

    private long startTick(int level) {
        int shift = level * SLOT_BITS;
        long above = tick >>> shift + SLOT_BITS << shift + SLOT_BITS;
        return above | (long) Long.numberOfTrailingZeros(occupied[level]) << shift;
    }

    private void insert(Timer timer) {
        long due = Math.max(timer.deadline >>> TICK_SHIFT, tick);
        int level = (63 - Long.numberOfLeadingZeros((due ^ tick) | SLOTS - 1)) / SLOT_BITS;
        int slot = level << SLOT_BITS | (int) (due >>> level * SLOT_BITS) & SLOTS - 1;
        Timer before = level > 0 && lastFirst ? null : tails[slot];
        while (level == 0 && before != null && isAfter(before, timer)) {
            before = before.previous;
        }
        link(timer, slot, before);
    }

    /** Whether a timer that is there already fires after one that is put in now. */
    private boolean isAfter(Timer there, Timer added) {
        return there.deadline > added.deadline || lastFirst && there.deadline == added.deadline;
    }

    private void link(Timer timer, int slot, @Nullable Timer before) {
        Timer after = before == null ? heads[slot] : before.next;
        timer.previous = before;
        timer.next = after;
        timer.slot = (short) slot;
        if (before == null) {
            heads[slot] = timer;
        } else {
            before.next = timer;
        }
        if (after == null) {
            tails[slot] = timer;
        } else {
            after.previous = timer;
        }
        fill(slot);
    }

    private void unlink(Timer timer) {
        int slot = timer.slot;
        Timer before = timer.previous;
        Timer after = timer.next;
        if (before == null) {
            heads[slot] = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tails[slot] = before;
        } else {
            after.previous = before;
        }
        if (heads[slot] == null) {
            empty(slot);
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = NOWHERE;
    }
}

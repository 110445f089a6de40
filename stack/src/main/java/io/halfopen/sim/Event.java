package io.halfopen.sim;

/**
 * Something that will happen. At the same instant packets arrive before programs act, each in the order of scheduling;
 * timers of the stacks come after both, host by host in the order in which they were added.
 *
 * @param rank its place among those of the same time
 */
record Event(long time, long rank, Runnable action) implements Comparable<Event> {
    /** Of a program's action: it comes after all arrivals. */
    private static final long ACTION = 1L << 62;

    static long rank(boolean isArrival, long order) {
        return isArrival ? order : order | ACTION;
    }

    static boolean isArrival(long rank) {
        return rank < ACTION;
    }

    static boolean isBefore(long time, long rank, long otherTime, long otherRank) {
        return time < otherTime || time == otherTime && rank < otherRank;
    }

    @Override
    public int compareTo(Event other) {
        return time == other.time ? Long.compare(rank, other.rank) : Long.compare(time, other.time);
    }
}

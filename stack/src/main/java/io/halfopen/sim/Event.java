package io.halfopen.sim;

/**
 * Something that will happen. At the same instant packets arrive before programs act, each in the order of scheduling;
 * timers of the stacks come after both, host by host in the order in which they were added.
 */
record Event(long time, boolean isArrival, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
        if (time != other.time) {
            return Long.compare(time, other.time);
        }
        if (isArrival != other.isArrival) {
            return isArrival ? -1 : 1;
        }
        return Long.compare(order, other.order);
    }
}

package io.halfopen.nio.channels;

/** A channel that {@link NetSelector} can serve. */
interface NetChannel {
    Backing<?> backing();

    /** Which of these operations are ready, by the bits of poll(2). */
    int readyOps(int events, int interest);
}

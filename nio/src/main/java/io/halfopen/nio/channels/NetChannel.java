package io.halfopen.nio.channels;

import java.nio.channels.SelectableChannel;

/** A channel that {@link NetSelector} can serve. */
interface NetChannel {
    Backing<? extends SelectableChannel> backing();

    /** Which of these operations are ready, by the bits of poll(2). */
    int readyOps(int events, int interest);
}

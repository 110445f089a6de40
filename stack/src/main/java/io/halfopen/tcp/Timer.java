package io.halfopen.tcp;

import org.jspecify.annotations.Nullable;

/** Something that waits for a moment: a link of {@link TimerWheel}'s lists, which own all fields here. */
abstract class Timer {
    static final long NEVER = Long.MAX_VALUE;

    long deadline = NEVER;
    long order;
    int slot = TimerWheel.NOWHERE;

    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    final boolean isScheduled() {
        return slot != TimerWheel.NOWHERE;
    }
}

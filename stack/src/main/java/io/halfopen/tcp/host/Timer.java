package io.halfopen.tcp.host;

import org.jspecify.annotations.Nullable;

/** Something that waits for a moment: a link of {@link TimerWheel}'s lists, which own all fields here. */
public abstract class Timer {
    public static final long NEVER = Long.MAX_VALUE;

    public long deadline = NEVER;
    short slot = TimerWheel.NOWHERE;

    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    public final boolean isScheduled() {
        return slot != TimerWheel.NOWHERE;
    }
}

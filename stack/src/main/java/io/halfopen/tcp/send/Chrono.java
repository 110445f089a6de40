package io.halfopen.tcp.send;

import io.halfopen.tcp.host.SavedState;

/**
 * What a connection that had something to send waited for: tcp_chrono of Linux. It is always the last in the order of the
 * constants that holds, so a connection that waits for two things is said to wait for one.
 */
public final class Chrono {
    public enum Limit {
        /** There is nothing to send. */
        NONE,
        /** The network, or the congestion window. */
        BUSY,
        /** The peer's window has no room for the next segment. */
        WINDOW,
        /** All has been sent, and the program would write more if the send buffer were larger. */
        BUFFER
    }

    private Limit limit = Limit.NONE;
    private long since;
    private long busy;
    private long window;
    private long buffer;

    void reset() {
        limit = Limit.NONE;
        busy = 0;
        window = 0;
        buffer = 0;
    }

    /** Keeps or takes back the times of a sender that waits for nothing. */
    void keep(SavedState k) {
        since = k.time(since);
        busy = k.at(busy);
        window = k.at(window);
        buffer = k.at(buffer);
    }

    public boolean isRunning() {
        return limit != Limit.NONE;
    }

    /** This limit holds from now on (tcp_chrono_start). */
    void start(Limit next, long now) {
        if (next.compareTo(limit) > 0) {
            enter(next, now);
        }
    }

    /** A limit holds no more; {@code empty} if all that was written has been acknowledged (tcp_chrono_stop). */
    void stop(Limit last, boolean empty, long now) {
        if (empty) {
            enter(Limit.NONE, now);
        } else if (last == limit) {
            enter(Limit.BUSY, now);
        }
    }

    private void enter(Limit next, long now) {
        busy = lasted(Limit.BUSY, now);
        window = lasted(Limit.WINDOW, now);
        buffer = lasted(Limit.BUFFER, now);
        since = now;
        limit = next;
    }

    /** How long it has held so far, ns; of {@link Limit#BUSY} only while nothing else did. */
    public long lasted(Limit which, long now) {
        long before = switch (which) {
            case NONE -> 0;
            case BUSY -> busy;
            case WINDOW -> window;
            case BUFFER -> buffer;
        };
        return which == limit ? before + now - since : before;
    }

    /** How long there was something to send, ns. */
    public long total(long now) {
        return lasted(Limit.BUSY, now) + lasted(Limit.WINDOW, now) + lasted(Limit.BUFFER, now);
    }
}

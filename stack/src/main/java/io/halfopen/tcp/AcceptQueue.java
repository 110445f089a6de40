package io.halfopen.tcp;

import org.jspecify.annotations.Nullable;

/**
 * Finished connections waiting for accept(), in the order of their final ACKs, linked through themselves. One that was
 * reset meanwhile keeps its place: accept() still returns it, and until then it takes up room.
 */
final class AcceptQueue {
    private @Nullable Connection first;
    private @Nullable Connection last;
    private int length;
    private int peak;

    int length() {
        return length;
    }

    /** The most there have been. */
    int peak() {
        return peak;
    }

    void add(Connection connection) {
        if (last == null) {
            first = connection;
        } else {
            last.acceptNext = connection;
        }
        last = connection;
        length++;
        peak = Math.max(peak, length);
    }

    @Nullable
    Connection poll() {
        Connection connection = first;
        if (connection != null) {
            first = connection.acceptNext;
            last = first == null ? null : last;
            connection.acceptNext = null;
            length--;
        }
        return connection;
    }

    @Nullable
    Connection peek() {
        return first;
    }
}

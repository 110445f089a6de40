package io.halfopen.tcp;

import org.jspecify.annotations.Nullable;

/**
 * Finished connections waiting for accept(), in the order of their final ACKs, linked through themselves. One that was
 * reset meanwhile keeps its place: accept() still returns it, and until then it takes up room.
 */
final class AcceptQueue {
    /** What can wait in the queue, or has. */
    abstract static sealed class Entry extends Flow permits Dormant, Connection {
        /** In whose queue it waits. */
        @Nullable
        Listener listener;

        /** The process's end; none before accept() and after close(). */
        @Nullable
        Socket socket;

        /** Whether bind() may share its port, by SO_REUSEADDR or SO_REUSEPORT, also when the socket is gone. */
        boolean reuseAddress;

        boolean reusePort;

        private @Nullable Entry before;
        private @Nullable Entry after;

        final @Nullable Entry next() {
            return after;
        }

        /** Its port is not one that its socket was bound to. */
        final boolean isAlone() {
            return socket == null || socket.portUse == null;
        }
    }

    private @Nullable Entry first;
    private @Nullable Entry last;
    private int length;
    private int peak;

    int length() {
        return length;
    }

    /** The most there have been. */
    int peak() {
        return peak;
    }

    void add(Entry entry) {
        link(last, entry);
        link(entry, null);
        length++;
        peak = Math.max(peak, length);
    }

    @Nullable
    Entry poll() {
        Entry entry = first;
        if (entry != null) {
            link(null, entry.after);
            entry.after = null;
            length--;
        }
        return entry;
    }

    @Nullable
    Entry peek() {
        return first;
    }

    /** Another takes its place. */
    void replace(Entry entry, Entry other) {
        link(entry.before, other);
        link(other, entry.after);
        entry.before = null;
        entry.after = null;
    }

    private void link(@Nullable Entry left, @Nullable Entry right) {
        if (left == null) {
            first = right;
        } else {
            left.after = right;
        }
        if (right == null) {
            last = left;
        } else {
            right.before = left;
        }
    }
}

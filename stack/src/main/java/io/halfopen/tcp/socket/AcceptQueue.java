package io.halfopen.tcp.socket;

import org.jspecify.annotations.Nullable;

/**
 * Finished connections waiting for accept(), in the order of their final ACKs, linked through themselves. One that was
 * reset meanwhile keeps its place: accept() still returns it, and until then it takes up room.
 */
public final class AcceptQueue {
    /** A connection, awake or asleep: what can wait in the queue. Those that connect() opened are never in one. */
    public abstract static sealed class Entry extends Flow permits Dormant, Connection {
        /** In whose queue it waits. */
        @Nullable
        public Listener listener;

        /** The process's end; none before accept() and after close(). */
        @Nullable
        public Socket socket;

        /** Whether bind() may share its port, by SO_REUSEADDR or SO_REUSEPORT, also when the socket is gone. */
        public boolean reuseAddress;

        public boolean reusePort;

        private @Nullable Entry before;
        private @Nullable Entry after;

        public final @Nullable Entry next() {
            return after;
        }

        /** No socket holds the port for it: who binds that has to ask the connection itself. */
        final boolean isAlone() {
            return socket == null || socket.portUse == null;
        }
    }

    private @Nullable Entry first;
    private @Nullable Entry last;
    private int length;
    private int peak;

    public int length() {
        return length;
    }

    /** The most there have been. */
    public int peak() {
        return peak;
    }

    public void add(Entry entry) {
        link(last, entry);
        link(entry, null);
        length++;
        peak = Math.max(peak, length);
    }

    @Nullable
    public Entry poll() {
        Entry entry = first;
        if (entry != null) {
            link(null, entry.after);
            entry.after = null;
            length--;
        }
        return entry;
    }

    @Nullable
    public Entry peek() {
        return first;
    }

    /** Another takes its place. */
    public void replace(Entry entry, Entry other) {
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

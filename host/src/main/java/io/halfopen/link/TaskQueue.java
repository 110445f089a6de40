package io.halfopen.link;

import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** What other threads want done, in the order in which they said so. */
final class TaskQueue {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean closed;

    synchronized void add(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("the event loop has ended");
        }
        waiting.add(task);
    }

    synchronized int size() {
        return waiting.size();
    }

    synchronized @Nullable Runnable poll() {
        return waiting.poll();
    }

    /** Takes no more; those that wait remain to be polled. */
    synchronized void close() {
        closed = true;
    }
}

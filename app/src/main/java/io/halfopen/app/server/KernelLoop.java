package io.halfopen.app.server;

import io.halfopen.lab.server.Calls;
import io.halfopen.link.KernelHost;
import io.halfopen.linux.Poll;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Real time for programs on this machine's own kernel: timers and news of descriptors, one after the other on the
 * thread that calls {@link #turn}. After each of them, and after each call that a program makes, the world settles:
 * whoever watches the wire looks at what has happened before anything else does.
 */
public final class KernelLoop implements AutoCloseable {
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLET = 1 << 31;
    private static final long UNNOTICED = 2_000_000L;
    private static final int BATCH = 64;

    /** Who had nothing to wait for in so long has more to do than there is time for. */
    private static final long BUSY = 100_000_000L;

    private record Task(long time, long order, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return time == other.time ? Long.compare(order, other.order) : Long.compare(time, other.time);
        }
    }

    private final KernelHost host;
    private final int epoll;
    private final long startNanos = System.nanoTime();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Map<Integer, Calls.ReadyListener> watchers = new HashMap<>();
    private final List<Runnable> settlers = new ArrayList<>();
    private final int[] events = new int[BATCH];
    private final long[] descriptors = new long[BATCH];
    private long order;
    private long lastActivity;
    private long lastPause;
    private long lateness;
    private boolean settling;

    /** The host lends its descriptors; those of others can be watched as well. */
    public KernelLoop(KernelHost host) {
        this.host = host;
        epoll = host.epollCreate(0);
    }

    /** Nanoseconds since this loop was made. */
    public long now() {
        return System.nanoTime() - startNanos;
    }

    /** When a program acted or heard news, or {@link #noteActivity} was called, for the last time, ns. */
    public long lastActivity() {
        return lastActivity;
    }

    public void noteActivity() {
        lastActivity = now();
    }

    /** Runs an action at a time, or at once if that is past. */
    public void at(long time, Runnable action) {
        tasks.add(new Task(time, order++, action));
    }

    /** Somebody waits for a time. */
    public boolean hasTasks() {
        return !tasks.isEmpty();
    }

    /** News of a descriptor goes to the listener, edge-triggered as a stack's are, until it is {@link #forget forgotten}. */
    void watch(int fd, Calls.ReadyListener listener) {
        watchers.put(fd, listener);
        host.epollCtl(epoll, EPOLL_CTL_ADD, fd, Poll.POLLIN | Poll.POLLOUT | Poll.POLLRDHUP | EPOLLET, fd);
    }

    void forget(int fd) {
        watchers.remove(fd);
    }

    /** Wakes the loop when there is something to be read; a settler is to read it. */
    public void wakeOn(int fd) {
        host.epollCtl(epoll, EPOLL_CTL_ADD, fd, Poll.POLLIN, fd);
    }

    /** Looks at what has happened, after everything that might have made it happen. It may not call {@link #turn}. */
    public void addSettler(Runnable settler) {
        settlers.add(settler);
    }

    /** Settles; what a settler itself sets off is for its next look. */
    public void settle() {
        if (!settling) {
            settling = true;
            settlers.forEach(Runnable::run);
            settling = false;
        }
    }

    /** Waits for something to happen until a time, at the longest, and lets it. */
    public void turn(long until) {
        Task next = tasks.peek();
        long end = next == null ? until : Math.min(until, next.time());
        long wait = end - now();
        int ready = wait > 0 ? host.poll(new int[] {epoll}, new int[] {Poll.POLLIN}, new int[1], wait) : 1;
        long woken = now();
        lastPause = ready == 0 ? woken : lastPause;
        settle();
        tell();
        runDue();
        noteLateness(Math.max(0, woken - end), now() - woken);
    }

    /** Each thing waits for the one before: whoever only looks on looks seldom now, or it would never catch up. */
    public boolean isBehind() {
        return now() - lastPause > BUSY;
    }

    /** Whoever is woken late, or takes long, keeps the others waiting. */
    private void noteLateness(long overslept, long worked) {
        lateness += overslept > UNNOTICED ? overslept : 0;
        lateness += worked > UNNOTICED ? worked : 0;
    }

    /** How much later than it should everything happened in all, since the machine was busy, ns. */
    public long lateness() {
        return lateness;
    }

    /** Who is told of one thing before the next happens acts in the order in which things happen. */
    private void runDue() {
        Task task = tasks.peek();
        while (task != null && task.time() <= now()) {
            tasks.remove();
            noteActivity();
            task.action().run();
            settle();
            tell();
            task = tasks.peek();
        }
    }

    /** Until there is nothing new. */
    private void tell() {
        boolean news = true;
        while (news) {
            news = false;
            int count = host.epollWait(epoll, events, descriptors, 0);
            for (int i = 0; i < count; i++) {
                Calls.ReadyListener listener = watchers.get((int) descriptors[i]);
                if (listener != null) {
                    news = true;
                    noteActivity();
                    listener.onReady(events[i]);
                    settle();
                }
            }
        }
    }

    @Override
    public void close() {
        host.close(epoll);
    }
}

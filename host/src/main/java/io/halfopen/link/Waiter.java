package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.halfopen.linux.Poll;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waits for a descriptor, a moment or another thread: ppoll(2), which counts in nanoseconds, over the descriptor and
 * an eventfd(2) that other threads write to.
 */
final class Waiter {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    // struct pollfd { int fd; short events; short revents; }
    private static final int POLLFD_SIZE = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;

    private final Libc libc = new Libc();
    private final MemorySegment pollfds = Arena.ofAuto().allocate(2 * POLLFD_SIZE, 8);
    private final MemorySegment timespec = Arena.ofAuto().allocate(16, 8);
    private final MemorySegment received = Arena.ofAuto().allocate(8, 8);

    private final Object wakeUpLock = new Object();
    private final Libc wakersLibc = new Libc();
    private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);
    private final int eventFd;
    private boolean closed;
    private boolean failed;

    Waiter(int fd) throws LinkException {
        eventFd = libc.eventfd();
        if (eventFd < 0) {
            throw new LinkException("no eventfd: " + Libc.message(eventFd));
        }
        watch(0, fd);
        watch(POLLFD_SIZE, eventFd);
    }

    private void watch(int pollfd, int fd) {
        pollfds.set(JAVA_INT, pollfd, fd);
        pollfds.set(JAVA_SHORT, pollfd + EVENTS, (short) Poll.POLLIN);
    }

    /** See {@link Link#await}. A signal ends a wait too. */
    void await(long nanos) throws LinkException {
        boolean forEver = nanos == Long.MAX_VALUE;
        timespec.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
        timespec.set(JAVA_LONG, 8, nanos % NANOS_PER_SECOND);
        int ready = libc.ppoll(pollfds, 2, forEver ? MemorySegment.NULL : timespec);
        if (ready < 0 && ready != -Libc.EINTR) {
            throw new LinkException("cannot wait for packets: " + Libc.message(ready));
        }
        failed = ready > 0 && (pollfds.get(JAVA_SHORT, REVENTS) & Poll.POLLERR) != 0;
        if (ready > 0 && pollfds.get(JAVA_SHORT, POLLFD_SIZE + REVENTS) != 0) {
            libc.read(eventFd, received, 8);
        }
    }

    /** Whether the last wait ended because something is wrong with the descriptor. */
    boolean failed() {
        return failed;
    }

    /** The lock keeps the descriptor from being closed, and used by somebody else, in between. */
    void wakeUp() {
        synchronized (wakeUpLock) {
            if (!closed) {
                wakersLibc.write(eventFd, one, 8);
            }
        }
    }

    void close() {
        synchronized (wakeUpLock) {
            if (!closed) {
                closed = true;
                Libc.close(eventFd);
            }
        }
    }
}

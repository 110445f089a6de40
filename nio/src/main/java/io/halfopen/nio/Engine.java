package io.halfopen.nio;

import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link World} that many threads share. One lock owns it: a thread's call mutates and lets the world settle, then
 * whoever waits for what came of it is woken. One thread more, the driver, waits for the world's next deadline.
 *
 * <p>Conditions and locks of java.util.concurrent only: a virtual thread that waits here gives its carrier away.
 */
public final class Engine implements AutoCloseable {
    /** Told, with the lock held, that the time has come. */
    interface Wait {
        long deadline();

        void reached();
    }

    /** A wait that may be given up. */
    public interface Timer extends AutoCloseable {
        @Override
        void close();
    }

    private static final long NEVER = Long.MAX_VALUE;

    /** How often peers are looked at that have not got everything yet, ns. */
    private static final long LOOK = 5_000_000L;

    private static final int ACQUIRE_SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Set<Wait> waits = new LinkedHashSet<>();
    private final World world;
    private final NetworkTime time;
    private final Idleness idleness;
    private final Thread driver;
    private final long startNanos = System.nanoTime();
    private long planned;
    private final Set<VirtualSocket> sockets = Collections.newSetFromMap(new WeakHashMap<>());
    private final AtomicInteger woken = new AtomicInteger();
    private Runnable whenSettled = () -> {};
    private final Condition never = lock.newCondition();

    /** Who ends the programs, once they are to end; the others run no further. */
    private @Nullable Thread ender;

    private volatile boolean closed;

    public Engine(String name, long seed, NetworkTime time) {
        this.world = new World(seed);
        this.time = time;
        driver = Thread.ofPlatform().name("halfopen-" + name).daemon().unstarted(this::drive);
        idleness = new Idleness(driver);
        driver.start();
    }

    /** Only with the lock: within {@link #call} and the like. */
    public World world() {
        return world;
    }

    public NetworkTime time() {
        return time;
    }

    Condition newCondition() {
        return lock.newCondition();
    }

    /** It hears of it when the engine is closed. */
    void add(VirtualSocket socket) {
        sockets.add(socket);
    }

    /** Whoever waits for a socket of this host looks again. */
    void wake(Host host) {
        for (VirtualSocket socket : sockets) {
            if (socket.host() == host) {
                socket.onNews();
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs, with the lock, after each call and whenever time has gone on: what was sent is to leave. */
    void whenSettled(Runnable action) {
        run(() -> whenSettled = action);
    }

    public int call(IntSupplier call) {
        enter();
        try {
            return call.getAsInt();
        } finally {
            exit();
        }
    }

    public <T> T get(Supplier<T> call) {
        enter();
        try {
            return call.get();
        } finally {
            exit();
        }
    }

    public void run(Runnable call) {
        enter();
        try {
            call.run();
        } finally {
            exit();
        }
    }

    /** The same for the network's own threads, which go on when programs have ended. */
    void runOwn(Runnable call) {
        lock.lock();
        try {
            advance();
            call.run();
        } finally {
            exit();
        }
    }

    private void enter() {
        if (lock.isHeldByCurrentThread()) {
            lock.lock(); // a call within a call
            return;
        }
        acquire();
        holdIfEnded();
        if (time.isAutomatic()) {
            idleness.add(Thread.currentThread());
        }
        advance();
    }

    /** As when a process ends: its threads are not told anything any more, nor do they wake up. The JVM is about to halt. */
    private void holdIfEnded() {
        while (ender != null && ender != Thread.currentThread()) {
            never.awaitUninterruptibly();
        }
    }

    /** A call takes a few microseconds: less than to sleep until it has ended. */
    private void acquire() {
        for (int i = 0; i < ACQUIRE_SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    private void exit() {
        try {
            if (lock.getHoldCount() == 1) {
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whatever happens until now happens. */
    private void advance() {
        if (!closed) {
            world.runUntil(time.isAutomatic() ? world.now() : now());
        }
    }

    /** Nanoseconds of the network since it began. */
    private long now() {
        return Math.max(world.now(), time.toNetwork(System.nanoTime() - startNanos));
    }

    private void settle() {
        if (closed) {
            return;
        }
        world.runUntil(world.now());
        whenSettled.run();
        idleness.touch();
        if (nextDeadline() < planned) {
            work.signal();
        }
    }

    /** The time of the network that is so far ahead on the caller's clock, or never. */
    long deadline(long nanos) {
        long ahead = time.toNetwork(nanos);
        return nanos == NEVER || ahead > NEVER - world.now() ? NEVER : world.now() + ahead;
    }

    /**
     * Waits, with the lock, for a signal, the deadline, or nothing at all; what happened meanwhile has happened.
     *
     * @throws InterruptedException if the thread is interrupted before or while it waits
     */
    @SuppressWarnings("WaitNotInLoop") // the caller has the loop
    void await(Condition condition, long deadline) throws InterruptedException {
        settle();
        if (deadline == NEVER) {
            condition.await();
        } else if (time.isAutomatic()) {
            awaitJump(condition, deadline);
        } else {
            condition.awaitNanos(time.toWall(deadline - world.now()));
        }
        holdIfEnded();
        advance();
    }

    /**
     * With the lock: lets others have it for a moment, in which what is waited for may come; false if it did not. Where time
     * jumps, nothing comes without a jump, and all others have to sleep before that.
     */
    boolean comesSoon(BusyPoll poll, BooleanSupplier come) {
        if (time.isAutomatic() || lock.getHoldCount() > 1) {
            return false;
        }
        settle();
        lock.unlock();
        boolean looked = poll.comesSoon(come);
        acquire();
        boolean came = looked || come.getAsBoolean();
        if (came) {
            holdIfEnded();
            advance();
        }
        return came;
    }

    /** The same; an interrupt is kept for later. */
    void awaitUninterruptibly(Condition condition, long deadline) {
        boolean interrupted = Thread.interrupted();
        try {
            await(condition, deadline);
        } catch (InterruptedException later) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the caller has the loop
    private void awaitJump(Condition condition, long deadline) throws InterruptedException {
        Wait wait = new ConditionWait(condition, deadline);
        add(wait);
        try {
            condition.await();
        } finally {
            waits.remove(wait);
        }
    }

    private record ConditionWait(Condition condition, long deadline) implements Wait {
        @Override
        public void reached() {
            condition.signalAll();
        }

        /** Two that wait alike are two. */
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private void add(Wait wait) {
        waits.add(wait);
        if (wait.deadline() < planned) {
            work.signal();
        }
    }

    /** Has {@code reached} run, with the lock held, when so many nanoseconds of the caller's clock have passed. */
    public Timer awaitTime(long nanos, Runnable reached) {
        return get(() -> awaitDeadline(deadline(nanos), reached));
    }

    /** The same, of the network's time. */
    Timer awaitNetworkTime(long nanos, Runnable reached) {
        return get(() -> awaitDeadline(nanos > NEVER - world.now() ? NEVER : world.now() + nanos, reached));
    }

    private Timer awaitDeadline(long deadline, Runnable reached) {
        Wait wait = new Wait() {
            @Override
            public long deadline() {
                return deadline;
            }

            @Override
            public void reached() {
                reached.run();
            }
        };
        add(wait);
        return () -> run(() -> waits.remove(wait));
    }

    private long nextDeadline() {
        long next = world.nextTime();
        for (Wait wait : waits) {
            next = Math.min(next, wait.deadline());
        }
        return next;
    }

    private void drive() {
        lock.lock();
        try {
            while (!closed) {
                driveOnce();
            }
        } catch (InterruptedException nobodyDoesThat) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // drive() has the loop
    private void driveOnce() throws InterruptedException {
        advance();
        fireReached();
        whenSettled.run();
        long next = nextDeadline();
        planned = next;
        if (next == NEVER) {
            work.await();
        } else if (!time.isAutomatic()) {
            work.awaitNanos(time.toWall(next - now()));
        } else {
            long lacks = lacks();
            if (lacks > 0) {
                work.awaitNanos(lacks);
            } else {
                jump(next);
            }
        }
    }

    /** Whoever waits for the lock is on the way in with a call, or out of a wait that has ended: he only looks idle. */
    private long lacks() {
        long lacks = idleness.lacks();
        return lacks == 0 && (lock.hasQueuedThreads() || woken.get() > 0) ? Idleness.AGAIN : lacks;
    }

    /**
     * A thread is about to go on that waits elsewhere: until {@link #hasWoken} automatic time stands still, however long
     * that takes. So whoever calls this has to know that the thread will come, and needs no time to do so.
     */
    public void wakes() {
        woken.incrementAndGet();
    }

    /** It has come, be it to wait again: once for each {@link #wakes}. */
    public void hasWoken() {
        woken.decrementAndGet();
    }

    /** How many threads were woken and have not come. */
    int awaited() {
        return woken.get();
    }

    private void jump(long next) {
        idleness.touch();
        world.runUntil(next);
        fireReached();
    }

    private void fireReached() {
        boolean any = false;
        for (Wait wait : waits) {
            any |= wait.deadline() <= world.now();
        }
        if (!any) {
            return;
        }
        for (Wait wait : List.copyOf(waits)) {
            if (wait.deadline() <= world.now()) {
                waits.remove(wait);
                wait.reached();
            }
        }
        world.runUntil(world.now());
    }

    /**
     * Ends the programs as a kernel ends a process: their threads run no further, except this one, and their sockets are
     * closed. Then waits until peers have all that was written, at most so many nanoseconds.
     */
    void endPrograms(Host host, long nanos) {
        Condition again = newCondition();
        run(() -> {
            ender = Thread.currentThread();
            sockets.forEach(VirtualSocket::abandon);
            long end = deadline(nanos);
            while (!closed && world.now() < end && isDelivering(host)) {
                awaitUninterruptibly(again, Math.min(end, deadline(LOOK)));
            }
        });
    }

    private static boolean isDelivering(Host host) {
        return host.stack().snapshot().stream().anyMatch(row -> switch (row.state()) {
            case FIN_WAIT1, CLOSING, LAST_ACK -> true;
            default -> false;
        });
    }

    /** Time ends: whoever waits for a socket is woken. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
            sockets.forEach(VirtualSocket::onNews);
        } finally {
            lock.unlock();
        }
    }
}

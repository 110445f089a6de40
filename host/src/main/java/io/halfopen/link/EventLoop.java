package io.halfopen.link;

import io.halfopen.tcp.Stack;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A stack on a link, in real time: one thread that owns both. After each packet, timer, task and call of the program
 * it sends what the stack has to send; it sleeps when there is nothing to do, until the stack's next timeout.
 *
 * <p>Before {@link #start} whoever made the stack may call it; from then on only the program's handler and the tasks
 * given to {@link #execute} may, which the loop runs one at a time. Their packets leave when they return. Whatever one
 * of them throws ends the loop, and {@link #join} tells.
 */
public final class EventLoop implements Executor, AutoCloseable {
    /**
     * Before other programs, where that is permitted: a kernel's own TCP runs in softirq, which they do not interrupt either.
     * With a third program on two cores, a flood otherwise comes faster than what two thirds of a core take in.
     */
    private static final int NICE = -10;

    private final Link link;
    private final Pump pump;
    private final TaskQueue tasks = new TaskQueue();
    private final Thread thread;
    private final Object lifecycle = new Object();
    private final long startNanos;
    private Stack.ReadyHandler program = (fd, events) -> {};
    private @Nullable NextLoop next;
    private volatile boolean closing;
    private @Nullable Throwable failure;

    /** The link belongs to the loop, which closes it at its end. */
    public EventLoop(Link link, Stack stack, PacketTap tap) {
        this(link, stack, tap, System.nanoTime());
    }

    /** One whose time counts from {@code startNanos}, of System.nanoTime(): several may have the same time. */
    public EventLoop(Link link, Stack stack, PacketTap tap, long startNanos) {
        this.startNanos = startNanos;
        this.link = link;
        this.pump = new Pump(link, stack, tap, this::now);
        this.thread = Thread.ofPlatform().name("halfopen-loop").daemon().unstarted(this::run);
    }

    /**
     * Before they start: these loops have a queue each of one interface, and their stacks one address, one time and the same secrets. They
     * pass each other what an interface cannot steer, and end together.
     */
    public static void ring(List<EventLoop> loops) {
        int count = loops.size();
        for (int i = 0; i < count && count > 1; i++) {
            NextLoop next = new NextLoop(loops.get((i + 1) % count), count - 1);
            loops.get(i).next = next;
            loops.get(i).pump.passTo(next);
        }
    }

    /** The time to give to the stack: nanoseconds since this loop began. */
    public long now() {
        return System.nanoTime() - startNanos;
    }

    /**
     * Starts the thread; once. The program hears of a descriptor when there is news of it, not for as long as there is
     * something to read (epoll(7) calls this edge-triggered): it should accept, read or write until that returns
     * -EAGAIN. Unlike other handlers of a stack it may call the stack.
     */
    public void start(Stack.ReadyHandler program) {
        synchronized (lifecycle) {
            if (closing) {
                throw new IllegalStateException("this loop is closed");
            }
            this.program = program;
            thread.start();
        }
    }

    private void run() {
        int ignored = Libc.ofThread().setNice(NICE);
        try {
            while (!closing) {
                turn();
            }
        } catch (Throwable thrown) {
            failure = thrown;
        } finally {
            finish();
        }
    }

    private void turn() throws LinkException {
        boolean more = pump.receive();
        pump.fireTimers();
        more |= runTasks();
        more |= pump.tell(program);
        pump.putAway();
        if (!more) {
            pump.await();
        }
    }

    /** Only those that wait now: what they add comes in the next turn. */
    private boolean runTasks() {
        int count = tasks.size();
        for (int i = 0; i < count; i++) {
            runTask();
        }
        return count > 0;
    }

    private boolean runTask() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
            pump.drain();
        }
        return task != null;
    }

    private void finish() {
        tasks.close();
        boolean more = true;
        while (more) {
            try {
                more = runTask();
            } catch (Throwable thrown) {
                failure = failure == null ? thrown : failure;
            }
        }
        link.close();
        if (next != null) {
            next.end();
        }
    }

    /** Takes in what another loop has passed on. */
    void takeStray(byte[] packet, int left) {
        pump.takeStray(packet, left);
    }

    /**
     * Has the loop's thread do something, soon; from any thread. Every task that is accepted is run, also when the loop
     * is ending or has failed.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended
     */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread) {
            link.wakeUp();
        }
    }

    /**
     * SYNs that came so much faster than they could be answered that thousands waited already: the stack has not seen them.
     * On the loop's thread, or after its end.
     */
    public long lostSyns() {
        return pump.lostSyns();
    }

    /**
     * Waits until the loop has ended.
     *
     * @throws ExecutionException if it was not {@link #close} that ended it; the cause is a {@link LinkException}, or
     *     what the program or a task has thrown
     */
    public void join() throws InterruptedException, ExecutionException {
        thread.join();
        if (failure != null) {
            throw new ExecutionException(failure.getMessage(), failure);
        }
    }

    /** Ends the loop, soon. */
    void end() {
        closing = true;
        link.wakeUp();
    }

    /** Ends the loop, and waits for its end unless called by its own thread. Closing again does nothing. */
    @Override
    public void close() {
        synchronized (lifecycle) {
            closing = true;
            if (thread.getState() == Thread.State.NEW) {
                finish();
            }
        }
        link.wakeUp();
        if (Thread.currentThread() != thread) {
            joinUninterruptibly();
        }
    }

    private void joinUninterruptibly() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

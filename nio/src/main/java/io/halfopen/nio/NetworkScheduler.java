package io.halfopen.nio;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Delays are the network's time: in automatic time an hour is over as soon as all programs wait. */
final class NetworkScheduler extends AbstractExecutorService implements ScheduledExecutorService {
    private final Engine engine;
    private final ExecutorService threads;
    private final Set<Task<?>> waiting = new LinkedHashSet<>();

    NetworkScheduler(Engine engine) {
        this.engine = engine;
        ThreadFactory factory =
                Thread.ofPlatform().daemon().name("halfopen-scheduler-", 0).factory();
        threads = Executors.newCachedThreadPool(factory);
    }

    /** Runs when its time has come, and again where it has a period. */
    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long period;
        private long due;
        private Engine.@Nullable Timer timer;

        /** {@code period}, ns: 0 runs once, above 0 at a fixed rate, below 0 with a fixed delay. */
        Task(Callable<V> callable, long period) {
            super(callable);
            this.period = period;
        }

        /** With the engine's lock. */
        void await(long time) {
            due = time;
            waiting.add(this);
            timer = engine.awaitNetworkTime(Math.max(0, time - engine.world().now()), this::reached);
        }

        private void reached() {
            if (!waiting.remove(this)) {
                return;
            }
            engine.wakes();
            try {
                threads.execute(this::runNow);
            } catch (RejectedExecutionException shut) {
                engine.hasWoken();
                boolean unused = super.cancel(false);
            }
        }

        private void runNow() {
            engine.hasWoken();
            if (period == 0) {
                run();
            } else if (runAndReset()) {
                engine.run(() -> {
                    if (!isShutdown()) {
                        await(period > 0 ? due + period : engine.world().now() - period);
                    }
                });
            }
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            engine.run(() -> {
                Engine.Timer running = timer;
                if (waiting.remove(this) && running != null) {
                    running.close();
                }
            });
            return super.cancel(mayInterrupt);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return engine.get(() -> unit.convert(due - engine.world().now(), TimeUnit.NANOSECONDS));
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private <V> ScheduledFuture<V> schedule(Task<V> task, long delay, TimeUnit unit) {
        return engine.get(() -> {
            if (isShutdown() || engine.isClosed()) {
                throw new RejectedExecutionException("this scheduler, or its network, is closed");
            }
            task.await(engine.world().now() + Math.max(0, unit.toNanos(delay)));
            return task;
        });
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return schedule(new Task<>(callable, 0), delay, unit);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(Executors.callable(command), delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return schedule(new Task<>(Executors.callable(command), positive(period, unit)), initialDelay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return schedule(new Task<>(Executors.callable(command), -positive(delay, unit)), initialDelay, unit);
    }

    private static long positive(long time, TimeUnit unit) {
        if (time <= 0) {
            throw new IllegalArgumentException("a period is above 0, not " + time);
        }
        return unit.toNanos(time);
    }

    @Override
    public void execute(Runnable command) {
        threads.execute(command);
    }

    /** What has not begun by now never does. */
    @Override
    public void shutdown() {
        List<Runnable> unused = cancelWaiting();
        threads.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> never = cancelWaiting();
        never.addAll(threads.shutdownNow());
        return never;
    }

    private List<Runnable> cancelWaiting() {
        List<Runnable> cancelled = new ArrayList<>();
        engine.run(() -> {
            for (Task<?> task : List.copyOf(waiting)) {
                boolean unused = task.cancel(false);
                cancelled.add(task);
            }
        });
        return cancelled;
    }

    @Override
    public boolean isShutdown() {
        return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return threads.awaitTermination(timeout, unit);
    }
}

package io.halfopen.nio.channels;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Threads that call the handlers of channels; those of the kernel's channels are a group of the kernel's. */
final class NetChannelGroup extends AsynchronousChannelGroup implements Executor {
    private final ExecutorService threads;
    private final Sockets.Call<@Nullable AsynchronousChannelGroup> openKernel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<AsynchronousChannel> channels = new HashSet<>();
    private @Nullable AsynchronousChannelGroup kernel;
    private boolean shut;

    NetChannelGroup(
            AsynchronousChannelProvider provider,
            ExecutorService threads,
            Sockets.Call<@Nullable AsynchronousChannelGroup> openKernel) {
        super(provider);
        this.threads = threads;
        this.openKernel = openKernel;
    }

    /** Null is the JDK's default group. */
    @Nullable
    AsynchronousChannelGroup kernel() throws IOException {
        lock.lock();
        try {
            if (kernel == null) {
                kernel = openKernel.run();
            }
            return kernel;
        } finally {
            lock.unlock();
        }
    }

    void add(AsynchronousChannel channel) {
        lock.lock();
        try {
            if (shut) {
                throw new ShutdownChannelGroupException();
            }
            channels.add(channel);
        } finally {
            lock.unlock();
        }
    }

    void remove(AsynchronousChannel channel) {
        lock.lock();
        try {
            channels.remove(channel);
            endIfEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void endIfEmpty() {
        if (shut && channels.isEmpty()) {
            threads.shutdown();
            changed.signalAll();
        }
    }

    /** Runs a handler; of a group that is over none are called any more. */
    @Override
    public void execute(Runnable handler) {
        try {
            threads.execute(handler);
        } catch (RejectedExecutionException over) {
            if (!threads.isShutdown()) {
                throw over;
            }
        }
    }

    @Override
    public boolean isShutdown() {
        lock.lock();
        try {
            return shut;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isTerminated() {
        lock.lock();
        try {
            return shut && channels.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdown() {
        lock.lock();
        try {
            shut = true;
            if (kernel != null) {
                kernel.shutdown();
            }
            endIfEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdownNow() throws IOException {
        shutdown();
        List<AsynchronousChannel> open;
        lock.lock();
        try {
            open = List.copyOf(channels);
        } finally {
            lock.unlock();
        }
        for (AsynchronousChannel channel : open) {
            channel.close();
        }
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long left = unit.toNanos(timeout);
        lock.lockInterruptibly();
        try {
            while (!shut || !channels.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        return threads.awaitTermination(left, TimeUnit.NANOSECONDS);
    }
}

package io.halfopen.nio.channels;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous channels that use the {@link io.halfopen.nio.Network} wherever an address is one of its, and the kernel else.
 * On the class path it is the JVM's provider.
 */
public final class HalfopenAsynchronousChannelProvider extends AsynchronousChannelProvider {
    private @Nullable NetChannelGroup usual;

    /** Found as a service, or by {@code -Djava.nio.channels.spi.AsynchronousChannelProvider}. */
    public HalfopenAsynchronousChannelProvider() {}

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory) {
        if (threads <= 0) {
            throw new IllegalArgumentException("'nThreads' must be > 0");
        }
        return new NetChannelGroup(
                this,
                Executors.newFixedThreadPool(threads, factory),
                () -> KernelProvider.asynchronous().openAsynchronousChannelGroup(threads, factory));
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(ExecutorService executor, int initialSize) {
        return new NetChannelGroup(
                this,
                executor,
                () -> KernelProvider.asynchronous().openAsynchronousChannelGroup(executor, initialSize));
    }

    private synchronized NetChannelGroup usual() {
        NetChannelGroup known = usual;
        if (known == null) {
            ThreadFactory threads =
                    Thread.ofPlatform().daemon().name("halfopen-handler-", 0).factory();
            known = new NetChannelGroup(this, Executors.newCachedThreadPool(threads), () -> null);
            usual = known;
        }
        return known;
    }

    private NetChannelGroup checked(@Nullable AsynchronousChannelGroup group) {
        if (group == null) {
            return usual();
        }
        if (!(group instanceof NetChannelGroup ours)) {
            throw new IllegalChannelGroupException();
        }
        return ours;
    }

    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(@Nullable AsynchronousChannelGroup group)
            throws IOException {
        return new NetAsynchronousServerChannel(this, checked(group), Place.here());
    }

    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(@Nullable AsynchronousChannelGroup group) {
        return new NetAsynchronousChannel(this, checked(group), Place.here());
    }
}

package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a channel: nothing before it is bound or connected, then a socket of the network or a channel of the
 * kernel, {@code K}. What was set before is set again then.
 */
final class Backing<K extends NetworkChannel> {
    /** Opens a channel of the kernel. */
    interface Opener<K> {
        K open() throws IOException;
    }

    final ReentrantLock lock = new ReentrantLock();
    private final AddressFamily family;
    private final Opener<K> opener;
    private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();
    private final List<NetKey> keys = new CopyOnWriteArrayList<>();
    private volatile @Nullable VirtualSocket virtual;
    private volatile @Nullable K kernel;
    private boolean nonBlocking;
    private boolean closed;

    Backing(AddressFamily family, Opener<K> opener) {
        this.family = family;
        this.opener = opener;
    }

    AddressFamily family() {
        return family;
    }

    @Nullable
    VirtualSocket virtual() {
        return virtual;
    }

    @Nullable
    K kernel() {
        return kernel;
    }

    /** Takes the socket of an accepted connection. */
    void take(VirtualSocket socket) {
        virtual = socket;
        socket.onNews(this::news);
    }

    void takeKernel(K channel) {
        kernel = channel;
    }

    /** A socket on this host from now on. */
    VirtualSocket becomeVirtual(NetworkHost host) throws IOException {
        VirtualSocket socket = host.socket(family.number());
        if (socket.fd() < 0) {
            throw Errors.ofCall(socket.fd());
        }
        lock.lock();
        try {
            for (Map.Entry<SocketOption<?>, Object> option : options.entrySet()) {
                OptionTable.set(socket, option.getKey(), option.getValue());
            }
            VirtualSocket before = virtual;
            K kernelBefore = kernel;
            take(socket);
            kernel = null;
            if (before != null) {
                before.close();
            }
            if (kernelBefore != null) {
                keys.forEach(NetKey::leaveKernel);
                kernelBefore.close();
            }
            if (closed) {
                socket.close();
            }
        } finally {
            lock.unlock();
        }
        news();
        return socket;
    }

    /** A channel of the kernel from now on. */
    K becomeKernel() throws IOException {
        K channel = opener.open();
        lock.lock();
        try {
            for (Map.Entry<SocketOption<?>, Object> option : options.entrySet()) {
                setKernel(channel, option.getKey(), option.getValue());
            }
            if (channel instanceof SelectableChannel selectable) {
                selectable.configureBlocking(!nonBlocking);
            }
            K kernelBefore = kernel;
            kernel = channel;
            if (kernelBefore != null) {
                keys.forEach(NetKey::leaveKernel);
                kernelBefore.close();
            }
            VirtualSocket before = virtual;
            virtual = null;
            if (before != null) {
                before.close();
            }
            if (closed) {
                channel.close();
            }
        } finally {
            lock.unlock();
        }
        news();
        return channel;
    }

    // An option has the type that its name says; the table holds them all.
    @SuppressWarnings("unchecked")
    private static <T> void setKernel(NetworkChannel channel, SocketOption<T> option, Object value) throws IOException {
        if (OptionTable.isOfJdk(option)) {
            channel.setOption(option, (T) value);
        }
    }

    void setOption(SocketOption<?> option, Object value) throws IOException {
        lock.lock();
        try {
            VirtualSocket socket = virtual;
            K channel = kernel;
            if (socket != null) {
                OptionTable.set(socket, option, value);
            } else if (channel != null) {
                setKernel(channel, option, value);
            }
            options.put(option, value);
        } finally {
            lock.unlock();
        }
    }

    // An option has the type that its name says; the table holds them all.
    @SuppressWarnings("unchecked")
    <T> @Nullable T getOption(SocketOption<T> option) throws IOException {
        lock.lock();
        try {
            VirtualSocket socket = virtual;
            K channel = kernel;
            if (socket != null) {
                return (T) OptionTable.get(socket, option);
            }
            if (channel != null) {
                return channel.getOption(option);
            }
            Object set = options.get(option);
            if (set != null) {
                return (T) set;
            }
            try (K asked = opener.open()) {
                return OptionTable.isOfJdk(option) ? asked.getOption(option) : null;
            }
        } finally {
            lock.unlock();
        }
    }

    void configureBlocking(boolean block) throws IOException {
        lock.lock();
        try {
            nonBlocking = !block;
            if (kernel instanceof SelectableChannel channel) {
                if (block) {
                    keys.forEach(NetKey::cancelKernel);
                }
                channel.configureBlocking(block);
            }
        } finally {
            lock.unlock();
        }
    }

    void add(NetKey key) {
        keys.add(key);
    }

    void remove(NetKey key) {
        keys.remove(key);
    }

    /** Selectors may want to look again. */
    void news() {
        for (NetKey key : keys) {
            key.news();
        }
    }

    /** poll(2) of a socket of the network; one whose network or host is gone is to be looked at. */
    int poll() {
        VirtualSocket socket = virtual;
        int events = socket == null ? -Errno.EBADF : socket.poll();
        return events == -Errno.ENONET || events == -Errno.EHOSTDOWN ? Poll.POLLERR | Poll.POLLHUP : events;
    }

    /** With SO_LINGER it may take its time, which keeps nobody else waiting. */
    void close() throws IOException {
        VirtualSocket socket;
        K channel;
        lock.lock();
        try {
            closed = true;
            socket = virtual;
            channel = kernel;
        } finally {
            lock.unlock();
        }
        if (socket != null) {
            socket.close();
        }
        if (channel != null) {
            channel.close();
        }
    }
}

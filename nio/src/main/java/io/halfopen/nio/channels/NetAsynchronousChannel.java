package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.nio.Addresses;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A socket of a host of the network, or of the kernel: bind() and connect() decide. */
final class NetAsynchronousChannel extends AsynchronousSocketChannel {
    private final NetChannelGroup group;
    private final Place place;
    private final Backing<AsynchronousSocketChannel> backing;
    private final AsynchronousCalls.Slot connecting =
            new AsynchronousCalls.Slot("Connecting", ConnectionPendingException::new);
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile @Nullable AsynchronousStream stream;
    private volatile @Nullable InetSocketAddress local;
    private volatile @Nullable InetSocketAddress remote;
    private volatile boolean connected;

    NetAsynchronousChannel(AsynchronousChannelProvider provider, NetChannelGroup group, Place place) {
        super(provider);
        this.group = group;
        this.place = place;
        backing = new Backing<>(
                AddressFamily.ANY, () -> KernelProvider.asynchronous().openAsynchronousSocketChannel(group.kernel()));
        group.add(this);
    }

    static NetAsynchronousChannel ofVirtual(
            AsynchronousChannelProvider provider, NetChannelGroup group, Place place, VirtualSocket.Accepted accepted) {
        NetAsynchronousChannel channel = new NetAsynchronousChannel(provider, group, place);
        channel.backing.take(accepted.socket());
        channel.stream = new AsynchronousStream(accepted.socket(), group, channel::closeQuietly);
        channel.local = Sockets.address(accepted.localAddress(), accepted.localPort());
        channel.remote = Sockets.address(accepted.remoteAddress(), accepted.remotePort());
        channel.connected = true;
        return channel;
    }

    static NetAsynchronousChannel ofKernel(
            AsynchronousChannelProvider provider,
            NetChannelGroup group,
            Place place,
            AsynchronousSocketChannel accepted)
            throws IOException {
        NetAsynchronousChannel channel = new NetAsynchronousChannel(provider, group, place);
        channel.backing.takeKernel(accepted);
        channel.local = (InetSocketAddress) accepted.getLocalAddress();
        channel.remote = (InetSocketAddress) accepted.getRemoteAddress();
        channel.connected = true;
        return channel;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public synchronized AsynchronousSocketChannel bind(@Nullable SocketAddress address) throws IOException {
        ensureOpen();
        if (local != null) {
            throw new AlreadyBoundException();
        }
        InetSocketAddress asked = backing.family().checked(address);
        NetworkHost host = place.ofBind(asked.getAddress()).host();
        if (host == null) {
            local = (InetSocketAddress) backing.becomeKernel().bind(asked).getLocalAddress();
        } else {
            bindVirtual(backing.becomeVirtual(host), asked);
        }
        return this;
    }

    private void bindVirtual(VirtualSocket virtual, InetSocketAddress asked) throws IOException {
        int result = virtual.bind(backing.family().ofBind(asked), asked.getPort());
        if (result < 0) {
            throw Errors.ofCall(result);
        }
        local = Sockets.local(virtual);
    }

    @Override
    public <A> void connect(SocketAddress address, @Nullable A attachment, CompletionHandler<Void, ? super A> handler) {
        Future<Void> unused = begin(address, attachment, Objects.requireNonNull(handler));
    }

    @Override
    public Future<Void> connect(SocketAddress address) {
        return begin(address, null, null);
    }

    private synchronized <A> Future<Void> begin(
            SocketAddress address, @Nullable A attachment, @Nullable CompletionHandler<Void, ? super A> handler) {
        if (!isOpen()) {
            return PendingCall.failed(group, new ClosedChannelException(), attachment, handler);
        }
        InetSocketAddress asked = backing.family().checked(Objects.requireNonNull(address));
        if (connected) {
            throw new AlreadyConnectedException();
        }
        if (remote != null) {
            throw new ConnectionPendingException();
        }
        try {
            NetworkHost host = place.ofConnect(asked).host();
            remote = asked;
            return host == null
                    ? connectKernel(asked, attachment, handler)
                    : connectVirtual(host, asked, attachment, handler);
        } catch (IOException failed) {
            closeQuietly();
            return PendingCall.failed(group, failed, attachment, handler);
        }
    }

    private <A> Future<Void> connectKernel(
            InetSocketAddress asked, @Nullable A attachment, @Nullable CompletionHandler<Void, ? super A> handler)
            throws IOException {
        AsynchronousSocketChannel known = backing.kernel();
        AsynchronousSocketChannel kernel = known == null ? backing.becomeKernel() : known;
        PendingCall<Void, A> call = new PendingCall<>(null, group, () -> null, attachment, handler);
        kernel.connect(asked, null, new CompletionHandler<Void, @Nullable Object>() {
            @Override
            public void completed(@Nullable Void nothing, @Nullable Object none) {
                try {
                    local = (InetSocketAddress) kernel.getLocalAddress();
                    connected = true;
                    call.succeed(new PendingCall.Result<>(null));
                } catch (IOException closed) {
                    call.fail(closed);
                }
            }

            @Override
            public void failed(Throwable why, @Nullable Object none) {
                closeQuietly();
                call.fail(why);
            }
        });
        return call;
    }

    private <A> Future<Void> connectVirtual(
            NetworkHost host,
            InetSocketAddress asked,
            @Nullable A attachment,
            @Nullable CompletionHandler<Void, ? super A> handler)
            throws IOException {
        InetSocketAddress before = local;
        VirtualSocket known = backing.virtual();
        VirtualSocket virtual = known == null ? backing.becomeVirtual(host) : known;
        if (known == null && before != null) {
            bindVirtual(virtual, before);
        }
        int result = virtual.connect(Addresses.of(Sockets.reachable(asked)), asked.getPort());
        if (result < 0 && result != -Errno.EINPROGRESS) {
            throw Errors.ofCall(result);
        }
        local = Sockets.local(virtual);
        AsynchronousStream opened = new AsynchronousStream(virtual, group, this::closeQuietly);
        stream = opened;
        return opened.connect(connecting, () -> connected = true, attachment, handler);
    }

    /** What is connected and the kernel's; null if it is the network's. */
    private @Nullable AsynchronousSocketChannel connectedKernel() {
        if (isOpen() && !connected) {
            throw new NotYetConnectedException();
        }
        return backing.kernel();
    }

    private AsynchronousStream stream() {
        return Objects.requireNonNull(stream);
    }

    @Override
    public <A> void read(
            ByteBuffer target,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler);
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel != null) {
            kernel.read(target, timeout, unit, attachment, handler);
            return;
        }
        Transfer.requireWritable(new ByteBuffer[] {target}, 0, 1);
        Future<Integer> unused = isOpen()
                ? stream().read(target, unit.toNanos(timeout), attachment, handler)
                : PendingCall.failed(group, new ClosedChannelException(), attachment, handler);
    }

    @Override
    public Future<Integer> read(ByteBuffer target) {
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel != null) {
            return kernel.read(target);
        }
        Transfer.requireWritable(new ByteBuffer[] {target}, 0, 1);
        return isOpen()
                ? stream().read(target, 0, null, null)
                : PendingCall.failed(group, new ClosedChannelException(), null, null);
    }

    @Override
    public <A> void read(
            ByteBuffer[] targets,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Long, ? super A> handler) {
        Objects.requireNonNull(handler);
        Objects.checkFromIndexSize(offset, length, targets.length);
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel != null) {
            kernel.read(targets, offset, length, timeout, unit, attachment, handler);
            return;
        }
        Transfer.requireWritable(targets, offset, length);
        Future<Long> unused = isOpen()
                ? stream().read(targets, offset, length, unit.toNanos(timeout), attachment, handler)
                : PendingCall.failed(group, new ClosedChannelException(), attachment, handler);
    }

    @Override
    public <A> void write(
            ByteBuffer source,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(source);
        Objects.requireNonNull(handler);
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel != null) {
            kernel.write(source, timeout, unit, attachment, handler);
            return;
        }
        Future<Integer> unused = isOpen()
                ? stream().write(source, unit.toNanos(timeout), attachment, handler)
                : PendingCall.failed(group, new ClosedChannelException(), attachment, handler);
    }

    @Override
    public Future<Integer> write(ByteBuffer source) {
        Objects.requireNonNull(source);
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel != null) {
            return kernel.write(source);
        }
        return isOpen()
                ? stream().write(source, 0, null, null)
                : PendingCall.failed(group, new ClosedChannelException(), null, null);
    }

    @Override
    public <A> void write(
            ByteBuffer[] sources,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Long, ? super A> handler) {
        Objects.requireNonNull(handler);
        Objects.checkFromIndexSize(offset, length, sources.length);
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel != null) {
            kernel.write(sources, offset, length, timeout, unit, attachment, handler);
            return;
        }
        Future<Long> unused = isOpen()
                ? stream().write(sources, offset, length, unit.toNanos(timeout), attachment, handler)
                : PendingCall.failed(group, new ClosedChannelException(), attachment, handler);
    }

    @Override
    public AsynchronousSocketChannel shutdownInput() throws IOException {
        return shutdown(Stack.SHUT_RD);
    }

    @Override
    public AsynchronousSocketChannel shutdownOutput() throws IOException {
        return shutdown(Stack.SHUT_WR);
    }

    private AsynchronousSocketChannel shutdown(int how) throws IOException {
        ensureOpen();
        AsynchronousSocketChannel kernel = connectedKernel();
        if (kernel == null) {
            stream().shutdown(how);
        } else if (how == Stack.SHUT_RD) {
            kernel.shutdownInput();
        } else {
            kernel.shutdownOutput();
        }
        return this;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remote;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local;
    }

    @Override
    public <T> AsynchronousSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        OptionTable.checkValue(supportedOptions(), name, value);
        ensureOpen();
        backing.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        OptionTable.check(supportedOptions(), name);
        ensureOpen();
        return backing.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OptionTable.ofAsynchronousSockets();
    }

    @Override
    public boolean isOpen() {
        AsynchronousSocketChannel kernel = backing.kernel();
        if (kernel != null && !kernel.isOpen()) {
            closeQuietly(); // a call was cancelled
        }
        return open.get();
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException alreadyTold) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        AsynchronousStream waiting = stream;
        if (waiting != null) {
            waiting.close();
        }
        backing.close();
        group.remove(this);
    }

    @Override
    public String toString() {
        String state =
                !isOpen() ? "closed" : connected ? "connected local=" + local + " remote=" + remote : "unconnected";
        return AsynchronousSocketChannel.class.getName() + "[" + state + "]";
    }
}

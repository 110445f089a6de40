package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A listener of a host of the network, or of the kernel: bind() decides. */
final class NetAsynchronousServerChannel extends AsynchronousServerSocketChannel {
    private final NetChannelGroup group;
    private final Place place;
    private final Backing<AsynchronousServerSocketChannel> backing;
    private final AsynchronousCalls.Slot accepting = new AsynchronousCalls.Slot("Accept", AcceptPendingException::new);
    private final AtomicBoolean open = new AtomicBoolean(true);
    private @Nullable AsynchronousCalls calls;
    private @Nullable InetSocketAddress local;

    NetAsynchronousServerChannel(AsynchronousChannelProvider provider, NetChannelGroup group, Place place)
            throws IOException {
        super(provider);
        this.group = group;
        this.place = place;
        backing = new Backing<>(
                AddressFamily.ANY,
                () -> KernelProvider.asynchronous().openAsynchronousServerSocketChannel(group.kernel()));
        backing.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        group.add(this);
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public synchronized AsynchronousServerSocketChannel bind(@Nullable SocketAddress address, int backlog)
            throws IOException {
        ensureOpen();
        if (local != null) {
            throw new AlreadyBoundException();
        }
        InetSocketAddress asked = backing.family().checked(address);
        NetworkHost host = place.ofBind(asked.getAddress()).host();
        if (host == null) {
            AsynchronousServerSocketChannel kernel = backing.becomeKernel();
            kernel.bind(asked, backlog);
            local = (InetSocketAddress) kernel.getLocalAddress();
        } else {
            VirtualSocket listener = backing.becomeVirtual(host);
            local = Sockets.listen(listener, backing.family().ofBind(asked), asked.getPort(), backlog);
            calls = new AsynchronousCalls(listener, group);
        }
        return this;
    }

    @Override
    public <A> void accept(@Nullable A attachment, CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        PendingCall<AsynchronousSocketChannel, A> unused = begin(attachment, Objects.requireNonNull(handler));
    }

    @Override
    public Future<AsynchronousSocketChannel> accept() {
        return begin(null, null);
    }

    private synchronized <A> PendingCall<AsynchronousSocketChannel, A> begin(
            @Nullable A attachment, @Nullable CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        if (!isOpen()) {
            return PendingCall.failed(group, new ClosedChannelException(), attachment, handler);
        }
        if (local == null) {
            throw new NotYetBoundException();
        }
        AsynchronousServerSocketChannel kernel = backing.kernel();
        if (kernel != null) {
            return acceptKernel(kernel, attachment, handler);
        }
        VirtualSocket listener = Objects.requireNonNull(backing.virtual());
        return Objects.requireNonNull(calls)
                .begin(accepting, () -> acceptVirtual(listener), 0, this::closeQuietly, attachment, handler);
    }

    private <A> PendingCall<AsynchronousSocketChannel, A> acceptKernel(
            AsynchronousServerSocketChannel kernel,
            @Nullable A attachment,
            @Nullable CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        PendingCall<AsynchronousSocketChannel, A> call =
                new PendingCall<>(null, group, () -> null, attachment, handler);
        kernel.accept(null, new CompletionHandler<AsynchronousSocketChannel, @Nullable Object>() {
            @Override
            public void completed(AsynchronousSocketChannel accepted, @Nullable Object none) {
                try {
                    call.succeed(new PendingCall.Result<>(
                            NetAsynchronousChannel.ofKernel(provider(), group, place, accepted)));
                } catch (IOException | RuntimeException failed) {
                    call.fail(failed);
                }
            }

            @Override
            public void failed(Throwable why, @Nullable Object none) {
                call.fail(why);
            }
        });
        return call;
    }

    private PendingCall.@Nullable Result<AsynchronousSocketChannel> acceptVirtual(VirtualSocket listener)
            throws IOException {
        VirtualSocket.AcceptResult result = listener.accept();
        if (result instanceof VirtualSocket.Accepted accepted) {
            return new PendingCall.Result<>(NetAsynchronousChannel.ofVirtual(provider(), group, place, accepted));
        }
        int error = ((VirtualSocket.NotAccepted) result).error();
        if (error != -Errno.EAGAIN) {
            throw Errors.ofCall(error);
        }
        return null;
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException alreadyTold) {
            return;
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local;
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
        return OptionTable.ofAsynchronousServers();
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public void close() throws IOException {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        AsynchronousCalls waiting;
        synchronized (this) {
            waiting = calls;
        }
        if (waiting != null) {
            waiting.close();
        }
        backing.close();
        group.remove(this);
    }

    @Override
    public String toString() {
        Object state = !isOpen() ? "closed" : local == null ? "unbound" : local;
        return AsynchronousServerSocketChannel.class.getName() + "[" + state + "]";
    }
}

package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.Addresses;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A listener of a host of the network, or of the kernel: bind() decides. */
final class NetServerSocketChannel extends ServerSocketChannel implements NetChannel {
    /** What the JDK takes for a backlog below 1. */
    private static final int USUAL_BACKLOG = 50;

    private final Place place;
    private final Backing<ServerSocketChannel> backing =
            new Backing<>(() -> KernelProvider.get().openServerSocketChannel());
    private final ReentrantLock acceptLock = new ReentrantLock();
    private final ReentrantLock stateLock = new ReentrantLock();
    private final ServerSocket socket;
    private volatile @Nullable InetSocketAddress local;

    NetServerSocketChannel(SelectorProvider provider, Place place) throws IOException {
        super(provider);
        this.place = place;
        socket = new ServerSocketFace(this);
        backing.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    }

    @Override
    public Backing<? extends SelectableChannel> backing() {
        return backing;
    }

    @Override
    public int readyOps(int events, int interest) {
        boolean ready = (events & (Poll.POLLIN | Poll.POLLERR)) != 0;
        return ready ? SelectionKey.OP_ACCEPT : 0;
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress address, int backlog) throws IOException {
        stateLock.lock();
        try {
            ensureOpen();
            if (local != null) {
                throw new AlreadyBoundException();
            }
            InetSocketAddress asked = checked(address);
            NetworkHost host = place.ofBind(asked.getAddress()).host();
            if (host == null) {
                ServerSocketChannel kernel = backing.becomeKernel();
                kernel.bind(asked, backlog);
                local = (InetSocketAddress) kernel.getLocalAddress();
            } else {
                local = bind(backing.becomeVirtual(host), asked, backlog < 1 ? USUAL_BACKLOG : backlog);
            }
        } finally {
            stateLock.unlock();
        }
        return this;
    }

    static InetSocketAddress checked(@Nullable SocketAddress address) throws SocketException {
        if (address == null) {
            return new InetSocketAddress(0);
        }
        if (!(address instanceof InetSocketAddress inet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (inet.isUnresolved()) {
            throw new java.nio.channels.UnresolvedAddressException();
        }
        return inet;
    }

    private static InetSocketAddress bind(VirtualSocket virtual, InetSocketAddress asked, int backlog)
            throws IOException {
        IpAddress address =
                asked.getAddress().isAnyLocalAddress() ? IpAddress.ANY_V6 : Addresses.of(asked.getAddress());
        int result = virtual.bind(address, asked.getPort());
        if (result >= 0) {
            result = virtual.listen(backlog);
        }
        if (result < 0) {
            throw Errors.ofCall(result);
        }
        int port = virtual.row().map(row -> row.localPort()).orElse(asked.getPort());
        return new InetSocketAddress(asked.getAddress(), port);
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        acceptLock.lock();
        try {
            ensureOpen();
            if (local == null) {
                throw new NotYetBoundException();
            }
            ServerSocketChannel kernel = backing.kernel();
            if (kernel != null) {
                return acceptKernel(kernel);
            }
            VirtualSocket accepted = null;
            try {
                begin();
                accepted = acceptVirtual(isBlocking(), VirtualSocket.FOREVER);
            } finally {
                end(accepted != null);
            }
            return accepted == null ? null : NetSocketChannel.ofVirtual(provider(), place, accepted);
        } finally {
            acceptLock.unlock();
        }
    }

    /** An interrupt closes the kernel's channel, and so this one. */
    private @Nullable SocketChannel acceptKernel(ServerSocketChannel kernel) throws IOException {
        try {
            SocketChannel accepted = kernel.accept();
            return accepted == null ? null : NetSocketChannel.ofKernel(provider(), place, accepted);
        } catch (AsynchronousCloseException closed) {
            close();
            throw closed;
        }
    }

    /** For accept() with SO_TIMEOUT. */
    SocketChannel acceptWithin(long nanos) throws IOException {
        ServerSocketChannel kernel = backing.kernel();
        if (kernel != null) {
            kernel.socket().setSoTimeout((int) Math.max(1, nanos / 1_000_000));
            return NetSocketChannel.ofKernel(
                    provider(), place, kernel.socket().accept().getChannel());
        }
        acceptLock.lock();
        try {
            VirtualSocket accepted = acceptVirtual(true, nanos);
            if (accepted == null) {
                if (!isOpen()) {
                    throw new SocketException("Socket closed");
                }
                throw new SocketTimeoutException("Accept timed out");
            }
            return NetSocketChannel.ofVirtual(provider(), place, accepted);
        } finally {
            acceptLock.unlock();
        }
    }

    private @Nullable VirtualSocket acceptVirtual(boolean block, long nanos) throws IOException {
        VirtualSocket listener = java.util.Objects.requireNonNull(backing.virtual());
        while (isOpen()) {
            VirtualSocket.AcceptResult result = listener.accept();
            if (result.error() >= 0) {
                return result.socket();
            }
            if (result.error() != -Errno.EAGAIN && result.error() != -Errno.EBADF) {
                throw Errors.ofCall(result.error());
            }
            if (!block) {
                return null;
            }
            try {
                if (listener.await(Poll.POLLIN, nanos) == 0) {
                    return null;
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return null;
    }

    @Override
    public ServerSocket socket() {
        return socket;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local;
    }

    @Nullable
    InetSocketAddress local() {
        return local;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        OptionTable.check(OptionTable.OF_SERVERS, java.util.Objects.requireNonNull(name), value);
        ensureOpen();
        backing.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        OptionTable.check(OptionTable.OF_SERVERS, java.util.Objects.requireNonNull(name), null);
        ensureOpen();
        return backing.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OptionTable.OF_SERVERS;
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        backing.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        backing.configureBlocking(block);
    }
}

package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
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
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A listener of a host of the network, or of the kernel: bind() decides. */
final class NetServerSocketChannel extends ServerSocketChannel implements NetChannel, Patience.Interruptible {
    private final Place place;
    private final Backing<ServerSocketChannel> backing;
    private final Patience patience = new Patience(this);
    private final ReentrantLock acceptLock = new ReentrantLock();
    private final ReentrantLock stateLock = new ReentrantLock();
    private final ServerSocketFace socket;
    private volatile @Nullable InetSocketAddress local;

    NetServerSocketChannel(SelectorProvider provider, Place place, AddressFamily family) throws IOException {
        super(provider);
        this.place = place;
        backing = new Backing<>(family, family::openServerSocketChannel);
        socket = new ServerSocketFace(this);
        backing.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    }

    @Override
    public Backing<?> backing() {
        return backing;
    }

    Patience patience() {
        return patience;
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
            InetSocketAddress asked = backing.family().checked(address);
            NetworkHost host = place.ofBind(asked.getAddress()).host();
            if (host == null) {
                ServerSocketChannel kernel = backing.becomeKernel();
                kernel.bind(asked, backlog);
                local = (InetSocketAddress) kernel.getLocalAddress();
            } else {
                VirtualSocket listener = backing.becomeVirtual(host);
                local = Sockets.listen(listener, backing.family().ofBind(asked), asked.getPort(), backlog);
            }
        } finally {
            stateLock.unlock();
        }
        return this;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        return accept(VirtualSocket.FOREVER);
    }

    /** Waits at most so long, if it blocks. */
    private @Nullable SocketChannel accept(long nanos) throws IOException {
        acceptLock.lock();
        try {
            ensureOpen();
            if (local == null) {
                throw new NotYetBoundException();
            }
            ServerSocketChannel kernel = backing.kernel();
            if (kernel != null) {
                return acceptKernel(kernel, nanos);
            }
            VirtualSocket listener = Objects.requireNonNull(backing.virtual());
            VirtualSocket.Accepted accepted = isBlocking() ? acceptBlocking(listener, nanos) : accept(listener);
            return accepted == null ? null : NetSocketChannel.ofVirtual(provider(), place, accepted);
        } finally {
            acceptLock.unlock();
        }
    }

    /** For accept() with SO_TIMEOUT. */
    SocketChannel acceptWithin(int millis) throws IOException {
        SocketChannel accepted = accept(millis * 1_000_000L);
        if (accepted == null) {
            throw new SocketTimeoutException("Accept timed out");
        }
        return accepted;
    }

    /** An interrupt closes the kernel's channel, and so this one. */
    private @Nullable SocketChannel acceptKernel(ServerSocketChannel kernel, long nanos) throws IOException {
        try {
            SocketChannel accepted =
                    nanos == VirtualSocket.FOREVER ? kernel.accept() : acceptKernelWithin(kernel, nanos);
            return accepted == null ? null : NetSocketChannel.ofKernel(provider(), place, accepted);
        } catch (ClosedChannelException | SocketException failed) {
            if (!kernel.isOpen()) {
                close();
            }
            throw failed;
        }
    }

    private static SocketChannel acceptKernelWithin(ServerSocketChannel kernel, long nanos) throws IOException {
        kernel.socket().setSoTimeout((int) Math.max(1, nanos / 1_000_000));
        return kernel.socket().accept().getChannel();
    }

    private VirtualSocket.@Nullable Accepted acceptBlocking(VirtualSocket listener, long nanos) throws IOException {
        VirtualSocket.Accepted accepted = null;
        boolean over = false;
        try {
            patience.begin();
            accepted = accept(listener);
            while (accepted == null && isOpen() && !over) {
                int events = patience.waitFor(listener, Poll.POLLIN, nanos);
                over = events == 0 || events == Patience.INTERRUPTED;
                accepted = over ? null : accept(listener);
            }
        } finally {
            patience.end(accepted != null);
        }
        return accepted;
    }

    /** Null if there is nothing to accept, or nobody any more to accept it. */
    private VirtualSocket.@Nullable Accepted accept(VirtualSocket listener) throws IOException {
        VirtualSocket.AcceptResult result = listener.accept();
        if (result instanceof VirtualSocket.Accepted accepted) {
            return accepted;
        }
        int error = ((VirtualSocket.NotAccepted) result).error();
        if (error != -Errno.EAGAIN && (error != -Errno.EBADF || isOpen())) {
            throw Errors.ofCall(error);
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
        OptionTable.checkValue(OptionTable.ofServers(), name, value);
        ensureOpen();
        backing.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        OptionTable.check(OptionTable.ofServers(), name);
        ensureOpen();
        return backing.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OptionTable.ofServers();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        backing.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        backing.configureBlocking(block);
    }

    @Override
    public void beginBlocking() {
        begin();
    }

    @Override
    public void endBlocking(boolean completed) throws AsynchronousCloseException {
        end(completed);
    }

    @Override
    public String toString() {
        Object state = !isOpen() ? "closed" : local == null ? "unbound" : local;
        return ServerSocketChannel.class.getName() + "[" + state + "]";
    }
}

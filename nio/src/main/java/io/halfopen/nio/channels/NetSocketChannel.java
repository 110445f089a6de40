package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.TcpState;
import io.halfopen.nio.Addresses;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A socket of a host of the network, or of the kernel: bind() and connect() decide. */
final class NetSocketChannel extends SocketChannel implements NetChannel {
    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private final Place place;
    private final Backing<SocketChannel> backing =
            new Backing<>(() -> KernelProvider.get().openSocketChannel());
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final StreamCalls stream = new StreamCalls(this);
    private final Socket socket;
    private volatile State state = State.UNCONNECTED;
    private volatile @Nullable InetSocketAddress bound;
    private volatile @Nullable InetSocketAddress remote;
    private volatile boolean inputShut;
    private volatile boolean outputShut;

    NetSocketChannel(SelectorProvider provider, Place place) throws IOException {
        super(provider);
        this.place = place;
        socket = new SocketFace(this);
    }

    static NetSocketChannel ofVirtual(SelectorProvider provider, Place place, VirtualSocket virtual)
            throws IOException {
        NetSocketChannel channel = new NetSocketChannel(provider, place);
        channel.backing.take(virtual);
        channel.state = State.CONNECTED;
        virtual.row()
                .ifPresent(row -> channel.remote =
                        new InetSocketAddress(Addresses.toInet(row.remoteAddress()), row.remotePort()));
        return channel;
    }

    static NetSocketChannel ofKernel(SelectorProvider provider, Place place, SocketChannel kernel) throws IOException {
        NetSocketChannel channel = new NetSocketChannel(provider, place);
        channel.backing.takeKernel(kernel);
        channel.state = State.CONNECTED;
        channel.remote = (InetSocketAddress) kernel.getRemoteAddress();
        return channel;
    }

    @Override
    public Backing<? extends SelectableChannel> backing() {
        return backing;
    }

    @Nullable
    SocketChannel kernel() {
        return backing.kernel();
    }

    VirtualSocket virtual() {
        return Objects.requireNonNull(backing.virtual());
    }

    @Override
    public int readyOps(int events, int interest) {
        if ((events & (Poll.POLLERR | Poll.POLLHUP)) != 0) {
            return interest;
        }
        int ops = 0;
        if (state == State.CONNECTED) {
            ops |= (events & Poll.POLLIN) != 0 ? SelectionKey.OP_READ : 0;
            ops |= (events & Poll.POLLOUT) != 0 ? SelectionKey.OP_WRITE : 0;
        } else if (state == State.PENDING) {
            ops |= (events & Poll.POLLOUT) != 0 ? SelectionKey.OP_CONNECT : 0;
        }
        return ops;
    }

    void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress address) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            ensureOpen();
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            if (bound != null) {
                throw new AlreadyBoundException();
            }
            InetSocketAddress asked = NetServerSocketChannel.checked(address);
            NetworkHost host = place.ofBind(asked.getAddress()).host();
            if (host == null) {
                backing.becomeKernel().bind(asked);
            } else {
                bindVirtual(backing.becomeVirtual(host), asked);
            }
            bound = asked;
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
        return this;
    }

    private static void bindVirtual(VirtualSocket virtual, InetSocketAddress asked) throws IOException {
        IpAddress address =
                asked.getAddress().isAnyLocalAddress() ? IpAddress.ANY_V6 : Addresses.of(asked.getAddress());
        int result = virtual.bind(address, asked.getPort());
        if (result < 0) {
            throw Errors.ofCall(result);
        }
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        return connect(address, VirtualSocket.FOREVER);
    }

    /** Blocks at most so long, if it blocks. */
    boolean connect(SocketAddress address, long nanos) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            ensureOpen();
            if (state == State.CONNECTED) {
                throw new AlreadyConnectedException();
            }
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            InetSocketAddress asked = NetServerSocketChannel.checked(Objects.requireNonNull(address));
            prepare(asked);
            remote = asked;
            try {
                return start(asked, nanos);
            } catch (IOException failed) {
                close();
                throw failed;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    /** Opens, or opens anew, where the peer is: a socket bound to a wildcard may be on the wrong side. */
    private void prepare(InetSocketAddress asked) throws IOException {
        NetworkHost host = place.ofConnect(asked).host();
        InetSocketAddress before = bound;
        if (host == null) {
            if (backing.kernel() == null && before == null) {
                backing.becomeKernel();
            }
        } else if (backing.virtual() == null) {
            VirtualSocket virtual = backing.becomeVirtual(host);
            if (before != null) {
                bindVirtual(virtual, before);
            }
        }
    }

    private boolean start(InetSocketAddress asked, long nanos) throws IOException {
        SocketChannel kernel = backing.kernel();
        if (kernel != null && backing.virtual() == null) {
            return startKernel(kernel, asked, nanos);
        }
        IpAddress address = asked.getAddress().isAnyLocalAddress()
                ? IpAddress.ofIpv4(127 << 24 | 1)
                : Addresses.of(asked.getAddress());
        int result = virtual().connect(address, asked.getPort());
        if (result < 0 && result != -Errno.EINPROGRESS) {
            throw Errors.ofCall(result);
        }
        if (result == 0 || isEstablished()) {
            state = State.CONNECTED;
            return true;
        }
        state = State.PENDING;
        return isBlocking() && awaitConnected(nanos);
    }

    private boolean startKernel(SocketChannel kernel, InetSocketAddress asked, long nanos) throws IOException {
        boolean connected;
        if (nanos == VirtualSocket.FOREVER) {
            connected = kernel.connect(asked);
        } else {
            kernel.socket().connect(asked, (int) Math.max(1, nanos / 1_000_000));
            connected = true;
        }
        state = connected ? State.CONNECTED : State.PENDING;
        return connected;
    }

    private boolean isEstablished() {
        return virtual().row().map(row -> row.state() == TcpState.ESTABLISHED).orElse(false);
    }

    private boolean awaitConnected(long nanos) throws IOException {
        boolean done = false;
        try {
            begin();
            int events = virtual().await(Poll.POLLOUT, nanos);
            if (events == 0) {
                throw new java.net.SocketTimeoutException("Connect timed out");
            }
            done = events > 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            end(done);
        }
        if (!done) {
            throw new AsynchronousCloseException();
        }
        return finish();
    }

    private boolean finish() throws IOException {
        int error = virtual().getsockopt(io.halfopen.linux.SocketOption.SO_ERROR);
        if (error != 0) {
            throw Errors.ofCall(error);
        }
        state = State.CONNECTED;
        return true;
    }

    @Override
    public boolean finishConnect() throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            ensureOpen();
            if (state == State.CONNECTED) {
                return true;
            }
            if (state != State.PENDING) {
                throw new NoConnectionPendingException();
            }
            try {
                return finishPending();
            } catch (IOException failed) {
                close();
                throw failed;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    private boolean finishPending() throws IOException {
        SocketChannel kernel = backing.kernel();
        if (kernel != null) {
            boolean connected = kernel.finishConnect();
            state = connected ? State.CONNECTED : State.PENDING;
            return connected;
        }
        if (isBlocking()) {
            return awaitConnected(VirtualSocket.FOREVER);
        }
        int asked = Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP;
        int events = virtual().poll();
        if (events < 0) {
            throw Errors.ofCall(events);
        }
        return (events & asked) != 0 && finish();
    }

    private interface KernelCall {
        long run() throws IOException;
    }

    /** An interrupt closes the kernel's channel, and so this one. */
    private long ofKernel(KernelCall call) throws IOException {
        try {
            return call.run();
        } catch (AsynchronousCloseException closed) {
            close();
            throw closed;
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        Objects.requireNonNull(target);
        SocketChannel kernel = kernel();
        return kernel != null ? (int) ofKernel(() -> kernel.read(target)) : (int) read(new ByteBuffer[] {target}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        SocketChannel kernel = kernel();
        if (kernel != null) {
            return ofKernel(() -> kernel.read(targets, offset, length));
        }
        readLock.lock();
        try {
            ensureConnected();
            return inputShut ? -1 : stream.read(targets, offset, length);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        Objects.requireNonNull(source);
        SocketChannel kernel = kernel();
        return kernel != null
                ? (int) ofKernel(() -> kernel.write(source))
                : (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        SocketChannel kernel = kernel();
        if (kernel != null) {
            return ofKernel(() -> kernel.write(sources, offset, length));
        }
        writeLock.lock();
        try {
            ensureConnected();
            if (outputShut) {
                throw new ClosedChannelException();
            }
            return stream.write(sources, offset, length);
        } finally {
            writeLock.unlock();
        }
    }

    /** For reads with SO_TIMEOUT: octets, -1 at the end, 0 when the time is over. */
    int readWithin(ByteBuffer target, long nanos) throws IOException {
        readLock.lock();
        try {
            ensureConnected();
            return inputShut ? -1 : stream.readWithin(target, nanos);
        } finally {
            readLock.unlock();
        }
    }

    /** {@link #begin} for {@link StreamCalls}. */
    void beginBlocking() {
        begin();
    }

    void endBlocking(boolean completed) throws AsynchronousCloseException {
        end(completed);
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        ensureConnected();
        if (!inputShut) {
            inputShut = true;
            shutdown(Stack.SHUT_RD);
        }
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        ensureConnected();
        if (!outputShut) {
            outputShut = true;
            shutdown(Stack.SHUT_WR);
        }
        return this;
    }

    private void shutdown(int how) throws IOException {
        SocketChannel kernel = kernel();
        if (kernel == null) {
            int result = virtual().shutdown(how);
            if (result < 0 && result != -Errno.ENOTCONN) {
                throw Errors.ofCall(result);
            }
            virtual().wake();
        } else if (how == Stack.SHUT_RD) {
            kernel.shutdownInput();
        } else {
            kernel.shutdownOutput();
        }
    }

    boolean isInputShut() {
        return inputShut;
    }

    boolean isOutputShut() {
        return outputShut;
    }

    @Override
    public Socket socket() {
        return socket;
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.PENDING;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return isConnected() ? remote : null;
    }

    @Nullable
    InetSocketAddress remote() {
        return isConnected() ? remote : null;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local();
    }

    @Nullable
    InetSocketAddress local() throws IOException {
        SocketChannel kernel = kernel();
        if (kernel != null) {
            return (InetSocketAddress) kernel.getLocalAddress();
        }
        VirtualSocket virtual = backing.virtual();
        return virtual == null
                ? null
                : virtual.row()
                        .filter(row -> row.localPort() != 0)
                        .map(row -> new InetSocketAddress(Addresses.toInet(row.localAddress()), row.localPort()))
                        .orElse(null);
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        OptionTable.check(OptionTable.OF_SOCKETS, Objects.requireNonNull(name), value);
        ensureOpen();
        backing.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        OptionTable.check(OptionTable.OF_SOCKETS, Objects.requireNonNull(name), null);
        ensureOpen();
        return backing.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OptionTable.OF_SOCKETS;
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        backing.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            backing.configureBlocking(block);
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }
}

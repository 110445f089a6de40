package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A socket of a host of the network, or of the kernel: bind() and connect() decide. */
final class NetSocketChannel extends SocketChannel implements NetChannel, Patience.Interruptible {
    private final Backing<SocketChannel> backing;
    private final Connecting connecting;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Patience patience = new Patience(this);
    private final StreamCalls stream = new StreamCalls(this, patience);
    private @Nullable SocketFace socket;
    private volatile boolean inputShut;
    private volatile boolean outputShut;

    NetSocketChannel(SelectorProvider provider, Place place, AddressFamily family) {
        super(provider);
        backing = new Backing<>(family, family::openSocketChannel);
        connecting = new Connecting(this, backing, place);
    }

    static NetSocketChannel ofVirtual(SelectorProvider provider, Place place, VirtualSocket.Accepted accepted) {
        NetSocketChannel channel = new NetSocketChannel(provider, place, AddressFamily.ANY);
        channel.backing.take(accepted.socket());
        channel.connecting.accepted(
                Sockets.address(accepted.localAddress(), accepted.localPort()),
                Sockets.address(accepted.remoteAddress(), accepted.remotePort()));
        return channel;
    }

    static NetSocketChannel ofKernel(SelectorProvider provider, Place place, SocketChannel kernel) throws IOException {
        NetSocketChannel channel = new NetSocketChannel(provider, place, AddressFamily.ANY);
        channel.backing.takeKernel(kernel);
        channel.connecting.accepted(
                (InetSocketAddress) kernel.getLocalAddress(), (InetSocketAddress) kernel.getRemoteAddress());
        return channel;
    }

    @Override
    public Backing<?> backing() {
        return backing;
    }

    Patience patience() {
        return patience;
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
        if (connecting.isConnected()) {
            ops |= (events & Poll.POLLIN) != 0 ? SelectionKey.OP_READ : 0;
            ops |= (events & Poll.POLLOUT) != 0 ? SelectionKey.OP_WRITE : 0;
        } else if (connecting.isPending()) {
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
        if (!connecting.isConnected()) {
            throw new NotYetConnectedException();
        }
    }

    /** What needs both directions for itself. */
    private <T> T alone(Sockets.Call<T> call) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            ensureOpen();
            return call.run();
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress address) throws IOException {
        return alone(() -> {
            connecting.bind(address);
            return this;
        });
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        return connect(address, VirtualSocket.FOREVER);
    }

    /** Blocks at most so long, if it blocks. */
    boolean connect(SocketAddress address, long nanos) throws IOException {
        Objects.requireNonNull(address);
        return alone(() -> connecting.connect(address, nanos));
    }

    @Override
    public boolean finishConnect() throws IOException {
        return alone(connecting::finishConnect);
    }

    /** An interrupt closes the kernel's channel, and so this one. */
    <T> T ofKernel(SocketChannel kernel, Sockets.Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (ClosedChannelException closed) {
            if (!kernel.isOpen()) {
                close();
            }
            throw closed;
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        Objects.requireNonNull(target);
        SocketChannel kernel = kernel();
        return kernel != null
                ? ofKernel(kernel, () -> kernel.read(target))
                : (int) read(new ByteBuffer[] {target}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        SocketChannel kernel = kernel();
        if (kernel != null) {
            return ofKernel(kernel, () -> kernel.read(targets, offset, length));
        }
        readLock.lock();
        try {
            ensureConnected();
            return inputShut ? -1 : stream.read(targets, offset, length);
        } finally {
            readLock.unlock();
        }
    }

    /** For reads with SO_TIMEOUT: octets, or -1 at the end. */
    int readWithin(byte[] target, int offset, int length, int millis) throws IOException {
        SocketChannel kernel = kernel();
        if (kernel != null) {
            kernel.socket().setSoTimeout(millis);
            return ofKernel(kernel, () -> kernel.socket().getInputStream().read(target, offset, length));
        }
        readLock.lock();
        try {
            ensureConnected();
            return inputShut ? -1 : stream.readWithin(ByteBuffer.wrap(target, offset, length), millis * 1_000_000L);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        Objects.requireNonNull(source);
        SocketChannel kernel = kernel();
        return kernel != null
                ? ofKernel(kernel, () -> kernel.write(source))
                : (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        SocketChannel kernel = kernel();
        if (kernel != null) {
            return ofKernel(kernel, () -> kernel.write(sources, offset, length));
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
        readLock.lock();
        try {
            SocketFace known = socket;
            if (known == null) {
                known = SocketFace.of(this);
                socket = known;
            }
            return known;
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public boolean isConnected() {
        return connecting.isConnected() && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        return connecting.isPending() && isOpen();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remote();
    }

    /** Also after it was closed. */
    @Nullable
    InetSocketAddress remote() {
        return connecting.remote();
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local();
    }

    /** Also after it was closed. */
    @Nullable
    InetSocketAddress local() {
        return connecting.local();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        OptionTable.checkValue(OptionTable.ofSockets(), name, value);
        ensureOpen();
        backing.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        OptionTable.check(OptionTable.ofSockets(), name);
        ensureOpen();
        return backing.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OptionTable.ofSockets();
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
    protected void implCloseSelectableChannel() throws IOException {
        backing.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        alone(() -> {
            backing.configureBlocking(block);
            return block;
        });
    }

    @Override
    public String toString() {
        if (!isOpen()) {
            return SocketChannel.class.getName() + "[closed]";
        }
        String state =
                connecting.isConnected() ? "connected" : connecting.isPending() ? "connection-pending" : "unconnected";
        String shut = (inputShut ? " ishut" : "") + (outputShut ? " oshut" : "");
        String ends = (local() == null ? "" : " local=" + local()) + (remote() == null ? "" : " remote=" + remote());
        return SocketChannel.class.getName() + "[" + state + shut + ends + "]";
    }
}

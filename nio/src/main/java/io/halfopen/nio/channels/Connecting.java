package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.TcpState;
import io.halfopen.nio.Addresses;
import io.halfopen.nio.NetworkHost;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The way of a channel from open to connected, and its addresses; to be called with both of the channel's locks. */
final class Connecting {
    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private final NetSocketChannel channel;
    private final Backing<SocketChannel> backing;
    private final Place place;
    private volatile State state = State.UNCONNECTED;
    private volatile @Nullable InetSocketAddress local;
    private volatile @Nullable InetSocketAddress remote;

    Connecting(NetSocketChannel channel, Backing<SocketChannel> backing, Place place) {
        this.channel = channel;
        this.backing = backing;
        this.place = place;
    }

    /** A selector may have looked at the news of the socket before this was known. */
    private void become(State next) {
        state = next;
        backing.news();
    }

    void accepted(InetSocketAddress here, InetSocketAddress there) {
        local = here;
        remote = there;
        become(State.CONNECTED);
    }

    boolean isConnected() {
        return state == State.CONNECTED;
    }

    boolean isPending() {
        return state == State.PENDING;
    }

    @Nullable
    InetSocketAddress local() {
        return local;
    }

    /** Of a connection that is only begun, too. */
    @Nullable
    InetSocketAddress remote() {
        return remote;
    }

    void bind(@Nullable SocketAddress address) throws IOException {
        if (state == State.PENDING) {
            throw new ConnectionPendingException();
        }
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
    }

    private void bindVirtual(VirtualSocket virtual, InetSocketAddress asked) throws IOException {
        int result = virtual.bind(backing.family().ofBind(asked), asked.getPort());
        if (result < 0) {
            throw Errors.ofCall(result);
        }
        local = Sockets.local(virtual);
    }

    boolean connect(SocketAddress address, long nanos) throws IOException {
        if (state == State.CONNECTED) {
            throw new AlreadyConnectedException();
        }
        if (state == State.PENDING) {
            throw new ConnectionPendingException();
        }
        InetSocketAddress asked = backing.family().checked(address);
        prepare(asked);
        remote = asked;
        try {
            return start(asked, nanos);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Opens, or opens anew, where the peer is: a socket bound to a wildcard may be on the wrong side. */
    private void prepare(InetSocketAddress asked) throws IOException {
        NetworkHost host = place.ofConnect(asked).host();
        InetSocketAddress before = local;
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
        if (kernel != null) {
            return startKernel(kernel, asked, nanos);
        }
        VirtualSocket virtual = channel.virtual();
        int result = virtual.connect(Addresses.of(Sockets.reachable(asked)), asked.getPort());
        if (result < 0 && result != -Errno.EINPROGRESS) {
            throw Errors.ofCall(result);
        }
        local = Sockets.local(virtual);
        if (result == 0) {
            become(State.CONNECTED);
            return true;
        }
        become(State.PENDING);
        // As on Linux: over loopback, too, who does not block is told afterwards.
        return channel.isBlocking() && (isEstablished(virtual) || awaitConnected(virtual, nanos));
    }

    private boolean startKernel(SocketChannel kernel, InetSocketAddress asked, long nanos) throws IOException {
        become(State.PENDING);
        boolean connected;
        if (nanos == VirtualSocket.FOREVER) {
            connected = kernel.connect(asked);
        } else {
            kernel.socket().connect(asked, (int) Math.max(1, nanos / 1_000_000));
            connected = true;
        }
        local = (InetSocketAddress) kernel.getLocalAddress();
        become(connected ? State.CONNECTED : State.PENDING);
        return connected;
    }

    private boolean isEstablished(VirtualSocket virtual) {
        boolean established =
                virtual.row().map(row -> row.state() == TcpState.ESTABLISHED).orElse(false);
        if (established) {
            become(State.CONNECTED);
        }
        return established;
    }

    private boolean awaitConnected(VirtualSocket virtual, long nanos) throws IOException {
        int events = channel.patience().await(virtual, Poll.POLLOUT, nanos);
        if (events == 0) {
            throw new SocketTimeoutException("Connect timed out");
        }
        if (events < 0) {
            throw new AsynchronousCloseException();
        }
        return finish(virtual);
    }

    private boolean finish(VirtualSocket virtual) throws IOException {
        int error = virtual.getsockopt(SocketOption.SO_ERROR);
        if (error != 0) {
            throw Errors.ofCall(error);
        }
        become(State.CONNECTED);
        return true;
    }

    boolean finishConnect() throws IOException {
        if (state == State.CONNECTED) {
            return true;
        }
        if (state != State.PENDING) {
            throw new NoConnectionPendingException();
        }
        try {
            return finishPending();
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    private boolean finishPending() throws IOException {
        SocketChannel kernel = backing.kernel();
        if (kernel != null) {
            boolean connected = kernel.finishConnect();
            become(connected ? State.CONNECTED : State.PENDING);
            return connected;
        }
        VirtualSocket virtual = channel.virtual();
        if (channel.isBlocking()) {
            return awaitConnected(virtual, VirtualSocket.FOREVER);
        }
        int events = virtual.poll();
        if (events < 0) {
            throw Errors.ofCall(events);
        }
        return (events & (Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP)) != 0 && finish(virtual);
    }
}

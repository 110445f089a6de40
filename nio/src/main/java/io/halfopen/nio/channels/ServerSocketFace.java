package io.halfopen.nio.channels;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@link ServerSocketChannel#socket}: the channel with the methods of ServerSocket. */
final class ServerSocketFace extends ServerSocket {
    private final NetServerSocketChannel channel;
    private volatile int timeout;

    ServerSocketFace(NetServerSocketChannel channel) {
        super(new NoSocketImpl());
        this.channel = channel;
    }

    @Override
    public ServerSocketChannel getChannel() {
        return channel;
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        bind(local, 50);
    }

    @Override
    public void bind(@Nullable SocketAddress local, int backlog) throws IOException {
        try {
            channel.bind(local == null ? new InetSocketAddress(0) : local, backlog);
        } catch (AlreadyBoundException already) {
            throw new SocketException("Already bound");
        } catch (ClosedChannelException closed) {
            throw SocketFace.socketClosed();
        }
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress local = channel.local();
        return local == null ? null : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.local();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return channel.local();
    }

    @Override
    public Socket accept() throws IOException {
        if (!isBound()) {
            throw new IllegalBlockingModeException();
        }
        int millis = timeout;
        try {
            if (millis > 0) {
                return channel.acceptWithin(millis * 1_000_000L).socket();
            }
            SocketChannel accepted = channel.accept();
            if (accepted == null) {
                throw new IllegalBlockingModeException();
            }
            return accepted.socket();
        } catch (ClosedChannelException closed) {
            throw new SocketException("Socket is closed");
        } catch (NotYetBoundException notBound) {
            throw new IllegalBlockingModeException();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public boolean isBound() {
        return channel.local() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        if (isClosed()) {
            throw SocketFace.socketClosed();
        }
        if (millis < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        timeout = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeout;
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private static <T> T socketException(Call<T> call) throws SocketException {
        try {
            return call.run();
        } catch (ClosedChannelException closed) {
            throw SocketFace.socketClosed();
        } catch (SocketException failed) {
            throw failed;
        } catch (IOException failed) {
            throw new SocketException(failed.getMessage(), failed);
        }
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        socketException(() -> channel.setOption(StandardSocketOptions.SO_REUSEADDR, on));
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return socketException(() -> Objects.requireNonNull(channel.getOption(StandardSocketOptions.SO_REUSEADDR)));
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        if (size <= 0) {
            throw new IllegalArgumentException("size cannot be 0 or negative");
        }
        socketException(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, size));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return socketException(() -> Objects.requireNonNull(channel.getOption(StandardSocketOptions.SO_RCVBUF)));
    }

    @Override
    public String toString() {
        return isBound()
                ? "ServerSocket[addr=" + getInetAddress() + ",localport=" + getLocalPort() + "]"
                : "ServerSocket[unbound]";
    }

    /** ServerSocket wants one, and everything that would use it is overridden. */
    private static final class NoSocketImpl extends SocketImpl {
        private static UnsupportedOperationException never() {
            return new UnsupportedOperationException("the channel does that");
        }

        @Override
        protected void create(boolean stream) {
            throw never();
        }

        @Override
        protected void connect(String host, int port) {
            throw never();
        }

        @Override
        protected void connect(InetAddress address, int port) {
            throw never();
        }

        @Override
        protected void connect(SocketAddress address, int timeout) {
            throw never();
        }

        @Override
        protected void bind(InetAddress host, int port) {
            throw never();
        }

        @Override
        protected void listen(int backlog) {
            throw never();
        }

        @Override
        protected void accept(SocketImpl s) {
            throw never();
        }

        @Override
        protected java.io.InputStream getInputStream() {
            throw never();
        }

        @Override
        protected java.io.OutputStream getOutputStream() {
            throw never();
        }

        @Override
        protected int available() {
            throw never();
        }

        @Override
        protected void close() {
            throw never();
        }

        @Override
        protected void sendUrgentData(int data) {
            throw never();
        }

        @Override
        public void setOption(int optID, Object value) {
            throw never();
        }

        @Override
        public Object getOption(int optID) {
            throw never();
        }
    }
}

package io.halfopen.nio.channels;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What java.net.Socket and java.net.ServerSocket do their work with, once the factory is installed: a channel of ours
 * with its adaptor. An interrupt of a virtual thread closes the socket that it waits for; one of a platform thread does so
 * only if the kernel is behind it, which the JDK's own would not.
 */
final class NetSocketImpl extends SocketImpl {
    private final HalfopenSelectorProvider provider = new HalfopenSelectorProvider();
    private final boolean server;
    private @Nullable Socket socket;
    private @Nullable ServerSocket listener;
    private @Nullable InetSocketAddress local;

    NetSocketImpl(boolean server) {
        this.server = server;
    }

    private Socket socket() throws SocketException {
        Socket open = socket;
        if (open == null) {
            throw new SocketException("Socket is closed");
        }
        return open;
    }

    private ServerSocket listener() throws SocketException {
        ServerSocket open = listener;
        if (open == null) {
            throw new SocketException("Socket is closed");
        }
        return open;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (server) {
            NetServerSocketChannel channel = (NetServerSocketChannel) provider.openServerSocketChannel();
            channel.patience().becomeSocket();
            listener = channel.socket();
        } else {
            NetSocketChannel channel = (NetSocketChannel) provider.openSocketChannel();
            channel.patience().becomeSocket();
            socket = channel.socket();
        }
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(InetAddress host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(SocketAddress remote, int millis) throws IOException {
        try {
            socket().connect(remote, millis);
        } catch (ClosedChannelException closed) {
            throw closed(closed);
        } catch (IOException failed) {
            close();
            throw failed;
        }
        InetSocketAddress peer = (InetSocketAddress) remote;
        address = peer.getAddress();
        port = peer.getPort();
        localport = socket().getLocalPort();
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        InetSocketAddress asked = new InetSocketAddress(host, port);
        address = host;
        if (server) {
            // A channel binds and listens in one call: what is asked for here is done in listen().
            local = asked;
            localport = port;
        } else {
            socket().bind(asked);
            localport = socket().getLocalPort();
        }
    }

    @Override
    protected void listen(int backlog) throws IOException {
        listener().bind(local, backlog);
        localport = listener().getLocalPort();
    }

    @Override
    protected void accept(SocketImpl accepting) throws IOException {
        Socket accepted = acceptSocket();
        if (accepting instanceof NetSocketImpl ours) {
            ours.take(accepted);
        } else {
            accepted.close();
            throw new SocketException("java.net.Socket has another SocketImplFactory than java.net.ServerSocket");
        }
    }

    private Socket acceptSocket() throws IOException {
        try {
            return listener().accept();
        } catch (ClosedChannelException closed) {
            throw closed(closed);
        } catch (SocketException closed) {
            if (listener().isClosed()) {
                throw new SocketException("Socket closed");
            }
            throw closed;
        }
    }

    private void take(Socket accepted) {
        socket = accepted;
        if (accepted.getChannel() instanceof NetSocketChannel channel) {
            channel.patience().becomeSocket();
        }
        address = accepted.getInetAddress();
        port = accepted.getPort();
        localport = accepted.getLocalPort();
    }

    /** An InterruptedIOException has java.net.Socket close itself, if the thread is virtual. */
    private static IOException closed(ClosedChannelException how) {
        if (!(how instanceof ClosedByInterruptException)) {
            return new SocketException("Socket closed");
        }
        String message = "Closed by interrupt";
        return Thread.currentThread().isVirtual() ? new InterruptedIOException(message) : new SocketException(message);
    }

    /** Errors of reading and writing are SocketExceptions here, and IOExceptions of channels. */
    private interface Transfer {
        int run() throws IOException;
    }

    private static int transfer(Transfer transfer) throws IOException {
        try {
            return transfer.run();
        } catch (ClosedChannelException closed) {
            throw closed(closed);
        } catch (SocketException | InterruptedIOException asItIs) {
            throw asItIs;
        } catch (IOException failed) {
            throw new SocketException(failed.getMessage(), failed);
        }
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        InputStream in = socket().getInputStream();
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return transfer(in::read);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return transfer(() -> in.read(bytes, offset, length));
            }

            @Override
            public int available() throws IOException {
                return in.available();
            }

            @Override
            public void close() throws IOException {
                NetSocketImpl.this.close();
            }
        };
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        OutputStream out = socket().getOutputStream();
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                int unused = transfer(() -> {
                    out.write(bytes, offset, length);
                    return length;
                });
            }

            @Override
            public void close() throws IOException {
                NetSocketImpl.this.close();
            }
        };
    }

    @Override
    protected int available() throws IOException {
        return socket().isInputShutdown() ? 0 : socket().getInputStream().available();
    }

    @Override
    protected void close() throws IOException {
        Socket client = socket;
        if (client != null) {
            client.close();
        }
        ServerSocket open = listener;
        if (open != null) {
            open.close();
        }
    }

    @Override
    protected void shutdownInput() throws IOException {
        socket().shutdownInput();
    }

    @Override
    protected void shutdownOutput() throws IOException {
        socket().shutdownOutput();
    }

    @Override
    protected boolean supportsUrgentData() {
        return true;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        socket().sendUrgentData(data);
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        if (server) {
            listener().setOption(name, value);
        } else {
            socket().setOption(name, value);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // as the JDK's: an option that was never set may be null
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        return server ? listener().getOption(name) : socket().getOption(name);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return server ? OptionTable.ofServers() : OptionTable.ofSockets();
    }

    @Override
    public void setOption(int id, Object value) throws SocketException {
        if (server) {
            setServerOption(id, value);
            return;
        }
        Socket to = socket();
        switch (id) {
            case SO_TIMEOUT -> to.setSoTimeout((Integer) value);
            case SO_LINGER -> {
                boolean on = value instanceof Integer;
                to.setSoLinger(on, on ? (Integer) value : 0);
            }
            case IP_TOS -> to.setTrafficClass((Integer) value);
            case SO_SNDBUF -> to.setSendBufferSize((Integer) value);
            case SO_RCVBUF -> to.setReceiveBufferSize((Integer) value);
            case TCP_NODELAY -> to.setTcpNoDelay((Boolean) value);
            case SO_KEEPALIVE -> to.setKeepAlive((Boolean) value);
            case SO_OOBINLINE -> to.setOOBInline((Boolean) value);
            case SO_REUSEADDR -> to.setReuseAddress((Boolean) value);
            default -> throw new SocketException("Unknown option " + id);
        }
    }

    private void setServerOption(int id, Object value) throws SocketException {
        switch (id) {
            case SO_TIMEOUT -> listener().setSoTimeout((Integer) value);
            case SO_RCVBUF -> listener().setReceiveBufferSize((Integer) value);
            case SO_REUSEADDR -> listener().setReuseAddress((Boolean) value);
            default -> throw new SocketException("Unknown option " + id);
        }
    }

    @Override
    public Object getOption(int id) throws SocketException {
        try {
            return server ? serverOption(id) : clientOption(id);
        } catch (SocketException failed) {
            throw failed;
        } catch (IOException failed) {
            throw new SocketException(failed.getMessage(), failed);
        }
    }

    private Object clientOption(int id) throws IOException {
        Socket of = socket();
        return switch (id) {
            case SO_TIMEOUT -> of.getSoTimeout();
            case SO_LINGER -> of.getSoLinger();
            case IP_TOS -> of.getTrafficClass();
            case SO_BINDADDR -> of.getLocalAddress();
            case SO_SNDBUF -> of.getSendBufferSize();
            case SO_RCVBUF -> of.getReceiveBufferSize();
            case TCP_NODELAY -> of.getTcpNoDelay();
            case SO_KEEPALIVE -> of.getKeepAlive();
            case SO_OOBINLINE -> of.getOOBInline();
            case SO_REUSEADDR -> of.getReuseAddress();
            case SO_REUSEPORT -> java.util.Objects.requireNonNull(of.getOption(StandardSocketOptions.SO_REUSEPORT));
            default -> throw new SocketException("Unknown option " + id);
        };
    }

    private Object serverOption(int id) throws IOException {
        ServerSocket of = listener();
        return switch (id) {
            case SO_TIMEOUT -> of.getSoTimeout();
            case SO_RCVBUF -> of.getReceiveBufferSize();
            case SO_REUSEADDR -> of.getReuseAddress();
            case SO_REUSEPORT -> java.util.Objects.requireNonNull(of.getOption(StandardSocketOptions.SO_REUSEPORT));
            default -> throw new SocketException("Unknown option " + id);
        };
    }
}

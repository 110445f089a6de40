package io.halfopen.nio.channels;

import io.halfopen.linux.Message;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@link SocketChannel#socket}: the channel with the methods of Socket. */
final class SocketFace extends Socket {
    private final NetSocketChannel channel;
    private volatile int timeout;

    private SocketFace(NetSocketChannel channel) throws SocketException {
        super((SocketImpl) null);
        this.channel = channel;
    }

    static SocketFace of(NetSocketChannel channel) {
        try {
            return new SocketFace(channel);
        } catch (SocketException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public SocketChannel getChannel() {
        return channel;
    }

    @Override
    public void connect(SocketAddress remote) throws IOException {
        connect(remote, 0);
    }

    @Override
    public void connect(SocketAddress remote, int millis) throws IOException {
        if (remote == null) {
            throw new IllegalArgumentException("connect: The address can't be null");
        }
        if (millis < 0) {
            throw new IllegalArgumentException("connect: timeout can't be negative");
        }
        if (remote instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new java.net.UnknownHostException(inet.getHostName());
        }
        requireBlocking();
        try {
            channel.connect(remote, millis == 0 ? VirtualSocket.FOREVER : millis * 1_000_000L);
        } catch (ClosedChannelException closed) {
            throw Sockets.closed();
        } catch (AlreadyConnectedException already) {
            throw new SocketException("Already connected");
        }
    }

    private void requireBlocking() {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    private void ensureOpen() throws SocketException {
        if (isClosed()) {
            throw Sockets.closed();
        }
    }

    private void ensureConnected() throws SocketException {
        ensureOpen();
        if (!isConnected()) {
            throw new SocketException("Socket is not connected");
        }
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        try {
            channel.bind(local);
        } catch (AlreadyBoundException already) {
            throw new SocketException("Already bound");
        } catch (ClosedChannelException closed) {
            throw Sockets.closed();
        }
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress remote = channel.remote();
        return remote == null ? null : remote.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress remote = channel.remote();
        return remote == null ? 0 : remote.getPort();
    }

    @Override
    public InetAddress getLocalAddress() {
        InetSocketAddress local = isClosed() ? null : channel.local();
        return local == null ? new InetSocketAddress(0).getAddress() : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.local();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.remote();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return channel.local();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        ensureConnected();
        if (isInputShutdown()) {
            throw new SocketException("Socket input is shutdown");
        }
        return new Input();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        ensureConnected();
        if (isOutputShutdown()) {
            throw new SocketException("Socket output is shutdown");
        }
        return Channels.newOutputStream(channel);
    }

    /** Reads with SO_TIMEOUT. */
    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            requireBlocking();
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length == 0) {
                return 0;
            }
            int millis = timeout;
            return millis == 0
                    ? channel.read(ByteBuffer.wrap(bytes, offset, length))
                    : channel.readWithin(bytes, offset, length, millis);
        }

        @Override
        public int available() throws IOException {
            if (isInputShutdown()) {
                return 0;
            }
            java.nio.channels.SocketChannel kernel = channel.kernel();
            return kernel == null
                    ? Math.max(0, channel.virtual().available())
                    : kernel.socket().getInputStream().available();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        java.nio.channels.SocketChannel kernel = channel.kernel();
        if (kernel != null) {
            kernel.socket().sendUrgentData(data);
            return;
        }
        ensureConnected();
        int result = channel.virtual().send(new byte[] {(byte) data}, 0, 1, Message.MSG_OOB);
        if (result < 0) {
            throw Errors.ofCall(result);
        }
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
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

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        Sockets.set(channel, StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        if (on && seconds < 0) {
            throw new IllegalArgumentException("invalid value for SO_LINGER");
        }
        Sockets.set(channel, StandardSocketOptions.SO_LINGER, on ? Math.min(seconds, 65535) : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.SO_LINGER);
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        Sockets.set(channel, OptionTable.oobInline(), on);
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return Sockets.get(channel, OptionTable.oobInline());
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        ensureOpen();
        if (millis < 0) {
            throw new IllegalArgumentException("timeout can't be negative");
        }
        timeout = millis;
    }

    @Override
    public int getSoTimeout() throws SocketException {
        ensureOpen();
        return timeout;
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        if (size <= 0) {
            throw new IllegalArgumentException("negative send size");
        }
        Sockets.set(channel, StandardSocketOptions.SO_SNDBUF, size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        if (size <= 0) {
            throw new IllegalArgumentException("invalid receive size");
        }
        Sockets.set(channel, StandardSocketOptions.SO_RCVBUF, size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        Sockets.set(channel, StandardSocketOptions.SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.SO_KEEPALIVE);
    }

    @Override
    public void setTrafficClass(int tos) throws SocketException {
        Sockets.set(channel, StandardSocketOptions.IP_TOS, tos);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.IP_TOS);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        Sockets.set(channel, StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return Sockets.get(channel, StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void shutdownInput() throws IOException {
        ensureConnected();
        if (isInputShutdown()) {
            throw new SocketException("Socket input is already shutdown");
        }
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        ensureConnected();
        if (isOutputShutdown()) {
            throw new SocketException("Socket output is already shutdown");
        }
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
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
    public boolean isInputShutdown() {
        return channel.isInputShut();
    }

    @Override
    public boolean isOutputShutdown() {
        return channel.isOutputShut();
    }

    @Override
    public String toString() {
        return isConnected()
                ? "Socket[addr=" + getInetAddress() + ",port=" + getPort() + ",localport=" + getLocalPort() + "]"
                : "Socket[unconnected]";
    }
}

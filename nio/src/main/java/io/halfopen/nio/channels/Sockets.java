package io.halfopen.nio.channels;

import io.halfopen.nio.Addresses;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the faces of java.net have in common. */
final class Sockets {
    /** A call of a channel. */
    interface Call<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /** What the JDK takes for a backlog below 1. */
    private static final int USUAL_BACKLOG = 50;

    private Sockets() {}

    static InetSocketAddress address(IpAddress address, int port) {
        return new InetSocketAddress(Addresses.toInet(address), port);
    }

    /** Where a socket of the network is bound, or null. */
    static @Nullable InetSocketAddress local(VirtualSocket socket) {
        return socket.row()
                .filter(row -> row.localPort() != 0)
                .map(row -> address(row.localAddress(), row.localPort()))
                .orElse(null);
    }

    /** bind(2) and listen(2): where it listens. */
    static @Nullable InetSocketAddress listen(VirtualSocket socket, IpAddress address, int port, int backlog)
            throws IOException {
        int result = socket.bind(address, port);
        if (result >= 0) {
            result = socket.listen(backlog < 1 ? USUAL_BACKLOG : backlog);
        }
        if (result < 0) {
            throw Errors.ofCall(result);
        }
        return local(socket);
    }

    /** Whom connect() means: the wildcard is this host. */
    static InetAddress reachable(InetSocketAddress address) {
        InetAddress asked = address.getAddress();
        return asked.isAnyLocalAddress() ? Addresses.toInet(IpAddress.ofIpv4(127 << 24 | 1)) : asked;
    }

    static SocketException closed() {
        return new SocketException("Socket is closed");
    }

    /** With the exceptions of java.net instead of those of channels. */
    static <T extends @Nullable Object> T call(Call<T> call) throws SocketException {
        try {
            return call.run();
        } catch (ClosedChannelException closed) {
            throw closed();
        } catch (SocketException failed) {
            throw failed;
        } catch (IOException failed) {
            throw new SocketException(failed.getMessage(), failed);
        }
    }

    static <T> void set(NetworkChannel channel, SocketOption<T> name, T value) throws SocketException {
        Object unused = call(() -> channel.setOption(name, value));
    }

    static <T> T get(NetworkChannel channel, SocketOption<T> name) throws SocketException {
        return call(() -> Objects.requireNonNull(channel.getOption(name)));
    }
}

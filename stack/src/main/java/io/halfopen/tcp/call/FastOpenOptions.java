package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.FastOpenKeys;
import io.halfopen.tcp.socket.Socket;

/** The options of Fast Open: TCP_FASTOPEN of listeners, the others of clients. */
public final class FastOpenOptions {
    private final Core core;

    FastOpenOptions(Core core) {
        this.core = core;
    }

    int set(Socket socket, SocketOption option, int value) {
        return switch (option) {
            case TCP_FASTOPEN -> setLimit(socket, value);
            case TCP_FASTOPEN_CONNECT -> setConnect(socket, value);
            case TCP_FASTOPEN_NO_COOKIE -> setNoCookie(socket, value);
            default -> throw new IllegalArgumentException("no option of Fast Open: " + option);
        };
    }

    int get(Socket socket, SocketOption option) {
        return switch (option) {
            case TCP_FASTOPEN -> socket.opening.fastOpenLimit;
            case TCP_FASTOPEN_CONNECT -> socket.opening.fastOpenConnect ? 1 : 0;
            case TCP_FASTOPEN_NO_COOKIE -> socket.opening.fastOpenNoCookie ? 1 : 0;
            default -> throw new IllegalArgumentException("no option of Fast Open: " + option);
        };
    }

    private static boolean isConnected(Socket socket) {
        return socket.connection != null && socket.connection.state() != TcpState.CLOSE;
    }

    private int setLimit(Socket socket, int value) {
        if (value < 0 || isConnected(socket)) {
            return -Errno.EINVAL;
        }
        socket.opening().fastOpenLimit = Math.min(value, core.sysctls.get(Sysctl.somaxconn));
        if (socket.listener != null) {
            socket.listener.fastOpen.setLimit(socket.opening.fastOpenLimit);
        }
        return 0;
    }

    private int setConnect(Socket socket, int value) {
        if (value < 0 || value > 1) {
            return -Errno.EINVAL;
        }
        if ((core.sysctls.get(Sysctl.tcp_fastopen) & 1) == 0) {
            return -Errno.EOPNOTSUPP;
        }
        if (socket.listener != null || isConnected(socket)) {
            return -Errno.EINVAL;
        }
        socket.opening().fastOpenConnect = value == 1;
        return 0;
    }

    private static int setNoCookie(Socket socket, int value) {
        if (value < 0 || value > 1 || isConnected(socket)) {
            return -Errno.EINVAL;
        }
        socket.opening().fastOpenNoCookie = value == 1;
        return 0;
    }

    /** TCP_FASTOPEN_KEY: one key of 16 octets, or two. */
    public static int setKey(Socket socket, byte[] key) {
        if (key.length != FastOpenKeys.LENGTH && key.length != 2 * FastOpenKeys.LENGTH) {
            return -Errno.EINVAL;
        }
        socket.opening().fastOpenKeys = FastOpenKeys.of(key);
        return 0;
    }
}

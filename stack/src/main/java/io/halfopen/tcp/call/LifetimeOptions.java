package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.KeepAlive;
import io.halfopen.tcp.socket.Socket;

/** The options about how long a connection lives when nothing is heard of it, and how it ends. */
final class LifetimeOptions {
    private static final int GREATEST_TIME = 32767;
    private static final int GREATEST_COUNT = 127;

    /** TCP_FIN_TIMEOUT_MAX, seconds. */
    private static final int GREATEST_LINGER2 = 120;

    private final Core core;

    LifetimeOptions(Core core) {
        this.core = core;
    }

    int set(Socket socket, SocketOption option, int value) {
        if (!isAllowed(option, value)) {
            return -Errno.EINVAL;
        }
        switch (option) {
            case SO_LINGER -> socket.change().linger = Math.max(-1, value);
            case SO_KEEPALIVE -> setKeepAlive(socket, value != 0);
            case TCP_KEEPIDLE -> {
                socket.change().keepIdle = (short) value;
                apply(socket);
            }
            case TCP_KEEPINTVL -> {
                socket.change().keepInterval = (short) value;
                keepDue(socket);
            }
            case TCP_KEEPCNT -> {
                socket.change().keepCount = (byte) value;
                keepDue(socket);
            }
            case TCP_LINGER2 -> socket.change().linger2 = (byte) Math.clamp(value, -1, GREATEST_LINGER2);
            case TCP_USER_TIMEOUT -> {
                socket.change().userTimeout = value;
                if (socket.connection != null) {
                    socket.connection.userTimeout = value;
                }
            }
            default -> throw new IllegalArgumentException("not about the end of a connection: " + option);
        }
        return 0;
    }

    private static boolean isAllowed(SocketOption option, int value) {
        return switch (option) {
            case TCP_KEEPIDLE, TCP_KEEPINTVL -> value >= 1 && value <= GREATEST_TIME;
            case TCP_KEEPCNT -> value >= 1 && value <= GREATEST_COUNT;
            case TCP_USER_TIMEOUT -> value >= 0;
            default -> true;
        };
    }

    /** Set again it changes nothing: only from off to on does the time begin (tcp_set_keepalive). */
    private void setKeepAlive(Socket socket, boolean on) {
        boolean was = socket.options.keepAlive;
        socket.change().keepAlive = on;
        Connection c = socket.connection;
        if (on == was || c == null || !isLive(c)) {
            return;
        }
        if (on) {
            KeepAlive keepAlive = core.keepAlive(c);
            keepAlive.set(core, socket.options, core.now()); // the time begins now
        } else if (c.keepAlive != null) {
            c.keepAlive.set(core, socket.options, c.sender.answeredAt);
        }
        c.arm();
    }

    /** The silence so far counts (tcp_sock_set_keepidle_locked). */
    private void apply(Socket socket) {
        Connection c = socket.connection;
        if (c != null && c.keepAlive != null && isLive(c)) {
            c.keepAlive.set(core, socket.options, c.sender.answeredAt);
            c.arm();
        }
    }

    /** What counts from the next probe on. */
    private void keepDue(Socket socket) {
        Connection c = socket.connection;
        if (c != null && c.keepAlive != null && isLive(c)) {
            long due = c.keepAlive.due;
            c.keepAlive.set(core, socket.options, c.sender.answeredAt);
            c.keepAlive.due = due;
        }
    }

    private static boolean isLive(Connection c) {
        return c.state() != TcpState.CLOSE && !c.isOpening();
    }

    int get(Socket socket, SocketOption option) {
        return switch (option) {
            case SO_LINGER -> socket.options.linger;
            case SO_KEEPALIVE -> socket.options.keepAlive ? 1 : 0;
            case TCP_KEEPIDLE -> orElse(socket.options.keepIdle, Sysctl.tcp_keepalive_time);
            case TCP_KEEPINTVL -> orElse(socket.options.keepInterval, Sysctl.tcp_keepalive_intvl);
            case TCP_KEEPCNT -> orElse(socket.options.keepCount, Sysctl.tcp_keepalive_probes);
            case TCP_LINGER2 -> orElse(socket.options.linger2, Sysctl.tcp_fin_timeout);
            case TCP_USER_TIMEOUT -> socket.options.userTimeout;
            default -> throw new IllegalArgumentException("not about the end of a connection: " + option);
        };
    }

    private int orElse(int own, Sysctl usual) {
        return own == 0 ? core.sysctls.get(usual) : own;
    }
}

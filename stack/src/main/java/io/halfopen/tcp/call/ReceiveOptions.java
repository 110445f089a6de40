package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.handshake.HandshakeOptions;
import io.halfopen.tcp.receive.ReceiveBuffer;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;

/** Socket options about what comes in: buffer, window, when to say so and when to acknowledge. */
final class ReceiveOptions {
    private static final int LEAST_BUFFER = 2304;

    private final Core core;
    private final ReceiveCalls calls;

    ReceiveOptions(Core core, ReceiveCalls calls) {
        this.core = core;
        this.calls = calls;
    }

    int set(Socket socket, SocketOption option, int value) {
        switch (option) {
            case SO_RCVBUF -> setBuffer(socket, least(value, core.sysctls.get(Sysctl.rmem_max)));
            case SO_RCVBUFFORCE -> setBuffer(socket, Math.max(0, value));
            case SO_RCVLOWAT -> setLowWater(socket, value < 0 ? Integer.MAX_VALUE : value);
            case SO_OOBINLINE -> socket.change().urgentInline = value != 0;
            case TCP_QUICKACK -> {
                socket.change().expectsAnswers = value == 0;
                if (socket.connection != null) {
                    calls.setQuickAck(socket.connection, value);
                }
            }
            case TCP_WINDOW_CLAMP -> {
                return clampWindow(socket, value);
            }
            default -> throw new IllegalArgumentException(option + " is about something else");
        }
        return 0;
    }

    int get(Socket socket, SocketOption option) {
        Connection c = socket.connection;
        return switch (option) {
            case SO_RCVBUF -> c != null ? c.receiver.buffer.size() : HandshakeOptions.receiveBuffer(core, socket);
            case SO_RCVBUFFORCE -> -Errno.ENOPROTOOPT;
            case SO_RCVLOWAT -> socket.options.receiveLow;
            case SO_OOBINLINE -> socket.options.urgentInline ? 1 : 0;
            case TCP_QUICKACK ->
                (c != null ? c.receiver.acks.expectsAnswers(core) : socket.options.expectsAnswers) ? 0 : 1;
            case TCP_WINDOW_CLAMP -> windowClamp(socket);
            default -> throw new IllegalArgumentException(option + " is about something else");
        };
    }

    /** A negative size is a huge one. */
    private static int least(int value, int most) {
        return Integer.compareUnsigned(value, most) > 0 ? most : value;
    }

    /** The kernel wants as much again for its own bookkeeping. */
    private static void setBuffer(Socket socket, int value) {
        socket.change().receiveBuffer = Math.clamp(2L * value, LEAST_BUFFER, Integer.MAX_VALUE);
        if (socket.connection != null) {
            socket.connection.receiver.buffer.resize(socket.options.receiveBuffer, true);
        }
    }

    /** The buffer has to hold as much (tcp_set_rcvlowat). */
    private void setLowWater(Socket socket, int value) {
        int most =
                socket.options.receiveBuffer != 0 ? socket.options.receiveBuffer : core.sysctls.get(Sysctl.tcp_rmem, 2);
        socket.change().receiveLow = Math.max(1, Math.min(value, most >> 1));
        Connection c = socket.connection;
        if (c == null) {
            return;
        }
        if (c.isReadable()) {
            core.wake(c);
        }
        ReceiveBuffer buffer = c.receiver.buffer;
        int needed = buffer.costOf(socket.options.receiveLow);
        if (!buffer.isFixed() && needed > buffer.size()) {
            buffer.resize(needed, false);
            c.receiver.window.widen();
        }
    }

    /** tcp_set_window_clamp: no limit any more only while there is nothing that it limits. */
    private static int clampWindow(Socket socket, int value) {
        Connection c = socket.connection;
        if (value == 0 && (c != null || socket.listener != null)) {
            return -Errno.EINVAL;
        }
        socket.change().windowClamp = value == 0 ? 0 : Math.max(value, LEAST_BUFFER / 2);
        if (c != null) {
            c.receiver.window.limit(socket.options.windowClamp);
        }
        return 0;
    }

    private static int windowClamp(Socket socket) {
        Connection c = socket.connection;
        boolean established = c != null && c.state() != TcpState.CLOSE && c.state() != TcpState.SYN_SENT;
        return c != null && established ? c.receiver.window.clamp() : socket.options.windowClamp;
    }
}

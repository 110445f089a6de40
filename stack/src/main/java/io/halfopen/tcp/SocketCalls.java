package io.halfopen.tcp;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;

/** The calls that make, name and end sockets: section 2 of the manual, with Linux's errors in Linux's order. */
final class SocketCalls {
    /** Bits of tcp_fastopen: every listener has it, whether it asked or not. */
    private static final int FAST_OPEN_ALL = 0x402;

    private final Core core;
    private final Transmission transmission;
    private final Migration migration;
    private final SynRecvInput synRecvInput;
    private final TimeWaits timeWaits;

    SocketCalls(
            Core core, Transmission transmission, Migration migration, SynRecvInput synRecvInput, TimeWaits timeWaits) {
        this.core = core;
        this.transmission = transmission;
        this.migration = migration;
        this.synRecvInput = synRecvInput;
        this.timeWaits = timeWaits;
    }

    int bind(Socket socket, IpAddress address, int port) {
        if (port < 0 || port > 65535 || socket.portUse != null || socket.listener != null || isBusy(socket)) {
            return -Errno.EINVAL;
        }
        if (!socket.ipv6 && !address.isIpv4()) {
            return -Errno.EAFNOSUPPORT;
        }
        if (socket.v6Only && address.isIpv4()) {
            return -Errno.EINVAL;
        }
        if (!address.isAny() && !core.addresses.isLocal(address.high(), address.low())) {
            return -Errno.EADDRNOTAVAIL;
        }
        setLocal(socket, address);
        return core.ports.bind(socket, port);
    }

    private static void setLocal(Socket socket, IpAddress address) {
        socket.localHigh = address.high();
        socket.localLow = address.low();
    }

    private static boolean isBusy(Socket socket) {
        return socket.connection != null && socket.connection.state() != TcpState.CLOSE;
    }

    int listen(Socket socket, int backlog) {
        if (socket.connection != null) {
            return -Errno.EINVAL;
        }
        int somaxconn = core.sysctls.get(Sysctl.somaxconn);
        Listener listener = socket.listener;
        if (listener != null) {
            listener.listen(backlog, somaxconn);
            return 0;
        }
        if (socket.portUse == null) {
            int bound = bind(socket, socket.ipv6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4, 0);
            if (bound < 0) {
                return bound;
            }
        }
        PortUse use = core.ports.of(socket.localPort);
        if (use.conflictsWith(socket, core.flows)) {
            return -Errno.EADDRINUSE;
        }
        listener = socket.stopped == null ? new Listener(socket) : socket.stopped;
        socket.stopped = null;
        listener.open();
        listener.listen(backlog, somaxconn);
        boolean fastOpen = (core.sysctls.get(Sysctl.tcp_fastopen) & FAST_OPEN_ALL) == FAST_OPEN_ALL;
        if (fastOpen && socket.fastOpenLimit == 0) {
            socket.fastOpenLimit = listener.effectiveBacklog();
        }
        listener.fastOpen.setLimit(socket.fastOpenLimit);
        socket.listener = listener;
        use.add(listener);
        return 0;
    }

    int shutdown(Socket socket, int how) {
        boolean read = how == Stack.SHUT_RD || how == Stack.SHUT_RDWR;
        boolean write = how == Stack.SHUT_WR || how == Stack.SHUT_RDWR;
        if (!read && !write) {
            return -Errno.EINVAL;
        }
        if (socket.listener != null) {
            if (read) {
                migration.stop(socket.listener);
                socket.stopped = socket.listener;
                socket.listener = null;
                core.ready.add(socket);
            }
            return 0;
        }
        Connection c = socket.connection;
        if (c == null || c.state() == TcpState.CLOSE) {
            return -Errno.ENOTCONN;
        }
        if (c.state() == TcpState.SYN_SENT) {
            c.close(Errno.ECONNRESET);
            OpenCalls.dropConnection(socket);
            socket.connecting = false;
            return 0;
        }
        c.readShutdown |= read;
        if (write) {
            sendFin(c);
        }
        c.wake();
        return 0;
    }

    private void sendFin(Connection c) {
        switch (c.state()) {
            case ESTABLISHED -> c.enter(TcpState.FIN_WAIT1);
            case CLOSE_WAIT -> c.enter(TcpState.LAST_ACK);
            case SYN_RECV -> {
                c.sender.queueFin(); // it follows when the handshake is done
                return;
            }
            default -> {
                return;
            }
        }
        c.sender.queueFin();
        transmission.push(c, Rule.FIN_SENT);
        c.arm();
    }

    void close(Socket socket) {
        Listener listener = socket.listener;
        Connection c = socket.connection;
        if (socket.portUse != null) {
            socket.portUse.unbind(socket);
        }
        core.ready.remove(socket);
        if (listener != null) {
            migration.stop(listener);
        }
        if (c != null) {
            closeConnection(c, socket.lingerReset);
        }
        core.pools.give(socket);
    }

    /** __tcp_close: RST if something was not read, or SO_LINGER wants it; else FIN, and the wire goes on alone. */
    private void closeConnection(Connection c, boolean lingerReset) {
        boolean unread = c.receiver.readable() > 0;
        TcpState state = c.state();
        if (state == TcpState.CLOSE || state == TcpState.SYN_SENT) {
            c.socket = null;
            endQuietly(c);
        } else if (unread || lingerReset) {
            Rule why = unread ? Rule.CLOSED_UNREAD : Rule.CLOSED_BY_LINGER;
            core.count(why);
            transmission.reset(c, why);
            c.socket = null;
            c.close(0);
        } else {
            if (state == TcpState.SYN_RECV) {
                synRecvInput.close(c);
            } else {
                sendFin(c);
            }
            c.socket = null;
            c.readShutdown = true;
            if (state == TcpState.FIN_WAIT2) {
                timeWaits.enter(c);
            }
        }
    }

    private static void endQuietly(Connection c) {
        if (c.state() == TcpState.CLOSE) {
            c.recycleIfForgotten();
        } else {
            c.close(0);
        }
    }

    /** What poll(2) says of it (tcp_poll). */
    int poll(Socket socket) {
        if (socket.listener != null) {
            return socket.listener.acceptQueue.length() > 0 ? Poll.POLLIN : 0;
        }
        Connection c = socket.connection;
        int error = socket.pendingError == 0 ? 0 : Poll.POLLERR;
        if (c == null || c.state() == TcpState.CLOSE) {
            int end = c == null ? 0 : Poll.POLLIN | Poll.POLLRDHUP;
            return error | end | Poll.POLLHUP | Poll.POLLOUT;
        }
        if (c.isOpening()) {
            return c.deferred ? error | Poll.POLLOUT : error;
        }
        int events = error;
        if (c.isEndOfFile()) {
            events |= Poll.POLLIN | Poll.POLLRDHUP;
        }
        if (c.isReadable()) {
            events |= Poll.POLLIN;
        }
        if (c.urgent != null && c.urgent.isThere()) {
            events |= Poll.POLLPRI;
        }
        if (c.isEndOfFile() && c.sender.finQueued()) {
            events |= Poll.POLLHUP;
        }
        boolean writable = c.sender.queued() <= SendBuffers.limit(core, c) * 2L / 3;
        if (writable || !c.state().canSend()) {
            return events | Poll.POLLOUT;
        }
        // Whoever was told of room, and found none since the window has shrunk meanwhile, is to be told again.
        c.writerWaits = true;
        return events;
    }
}

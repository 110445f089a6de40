package io.halfopen.tcp.call;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.handshake.Migration;
import io.halfopen.tcp.socket.AcceptQueue;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.PathMtu;
import io.halfopen.tcp.socket.PortUse;
import io.halfopen.tcp.socket.ReadyList;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.socket.SocketOptions;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** The calls that make, name and end sockets: section 2 of the manual, with Linux's errors in Linux's order. */
public final class SocketCalls {
    /** Bits of tcp_fastopen: every listener has it, whether it asked or not. */
    private static final int FAST_OPEN_ALL = 0x402;

    private final Core core;
    private SocketOptions initial = SocketOptions.INITIAL;
    private final Migration migration;
    private final Closing closing;

    public SocketCalls(Core core, Migration migration, Closing closing) {
        this.core = core;
        this.migration = migration;
        this.closing = closing;
    }

    public Socket open(boolean ipv6) {
        Socket socket = core.pools.socket();
        socket.ipv6 = ipv6;
        socket.share(initialOptions(ipv6));
        return socket;
    }

    /** What a new socket has from the sysctls: one object for all of them, as long as these stay. */
    private SocketOptions initialOptions(boolean ipv6) {
        CongestionAlgorithm congestion = core.controls.usual();
        boolean v6Only = ipv6 && core.sysctls.isOn(Sysctl.bindv6only);
        int discover = core.sysctls.isOn(Sysctl.ip_no_pmtu_disc) ? PathMtu.DONT : PathMtu.WANT;
        int rtoMin = core.sysctls.get(Sysctl.tcp_rto_min_us);
        int rtoMax = core.sysctls.get(Sysctl.tcp_rto_max_ms);
        boolean same = initial.congestion == congestion && initial.v6Only == v6Only && initial.mtuDiscover == discover;
        if (!same || initial.rtoMin != rtoMin || initial.rtoMax != rtoMax) {
            initial = new SocketOptions();
            initial.congestion = congestion;
            initial.v6Only = v6Only;
            initial.mtuDiscover = (byte) discover;
            initial.rtoMin = rtoMin;
            initial.rtoMax = rtoMax;
        }
        return initial;
    }

    public int bind(Socket socket, IpAddress address, int port) {
        if (port < 0 || port > 65535 || socket.portUse != null || socket.listener != null || isBusy(socket)) {
            return -Errno.EINVAL;
        }
        if (!socket.ipv6 && !address.isIpv4()) {
            return -Errno.EAFNOSUPPORT;
        }
        if (socket.options.v6Only && address.isIpv4()) {
            return -Errno.EINVAL;
        }
        boolean here = address.isAny() || core.addresses.isLocal(address.high(), address.low());
        if (!here && socket.kept(SocketOption.IP_FREEBIND) == 0) {
            return -Errno.EADDRNOTAVAIL;
        }
        setLocal(socket, address);
        boolean later = port == 0 && socket.kept(SocketOption.IP_BIND_ADDRESS_NO_PORT) != 0;
        int bound = later ? 0 : core.ports.bind(socket, port);
        if (bound < 0) {
            setLocal(socket, IpAddress.ANY_V6); // as it was
        }
        return bound;
    }

    private static void setLocal(Socket socket, IpAddress address) {
        socket.local = address;
    }

    /** To any port, of the address that bind(2) chose without one, if it did. */
    private int bindForListen(Socket socket) {
        if (socket.local.isAny()) {
            setLocal(socket, socket.ipv6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4);
        }
        return core.ports.bind(socket, 0);
    }

    private static boolean isBusy(Socket socket) {
        return socket.connection != null && socket.connection.state() != TcpState.CLOSE;
    }

    public int listen(Socket socket, int backlog) {
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
            int bound = bindForListen(socket);
            if (bound < 0) {
                return bound;
            }
        }
        PortUse use = core.ports.of(socket.localPort);
        if (core.ports.isTaken(use, socket)) {
            return -Errno.EADDRINUSE;
        }
        listener = socket.stopped == null ? new Listener(socket) : socket.stopped;
        socket.stopped = null;
        listener.open();
        listener.listen(backlog, somaxconn);
        boolean fastOpen = (core.sysctls.get(Sysctl.tcp_fastopen) & FAST_OPEN_ALL) == FAST_OPEN_ALL;
        if (fastOpen && socket.opening.fastOpenLimit == 0) {
            socket.opening().fastOpenLimit = listener.effectiveBacklog();
        }
        listener.fastOpen.setLimit(socket.opening.fastOpenLimit);
        socket.listener = listener;
        use.add(listener);
        return 0;
    }

    public int accept(Socket socket, Descriptors descriptors) {
        Listener listener = socket.listener;
        if (listener == null) {
            return -Errno.EINVAL;
        }
        if (descriptors.isFull()) {
            return -Errno.EMFILE;
        }
        AcceptQueue.Entry first = listener.acceptQueue.poll();
        if (first == null) {
            return -Errno.EAGAIN;
        }
        Socket accepted = core.pools.socket();
        accepted.inherit(socket);
        accepted.local = first.local;
        accepted.localPort = (char) first.localPort();
        first.listener = null;
        first.socket = accepted;
        if (first instanceof Dormant dormant) {
            accepted.dormant = dormant;
            accepted.pendingError = (short) (dormant.ended ? Errno.ECONNRESET : 0);
        } else if (first instanceof Connection c) {
            accepted.connection = c;
            accepted.pendingError = (short) c.error;
            c.error = 0;
        }
        return descriptors.open(accepted);
    }

    public int shutdown(Socket socket, boolean read, boolean write) {
        if (socket.listener != null) {
            if (read) {
                migration.stop(socket.listener);
                socket.stopped = socket.listener;
                socket.listener = null;
                core.ready.add(socket, ReadyList.ANY);
            }
            return 0;
        }
        Connection c = socket.connection;
        if (c == null || c.state() == TcpState.CLOSE) {
            return -Errno.ENOTCONN;
        }
        if (c.state() == TcpState.SYN_SENT) {
            core.close(c, Errno.ECONNRESET);
            core.detach(c, socket);
            socket.connecting = false;
            return 0;
        }
        c.readShutdown |= read;
        if (write) {
            closing.sendFin(c);
        }
        core.wake(c);
        return 0;
    }

    /** close(2); a connection that sleeps is one that has ended. */
    public void close(Socket socket) {
        Listener listener = socket.listener;
        Connection c = socket.connection;
        Dormant ended = socket.dormant;
        core.ports.unbind(socket);
        core.ready.remove(socket);
        if (listener != null) {
            migration.stop(listener);
        }
        if (c != null) {
            closing.close(c, socket);
        }
        if (ended != null) {
            core.pools.give(ended);
        }
        core.pools.give(socket);
    }

    /** poll(2): the events of a socket. One without room to write is told once there is some (tcp_poll). */
    public int poll(Socket socket) {
        int events = events(socket);
        Connection c = socket.connection;
        if (c != null && !c.isOpening() && (events & Poll.POLLOUT) == 0) {
            c.writerWaits = true;
        }
        return events;
    }

    private int events(Socket socket) {
        if (socket.listener != null) {
            return socket.listener.acceptQueue.length() > 0 ? Poll.POLLIN : 0;
        }
        Dormant d = socket.dormant;
        if (d != null && !d.ended) {
            return SendBuffers.mayBeUnsent(core, socket) == 0 ? 0 : Poll.POLLOUT;
        }
        Connection c = socket.connection;
        boolean notice = c != null && c.sender.notices != null && c.sender.notices.hasUnread();
        int error = socket.pendingError == 0 && !notice ? 0 : Poll.POLLERR;
        if (c == null || c.state() == TcpState.CLOSE) {
            int end = c == null && d == null ? 0 : Poll.POLLIN | Poll.POLLRDHUP | urgent(c);
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
        events |= urgent(c);
        if (c.isEndOfFile() && c.sender.finQueued()) {
            events |= Poll.POLLHUP;
        }
        boolean writable = c.sender.finQueued() || SendBuffers.isWritable(core, c);
        return writable ? events | Poll.POLLOUT : events;
    }

    private static int urgent(@Nullable Connection c) {
        return c != null && c.urgent != null && c.urgent.isThere() ? Poll.POLLPRI : 0;
    }
}

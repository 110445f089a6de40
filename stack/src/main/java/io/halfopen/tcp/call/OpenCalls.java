package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.connection.TimeWaitInput;
import io.halfopen.tcp.handshake.FastOpenClient;
import io.halfopen.tcp.handshake.SynSentInput;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.wire.FastOpenCookie;
import io.halfopen.wire.IpAddress;

/** The calls that open a connection: connect(2), and with Fast Open sendto(2) and the first write(2). */
public final class OpenCalls {
    private static final byte[] NOTHING = {};

    private final Core core;
    private final SynSentInput synSentInput;
    private final TimeWaitInput timeWaitInput;
    private final FastOpenClient fastOpenClient;

    public OpenCalls(Core core, SynSentInput synSentInput, TimeWaitInput timeWaitInput, FastOpenClient fastOpenClient) {
        this.core = core;
        this.synSentInput = synSentInput;
        this.timeWaitInput = timeWaitInput;
        this.fastOpenClient = fastOpenClient;
    }

    public int connect(Socket socket, IpAddress address, int port) {
        if (socket.listener == null && socket.connecting) {
            return continueConnecting(socket, Errno.EISCONN);
        }
        int refused = judge(socket, address, port);
        int prepared = refused == 0 ? prepare(socket, loopbackForAny(address), port) : refused;
        Connection c = socket.connection;
        if (prepared < 0 || c == null) {
            return prepared;
        }
        if (!socket.opening.fastOpenConnect || fastOpenClient.isOff()) {
            synSentInput.send(c);
            return -Errno.EINPROGRESS;
        }
        FastOpenCookie cookie = fastOpenClient.cookieFor(c, socket);
        if (FastOpenClient.allowsData(cookie)) {
            c.deferred = true; // the SYN waits for data to bring
            return 0;
        }
        synSentInput.send(c, cookie, NOTHING, 0, 0);
        return -Errno.EINPROGRESS;
    }

    /** Whether a connection may be opened at all, in Linux's order. */
    private static int judge(Socket socket, IpAddress address, int port) {
        if (socket.listener != null || socket.connection != null) {
            return -Errno.EISCONN;
        }
        if (port < 0 || port > 65535) {
            return -Errno.EINVAL;
        }
        if (!socket.ipv6 && !address.isIpv4()) {
            return -Errno.EAFNOSUPPORT;
        }
        return socket.options.v6Only && address.isIpv4() ? -Errno.ENETUNREACH : 0;
    }

    /** connect() to 0.0.0.0 or :: means this host. */
    private static IpAddress loopbackForAny(IpAddress address) {
        if (!address.isAny()) {
            return address;
        }
        return address.isIpv4() ? IpAddress.ofIpv4(0x7f000001) : new IpAddress(0, 1);
    }

    /** Being told of a failure makes the socket as good as new; one that was connected once never is. */
    private int continueConnecting(Socket socket, int deferred) {
        Connection c = socket.connection;
        if (c != null && c.isOpening()) {
            return c.deferred ? -deferred : -Errno.EALREADY;
        }
        socket.connecting = false;
        if (c != null && c.state() != TcpState.CLOSE) {
            return 0;
        }
        dropConnection(socket);
        int error = socket.takeError();
        return error == 0 ? -Errno.ECONNABORTED : -error;
    }

    private void dropConnection(Socket socket) {
        if (socket.connection != null) {
            core.detach(socket.connection, socket);
        }
    }

    /** A connection in SYN_SENT whose SYN is still to be sent. */
    private int prepare(Socket socket, IpAddress remote, int remotePort) {
        IpAddress source = core.addresses.sourceFor(remote);
        if (source == null) {
            return -Errno.ENETUNREACH;
        }
        boolean wild = socket.local.isAny();
        IpAddress local = wild ? source : socket.local;
        int localPort =
                socket.portUse == null ? core.ports.findForConnect(local, remote, remotePort) : socket.localPort;
        if (localPort < 0) {
            return localPort;
        }
        int ports = remotePort << 16 | localPort;
        int isn = Host.ANY_ISN;
        int tsRecent = 0;
        switch (core.flows.find(local.high(), local.low(), remote.high(), remote.low(), ports)) {
            case TimeWait rest
            when rest.isReusable(core, socket.portUse != null) -> {
                isn = rest.nextIsn();
                tsRecent = rest.tsRecent;
                timeWaitInput.reuse(rest);
            }
            case null -> {}
            case Flow taken -> {
                return -Errno.EADDRNOTAVAIL;
            }
        }
        Connection c = core.pools.connection(core.ports.of(localPort));
        c.local = core.addresses.of(local.high(), local.low());
        c.remoteHigh = remote.high();
        c.remoteLow = remote.low();
        c.ports = ports;
        c.socket = socket;
        socket.connection = c;
        socket.connecting = true;
        socket.pendingError = 0;
        synSentInput.prepare(c, socket, isn, tsRecent);
        return 0;
    }

    /**
     * sendto(2) with MSG_FASTOPEN: connect() and write() in one (tcp_sendmsg_fastopen). The octets that go with the SYN,
     * or -EINPROGRESS if none may; 0 says that the connection is there and write() is to be called.
     */
    public int sendFastOpen(Socket socket, byte[] source, int offset, int length, IpAddress address, int port) {
        if (fastOpenClient.isOff()) {
            return -Errno.EOPNOTSUPP;
        }
        Connection before = socket.connection;
        if (before != null && before.deferred) {
            return sendDeferred(before, socket, source, offset, length);
        }
        if (socket.listener == null && socket.connecting) {
            return continueConnecting(socket, Errno.EALREADY);
        }
        int refused = judge(socket, address, port);
        int prepared = refused == 0 ? prepare(socket, loopbackForAny(address), port) : refused;
        Connection c = socket.connection;
        return prepared < 0 || c == null ? prepared : sendDeferred(c, socket, source, offset, length);
    }

    /** The SYN of a connection that has been waiting for data. */
    int sendDeferred(Connection c, Socket socket, byte[] source, int offset, int length) {
        FastOpenCookie cookie = fastOpenClient.cookieFor(c, socket);
        int count = FastOpenClient.allowsData(cookie) ? Math.min(length, fastOpenClient.room(c)) : 0;
        synSentInput.send(c, cookie, source, offset, count);
        return count > 0 ? count : -Errno.EINPROGRESS;
    }
}

package io.halfopen.tcp.socket;

import io.halfopen.linux.SocketOption;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a descriptor names: an address, {@link SocketOptions}, and at most one of a {@link Listener} and a {@link Connection}. The
 * connection may outlive it (an orphan), and lives before it (in the accept queue).
 */
public final class Socket {
    public int fd = -1;
    public boolean ipv6;

    public IpAddress local = IpAddress.ANY_V6;
    public char localPort;

    @Nullable
    public PortUse portUse;

    @Nullable
    public Listener listener;

    /** What it was before shutdown(2), for half-opens that do not know yet and another listen(2). */
    @Nullable
    public Listener stopped;

    @Nullable
    public Connection connection;

    /** Instead of a connection, until somebody needs that. */
    @Nullable
    public Dormant dormant;

    /** connect() was called and has not been told the result yet. */
    public boolean connecting;

    /** SO_ERROR, positive: set by the network, taken by the next call. */
    public short pendingError;

    /** What is set; shared, so that only {@link #change} may write it. */
    public SocketOptions options = SocketOptions.INITIAL;

    /** Options that only this socket has: those it is at, or has been and will be again. */
    private @Nullable SocketOptions own;

    /** TCP_NODELAY and TCP_CORK: bits of tcp_sock.nonagle. */
    public byte nagle;

    /** What matters only until there is a connection; of most sockets what nobody has changed, which {@link #opening()} may. */
    public OpeningOptions opening = OpeningOptions.INITIAL;

    public boolean readyListed;

    /** What the news is about that it is listed for, and that it was told of last: bits of poll(2). */
    char news;

    public char told;

    @Nullable
    Socket readyNext;

    /** The options, to be written: nobody else has these. */
    public SocketOptions change() {
        SocketOptions mine = own == null ? new SocketOptions() : own;
        if (options != mine) {
            mine.copy(options);
            own = mine;
            options = mine;
        }
        return mine;
    }

    /** The options of listening and connecting, to be written. */
    public OpeningOptions opening() {
        opening = opening == OpeningOptions.INITIAL ? new OpeningOptions() : opening;
        return opening;
    }

    /** accept() hands the listener's options on. */
    public void inherit(Socket parent) {
        ipv6 = parent.ipv6;
        nagle = parent.nagle;
        share(parent.options);
        parent.own = parent.own == parent.options ? null : parent.own;
    }

    /** From now on it has these, as others do. */
    public void share(SocketOptions shared) {
        options = shared;
    }

    public void keep(SocketOption option, int value) {
        change().keep(option, value);
    }

    public int kept(SocketOption option) {
        return options.kept(option);
    }

    void reset() {
        fd = -1;
        ipv6 = false;
        local = IpAddress.ANY_V6;
        localPort = 0;
        portUse = null;
        listener = null;
        stopped = null;
        connection = null;
        dormant = null;
        connecting = false;
        pendingError = 0;
        nagle = 0;
        share(SocketOptions.INITIAL);
        opening = OpeningOptions.INITIAL;
        news = 0;
        told = 0;
    }

    /** Whether it and a connection with these options let each other use a port. */
    boolean shares(boolean othersAddress, boolean othersPort) {
        return options.reuseAddress && othersAddress || options.reusePort && othersPort;
    }

    /** Whether both can be meant by the same packet, and so cannot share a port without being asked. */
    boolean overlaps(Socket other) {
        Flow narrower = connection == null ? dormant : connection;
        if (narrower != null && local.isAny()) {
            return other.overlaps(narrower.local); // inet_bhash2_update_saddr
        }
        return coversIpv4() && other.coversIpv4() && meets(other) || coversIpv6() && other.coversIpv6() && meets(other);
    }

    private boolean meets(Socket other) {
        return local.isAny() || other.local.isAny() || local.equals(other.local);
    }

    /** Whether the local address of a connection is one of this socket's. */
    boolean overlaps(IpAddress address) {
        boolean covers = address.isIpv4() ? coversIpv4() : coversIpv6();
        return covers && (local.isAny() || local.equals(address));
    }

    private boolean coversIpv4() {
        return local.isIpv4() || local.equals(IpAddress.ANY_V6) && !options.v6Only;
    }

    private boolean coversIpv6() {
        return !local.isIpv4();
    }

    /** Whether it is bound to the very same address and port: SO_REUSEPORT makes such sockets a group. */
    boolean hasNameOf(Socket other) {
        return local.equals(other.local) && localPort == other.localPort && options.v6Only == other.options.v6Only;
    }

    /** The type of service of its IPv4 packets, the traffic class of its IPv6 packets. */
    public int tos(boolean ipv4) {
        return ipv4 ? options.ipTos : options.trafficClass;
    }

    /** The time to live, or the hop limit, of this socket; -1 if it has none of its own. */
    public int ttl(boolean ipv4) {
        return ipv4 ? options.ipTtl : options.hopLimit;
    }

    /** SO_ERROR and what read() and write() report first: taking it clears it. */
    public int takeError() {
        int error = pendingError;
        pendingError = 0;
        return error;
    }
}

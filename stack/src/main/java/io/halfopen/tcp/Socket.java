package io.halfopen.tcp;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.SocketOption;
import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a descriptor names: an address, options, and at most one of a {@link Listener} and a {@link Connection}. The
 * connection may outlive it (an orphan), and lives before it (in the accept queue).
 */
final class Socket {
    int fd = -1;
    boolean ipv6;

    long localHigh;
    long localLow;
    int localPort;

    @Nullable
    PortUse portUse;

    /** The next socket bound to the same port. */
    @Nullable
    Socket boundNext;

    @Nullable
    Listener listener;

    /** What it was before shutdown(2), for half-opens that do not know yet and another listen(2). */
    @Nullable
    Listener stopped;

    @Nullable
    Connection connection;

    /** Instead of a connection, until somebody needs that. */
    @Nullable
    Dormant dormant;

    /** connect() was called and has not been told the result yet. */
    boolean connecting;

    /** SO_ERROR, positive: set by the network, taken by the next call. */
    int pendingError;

    boolean reuseAddress;
    boolean reusePort;
    boolean v6Only;
    /** TCP_NODELAY and TCP_CORK: a {@link SendPolicy}. */
    byte nagle;

    /** TCP_NOTSENT_LOWAT, octets, without sign; 0: the sysctl's. */
    int notSentLowat;

    /** SO_LINGER, seconds; -1: off; 0: close() resets. */
    int linger = -1;

    /** TCP_LINGER2, seconds; 0: tcp_fin_timeout; -1: no FIN_WAIT2 after close(). */
    byte linger2;

    /** SO_KEEPALIVE; TCP_KEEPIDLE and TCP_KEEPINTVL, seconds, and TCP_KEEPCNT; 0: the sysctl's. */
    boolean keepAlive;

    byte keepCount;
    short keepIdle;
    short keepInterval;

    /** TCP_FASTOPEN, as set or as listen() sets it, and TCP_FASTOPEN_NO_COOKIE. */
    int fastOpenLimit;

    boolean fastOpenNoCookie;

    /** TCP_FASTOPEN_CONNECT. */
    boolean fastOpenConnect;

    /** TCP_FASTOPEN_KEY; null for those of tcp_fastopen_key. */
    @Nullable
    FastOpenKeys fastOpenKeys;

    /** TCP_USER_TIMEOUT, ms; 0 means that the number of retransmissions counts. */
    int userTimeout;

    /** TCP_MAXSEG, TCP_SYNCNT, SO_RCVBUF and SO_SNDBUF; 0 means the sysctl's. */
    int maxSeg;

    int synCount;

    /** TCP_CONGESTION, and whether it was set; a connection has its own. */
    CongestionAlgorithm congestion = CongestionAlgorithm.reno;

    boolean congestionChosen;

    /** TCP_DEFER_ACCEPT, as SYN-ACK timeouts; a listener's own business, so accept() does not hand it on. */
    int deferTimeouts;

    int receiveBuffer;
    int sendBuffer;

    /** SO_RCVLOWAT. */
    int receiveLow = 1;

    /** SO_OOBINLINE, and TCP_QUICKACK 0 before there is a connection. */
    boolean urgentInline;

    boolean expectsAnswers;

    /** TCP_WINDOW_CLAMP; 0 for none. */
    int windowClamp;

    /** IP_TOS and IPV6_TCLASS, without their ECN bits; IP_TTL and IPV6_UNICAST_HOPS, -1 for the sysctl's. */
    int ipTos;

    int ipTtl = -1;
    int trafficClass;
    int hopLimit = -1;

    /** IP_MTU_DISCOVER, which a socket has from net.ipv4.ip_no_pmtu_disc when it is made. */
    byte mtuDiscover = PathMtu.WANT;

    boolean readyListed;

    /** What the news is about that it is listed for, and that it was told of last: bits of poll(2). */
    int news;

    int told;

    @Nullable
    Socket readyNext;

    /** The values of options that are accepted and ignored, by ordinal, once one is set; accept() shares them. */
    private int @Nullable [] ignored;

    void keep(SocketOption option, int value) {
        int[] values = new int[SocketOption.values().length];
        Arrays.setAll(values, i -> kept(SocketOption.values()[i]));
        values[option.ordinal()] = value;
        ignored = values;
    }

    int kept(SocketOption option) {
        return ignored == null ? option.initial() : ignored[option.ordinal()];
    }

    /** accept() hands the listener's options on. */
    void inherit(Socket parent) {
        ipv6 = parent.ipv6;
        reuseAddress = parent.reuseAddress;
        reusePort = parent.reusePort;
        v6Only = parent.v6Only;
        nagle = parent.nagle;
        notSentLowat = parent.notSentLowat;
        linger = parent.linger;
        linger2 = parent.linger2;
        keepAlive = parent.keepAlive;
        keepIdle = parent.keepIdle;
        keepInterval = parent.keepInterval;
        keepCount = parent.keepCount;
        userTimeout = parent.userTimeout;
        maxSeg = parent.maxSeg;
        synCount = parent.synCount;
        congestion = parent.congestion;
        congestionChosen = parent.congestionChosen;
        receiveBuffer = parent.receiveBuffer;
        receiveLow = parent.receiveLow;
        urgentInline = parent.urgentInline;
        expectsAnswers = parent.expectsAnswers;
        sendBuffer = parent.sendBuffer;
        windowClamp = parent.windowClamp;
        ipTos = parent.ipTos;
        ipTtl = parent.ipTtl;
        trafficClass = parent.trafficClass;
        hopLimit = parent.hopLimit;
        mtuDiscover = parent.mtuDiscover;
        ignored = parent.ignored;
    }

    void reset() {
        fd = -1;
        ipv6 = false;
        localHigh = 0;
        localLow = 0;
        localPort = 0;
        portUse = null;
        listener = null;
        stopped = null;
        connection = null;
        dormant = null;
        connecting = false;
        pendingError = 0;
        reuseAddress = false;
        reusePort = false;
        v6Only = false;
        nagle = SendPolicy.NAGLE;
        notSentLowat = 0;
        linger = -1;
        linger2 = 0;
        keepAlive = false;
        keepIdle = 0;
        keepInterval = 0;
        keepCount = 0;
        fastOpenLimit = 0;
        fastOpenNoCookie = false;
        fastOpenConnect = false;
        fastOpenKeys = null;
        userTimeout = 0;
        maxSeg = 0;
        synCount = 0;
        congestionChosen = false;
        deferTimeouts = 0;
        receiveBuffer = 0;
        receiveLow = 1;
        urgentInline = false;
        expectsAnswers = false;
        sendBuffer = 0;
        windowClamp = 0;
        news = 0;
        told = 0;
        ipTos = 0;
        ipTtl = -1;
        trafficClass = 0;
        hopLimit = -1;
        ignored = null;
    }

    /** Whether it and a connection with these options let each other use a port. */
    boolean shares(boolean othersAddress, boolean othersPort) {
        return reuseAddress && othersAddress || reusePort && othersPort;
    }

    /** Whether both can be meant by the same packet, and so cannot share a port without being asked. */
    boolean overlaps(Socket other) {
        return coversIpv4() && other.coversIpv4() && meets(other) || coversIpv6() && other.coversIpv6() && meets(other);
    }

    private boolean meets(Socket other) {
        return IpAddress.isAny(localHigh, localLow)
                || IpAddress.isAny(other.localHigh, other.localLow)
                || localHigh == other.localHigh && localLow == other.localLow;
    }

    /** The same against the local address of a connection. */
    boolean overlaps(Flow flow) {
        boolean covers = IpAddress.isIpv4(flow.localHigh, flow.localLow) ? coversIpv4() : coversIpv6();
        boolean any = IpAddress.isAny(localHigh, localLow);
        return covers && (any || flow.localHigh == localHigh && flow.localLow == localLow);
    }

    private boolean coversIpv4() {
        return IpAddress.isIpv4(localHigh, localLow) || coversIpv6() && localHigh == 0 && localLow == 0 && !v6Only;
    }

    private boolean coversIpv6() {
        return !IpAddress.isIpv4(localHigh, localLow);
    }

    /** Whether it is bound to the very same address and port: SO_REUSEPORT makes such sockets a group. */
    boolean hasNameOf(Socket other) {
        return localHigh == other.localHigh
                && localLow == other.localLow
                && localPort == other.localPort
                && v6Only == other.v6Only;
    }

    /** The type of service of its IPv4 packets, the traffic class of its IPv6 packets. */
    int tos(boolean ipv4) {
        return ipv4 ? ipTos : trafficClass;
    }

    /** The same of the time to live and the hop limit; -1 if it has none of its own. */
    int ttl(boolean ipv4) {
        return ipv4 ? ipTtl : hopLimit;
    }

    /** SO_ERROR and what read() and write() report first: taking it clears it. */
    int takeError() {
        int error = pendingError;
        pendingError = 0;
        return error;
    }
}

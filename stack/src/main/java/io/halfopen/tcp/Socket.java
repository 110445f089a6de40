package io.halfopen.tcp;

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

    @Nullable
    Connection connection;

    /** connect() was called and has not been told the result yet. */
    boolean connecting;

    /** SO_ERROR, positive: set by the network, taken by the next call. */
    int pendingError;

    boolean reuseAddress;
    boolean noDelay;

    /** SO_LINGER with time 0: close() resets. */
    boolean lingerReset;

    /** TCP_FASTOPEN, as set or as listen() sets it, and TCP_FASTOPEN_NO_COOKIE. */
    int fastOpenLimit;

    boolean fastOpenNoCookie;

    /** TCP_FASTOPEN_KEY; null for those of tcp_fastopen_key. */
    @Nullable
    FastOpenKeys fastOpenKeys;

    /** TCP_USER_TIMEOUT, ms; 0 means that the number of retransmissions counts. */
    int userTimeout;

    /** TCP_MAXSEG, TCP_SYNCNT, SO_RCVBUF and SO_SNDBUF; 0 means the sysctl's. */
    int maxSeg;

    int synCount;

    /** TCP_DEFER_ACCEPT, as SYN-ACK timeouts; a listener's own business, so accept() does not hand it on. */
    int deferTimeouts;

    int receiveBuffer;
    int sendBuffer;

    boolean readyListed;

    @Nullable
    Socket readyNext;

    /** accept() hands the listener's options on. */
    void inherit(Socket parent) {
        ipv6 = parent.ipv6;
        reuseAddress = parent.reuseAddress;
        noDelay = parent.noDelay;
        lingerReset = parent.lingerReset;
        userTimeout = parent.userTimeout;
        maxSeg = parent.maxSeg;
        synCount = parent.synCount;
        receiveBuffer = parent.receiveBuffer;
        sendBuffer = parent.sendBuffer;
    }

    void reset() {
        fd = -1;
        ipv6 = false;
        localHigh = 0;
        localLow = 0;
        localPort = 0;
        portUse = null;
        listener = null;
        connection = null;
        connecting = false;
        pendingError = 0;
        reuseAddress = false;
        noDelay = false;
        lingerReset = false;
        fastOpenLimit = 0;
        fastOpenNoCookie = false;
        fastOpenKeys = null;
        userTimeout = 0;
        maxSeg = 0;
        synCount = 0;
        deferTimeouts = 0;
        receiveBuffer = 0;
        sendBuffer = 0;
    }

    /** SO_ERROR and what read() and write() report first: taking it clears it. */
    int takeError() {
        int error = pendingError;
        pendingError = 0;
        return error;
    }
}

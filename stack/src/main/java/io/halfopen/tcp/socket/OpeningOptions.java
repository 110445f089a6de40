package io.halfopen.tcp.socket;

import org.jspecify.annotations.Nullable;

/**
 * What a socket that listens or connects has beside its {@link SocketOptions}. accept() does not hand it on, so that of a million
 * connections none has one.
 */
public final class OpeningOptions {
    /** Of a socket on which nobody has set any; not to be written. */
    static final OpeningOptions INITIAL = new OpeningOptions();

    /** TCP_FASTOPEN, as set or as listen() sets it, and TCP_FASTOPEN_NO_COOKIE. */
    public int fastOpenLimit;

    public boolean fastOpenNoCookie;

    /** TCP_FASTOPEN_CONNECT. */
    public boolean fastOpenConnect;

    /** TCP_FASTOPEN_KEY; null for those of tcp_fastopen_key. */
    @Nullable
    public FastOpenKeys fastOpenKeys;

    /** TCP_DEFER_ACCEPT, as SYN-ACK timeouts. */
    public int deferTimeouts;

    OpeningOptions() {}
}

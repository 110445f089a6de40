package io.halfopen.tcp.socket;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.SocketOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What setsockopt() has set, and accept() hands on whole. Sockets share one of these until an option of one of them is
 * set: read it as {@code socket.options}, and write it only through {@link Socket#change}, which makes a copy first.
 */
public final class SocketOptions {
    /** The options of a socket for which nothing has been set; they never change. */
    public static final SocketOptions INITIAL = new SocketOptions();

    public boolean reuseAddress;
    public boolean reusePort;
    public boolean v6Only;

    /** TCP_NOTSENT_LOWAT, octets, without sign; 0: the sysctl's. */
    public int notSentLowat;

    /** SO_LINGER, seconds; -1: off; 0: close() resets. */
    public int linger = -1;

    /** TCP_LINGER2, seconds; 0: tcp_fin_timeout; -1: no FIN_WAIT2 after close(). */
    public byte linger2;

    /** SO_KEEPALIVE; TCP_KEEPIDLE and TCP_KEEPINTVL, seconds, and TCP_KEEPCNT; 0: the sysctl's. */
    public boolean keepAlive;

    public byte keepCount;
    public short keepIdle;
    public short keepInterval;

    /** TCP_USER_TIMEOUT, ms; 0 means that the number of retransmissions counts. */
    public int userTimeout;

    /** TCP_RTO_MAX_MS, and what tcp_rto_min_us was when the socket was made. */
    public int rtoMax = 120_000;

    public int rtoMin = 200_000;

    /** TCP_MAXSEG, TCP_SYNCNT, SO_RCVBUF and SO_SNDBUF; 0 means the sysctl's. */
    public int maxSeg;

    public int synCount;
    public int receiveBuffer;
    public int sendBuffer;

    /** TCP_CONGESTION, and whether it was set; a connection has its own. */
    public CongestionAlgorithm congestion = CongestionAlgorithm.reno;

    public boolean congestionChosen;

    /** SO_RCVLOWAT. */
    public int receiveLow = 1;

    /** SO_OOBINLINE, and TCP_QUICKACK 0 before there is a connection. */
    public boolean urgentInline;

    public boolean expectsAnswers;

    /** TCP_WINDOW_CLAMP; 0 for none. */
    public int windowClamp;

    /** IP_TOS and IPV6_TCLASS, without their ECN bits; IP_TTL and IPV6_UNICAST_HOPS, -1 for the sysctl's. */
    public int ipTos;

    public int ipTtl = -1;
    public int trafficClass;
    public int hopLimit = -1;

    /** IP_MTU_DISCOVER, which a socket has from net.ipv4.ip_no_pmtu_disc when it is made. */
    public byte mtuDiscover = PathMtu.WANT;

    /** The values of options that are only kept, by ordinal, once one is set. Never changed: a new array takes its place. */
    private int @Nullable [] kept;

    /** All that another has. */
    void copy(SocketOptions other) {
        reuseAddress = other.reuseAddress;
        reusePort = other.reusePort;
        v6Only = other.v6Only;
        notSentLowat = other.notSentLowat;
        linger = other.linger;
        linger2 = other.linger2;
        keepAlive = other.keepAlive;
        keepCount = other.keepCount;
        keepIdle = other.keepIdle;
        keepInterval = other.keepInterval;
        userTimeout = other.userTimeout;
        rtoMax = other.rtoMax;
        rtoMin = other.rtoMin;
        maxSeg = other.maxSeg;
        synCount = other.synCount;
        receiveBuffer = other.receiveBuffer;
        sendBuffer = other.sendBuffer;
        congestion = other.congestion;
        congestionChosen = other.congestionChosen;
        receiveLow = other.receiveLow;
        urgentInline = other.urgentInline;
        expectsAnswers = other.expectsAnswers;
        windowClamp = other.windowClamp;
        ipTos = other.ipTos;
        ipTtl = other.ipTtl;
        trafficClass = other.trafficClass;
        hopLimit = other.hopLimit;
        mtuDiscover = other.mtuDiscover;
        kept = other.kept;
    }

    /** The least that a retransmission timeout is beyond the round trip, ns. */
    public long shortestTimeout() {
        return rtoMin * 1000L;
    }

    void keep(SocketOption option, int value) {
        int[] values = new int[SocketOption.values().length];
        Arrays.setAll(values, i -> kept(SocketOption.values()[i]));
        values[option.ordinal()] = value;
        kept = values;
    }

    int kept(SocketOption option) {
        return kept == null ? option.initial() : kept[option.ordinal()];
    }
}

package io.halfopen.link;

import io.halfopen.linux.SocketOption;

/** Level and name of a socket option, as asm-generic/socket.h and linux/tcp.h number them. */
record OptionNumber(int level, int name) {
    static final int SOL_SOCKET = 1;
    static final int IPPROTO_IP = 0;
    static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_IPV6 = 41;
    static final int SO_DOMAIN = 39;
    static final int TCP_INFO = 11;
    static final int TCP_CONGESTION = 13;

    static OptionNumber of(SocketOption option) {
        return switch (option) {
            case SO_REUSEADDR -> socket(2);
            case SO_ERROR -> socket(4);
            case SO_SNDBUF -> socket(7);
            case SO_RCVBUF -> socket(8);
            case SO_TYPE -> socket(3);
            case SO_PROTOCOL -> socket(38);
            case SO_DOMAIN -> socket(SO_DOMAIN);
            case SO_RCVTIMEO -> socket(20);
            case SO_SNDTIMEO -> socket(21);
            case SO_LINGER -> socket(13);
            case SO_REUSEPORT -> socket(15);
            case SO_ACCEPTCONN -> socket(30);
            case SO_RCVBUFFORCE -> socket(33);
            case IP_TOS -> new OptionNumber(IPPROTO_IP, 1);
            case IP_TTL -> new OptionNumber(IPPROTO_IP, 2);
            case IPV6_UNICAST_HOPS -> new OptionNumber(IPPROTO_IPV6, 16);
            case IPV6_V6ONLY -> new OptionNumber(IPPROTO_IPV6, 26);
            case IPV6_TCLASS -> new OptionNumber(IPPROTO_IPV6, 67);
            case TCP_NODELAY -> tcp(1);
            case TCP_MAXSEG -> tcp(2);
            case TCP_LINGER2 -> tcp(8);
            case TCP_SYNCNT -> tcp(7);
            case TCP_FASTOPEN -> tcp(23);
            case TCP_FASTOPEN_CONNECT -> tcp(30);
            case TCP_FASTOPEN_NO_COOKIE -> tcp(34);
            case TCP_USER_TIMEOUT -> tcp(18);
            case TCP_RTO_MAX_MS -> tcp(44);
            case TCP_DEFER_ACCEPT -> tcp(9);
            case TCP_WINDOW_CLAMP -> tcp(10);
            case SO_KEEPALIVE -> socket(9);
            case SO_OOBINLINE -> socket(10);
            case SO_RCVLOWAT -> socket(18);
            case SO_PRIORITY -> socket(12);
            case SO_MARK -> socket(36);
            case SO_TIMESTAMP -> socket(29);
            case SO_MAX_PACING_RATE -> socket(47);
            case SO_TIMESTAMPING -> socket(37);
            case SO_ZEROCOPY -> socket(60);
            case TCP_CORK -> tcp(3);
            case TCP_KEEPIDLE -> tcp(4);
            case TCP_KEEPINTVL -> tcp(5);
            case TCP_KEEPCNT -> tcp(6);
            case TCP_QUICKACK -> tcp(12);
            case TCP_THIN_LINEAR_TIMEOUTS -> tcp(16);
            case TCP_NOTSENT_LOWAT -> tcp(25);
            case TCP_SAVE_SYN -> tcp(27);
            case TCP_INQ -> tcp(36);
            case IP_MTU_DISCOVER -> ip(10);
            case IP_MTU -> ip(14);
            case IP_FREEBIND -> ip(15);
            case IP_RECVERR -> ip(11);
            case IP_BIND_ADDRESS_NO_PORT -> ip(24);
        };
    }

    private static OptionNumber socket(int name) {
        return new OptionNumber(SOL_SOCKET, name);
    }

    private static OptionNumber ip(int name) {
        return new OptionNumber(IPPROTO_IP, name);
    }

    private static OptionNumber tcp(int name) {
        return new OptionNumber(IPPROTO_TCP, name);
    }
}

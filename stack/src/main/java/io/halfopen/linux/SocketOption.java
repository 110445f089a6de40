package io.halfopen.linux;

/** The socket options of socket(7) and tcp(7) that act on the stack so far; an option that is not here is refused. */
public enum SocketOption {
    SO_ACCEPTCONN(false, "1 for a listener, 0 for any other socket"),
    SO_ERROR(false, "the pending error as a positive errno; reading it clears it"),
    SO_LINGER(true, "-1: close(2) sends FIN; 0: close(2) sends RST and forgets everything. Other times are refused"),
    SO_REUSEADDR(
            true,
            "1: bind(2) may take a port whose sockets and connections, TIME_WAIT included, all have it, too, and no listener"),
    SO_REUSEPORT(true, "1: several sockets that all have it may bind(2) and listen(2) alike, and share the SYNs"),
    SO_RCVBUF(true, "receive buffer; the kernel doubles what is set, bytes"),
    SO_RCVBUFFORCE(true, "the same, without the limit of net.core.rmem_max; cannot be read"),
    SO_SNDBUF(true, "send buffer; the kernel doubles what is set, bytes"),
    IP_TOS(true, "type of service of IPv4 packets; its two ECN bits are TCP's own"),
    IP_TTL(true, "time to live of IPv4 packets, 1 to 255 hops; -1: net.ipv4.ip_default_ttl"),
    IPV6_TCLASS(true, "traffic class of IPv6 packets, 0 to 255; its two ECN bits are TCP's own; -1: 0"),
    IPV6_UNICAST_HOPS(true, "hop limit of IPv6 packets, 0 to 255; -1: net.ipv6.conf.default.hop_limit"),
    IPV6_V6ONLY(true, "1: an IPv6 socket that has nothing to do with IPv4; before bind(2) only"),
    TCP_NODELAY(true, "1: send small segments at once instead of waiting for the last one's ACK (Nagle)"),
    TCP_MAXSEG(true, "largest segment to announce and to send, octets"),
    TCP_SYNCNT(true, "SYN retransmissions before connect(2) fails; on a listener SYN-ACK retransmissions; 1 to 127"),
    TCP_WINDOW_CLAMP(true, "largest window to announce, at least 1152 octets; 0, before connect(2): no limit"),
    TCP_FASTOPEN(true, "on a listener: Fast Open handshakes that may be under way, at most somaxconn; 0: none"),
    TCP_FASTOPEN_NO_COOKIE(true, "1: Fast Open needs no cookie here"),
    TCP_USER_TIMEOUT(
            true,
            "how long SYN, data or a closed window may stay unanswered before ETIMEDOUT, milliseconds; 0: default"),
    TCP_DEFER_ACCEPT(
            true,
            "of a listener: how long a handshake that is done waits for data before accept(2) gets it, seconds; rounded up"
                    + " to 1, 3, 7, 15, 31, 63, 127 and so on; 0: not at all");

    private final boolean settable;
    private final String sentence;

    SocketOption(boolean settable, String sentence) {
        this.settable = settable;
        this.sentence = sentence;
    }

    public boolean settable() {
        return settable;
    }

    public String sentence() {
        return sentence;
    }
}

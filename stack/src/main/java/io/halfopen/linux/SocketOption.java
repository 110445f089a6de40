package io.halfopen.linux;

import java.util.Arrays;

/**
 * The socket options of socket(7), ip(7) and tcp(7) that the stack takes; the {@link Effect} says whether one acts. An
 * option that is not here is refused.
 */
public enum SocketOption {
    SO_ACCEPTCONN(false, "1 for a listener, 0 for any other socket"),
    SO_ERROR(false, "the pending error as a positive errno; reading it clears it"),
    SO_TYPE(false, "1: SOCK_STREAM"),
    SO_PROTOCOL(false, "6: IPPROTO_TCP"),
    SO_DOMAIN(false, "2: AF_INET, 10: AF_INET6"),
    SO_LINGER(
            true,
            "0: close(2) sends RST and forgets everything; -1 (off), and any time: close(2) sends FIN. Nothing blocks here, so a"
                    + " time is kept and not waited for; seconds"),
    SO_KEEPALIVE(true, "1: probe a silent peer, and reset the connection if it does not answer"),
    SO_REUSEADDR(
            true,
            "1: bind(2) may take a port whose sockets and connections, TIME_WAIT included, all have it, too, and no listener"),
    SO_REUSEPORT(true, "1: several sockets that all have it may bind(2) and listen(2) alike, and share the SYNs"),
    SO_RCVBUF(true, "receive buffer; the kernel doubles what is set, bytes"),
    SO_RCVBUFFORCE(true, "the same, without the limit of net.core.rmem_max; cannot be read"),
    SO_RCVLOWAT(true, "octets that must be there before poll(2) says POLLIN; at most half of the receive buffer"),
    SO_OOBINLINE(true, "1: the urgent octet is read in its place, not with MSG_OOB"),
    SO_SNDBUF(true, "send buffer; the kernel doubles what is set, and it grows no more; bytes"),
    IP_TOS(true, "type of service of IPv4 packets; its two ECN bits are TCP's own"),
    IP_TTL(true, "time to live of IPv4 packets, 1 to 255 hops; -1: net.ipv4.ip_default_ttl"),
    IP_MTU(false, "the MTU of the path to the peer as it is known, octets; IPv6 paths, too"),
    IP_MTU_DISCOVER(
            true,
            "of IPv4 paths: 0: every router may cut packets up; 1: none may, unless one asks for less than min_pmtu; "
                    + "2: none may; 3: as 1 with DF off; 4, 5: as 0"),
    IPV6_TCLASS(true, "traffic class of IPv6 packets, 0 to 255; its two ECN bits are TCP's own; -1: 0"),
    IPV6_UNICAST_HOPS(true, "hop limit of IPv6 packets, 0 to 255; -1: net.ipv6.conf.default.hop_limit"),
    IPV6_V6ONLY(true, "1: an IPv6 socket that has nothing to do with IPv4; before bind(2) only"),
    TCP_NODELAY(true, "1: send small segments at once instead of waiting for the last one's ACK (Nagle)"),
    TCP_CORK(
            true,
            "1: hold back what does not fill a segment; it goes when set to 0, or after a retransmission timeout (200 ms at"
                    + " least) with nothing in flight"),
    TCP_NOTSENT_LOWAT(
            true,
            "unsent octets above which write(2) takes no more, and half of it above which poll(2) does not say POLLOUT; 0:"
                    + " net.ipv4.tcp_notsent_lowat"),
    TCP_MAXSEG(true, "largest segment to announce and to send, octets"),
    TCP_SYNCNT(true, "SYN retransmissions before connect(2) fails; on a listener SYN-ACK retransmissions; 1 to 127"),
    TCP_WINDOW_CLAMP(true, "largest window to announce, at least 1152 octets; 0, before connect(2): no limit"),
    TCP_FASTOPEN(true, "on a listener: Fast Open handshakes that may be under way, at most somaxconn; 0: none"),
    TCP_FASTOPEN_CONNECT(
            true, "1: connect(2) with a Fast Open cookie waits for data, and the first write(2) sends both"),
    TCP_FASTOPEN_NO_COOKIE(true, "1: Fast Open needs no cookie here"),
    TCP_QUICKACK(
            true,
            "0: ACKs wait for an answer; odd numbers: not; even ones: the ACK that is owed does not. The connection itself goes"
                    + " on to learn"),
    TCP_USER_TIMEOUT(
            true,
            "how long SYN, data or a closed window may stay unanswered before ETIMEDOUT, milliseconds; 0: default"),
    TCP_RTO_MAX_MS(
            true,
            "longest time between two retransmissions, SYNs and probes included, SYN-ACKs not, milliseconds, 1000 to 120000; at first"
                    + " net.ipv4.tcp_rto_max_ms"),
    TCP_LINGER2(
            true,
            "how long FIN_WAIT2 lasts after close(2), seconds, at most 120; 0: net.ipv4.tcp_fin_timeout; below 0: RST"
                    + " instead"),
    TCP_KEEPIDLE(true, "silence before the first keepalive probe, 1 to 32767 s; at first net.ipv4.tcp_keepalive_time"),
    TCP_KEEPINTVL(true, "time between two keepalive probes, 1 to 32767 s; at first net.ipv4.tcp_keepalive_intvl"),
    TCP_KEEPCNT(
            true,
            "keepalive probes without answer before ETIMEDOUT, 1 to 127; at first net.ipv4.tcp_keepalive_probes. With"
                    + " TCP_USER_TIMEOUT that time counts instead"),
    TCP_DEFER_ACCEPT(
            true,
            "of a listener: how long a handshake that is done waits for data before accept(2) gets it, seconds; rounded up"
                    + " to 1, 3, 7, 15, 31, 63, 127 and so on; 0: not at all"),

    SO_MAX_PACING_RATE(
            Effect.EFFECTIVE,
            true,
            false,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            -1,
            "packets are spread so that no more octets leave in a second, a number without sign; -1: no limit"),

    IP_BIND_ADDRESS_NO_PORT(
            Effect.EFFECTIVE,
            true,
            true,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            0,
            "1: bind(2) to port 0 leaves the port to connect(2), which then shares ports between destinations"),

    IP_FREEBIND(
            Effect.EFFECTIVE,
            true,
            true,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            0,
            "1: bind(2) takes any address, also one that this host does not have; of IPv6 sockets, too"),

    TCP_THIN_LINEAR_TIMEOUTS(
            Effect.EFFECTIVE, true, false, 0, 1, 0, "1: as tcp_thin_linear_timeouts, for this connection"),

    SO_ZEROCOPY(
            Effect.EFFECTIVE,
            true,
            false,
            0,
            1,
            0,
            "1: MSG_ZEROCOPY tells by the error queue when memory is free; the octets are copied all the same"),

    SO_TIMESTAMPING(
            Effect.EFFECTIVE,
            true,
            false,
            0,
            0x7ffff,
            0,
            "bits of SOF_TIMESTAMPING_; the error queue tells when the last octet of a write(2) was handed to the interface, sent and"
                    + " acknowledged; there are no stamps of hardware or of what is received"),

    TCP_INQ(
            Effect.EFFECTIVE,
            true,
            false,
            0,
            1,
            0,
            "1: recvmsg(2) tells how much is left to read; one more after a FIN"),

    // ---- accepted and ignored, with the values that Linux takes and has at the beginning
    SO_PRIORITY(
            Integer.MIN_VALUE, Integer.MAX_VALUE, 0, "queue of the device; there is none here, packets leave in order"),
    SO_MARK(
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            0,
            "what packet filters and routing rules know the packets by; there is neither here"),
    SO_RCVTIMEO(
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            0,
            "how long read(2) and accept(2) block, milliseconds, rounded up to 4; nothing blocks here, so whoever waits"
                    + " has to look at it, as drill does"),
    SO_SNDTIMEO(
            Integer.MIN_VALUE, Integer.MAX_VALUE, 0, "how long write(2) and connect(2) block, milliseconds, likewise"),
    SO_TIMESTAMP(0, "1: recvmsg(2) tells when data came; there is no recvmsg(2) here, and a caller has its own clock"),
    TCP_SAVE_SYN(0, 2, 0, "1, 2: keep the SYN of a connection for TCP_SAVED_SYN, which is not here"),
    IP_RECVERR(0, "1: keep ICMP errors for MSG_ERRQUEUE, which is not here; SO_ERROR tells of them");

    private final Effect effect;
    private final boolean settable;
    private final boolean flag;
    private final int least;
    private final int most;
    private final int initial;
    private final String sentence;

    SocketOption(boolean settable, String sentence) {
        this(Effect.EFFECTIVE, settable, false, 0, 0, 0, sentence);
    }

    /** An ignored one that is on or off: any number but 0 is 1. */
    SocketOption(int initial, String sentence) {
        this(Effect.IGNORED, true, true, Integer.MIN_VALUE, Integer.MAX_VALUE, initial, sentence);
    }

    /** An ignored one with a range; what is beyond is EINVAL. */
    SocketOption(int least, int most, int initial, String sentence) {
        this(Effect.IGNORED, true, false, least, most, initial, sentence);
    }

    SocketOption(Effect effect, boolean settable, boolean flag, int least, int most, int initial, String sentence) {
        this.effect = effect;
        this.settable = settable;
        this.flag = flag;
        this.least = least;
        this.most = most;
        this.initial = initial;
        this.sentence = sentence;
    }

    /**
     * Finds one by its name.
     *
     * @throws IllegalArgumentException with a sentence for the user if there is none
     */
    public static SocketOption named(String name) {
        return Arrays.stream(values())
                .filter(option -> option.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown socket option '" + name + "'"
                        + NearNames.hint(name, Arrays.stream(values()).map(SocketOption::name))));
    }

    public Effect effect() {
        return effect;
    }

    /** Of an ignored one: whether Linux takes this value. */
    public boolean allows(int value) {
        return value >= least && value <= most;
    }

    /** Of an ignored one: what getsockopt(2) then returns. */
    public int kept(int value) {
        return flag && value != 0 ? 1 : value;
    }

    /** Of an ignored one: what a new socket has. */
    public int initial() {
        return initial;
    }

    public boolean settable() {
        return settable;
    }

    public String sentence() {
        return sentence;
    }
}

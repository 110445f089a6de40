package io.halfopen.linux;

import static io.halfopen.linux.Effect.IGNORED;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The knobs under /proc/sys/net, with Linux's names, ranges and the defaults of 6.18 as measured in a fresh network
 * namespace; {@link Kernel} has what other kernels had. The {@link Effect} says whether it acts on the stack; one that is
 * not here is refused.
 */
public enum Sysctl {
    somaxconn(
            "net.core",
            0,
            Integer.MAX_VALUE,
            "upper limit of listen()'s backlog, applied when listen() is called",
            4096),
    rmem_max("net.core", 2304, Integer.MAX_VALUE, "largest SO_RCVBUF; also bounds the window scale offered", 4194304),
    wmem_max("net.core", 4608, Integer.MAX_VALUE, "largest SO_SNDBUF", 4194304),
    ip_default_ttl("net.ipv4", 1, 255, "time to live of the IPv4 packets sent, hops", 64),
    ip_local_port_range(
            "net.ipv4", 1, 65535, "first and last port that connect() and bind(0) choose from", 32768, 60999),
    icmp_echo_ignore_all("net.ipv4", 0, 1, "1: pings over IPv4 are not answered", 0),
    icmp_msgs_burst("net.ipv4", 0, Integer.MAX_VALUE, "ICMP errors that the host may send at once", 50),
    icmp_msgs_per_sec("net.ipv4", 0, Integer.MAX_VALUE, "ICMP errors that the host may send a second", 1000),
    icmp_ratelimit("net.ipv4", 0, Integer.MAX_VALUE, "time between two ICMP errors to one peer, after six, ms", 1000),
    icmp_ratemask("net.ipv4", 0, Integer.MAX_VALUE, "the ICMP types that are limited, a bit each", 6168),
    echo_ignore_all("net.ipv6.icmp", 0, 1, "1: pings over IPv6 are not answered", 0),
    ratelimit("net.ipv6.icmp", 0, Integer.MAX_VALUE, "as icmp_ratelimit, over IPv6, ms", 100),
    ipfrag_high_thresh(
            "net.ipv4",
            0,
            Integer.MAX_VALUE,
            "octets that fragments of IPv4 packets may take while others are missing",
            4194304),
    ipfrag_time(
            "net.ipv4",
            0,
            Integer.MAX_VALUE,
            "how long a fragment of an IPv4 packet waits for the others, seconds",
            30),
    ip6frag_high_thresh("net.ipv6", 0, Integer.MAX_VALUE, "as ipfrag_high_thresh, of IPv6 packets", 4194304),
    ip6frag_time("net.ipv6", 0, Integer.MAX_VALUE, "as ipfrag_time, of IPv6 packets", 60),
    ip_no_pmtu_disc(
            "net.ipv4",
            0,
            3,
            "IPv4 path MTU: 0: as routers say; 1, 3: new sockets have IP_MTU_DISCOVER 0, and with 1 whatever a router says "
                    + "means min_pmtu; 2: routers are not listened to",
            0),
    min_pmtu("net.ipv4.route", 68, Integer.MAX_VALUE, "least MTU of an IPv4 path that is believed, octets", 552),
    mtu_expires("net.ipv4.route", 0, Integer.MAX_VALUE, "how long the MTU of an IPv4 path is remembered, seconds", 600),
    tcp_abort_on_overflow(
            "net.ipv4", 0, 1, "1: a final ACK that finds the accept queue full is answered with RST, not ignored", 0),
    tcp_app_win(
            "net.ipv4",
            0,
            31,
            "what a connection keeps of its buffer and never announces, as a power of two: 1 the half, 31 a segment; 0 nothing",
            31),
    tcp_comp_sack_delay_ns(
            "net.ipv4",
            0,
            Sysctl.UNSIGNED,
            "how long ACKs of what lies beyond a gap are collected: a twentieth of a round trip, and at most this, ns",
            1000000),
    tcp_comp_sack_nr("net.ipv4", 0, 255, "how many of them are collected at most; 0: none", 44),
    tcp_comp_sack_slack_ns("net.ipv4", 0, Integer.MAX_VALUE, "how much later they may be sent, ns", 100000),
    tcp_congestion_control(
            "net.ipv4",
            0,
            CongestionAlgorithm.values().length - 1,
            "congestion control of new sockets; TCP_CONGESTION chooses another",
            CongestionAlgorithm.cubic.ordinal()) {
        @Override
        public int[] parse(String text) {
            return CongestionAlgorithm.parse(this, text);
        }

        @Override
        public String format(int... numbers) {
            return CongestionAlgorithm.of(numbers[0]).name();
        }

        @Override
        public String range() {
            return CongestionAlgorithm.available();
        }
    },
    tcp_dsack("net.ipv4", 0, 1, "tell peers that use SACK what came twice", 1),
    tcp_early_retrans("net.ipv4", 0, 4, "3 or 4: probe for the loss of the last segment (TLP); others: do not", 3),
    tcp_base_mss(
            "net.ipv4",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "octets of data that a segment begins with where tcp_mtu_probing suspects a black hole",
            1024),
    tcp_challenge_ack_limit(
            "net.ipv4",
            0,
            Integer.MAX_VALUE,
            "challenge ACKs a second, of the whole host, by chance half as many to half as many more; 0 or greatest: any",
            Integer.MAX_VALUE),
    tcp_ecn(
            "net.ipv4",
            0,
            2,
            "explicit congestion notification, in handshakes: 0: never; 1: asked for and agreed to; 2: only agreed to",
            2),
    tcp_ecn_fallback("net.ipv4", 0, 1, "1: a repeated SYN does not ask for ECN any more", 1),
    tcp_fastopen(
            "net.ipv4",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "Fast Open, sum of: 1 clients; 2 servers; 4 clients without cookie; 0x200 servers without cookie; "
                    + "0x400 all listeners, not only those with TCP_FASTOPEN",
            1),
    tcp_fastopen_blackhole_timeout_sec(
            "net.ipv4",
            0,
            0,
            "how long Fast Open is off after a path has swallowed it, s; 0, never, is all that is here",
            0),
    tcp_fastopen_key(
            "net.ipv4",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "key of Fast Open cookies, as 01234567-89abcdef-01234567-89abcdef; after a comma the key before, whose "
                    + "cookies are still good; until it is set, a random one",
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0) {
        @Override
        public int[] parse(String text) {
            return FastOpenKeyText.parse(this, text);
        }

        @Override
        public String format(int... numbers) {
            return FastOpenKeyText.format(numbers);
        }
    },
    tcp_fin_timeout(
            "net.ipv4", 1, 1073741, "how long a closed socket waits in FIN_WAIT2 for the peer's FIN, seconds", 60),
    tcp_frto("net.ipv4", 0, 255, "1 or more: find out that a retransmission timeout was too early (F-RTO)", 2),
    tcp_invalid_ratelimit(
            "net.ipv4",
            0,
            Integer.MAX_VALUE,
            "least time between two ACKs that answer what makes no sense on one connection, milliseconds",
            500),
    tcp_keepalive_intvl("net.ipv4", 1, 32767, "TCP_KEEPINTVL of sockets that do not set it, seconds", 75),
    tcp_keepalive_probes("net.ipv4", 0, 255, "TCP_KEEPCNT of sockets that do not set it", 9),
    tcp_keepalive_time("net.ipv4", 1, 32767, "TCP_KEEPIDLE of sockets that do not set it, seconds", 7200),
    tcp_max_orphans(
            "net.ipv4",
            0,
            Integer.MAX_VALUE,
            "connections that may live on after close(); one more is reset; Linux has one number for all namespaces",
            131072),
    tcp_max_reordering(
            "net.ipv4", 1, Integer.MAX_VALUE, "how far a connection's tcp_reordering may grow, packets", 300),
    tcp_max_syn_backlog(
            "net.ipv4", 0, Integer.MAX_VALUE, "without cookies: a quarter of it is kept back from unknown peers", 2048),
    tcp_max_tw_buckets("net.ipv4", 0, Integer.MAX_VALUE, "connections that may be in TIME_WAIT at a time", 131072),
    tcp_mem(
            "net.ipv4",
            0,
            Integer.MAX_VALUE,
            "memory of all buffers, pages of 4096 bytes: up to the first all is well; from the second to the first windows"
                    + " are small; above the third nothing is taken in. Linux computes it from the machine's memory",
            98304,
            131072,
            196608),
    tcp_migrate_req(
            "net.ipv4",
            0,
            1,
            "1: what a closed listener leaves goes to another of its SO_REUSEPORT group, instead of being reset",
            0),
    tcp_min_rtt_wlen("net.ipv4", 0, 86400, "how long a least round-trip time is believed, seconds", 300),
    tcp_min_snd_mss("net.ipv4", 48, 65535, "least MSS that is believed of a peer or a path, octets", 48),
    tcp_min_tso_segs("net.ipv4", 1, 255, "least segments that leave together", 2),
    tcp_moderate_rcvbuf("net.ipv4", 0, 255, "1: the receive buffer grows with what is read in a round trip", 1),
    tcp_mtu_probe_floor("net.ipv4", 48, 65535, "least octets of data that tcp_mtu_probing makes segments of", 48),
    tcp_mtu_probing(
            "net.ipv4",
            0,
            2,
            "1: smaller segments after some timeouts, since the path may swallow larger ones, and then larger ones are tried; 2: always",
            0),
    tcp_no_metrics_save("net.ipv4", 0, 1, "1: do not remember peers whose round-trip time was measured", 0),
    tcp_notsent_lowat("net.ipv4", 0, Sysctl.UNSIGNED, "TCP_NOTSENT_LOWAT of sockets that do not set it, octets", -1),
    tcp_orphan_retries(
            "net.ipv4", 0, 255, "retransmissions of a closed socket's data before it is given up; 0 means 8", 0),
    tcp_pacing_ca_ratio("net.ipv4", 0, 1000, "pace of Reno and CUBIC, percent of window by round trip", 120),
    tcp_pacing_ss_ratio("net.ipv4", 0, 1000, "the same in slow start, up to half the threshold", 200),
    tcp_pingpong_thresh(
            "net.ipv4",
            1,
            255,
            "answers that make a connection a conversation, whose ACKs wait for the next answer",
            1),
    tcp_probe_interval("net.ipv4", 0, 17_179_869, "seconds after which tcp_mtu_probing begins its search anew", 600),
    tcp_probe_threshold(
            "net.ipv4",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "tcp_mtu_probing ends its search where less than this is unknown, octets",
            8),
    tcp_recovery(
            "net.ipv4",
            0,
            255,
            "sum of: 1 find losses by time (RACK, always on); 2 with a fixed reordering window; "
                    + "4 and without counting duplicate ACKs",
            1),
    tcp_reflect_tos(
            "net.ipv4", 0, 1, "1: SYN-ACK and connection take the type of service, without ECN, from the SYN", 0),
    tcp_reordering(
            "net.ipv4",
            1,
            300,
            "how many packets may overtake another before it is thought lost; connections adapt it",
            3),
    tcp_retrans_collapse("net.ipv4", 0, 255, "small segments that are retransmitted become one", 1),
    tcp_retries1("net.ipv4", 0, 255, "retransmissions of data before tcp_mtu_probing suspects a black hole", 3),
    tcp_retries2("net.ipv4", 0, 255, "retransmissions of data before the connection is given up with ETIMEDOUT", 15),
    tcp_rfc1337("net.ipv4", 0, 255, "1: an RST does not end TIME_WAIT", 0),
    tcp_rmem(
            "net.ipv4", 1, Integer.MAX_VALUE, "receive buffer: least, initial and most, bytes", 4096, 131072, 33554432),
    tcp_rto_max_ms(
            "net.ipv4",
            1000,
            120_000,
            "TCP_RTO_MAX_MS of sockets that are made: longest time between two retransmissions, milliseconds",
            120_000),
    tcp_rto_min_us(
            "net.ipv4",
            1,
            Integer.MAX_VALUE,
            "of sockets that are made: least time beyond the round trip before data is sent again, microseconds",
            200_000),
    tcp_sack("net.ipv4", 0, 1, "offer selective acknowledgment", 1),
    tcp_shrink_window("net.ipv4", 0, 1, "1: a window that is scaled may shrink after it was announced", 0),
    tcp_slow_start_after_idle(
            "net.ipv4", 0, 255, "1: a window that was not used for a retransmission timeout becomes smaller", 1),
    tcp_stdurg("net.ipv4", 0, 255, "1: the urgent pointer points to the urgent octet, not to the one after", 0),
    tcp_syn_linear_timeouts("net.ipv4", 0, 127, "SYN retransmissions one second apart before the intervals double", 4),
    tcp_syn_retries("net.ipv4", 1, 127, "SYN retransmissions before connect() fails, the linear ones not counted", 6),
    tcp_synack_retries("net.ipv4", 0, 255, "SYN-ACK retransmissions before a half-open connection is forgotten", 5),
    tcp_syncookies(
            "net.ipv4",
            0,
            2,
            "0: a SYN that finds the SYN queue full is dropped; 1: it is answered with a cookie; 2: every SYN is",
            1),
    tcp_thin_linear_timeouts(
            "net.ipv4", 0, 255, "1: with fewer than four packets in flight six timeouts come without doubling", 0),
    tcp_timestamps("net.ipv4", 0, 2, "0: no timestamps; 1: with a random offset per connection; 2: without", 1),
    tcp_tso_rtt_log(
            "net.ipv4",
            0,
            255,
            "a peer so near gets more segments at a time: half as many for each of its round trip's 2^n microseconds",
            9),
    tcp_tso_win_divisor(
            "net.ipv4",
            0,
            255,
            "less than this part of the window may wait for the next ACK; 0: less than three segments",
            3),
    tcp_tw_reuse(
            "net.ipv4",
            0,
            2,
            "connect() without bind() may end a TIME_WAIT with timestamps: 0: never; 1: yes; 2: of a loopback address",
            2),
    tcp_tw_reuse_delay("net.ipv4", 1, 60000, "and how long that has been one by then, milliseconds", 1000),
    tcp_window_scaling("net.ipv4", 0, 1, "offer window scaling", 1),
    tcp_wmem("net.ipv4", 1, Integer.MAX_VALUE, "send buffer: least, initial and most, bytes", 4096, 16384, 4194304),
    bindv6only("net.ipv6", 0, 1, "1: IPv6 sockets start with IPV6_V6ONLY on", 0),
    auto_flowlabels("net.ipv6", 0, 3, "1 or 3: IPv6 packets have a flow label, by chance for each connection", 1),
    hop_limit("net.ipv6.conf.default", 1, 255, "hop limit of the IPv6 packets sent", 64),

    // ---- accepted and ignored: set by many, and nothing of it is in the stack
    rmem_default(IGNORED, "net.core", 2304, Integer.MAX_VALUE, "receive buffer of sockets other than TCP's", 212992),
    wmem_default(IGNORED, "net.core", 4608, Integer.MAX_VALUE, "send buffer of sockets other than TCP's", 212992),
    tcp_adv_win_scale(IGNORED, "net.ipv4", -31, 31, "without effect in Linux itself since 6.6", 1),
    tcp_autocorking(
            IGNORED,
            "net.ipv4",
            0,
            1,
            "hold small segments back while a packet waits in the device; none waits here",
            1),
    tcp_fack(IGNORED, "net.ipv4", 0, 255, "without effect in Linux itself since 4.15", 0),
    tcp_limit_output_bytes(
            IGNORED,
            "net.ipv4",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            "octets of a socket that may wait in the device; none wait here",
            4194304);

    /** As the greatest value: 32 bits without a sign. */
    private static final int UNSIGNED = -1;

    private final Effect effect;
    private final String prefix;
    private final int min;
    private final int max;
    private final String sentence;
    private final int[] defaults;

    Sysctl(String prefix, int min, int max, String sentence, int... defaults) {
        this(Effect.EFFECTIVE, prefix, min, max, sentence, defaults);
    }

    Sysctl(Effect effect, String prefix, int min, int max, String sentence, int... defaults) {
        this.effect = effect;
        this.prefix = prefix;
        this.min = min;
        this.max = max;
        this.sentence = sentence;
        this.defaults = defaults;
    }

    /** Whether Linux has it once for all network namespaces, so that a new one has none of its own. */
    public boolean isOfWholeHost() {
        return this == tcp_mem || this == tcp_max_orphans;
    }

    /** As sysctl(8) writes it: {@code net.ipv4.tcp_syn_retries}. */
    public String fullName() {
        return prefix + "." + name();
    }

    public String sentence() {
        return sentence;
    }

    public Effect effect() {
        return effect;
    }

    public int min() {
        return min;
    }

    public int max() {
        return max;
    }

    /** "0 to 255", or the names that it takes. */
    public String range() {
        return min + " to " + format(max);
    }

    public boolean allows(int value) {
        return max == UNSIGNED || value >= min && value <= max;
    }

    /** How many numbers it holds: tcp_rmem has three, most have one. */
    public int width() {
        return defaults.length;
    }

    /** The default of 6.18. */
    public int[] defaults() {
        return defaults.clone();
    }

    /**
     * Finds one by its full name.
     *
     * @throws IllegalArgumentException with a sentence for the user if there is none
     */
    public static Sysctl named(String fullName) {
        String dotted = fullName.replace('/', '.');
        return Arrays.stream(values())
                .filter(sysctl -> sysctl.fullName().equals(dotted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown sysctl '" + fullName + "'"
                        + NearNames.hint(dotted, Arrays.stream(values()).map(Sysctl::fullName))));
    }

    /**
     * Reads a value as sysctl(8) takes it: numbers separated by white space, each within the range, decimal, or as C
     * writes hexadecimal and octal ones.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    public int[] parse(String text) {
        String[] words = text.strip().split("\\s+");
        if (words.length != width()) {
            String what = width() + (width() == 1 ? " number" : " numbers");
            throw new IllegalArgumentException(fullName() + " takes " + what + ", not '" + text + "'");
        }
        return Arrays.stream(words).mapToInt(this::number).toArray();
    }

    /** The text of a value, as sysctl(8) writes it. */
    public String format(int... numbers) {
        return Arrays.stream(numbers).mapToObj(this::format).collect(Collectors.joining(" "));
    }

    private String format(int number) {
        return max == UNSIGNED ? Integer.toUnsignedString(number) : String.valueOf(number);
    }

    private int number(String word) {
        try {
            long value = word.startsWith("#") ? Long.MAX_VALUE : Long.decode(word);
            boolean fits = max == UNSIGNED ? value >>> Integer.SIZE == 0 : value == (int) value;
            if (fits && allows((int) value)) {
                return (int) value;
            }
        } catch (NumberFormatException notANumber) {
            // said below, as for one out of range
        }
        throw new IllegalArgumentException(fullName() + " takes " + range() + ", not '" + word + "'");
    }
}

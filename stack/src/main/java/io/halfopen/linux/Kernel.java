package io.halfopen.linux;

/**
 * Which kernel is imitated. This is the one place for behaviour that changed between them; everything else in the
 * stack is the same for all. Where 6.18 is meant, it was measured; what is said of 3.10 comes from the articles'
 * traces and the kernel's public history; UNP is the Berkeley behaviour that Stevens' "UNIX Network Programming"
 * describes, so that the book can be seen beside the kernels.
 */
public enum Kernel {
    LINUX_6_18("6.18") {
        @Override
        public boolean synQueueIsFull(int halfOpen, int backlog, int maxSynBacklog) {
            return halfOpen > backlog;
        }

        @Override
        public boolean isClogged(int halfOpen, int backlog, int maxSynBacklog) {
            return halfOpen * 2L > Math.max(8, backlog);
        }

        /** Since 4.10: a SYN never gets in while the accept queue is full. */
        @Override
        public boolean refusesSyn(int queued, int backlog, int young) {
            return queued > backlog;
        }

        @Override
        public long synInterval(int retransmits, int linearTimeouts) {
            return SECOND << Math.min(Math.max(0, retransmits - linearTimeouts), 30);
        }
    },

    LINUX_3_10("3.10") {
        /** The hash table of half-open connections has a power-of-two size above 8 and above the backlog. */
        @Override
        public boolean synQueueIsFull(int halfOpen, int backlog, int maxSynBacklog) {
            return halfOpen >= entries(backlog, maxSynBacklog);
        }

        @Override
        public boolean isClogged(int halfOpen, int backlog, int maxSynBacklog) {
            return halfOpen >= entries(backlog, maxSynBacklog) / 2;
        }

        private static int entries(int backlog, int maxSynBacklog) {
            return ceilingPowerOfTwo(Math.max(8, Math.min(backlog, maxSynBacklog)) + 1);
        }

        /** Until 4.10: up to two young requests were let in past a full accept queue. */
        @Override
        public boolean refusesSyn(int queued, int backlog, int young) {
            return queued > backlog && young > 1;
        }

        @Override
        public long synInterval(int retransmits, int linearTimeouts) {
            return SECOND << Math.min(retransmits, 30);
        }
    },

    UNP("unp") {
        /** One bound for the sum of both queues, with Berkeley's fudge factor (UNP 4.5, figure 4.10). */
        @Override
        public boolean queuesAreFull(int halfOpen, int queued, int backlog) {
            return (long) halfOpen + queued >= acceptQueueHolds(backlog);
        }

        @Override
        public boolean synQueueIsFull(int halfOpen, int backlog, int maxSynBacklog) {
            return false;
        }

        @Override
        public boolean refusesSyn(int queued, int backlog, int young) {
            return false;
        }

        /** "One SYN when connect is called, another 6 seconds later, and another 24 seconds later", failing at 75 s. */
        @Override
        public long synInterval(int retransmits, int linearTimeouts) {
            return switch (retransmits) {
                case 0 -> 6 * SECOND;
                case 1 -> 24 * SECOND;
                default -> 45 * SECOND;
            };
        }
    };

    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    /** The resolution of timers at HZ=250, ns. */
    public static final long JIFFY = 4 * MILLISECOND;

    private final String version;

    Kernel(String version) {
        this.version = version;
    }

    /** As the command line names it: 6.18, 3.10 or unp. */
    public String version() {
        return version;
    }

    /**
     * Finds one by its version.
     *
     * @throws IllegalArgumentException with a sentence for the user if there is none
     */
    public static Kernel named(String version) {
        for (Kernel kernel : values()) {
            if (kernel.version.equalsIgnoreCase(version)) {
                return kernel;
            }
        }
        throw new IllegalArgumentException("unknown kernel '" + version + "': take 6.18, 3.10 or unp");
    }

    /** UNP only: whether the two queues together leave no room for a SYN. */
    public boolean queuesAreFull(int halfOpen, int queued, int backlog) {
        return false;
    }

    /** How many finished connections a listener can hold: Linux asks "more than the backlog?" before it adds one. */
    public long acceptQueueHolds(int backlog) {
        return this == UNP ? backlog * 3L / 2 + 1 : backlog + 1L;
    }

    /** Whether a SYN finds the SYN queue full; {@code backlog} is the effective one. */
    public abstract boolean synQueueIsFull(int halfOpen, int backlog, int maxSynBacklog);

    /** Whether a SYN is answered with a cookie, now that its queue is full or not; tcp_syncookies is 0, 1 or 2. */
    public boolean sendsCookie(int tcp_syncookies, boolean full) {
        return switch (this) {
            case LINUX_6_18 -> tcp_syncookies == 2 || tcp_syncookies == 1 && full;
            case LINUX_3_10 -> tcp_syncookies != 0 && full; // 2 came with 3.12
            case UNP -> false;
        };
    }

    /** What the kernel's log says when a SYN queue is full for the first time; {@code family} is TCP or TCPv6. */
    public String floodWarning(String family, String endpoint, int port, String action) {
        return this == LINUX_3_10
                ? "TCP: " + family + ": Possible SYN flooding on port " + port + ". " + action
                        + ".  Check SNMP counters."
                : "TCP: request_sock_" + family + ": Possible SYN flooding on port " + endpoint + ". " + action + ".";
    }

    /** Whether half the SYN queue is taken: the old in it then get fewer SYN-ACKs, so that the young have room. */
    public boolean isClogged(int halfOpen, int backlog, int maxSynBacklog) {
        return false;
    }

    /** Whether a SYN is dropped since the accept queue is full. */
    public abstract boolean refusesSyn(int queued, int backlog, int young);

    /** Whether the last quarter of tcp_max_syn_backlog is kept for peers that have proved themselves. */
    public boolean keepsReserve() {
        return this != UNP;
    }

    /** Whether a final ACK finds no room. A Berkeley listener kept the room when it took the SYN. */
    public boolean refusesFinalAck(int queued, int backlog) {
        return this != UNP && queued > backlog;
    }

    /** The time from the SYN that was the {@code retransmits}-th retransmission (0: the first SYN) to the next, ns. */
    public abstract long synInterval(int retransmits, int linearTimeouts);

    /** The SYN retransmissions of connect() when syn_retries and linear timeouts are as given. */
    public int synRetransmits(int synRetries, int linearTimeouts) {
        return switch (this) {
            case LINUX_6_18 -> synRetries + linearTimeouts;
            case LINUX_3_10 -> synRetries;
            case UNP -> Math.min(synRetries, 2);
        };
    }

    /** The longest that connect() tries, ns: it gives up at the first timeout that is not before this. */
    public long synPatience(int synRetries, long longest) {
        return this == UNP ? 75 * SECOND : doublingFrom(SECOND, synRetries, longest);
    }

    /** Since 4.20: the last timeout is when TCP_USER_TIMEOUT ends, or a tick from now; before, it was one too late. */
    public long patientUntil(long now, long timeout, long end) {
        return this == LINUX_6_18 ? Math.min(now + timeout, Math.max(end, now + JIFFY)) : now + timeout;
    }

    /** Newer than 3.10: an old ACK with an old timestamp is not answered, and a SYN with one is challenged. */
    public boolean knowsOldAcks() {
        return this == LINUX_6_18;
    }

    /** How old an ACK may be, octets before what is acknowledged; since 6.7 nothing that was never sent is taken. */
    public int oldestAck(int greatestWindow, long acknowledged) {
        return this == LINUX_6_18 ? (int) Math.min(greatestWindow, acknowledged) : greatestWindow;
    }

    /** Newer than 3.10: an RST may also have the number of the peer's FIN, or the end of what the last SACK told of. */
    public boolean knowsResetEdges() {
        return this == LINUX_6_18;
    }

    /** Since 6.17: a segment that ends beyond the window is refused, unless nothing waits to be read. */
    public boolean refusesOvershoot() {
        return this == LINUX_6_18;
    }

    /** Since 6.7: TCP-AO, and no segment with options that make no sense. */
    public boolean readsSignatures() {
        return this == LINUX_6_18;
    }

    /** Since 4.0: two ends that disagree must not answer each other for ever. */
    public boolean limitsInvalidAcks() {
        return this == LINUX_6_18;
    }

    /** The challenge ACKs of one second; {@code chance} is any number. Since 4.7 nobody can count them off. */
    public long challengeAcks(int tcp_challenge_ack_limit, int chance) {
        if (this != LINUX_6_18) {
            return tcp_challenge_ack_limit;
        }
        return tcp_challenge_ack_limit == 0
                ? Integer.MAX_VALUE
                : (tcp_challenge_ack_limit + 1L >> 1) + Integer.remainderUnsigned(chance, tcp_challenge_ack_limit);
    }

    /** Since 5.6: the answer to an old connection's SYN makes connect() send its own again almost at once. */
    public boolean hurriesSyn() {
        return this == LINUX_6_18;
    }

    /** The time a SYN-ACK waits for its answer before it is sent again or the half-open is forgotten, ns. */
    public long synAckInterval(int timeouts) {
        return switch (this) {
            case LINUX_6_18 -> Math.min(SECOND << Math.min(timeouts, 30), RTO_MAX);
            // One scan of all half-opens each 200 ms finds a request one tick after it is due (article 004's trace).
            case LINUX_3_10 -> Math.min(SECOND << Math.min(timeouts, 30), RTO_MAX) + 200 * MILLISECOND;
            case UNP -> synInterval(timeouts, 0);
        };
    }

    /** UNP: an entry of the incomplete queue lives 75 s whatever tcp_synack_retries says. */
    public int synAckRetries(int tcp_synack_retries) {
        return this == UNP ? 2 : tcp_synack_retries;
    }

    /** TCP_DEFER_ACCEPT is Linux's own. */
    public boolean defersAccept() {
        return this != UNP;
    }

    /** Since 6.15 only an ACK that makes a connection moves the timestamp that SYN-ACKs echo. */
    public boolean echoesRefusedAcks() {
        return this == LINUX_3_10;
    }

    /** How much of a receive buffer is offered as window before any data came; the rest pays for bookkeeping. */
    public int windowOfBuffer(int buffer) {
        return buffer / 2;
    }

    /** Since 6.6 the part of a receive buffer that is window follows what the packets really cost. */
    public boolean measuresOverhead() {
        return this == LINUX_6_18;
    }

    /**
     * The memory that Linux charges for an IP packet of this length, octets: that of packets that come through a TUN
     * device, in pieces of its allocator, and with struct sk_buff (skb->truesize).
     */
    public int costOfPacket(int length) {
        return memoryOfPacket(length) + SK_BUFF;
    }

    /** What could be appended to such a packet, octets; one of more than a page is in pieces, and takes nothing. */
    public int roomBehindPacket(int length) {
        int memory = memoryOfPacket(length);
        return memory > PAGE ? 0 : memory - length - BESIDE_PACKET;
    }

    /** What so many octets cost that were put together out of small packets (tcp_collapse). */
    public int costOfPiece(int octets) {
        return costOfPacket(octets - BEFORE_PACKET);
    }

    private static int memoryOfPacket(int length) {
        int needed = length + BESIDE_PACKET;
        if (needed <= SMALLEST_MEMORY) {
            return SMALLEST_MEMORY;
        }
        return needed <= PAGE / 2 ? Math.max(1024, ceilingPowerOfTwo(needed)) : needed + PAGE - 1 & -PAGE;
    }

    /** struct sk_buff; what is before and after a packet's octets (NET_SKB_PAD, struct skb_shared_info); a page. */
    private static final int SK_BUFF = 256;

    private static final int BEFORE_PACKET = 64;
    private static final int BESIDE_PACKET = BEFORE_PACKET + 320;
    private static final int SMALLEST_MEMORY = 576;
    private static final int PAGE = 4096;

    /**
     * The receive buffer once the handshake is done. Old kernels then widened it to ten segments, which on the loopback
     * are large (tcp_fixup_rcvbuf, until 4.20).
     */
    public int bufferOfEstablished(int buffer, int mss, int largestBuffer) {
        return this == LINUX_3_10 ? Math.max(buffer, Math.min(20 * mss, largestBuffer)) : buffer;
    }

    /** Since 4.18: ACKs of what lies beyond a gap are collected. */
    public boolean collectsSacks() {
        return this == LINUX_6_18;
    }

    /** Since 4.10 a connection's timestamps start at a random offset (RFC 7323, section 5.4, says why). */
    public boolean randomTimestamps() {
        return this == LINUX_6_18;
    }

    /** The value a sysctl has after boot; where a kernel's is not known, 6.18's. */
    int[] defaultOf(Sysctl sysctl) {
        return this == LINUX_6_18 ? sysctl.defaults() : olderDefaultOf(sysctl);
    }

    private int[] olderDefaultOf(Sysctl sysctl) {
        return switch (sysctl) {
            case tcp_congestion_control ->
                new int[] {(this == UNP ? CongestionAlgorithm.reno : CongestionAlgorithm.cubic).ordinal()};
            case somaxconn -> new int[] {128};
            case tcp_max_syn_backlog -> new int[] {512};
            case tcp_challenge_ack_limit -> new int[] {100};
            case tcp_tw_reuse, tcp_syn_linear_timeouts, tcp_fastopen, tcp_ecn_fallback, auto_flowlabels ->
                new int[] {0};
            case rmem_max, wmem_max -> new int[] {212992};
            case tcp_rmem -> new int[] {4096, 87380, 6291456};
            default -> sysctl.defaults();
        };
    }

    /** No interval between retransmissions is longer, unless tcp_rto_max_ms says less: 120 s. */
    public static final long RTO_MAX = 120 * SECOND;

    /** The shortest retransmission timeout of data, unless tcp_rto_min_us says otherwise: 200 ms. */
    public static final long RTO_MIN = 200 * MILLISECOND;

    /** The shortest delay of a timer that is finer than that: 2 ms (TCP_TIMEOUT_MIN_US). */
    public static final long TIMEOUT_MIN = 2 * MILLISECOND;

    /**
     * The time that {@code retries} timeouts take when the first is {@code first} and they double up to
     * {@code longest}; Linux bounds retransmission by this time as well as by their number (tcp_model_timeout).
     */
    public static long doublingFrom(long first, int retries, long longest) {
        int doublings = 63 - Long.numberOfLeadingZeros(longest / first);
        if (retries <= doublings) {
            return ((2L << retries) - 1) * first;
        }
        return ((2L << doublings) - 1) * first + (retries - doublings) * longest;
    }

    private static int ceilingPowerOfTwo(int n) {
        return Integer.bitCount(n) == 1 ? n : Integer.highestOneBit(n) << 1;
    }
}

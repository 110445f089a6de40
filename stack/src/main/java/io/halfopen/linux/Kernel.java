package io.halfopen.linux;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel is imitated. This is the one place for behaviour that changed between them; everything else in the
 * stack is the same for all. A profile of a Linux is a row: its version, which says what of {@link KernelChange} and
 * {@link DefaultChange} it has, and who ships it. The book's BSD is no Linux, and overrides what it has otherwise.
 */
public class Kernel {
    /** The machine of the articles' traces was small. */
    private static final Map<Sysctl, Integer> SMALL_MACHINE = Map.of(Sysctl.tcp_max_syn_backlog, 512);

    public static final Kernel LINUX_6_18 = new Kernel(6, 18);

    /** What is said of it comes from the articles' traces and the kernel's public history. */
    public static final Kernel LINUX_3_10 = new Kernel(3, 10, SMALL_MACHINE, "rhel-7", "centos-7");

    /** The Berkeley behaviour of Stevens' "UNIX Network Programming", so that the book can be seen beside the kernels. */
    public static final Kernel UNP = new Berkeley();

    private static final List<Kernel> ALL = List.of(
            LINUX_6_18,
            new Kernel(6, 12, "debian-13", "rhel-10"),
            new Kernel(6, 8, "ubuntu-24.04"),
            new Kernel(6, 6),
            new Kernel(6, 1, "debian-12"),
            new Kernel(5, 15, "ubuntu-22.04"),
            new Kernel(5, 14, "rhel-9"),
            new Kernel(5, 10, "debian-11"),
            new Kernel(5, 4, "ubuntu-20.04"),
            new Kernel(4, 18, "rhel-8"),
            new Kernel(4, 4, "ubuntu-16.04"),
            LINUX_3_10,
            new Kernel(2, 6, SMALL_MACHINE, "rhel-6", "centos-6"),
            UNP);

    /** What differs most: the newest, the articles', the book's. */
    private static final List<Kernel> TELLING = List.of(LINUX_6_18, LINUX_3_10, UNP);

    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    /** The resolution of timers at HZ=250, ns. */
    public static final long JIFFY = 4 * MILLISECOND;

    private final String version;
    private final List<String> aliases;
    private final int number;
    private final Map<Sysctl, Integer> defaults;
    private final Set<Counter> laterCounters;
    private final Set<String> laterFields;

    /** What became different of sending and receiving data. */
    public final TransferRules transfer;

    /** A profile; {@code aliases} are the distributions that ship it. */
    Kernel(int major, int minor, String... aliases) {
        this(major, minor, Map.of(), aliases);
    }

    private Kernel(int major, int minor, Map<Sysctl, Integer> defaults, String... aliases) {
        this(major + "." + minor, KernelChange.number(major, minor), defaults, aliases);
    }

    /** {@code defaults} are those that a machine's memory decides. */
    private Kernel(String version, int number, Map<Sysctl, Integer> defaults, String... aliases) {
        this.version = version;
        this.aliases = List.of(aliases);
        this.number = number;
        this.defaults = defaults;
        laterCounters = CounterArrival.after(number);
        laterFields = InfoArrival.after(number);
        transfer = new TransferRules(number);
    }

    /** All profiles, the newest first. */
    public static List<Kernel> all() {
        return ALL;
    }

    /** Those that are worth seeing side by side when nobody says which. */
    public static List<Kernel> telling() {
        return TELLING;
    }

    private boolean has(KernelChange change) {
        return change.isIn(number);
    }

    /** The name on the command line: 6.18, 3.10 or unp. */
    public String version() {
        return version;
    }

    /** The distributions that ship it, as they are named on the command line: debian-12. */
    public List<String> aliases() {
        return aliases;
    }

    /** Its name for people. */
    public String title() {
        return "Linux " + version;
    }

    /**
     * Finds one by its version, or by a distribution that ships it.
     *
     * @throws IllegalArgumentException with a sentence for the user if there is none
     */
    public static Kernel named(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Kernel kernel : ALL) {
            if (kernel.version.equals(wanted) || kernel.aliases.contains(wanted)) {
                return kernel;
            }
        }
        throw new IllegalArgumentException("unknown kernel '" + name + "': take " + versions());
    }

    /**
     * The newest profile that is not newer than a version: 6.12 for 6.14.
     *
     * @throws IllegalArgumentException if all are newer
     */
    public static Kernel notNewerThan(int major, int minor) {
        int number = KernelChange.number(major, minor);
        return ALL.stream()
                .filter(kernel -> kernel != UNP && kernel.number <= number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no profile is as old as " + major + "." + minor));
    }

    /** The names of all profiles in a sentence: 6.18, 3.10 or unp. */
    public static String versions() {
        int last = ALL.size() - 1;
        return ALL.subList(0, last).stream().map(Kernel::version).collect(Collectors.joining(", ")) + " or "
                + ALL.get(last).version;
    }

    @Override
    public String toString() {
        return version;
    }

    /** UNP only: whether the two queues together leave no room for a SYN. */
    public boolean queuesAreFull(int halfOpen, int queued, int backlog) {
        return false;
    }

    /** How many finished connections a listener can hold: Linux asks "more than the backlog?" before it adds one. */
    public long acceptQueueHolds(int backlog) {
        return backlog + 1L;
    }

    /** Whether a SYN finds the SYN queue full; {@code backlog} is the effective one. */
    public boolean synQueueIsFull(int halfOpen, int backlog, int maxSynBacklog) {
        return has(KernelChange.SYN_QUEUE_BY_BACKLOG)
                ? halfOpen > backlog
                : halfOpen >= entries(backlog, maxSynBacklog);
    }

    /** Whether half the SYN queue is taken: the old in it then get fewer SYN-ACKs, so that the young have room. */
    public boolean isClogged(int halfOpen, int backlog, int maxSynBacklog) {
        return has(KernelChange.SYN_QUEUE_BY_BACKLOG)
                ? halfOpen * 2L > Math.max(8, backlog)
                : halfOpen >= entries(backlog, maxSynBacklog) / 2;
    }

    /** The old hash table of half-open connections has a power-of-two size above 8 and above the backlog. */
    private static int entries(int backlog, int maxSynBacklog) {
        return PacketMemory.ceilingPowerOfTwo(Math.max(8, Math.min(backlog, maxSynBacklog)) + 1);
    }

    /** Whether a SYN is answered with a cookie, now that its queue is full or not; tcp_syncookies is 0, 1 or 2. */
    public boolean sendsCookie(int tcp_syncookies, boolean full) {
        boolean always = tcp_syncookies == 2 && has(KernelChange.COOKIES_ON_DEMAND);
        return always || tcp_syncookies != 0 && full;
    }

    /** What the kernel's log says when a SYN queue is full for the first time; {@code family} is TCP or TCPv6. */
    public String floodWarning(String family, String endpoint, int port, String action) {
        String pool = has(KernelChange.FLOOD_WARNING_NAMES_POOL) ? "request_sock_" + family : family;
        boolean address = has(KernelChange.FLOOD_WARNING_NAMES_ADDRESS);
        return "TCP: " + pool + ": Possible SYN flooding on port " + (address ? endpoint : port) + ". " + action
                + (address ? "." : ".  Check SNMP counters.");
    }

    /** Whether a SYN is dropped since the accept queue is full; old kernels let two young half-opens in past it. */
    public boolean refusesSyn(int queued, int backlog, int young) {
        return queued > backlog && (has(KernelChange.SYN_NEEDS_ACCEPT_QUEUE) || young > 1);
    }

    /** Whether the last quarter of tcp_max_syn_backlog is kept for peers that have proved themselves. */
    public boolean keepsReserve() {
        return true;
    }

    /** Whether a final ACK finds no room. */
    public boolean refusesFinalAck(int queued, int backlog) {
        return queued > backlog;
    }

    /** The time from the SYN that was the {@code retransmits}-th retransmission (0: the first SYN) to the next, ns. */
    public long synInterval(int retransmits, int linearTimeouts) {
        return firstTimeout() << Math.min(Math.max(0, retransmits - linear(linearTimeouts)), 30);
    }

    /** The SYN retransmissions of connect() when syn_retries and linear timeouts are as given. */
    public int synRetransmits(int synRetries, int linearTimeouts) {
        return synRetries + linear(linearTimeouts);
    }

    /** How long a first SYN or SYN-ACK waits (TCP_TIMEOUT_INIT). */
    private long firstTimeout() {
        return has(KernelChange.ONE_SECOND_TIMEOUTS) ? SECOND : 3 * SECOND;
    }

    private int linear(int linearTimeouts) {
        return has(KernelChange.LINEAR_SYN_TIMEOUTS) ? linearTimeouts : 0;
    }

    /** The longest that connect() tries, ns: it gives up at the first timeout that is not before this. */
    public long synPatience(int synRetries, long longest) {
        return doublingFrom(firstTimeout(), synRetries, longest);
    }

    /** When a timer fires: the last time when TCP_USER_TIMEOUT ends, or a tick from now; in old kernels one too late. */
    public long patientUntil(long now, long timeout, long end) {
        return has(KernelChange.EXACT_USER_TIMEOUT)
                ? Math.min(now + timeout, Math.max(end, now + JIFFY))
                : now + timeout;
    }

    /** Whether an old ACK with an old timestamp is not answered. */
    public boolean knowsOldAcks() {
        return has(KernelChange.SILENT_OLD_ACKS);
    }

    /** Whether a SYN on a live connection is challenged even if its timestamp is old. */
    public boolean challengesOldSyn() {
        return has(KernelChange.OLD_SYN_CHALLENGED);
    }

    /** How old an ACK may be, octets before what is acknowledged: for new kernels no older than what was ever sent. */
    public int oldestAck(int greatestWindow, long acknowledged) {
        return has(KernelChange.ACK_OF_WHAT_WAS_SENT) ? (int) Math.min(greatestWindow, acknowledged) : greatestWindow;
    }

    /** Whether an RST may also have the number of the peer's FIN. */
    public boolean takesResetAtFin() {
        return has(KernelChange.RESET_AT_FIN);
    }

    /** Whether an RST may also have the number at the end of what the last SACK told of. */
    public boolean takesResetAtSackEdge() {
        return has(KernelChange.RESET_AT_SACK_EDGE);
    }

    /** Whether a segment that ends beyond the window is refused, unless nothing waits to be read. */
    public boolean refusesOvershoot() {
        return has(KernelChange.REFUSED_OVERSHOOT);
    }

    /** Whether what ends a handshake must echo a timestamp that its SYN-ACK had. */
    public boolean checksEchoOfHandshake() {
        return has(KernelChange.CHECKED_ECHO_OF_HANDSHAKE);
    }

    /** Whether a window of 0 counts that comes without news. */
    public boolean takesZeroWindow() {
        return has(KernelChange.ZERO_WINDOW_TAKEN);
    }

    /** Whether a SYN that ends a TIME_WAIT is answered with a number above those of the old connection. */
    public boolean continuesTimeWait() {
        return !has(KernelChange.TIME_WAIT_ISN_LOST) || has(KernelChange.TIME_WAIT_ISN_KEPT);
    }

    /** Whether TCP-AO is known, and a segment with options that make no sense refused. */
    public boolean readsSignatures() {
        return has(KernelChange.SIGNATURES);
    }

    /** Whether two ends that disagree are kept from answering each other for ever. */
    public boolean limitsInvalidAcks() {
        return has(KernelChange.LIMITED_INVALID_ACKS);
    }

    /** The challenge ACKs of one second; {@code chance} is any number, so that nobody can count them off. */
    public long challengeAcks(int tcp_challenge_ack_limit, int chance) {
        if (!has(KernelChange.CHALLENGE_ACKS_BY_CHANCE)) {
            return tcp_challenge_ack_limit;
        }
        return tcp_challenge_ack_limit == 0
                ? Integer.MAX_VALUE
                : (tcp_challenge_ack_limit + 1L >> 1) + Integer.remainderUnsigned(chance, tcp_challenge_ack_limit);
    }

    /** Whether the answer to an old connection's SYN makes connect() send its own again almost at once. */
    public boolean hurriesSyn() {
        return has(KernelChange.HURRIED_SYN);
    }

    /**
     * The time a SYN-ACK waits for its answer before it is sent again or the half-open is forgotten, ns. In old kernels
     * one scan of all half-opens each 200 ms finds a request one tick after it is due (article 004's trace).
     */
    public long synAckInterval(int timeouts) {
        long interval = Math.min(firstTimeout() << Math.min(timeouts, 30), RTO_MAX);
        return has(KernelChange.TIMER_PER_HALF_OPEN) ? interval : interval + 200 * MILLISECOND;
    }

    /** How often a SYN-ACK is sent again. */
    public int synAckRetries(int tcp_synack_retries) {
        return tcp_synack_retries;
    }

    /** Whether there is TCP_DEFER_ACCEPT, which is Linux's own. */
    public boolean defersAccept() {
        return true;
    }

    /** Whether also an ACK that makes no connection moves the timestamp that SYN-ACKs echo. */
    public boolean echoesRefusedAcks() {
        return !has(KernelChange.TIMESTAMP_OF_ACCEPTED_ACK);
    }

    /** How much of a receive buffer is offered as window before any data came; the rest pays for bookkeeping. */
    public int windowOfBuffer(int buffer) {
        return buffer / 2;
    }

    /** Whether the part of a receive buffer that is window follows what the packets really cost. */
    public boolean measuresOverhead() {
        return has(KernelChange.MEASURED_OVERHEAD);
    }

    /**
     * The receive buffer once the handshake is done. Old kernels then widened it to ten segments, which on the loopback
     * are large (tcp_fixup_rcvbuf).
     */
    public int bufferOfEstablished(int buffer, int mss, int largestBuffer) {
        return has(KernelChange.BUFFER_KEPT_BY_HANDSHAKE)
                ? buffer
                : Math.max(buffer, Math.min(20 * mss, largestBuffer));
    }

    /** Whether an established connection answers an ACK of what it never sent; while closing every kernel does. */
    public boolean answersAckOfUnsent() {
        return has(KernelChange.ACK_OF_UNSENT_ANSWERED);
    }

    /** Whether a process that waits for room is told, and its buffer grows, also while data is being sent. */
    public boolean tellsWriterBySending() {
        return has(KernelChange.WRITER_TOLD_BY_SENDING);
    }

    /** The window that a connection begins with, of one that the receive buffer would have room for. */
    public int firstWindow(int window) {
        return has(KernelChange.LARGE_FIRST_WINDOW) ? window : Math.min(window, 0xffff);
    }

    /** Whether MSG_EOR ends a segment. */
    public boolean keepsRecords() {
        return has(KernelChange.RECORDS);
    }

    /** Whether ACKs of what lies beyond a gap are collected. */
    public boolean collectsSacks() {
        return has(KernelChange.COMPRESSED_SACKS);
    }

    /** Whether a connection's timestamps start at a random offset (RFC 7323, section 5.4, says why). */
    public boolean randomTimestamps() {
        return has(KernelChange.RANDOM_TIMESTAMPS);
    }

    /** The value a sysctl has after boot. */
    public int[] defaultOf(Sysctl sysctl) {
        Integer own = defaults.get(sysctl);
        return own == null ? DefaultChange.defaultOf(sysctl, number) : new int[] {own};
    }

    /** The row that says when a sysctl came, if this kernel does not have it; null if it has. */
    public @Nullable SysctlArrival lacks(Sysctl sysctl) {
        return SysctlArrival.after(sysctl, number);
    }

    /** Whether a counter came after this kernel, so that nobody sees it there. */
    public boolean lacks(Counter counter) {
        return laterCounters.contains(counter);
    }

    /** Whether a field of struct tcp_info, {@code rcv_wnd} for one, came after this kernel. */
    public boolean lacksField(String field) {
        return laterFields.contains(field);
    }

    /** The length of its struct tcp_info, octets. */
    public int infoLength() {
        return InfoArrival.length(number);
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

    /** The book's BSD: what UNP 4.5 says of its listener and of connect(); all else is as in the oldest Linux. */
    private static final class Berkeley extends Kernel {
        Berkeley() {
            super("unp", 0, SMALL_MACHINE);
        }

        /** It had no sysctl by any of these names; as many as there are let one look at what they do. */
        @Override
        public @Nullable SysctlArrival lacks(Sysctl sysctl) {
            return null;
        }

        /** Nor counters by these names. */
        @Override
        public boolean lacks(Counter counter) {
            return false;
        }

        @Override
        public boolean lacksField(String field) {
            return false;
        }

        @Override
        public String title() {
            return "by the book (" + version() + ")";
        }

        /** One bound for the sum of both queues, with Berkeley's fudge factor (UNP 4.5, figure 4.10). */
        @Override
        public boolean queuesAreFull(int halfOpen, int queued, int backlog) {
            return (long) halfOpen + queued >= acceptQueueHolds(backlog);
        }

        @Override
        public long acceptQueueHolds(int backlog) {
            return backlog * 3L / 2 + 1;
        }

        @Override
        public boolean synQueueIsFull(int halfOpen, int backlog, int maxSynBacklog) {
            return false;
        }

        @Override
        public boolean isClogged(int halfOpen, int backlog, int maxSynBacklog) {
            return false;
        }

        @Override
        public boolean sendsCookie(int tcp_syncookies, boolean full) {
            return false;
        }

        @Override
        public boolean refusesSyn(int queued, int backlog, int young) {
            return false;
        }

        @Override
        public boolean keepsReserve() {
            return false;
        }

        /** A Berkeley listener kept the room when it took the SYN. */
        @Override
        public boolean refusesFinalAck(int queued, int backlog) {
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

        @Override
        public int synRetransmits(int synRetries, int linearTimeouts) {
            return Math.min(synRetries, 2);
        }

        @Override
        public long synPatience(int synRetries, long longest) {
            return 75 * SECOND;
        }

        @Override
        public long synAckInterval(int timeouts) {
            return synInterval(timeouts, 0);
        }

        /** An entry of the incomplete queue lives 75 s whatever tcp_synack_retries says. */
        @Override
        public int synAckRetries(int tcp_synack_retries) {
            return 2;
        }

        @Override
        public boolean defersAccept() {
            return false;
        }

        /** No ACK is refused. */
        @Override
        public boolean echoesRefusedAcks() {
            return false;
        }

        @Override
        public int bufferOfEstablished(int buffer, int mss, int largestBuffer) {
            return buffer;
        }
    }
}

package io.halfopen.tcp;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import org.jspecify.annotations.Nullable;

/** What all parts of one stack share: the time, the tables, the counters, and what is to go out. */
final class Core {
    /** Instead of a {@link #stamp}: not yet. */
    static final int NO_STAMP = Integer.MIN_VALUE;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** Linux takes no older echo for a time: what is left of 31 bits in microseconds, as milliseconds. */
    private static final int LONGEST_ECHO = Integer.MAX_VALUE / 1000;

    final Kernel kernel;
    final Sysctls sysctls;
    final Secrets secrets;
    final Addresses addresses = new Addresses();
    final FlowTable flows;
    final Ports ports;
    final TimerWheel wheel;
    final BufferPool buffers = new BufferPool();
    final FlightSlots.Pool flights = new FlightSlots.Pool();
    final Memory memory = new Memory(this);
    final Pools pools = new Pools(this);
    final CongestionControls controls = new CongestionControls(this);
    final PeerMetrics metrics;
    final PathMtus paths;
    final KernelLog log;
    final ReadyList ready = new ReadyList();
    final Output output = new Output(this);

    private @Nullable FastOpenKeys fastOpenKeys;
    private final long[] counters = new long[Counter.values().length];
    private final long[] rules = new long[Rule.values().length];
    private final Timers timers;
    private final int timestampBase;
    private long challengeSecond = -1;
    private long challengesLeft;
    private long now;
    private int millis;

    /** Connections that live on without a process. */
    int orphans;

    Core(Kernel kernel, Secrets secrets, Timers timers) {
        this.timers = timers;
        wheel = new TimerWheel(timers == Timers.LINUX);
        this.kernel = kernel;
        this.secrets = secrets;
        sysctls = new Sysctls(kernel);
        metrics = new PeerMetrics(secrets.tableKey0);
        paths = new PathMtus(secrets.tableKey0);
        log = new KernelLog(kernel);
        flows = new FlowTable(secrets.tableKey0, secrets.tableKey1);
        ports = new Ports(sysctls, flows, secrets);
        timestampBase = secrets.timestampBase();
    }

    /** Nanoseconds on the caller's clock; it never goes back. */
    long now() {
        return now;
    }

    /** When a timer fires that is set now: not before its time. */
    long due(long time) {
        return timers.firing(now, time);
    }

    void setNow(long nanos) {
        if (nanos > now) {
            turnTo(nanos);
        }
    }

    /** To any time, for something that is done late as if it had been done then; returns what the time was. */
    long turnTo(long nanos) {
        long before = now;
        now = nanos;
        millis = (int) (nanos / NANOS_PER_MILLI);
        return before;
    }

    /** A handshake with Fast Open is over, one way or the other (reqsk_fastopen_remove). */
    void endFastOpen(Connection c, boolean reset) {
        HalfOpen half = c.fastOpen;
        if (half == null) {
            return;
        }
        c.fastOpen = null;
        FastOpenQueue queue = half.listener.fastOpen;
        boolean accepted = c.listener == null;
        if (reset && accepted && !half.listener.isClosed()) {
            queue.quarantine(now);
        } else {
            queue.remove();
        }
        pools.give(half);
    }

    /** The keys of Fast Open cookies, as tcp_fastopen_key stands now. */
    FastOpenKeys fastOpenKeys() {
        if (fastOpenKeys == null || !fastOpenKeys.isFrom(sysctls)) {
            fastOpenKeys = FastOpenKeys.of(sysctls, secrets);
        }
        return fastOpenKeys;
    }

    /** The time as {@link #isTooSoon} wants it, milliseconds. */
    int stamp() {
        return millis;
    }

    /** Whether it is too soon to answer senselessness again, when it was answered last at a stamp or {@link #NO_STAMP}. */
    boolean isTooSoon(int last) {
        int elapsed = millis - last;
        return last != NO_STAMP
                && kernel.limitsInvalidAcks()
                && elapsed >= 0
                && elapsed < sysctls.get(Sysctl.tcp_invalid_ratelimit);
    }

    /** Whether the host may send a challenge ACK now, which is then one less in this second (RFC 5961, section 7). */
    boolean mayChallenge() {
        int limit = sysctls.get(Sysctl.tcp_challenge_ack_limit);
        if (limit == Integer.MAX_VALUE) {
            return true;
        }
        long second = now / NANOS_PER_SECOND;
        if (second != challengeSecond) {
            challengeSecond = second;
            challengesLeft = kernel.challengeAcks(limit, secrets.ofSecond(second));
        }
        return challengesLeft-- > 0;
    }

    /** The value of a timestamp option sent now (RFC 7323: a clock of 1 ms, as Linux's). */
    int timestamp(int offset) {
        return millis + offset;
    }

    /** Timestamps are those of that time, ns, until they are given back what this returns. */
    int stampsOf(long at) {
        int before = millis;
        millis = (int) (at / NANOS_PER_MILLI);
        return before;
    }

    void stampsAgain(int before) {
        millis = before;
    }

    /** The value of the timestamp option that was sent then, ns. */
    int timestamp(Connection c, long at) {
        return (int) (at / NANOS_PER_MILLI) + c.tsOffset;
    }

    /** Whether the segment echoes the timestamp that was sent then: what was sent again later was sent in vain. */
    boolean echoes(Connection c, Segment segment, long sentAt) {
        return c.timestamps && segment.hasTimestamps() && segment.tsEcho() == timestamp(c, sentAt);
    }

    /** How long the least round-trip time is believed, ns. */
    long leastRoundTripWindow() {
        return sysctls.get(Sysctl.tcp_min_rtt_wlen) * NANOS_PER_SECOND;
    }

    /** How long ago the timestamp was sent that the segment echoes, ns; negative if it echoes none of ours. */
    long sinceEcho(Connection c, Segment segment) {
        boolean known = c.timestamps && segment.hasTimestamps() && segment.tsEcho() != 0;
        return known ? sinceEcho(c.tsOffset, segment.tsEcho()) : -1;
    }

    /** The same of an echo that is one. */
    long sinceEcho(int offset, int echo) {
        int elapsed = timestamp(offset) - echo;
        return elapsed >= 0 && elapsed < LONGEST_ECHO ? (long) elapsed * NANOS_PER_MILLI : -1;
    }

    /** A reset would have to be signed, too, and nothing here can. */
    boolean isUnanswerable(Segment segment) {
        return switch (segment.signature()) {
            case NONE -> false;
            case MD5 -> true;
            case AO, UNREADABLE -> kernel.readsSignatures();
        };
    }

    /** What the next packets of a connection have as flow label: 0 over IPv4, which has none. */
    int flowLabel(Connection c) {
        return flowLabel(c, millis);
    }

    /** Another one for each SYN-ACK, and with the final ACK that of the last is the connection's. */
    int flowLabel(HalfOpen half) {
        return flowLabel(half, half.tsSent);
    }

    private int flowLabel(Flow flow, int stamp) {
        return !flow.isIpv4() && labelsFlows() ? secrets.flowLabel(flow, stamp) : 0;
    }

    int flowLabel(Segment segment) {
        boolean ipv4 = IpAddress.isIpv4(segment.sourceHigh(), segment.sourceLow());
        return !ipv4 && labelsFlows() ? secrets.flowLabel(segment) : 0;
    }

    /** 2 would be "only where the socket asks for it", which no socket can here. */
    private boolean labelsFlows() {
        return (sysctls.get(Sysctl.auto_flowlabels) & 1) != 0;
    }

    /** Where the timestamps of a tuple with this secret start, milliseconds. */
    int timestampOffset(long secret) {
        boolean random = kernel.randomTimestamps() && sysctls.get(Sysctl.tcp_timestamps) == 1;
        return random ? (int) (secret >>> 32) : timestampBase;
    }

    /** RFC 6528: a secret of the tuple, and a clock of 64 ns as Linux has it. */
    int isn(long secret) {
        return (int) secret + (int) (now >>> 6);
    }

    void count(Counter counter) {
        counters[counter.ordinal()]++;
    }

    void count(Counter counter, long more) {
        counters[counter.ordinal()] += more;
    }

    void uncount(Counter counter) {
        counters[counter.ordinal()]--;
    }

    void count(Counter counter, int by) {
        counters[counter.ordinal()] += by;
    }

    long counter(Counter counter) {
        return counters[counter.ordinal()];
    }

    /** The one place where a rule is counted. */
    void count(Rule rule) {
        rules[rule.ordinal()]++;
        rule.count(counters);
    }

    long counted(Rule rule) {
        return rules[rule.ordinal()];
    }
}

package io.halfopen.tcp.host;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.linux.Timers;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;

/**
 * What one host has before it has any connection: its time, its settings, its counters, its secrets, its memory. All of the
 * stack stands on this; the tables above it are {@code Core}'s.
 */
public class Host {
    /** Instead of a {@link #stamp}: not yet. */
    public static final int NO_STAMP = Integer.MIN_VALUE;

    /** No particular initial sequence number is asked for; 0 itself is therefore never one that is. */
    public static final int ANY_ISN = 0;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** Linux takes no older echo for a time: what is left of 31 bits in microseconds, as milliseconds. */
    private static final int LONGEST_ECHO = Integer.MAX_VALUE / 1000;

    public final Kernel kernel;
    public final Sysctls sysctls;
    public final Keys keys;
    public final Addresses addresses = new Addresses();
    public final TimerWheel wheel;
    public final BufferPool buffers = new BufferPool();
    public final Memory memory = new Memory(this);
    public final PathMtuCache paths;
    public final Routes routes = new Routes();
    public final KernelLog log;

    private final long[] counters = new long[Counter.values().length];
    private final long[] rules = new long[Rule.values().length];
    private final Timers timers;
    private final int timestampBase;
    private long challengeSecond = -1;
    private long challengesLeft;
    private long now;
    private int millis;

    public Host(Kernel kernel, Keys keys, Timers timers) {
        this.timers = timers;
        wheel = new TimerWheel(timers == Timers.LINUX);
        this.kernel = kernel;
        this.keys = keys;
        sysctls = new Sysctls(kernel);
        paths = new PathMtuCache(keys.tableKey0);
        log = new KernelLog(kernel);
        timestampBase = keys.timestampBase();
    }

    /** Nanoseconds on the caller's clock; it never goes back. */
    public final long now() {
        return now;
    }

    /** When a timer fires that is set now: not before its time. */
    public final long due(long time) {
        return timers.firing(now, time);
    }

    public final void setNow(long nanos) {
        if (nanos > now) {
            turnTo(nanos);
        }
    }

    /** To any time, for something that is done late as if it had been done then; returns what the time was. */
    public final long turnTo(long nanos) {
        long before = now;
        now = nanos;
        millis = stamp(nanos);
        return before;
    }

    /** The time as {@link #isTooSoon} wants it, milliseconds. */
    public final int stamp() {
        return millis;
    }

    /** The stamp of another time, ns. */
    public static int stamp(long at) {
        return (int) (at / NANOS_PER_MILLI);
    }

    /** Whether it is too soon to answer senselessness again, when it was answered last at a stamp or {@link #NO_STAMP}. */
    public final boolean isTooSoon(int last) {
        int elapsed = millis - last;
        return last != NO_STAMP
                && kernel.limitsInvalidAcks()
                && elapsed >= 0
                && elapsed < sysctls.get(Sysctl.tcp_invalid_ratelimit);
    }

    /** Whether the host may send a challenge ACK now, which is then one less in this second (RFC 5961, section 7). */
    public final boolean mayChallenge() {
        int limit = sysctls.get(Sysctl.tcp_challenge_ack_limit);
        if (limit == Integer.MAX_VALUE) {
            return true;
        }
        long second = now / NANOS_PER_SECOND;
        if (second != challengeSecond) {
            challengeSecond = second;
            challengesLeft = kernel.challengeAcks(limit, keys.ofSecond(second));
        }
        return challengesLeft-- > 0;
    }

    /** The value of a timestamp option sent now (RFC 7323: a clock of 1 ms, as Linux's). */
    public final int timestamp(int offset) {
        return millis + offset;
    }

    /** Timestamps are those of that time, ns, until they are given back what this returns. */
    public final int stampsOf(long at) {
        int before = millis;
        millis = stamp(at);
        return before;
    }

    public final void stampsAgain(int before) {
        millis = before;
    }

    /** A reset would have to be signed, too, and nothing here can. */
    public final boolean isUnanswerable(Segment segment) {
        return switch (segment.signature()) {
            case NONE -> false;
            case MD5 -> true;
            case AO, UNREADABLE -> kernel.readsSignatures();
        };
    }

    /** How long the least round-trip time is believed, ns. */
    public final long leastRoundTripWindow() {
        return sysctls.get(Sysctl.tcp_min_rtt_wlen) * NANOS_PER_SECOND;
    }

    /** How long ago the timestamp was sent, with this offset, that a segment echoes, ns; negative if none was. */
    public final long sinceEcho(int offset, int echo) {
        int elapsed = timestamp(offset) - echo;
        return elapsed >= 0 && elapsed < LONGEST_ECHO ? (long) elapsed * NANOS_PER_MILLI : -1;
    }

    public final int flowLabel(Segment segment) {
        boolean ipv4 = IpAddress.isIpv4(segment.sourceHigh(), segment.sourceLow());
        return !ipv4 && labelsFlows() ? keys.flowLabel(segment) : 0;
    }

    /** 2 would be "only where the socket asks for it", which no socket can here. */
    public final boolean labelsFlows() {
        return (sysctls.get(Sysctl.auto_flowlabels) & 1) != 0;
    }

    /** Where the timestamps of a tuple with this secret start, milliseconds. */
    public final int timestampOffset(long secret) {
        boolean random = kernel.randomTimestamps() && sysctls.get(Sysctl.tcp_timestamps) == 1;
        return random ? (int) (secret >>> 32) : timestampBase;
    }

    /** RFC 6528: a secret of the tuple, and a clock of 64 ns as Linux has it. */
    public final int isn(long secret) {
        return (int) secret + (int) (now >>> 6);
    }

    public final void count(Counter counter) {
        counters[counter.ordinal()]++;
    }

    public final void count(Counter counter, long more) {
        counters[counter.ordinal()] += more;
    }

    public final void uncount(Counter counter) {
        counters[counter.ordinal()]--;
    }

    public final void count(Counter counter, int by) {
        counters[counter.ordinal()] += by;
    }

    public final long counter(Counter counter) {
        return counters[counter.ordinal()];
    }

    /** The one place where a rule is counted. */
    public final void count(Rule rule) {
        rules[rule.ordinal()]++;
        rule.count(counters);
    }

    public final long counted(Rule rule) {
        return rules[rule.ordinal()];
    }
}

package io.halfopen.tcp.ip;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import java.util.Arrays;

/**
 * How many ICMP errors may be sent: so many of the host a second, and of those to one peer one each icmp_ratelimit,
 * six at once (icmp_global_allow, inet_peer_xrlim_allow). Peers that share a place share what they may.
 */
final class IcmpLimits {
    private static final int PLACES = 1 << 10;
    private static final int BURST = 6;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Host host;
    private long[] tokens = {};
    private long[] lasts = {};
    private double credit;
    private long creditAt = Long.MIN_VALUE;

    IcmpLimits(Host host) {
        this.host = host;
    }

    /** Whether an error of that type may go to this host now; it is counted as sent. */
    public boolean allows(boolean v6, int type, long high, long low) {
        int mask = host.sysctls.get(Sysctl.icmp_ratemask);
        boolean limited = v6 || (mask >>> type & 1) != 0;
        if (!limited) {
            return true;
        }
        if (!hasCredit()) {
            host.count(Counter.OutRateLimitGlobal);
            return false;
        }
        if (!takeToken(v6, high, low)) {
            host.count(Counter.OutRateLimitHost);
            return false;
        }
        credit--;
        return true;
    }

    private boolean hasCredit() {
        int most = host.sysctls.get(Sysctl.icmp_msgs_burst);
        if (creditAt == Long.MIN_VALUE) {
            credit = most;
        } else {
            double elapsed = (double) (host.now() - creditAt) / NANOS_PER_SECOND;
            credit = Math.min(most, credit + elapsed * host.sysctls.get(Sysctl.icmp_msgs_per_sec));
        }
        creditAt = host.now();
        return credit >= 1;
    }

    private boolean takeToken(boolean v6, long high, long low) {
        long each = host.sysctls.get(v6 ? Sysctl.ratelimit : Sysctl.icmp_ratelimit) * NANOS_PER_MILLI;
        if (tokens.length == 0) {
            tokens = new long[PLACES];
            lasts = new long[PLACES];
            Arrays.fill(lasts, -BURST * 60 * NANOS_PER_SECOND);
        }
        int place = (int) ((low ^ Long.rotateLeft(high, 32)) * host.keys.tableKey0 >>> 54);
        tokens[place] = Math.min(BURST * each, tokens[place] + host.now() - lasts[place]);
        lasts[place] = host.now();
        if (tokens[place] < each) {
            return false;
        }
        tokens[place] -= each;
        return true;
    }
}

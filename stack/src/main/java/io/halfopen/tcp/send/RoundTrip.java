package io.halfopen.tcp.send;

import io.halfopen.linux.Kernel;
import io.halfopen.tcp.host.LeastRoundTrip;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.SeqNumber;

/**
 * From round-trip times to the retransmission timeout: RFC 6298 as Linux computes it (tcp_rtt_estimator). Linux bounds
 * the variance from below by 200 ms instead of the timeout, and lets it fall only once a round trip, so that the timeout
 * is srtt + max(200 ms, 4 x mean deviation of late).
 */
public final class RoundTrip {
    private static final long INITIAL = 1_000_000_000L;
    private static final long FALLBACK = 3_000_000_000L;

    private long srtt8;
    private long deviation4;
    private long deviationMax;
    private long variance;
    private int roundEnd;
    private long timeout = INITIAL;

    /** The variance is never less, ns (tcp_rto_min_us). */
    private long shortest = Kernel.RTO_MIN;

    private final LeastRoundTrip least = new LeastRoundTrip();

    void reset() {
        least.reset();
        srtt8 = 0;
        deviation4 = 0;
        deviationMax = 0;
        variance = 0;
        timeout = INITIAL;
    }

    void keep(SavedState k) {
        srtt8 = k.at(srtt8);
        deviation4 = k.at(deviation4);
        deviationMax = k.at(deviationMax);
        variance = k.at(variance);
        roundEnd = k.seq(roundEnd);
        timeout = k.at(timeout);
        shortest = k.at(shortest);
        least.keep(k);
    }

    void setShortest(long nanos) {
        shortest = nanos;
    }

    /** The least that the timeout is beyond the round trip, ns (tcp_rto_min). */
    public long shortest() {
        return shortest;
    }

    /** Smoothed round-trip time, ns; 0 before the first sample. */
    public long smoothed() {
        return srtt8 >> 3;
    }

    /** The least round-trip time of late, ns, or {@link LeastRoundTrip#UNKNOWN}. */
    public long least() {
        return least.get();
    }

    /** A round trip took that long; it is a candidate for the least for so long, ns. */
    public void sampleLeast(long nanos, long now, long window) {
        least.sample(nanos, now, window);
    }

    /** The mean deviation from it, ns. */
    public long deviation() {
        return deviation4 >> 2;
    }

    public boolean isMeasured() {
        return srtt8 != 0;
    }

    /** The retransmission timeout, ns, not backed off. */
    long timeout() {
        return timeout;
    }

    /** The handshake told nothing since its SYN was sent again: better too late than too early (RFC 6298, 5.7). */
    public void unknown() {
        timeout = Math.max(timeout, FALLBACK);
    }

    /** A segment was acknowledged that long after it was sent once; {@code una} and {@code nxt} delimit the flight. */
    public void sample(long nanos, int una, int nxt) {
        long rtt = Math.max(1, nanos);
        if (srtt8 == 0) {
            srtt8 = rtt << 3;
            deviation4 = rtt << 1;
            variance = Math.max(deviation4, shortest);
            deviationMax = variance;
            roundEnd = nxt;
        } else {
            update(rtt - (srtt8 >> 3), una, nxt);
        }
        timeout = Math.min((srtt8 >> 3) + variance, Kernel.RTO_MAX);
    }

    private void update(long error, int una, int nxt) {
        srtt8 += error;
        long change = Math.abs(error) - (deviation4 >> 2);
        // A shorter round trip than usual says little about how much longer the next may be.
        deviation4 += error < 0 && change > 0 ? change >> 3 : change;
        if (deviation4 > deviationMax) {
            deviationMax = deviation4;
            variance = Math.max(variance, deviationMax);
        }
        if (SeqNumber.after(una, roundEnd)) {
            if (deviationMax < variance) {
                variance -= variance - deviationMax >> 2;
            }
            roundEnd = nxt;
            deviationMax = shortest;
        }
    }
}

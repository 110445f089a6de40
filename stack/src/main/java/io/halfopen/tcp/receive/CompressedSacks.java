package io.halfopen.tcp.receive;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;

/**
 * The ACKs of what lies beyond a gap. Three let the peer find the gap; after that they only tell what it knows, so
 * several wait for a twentieth of a round trip and are sent as one ("ACK compression", __tcp_ack_snd_check).
 */
public final class CompressedSacks {
    /** TCP_FASTRETRANS_THRESH: so many tell of a gap. */
    private static final int ENOUGH = 3;

    /** TCP_SACK_BLOCKS_EXPECTED: with more gaps than this, what was collected is told before a block is lost. */
    static final int FEW_BLOCKS = 2;

    private static final int NANOS_PER_MICRO = 1000;
    private static final int PART_OF_ROUND_TRIP = 20;

    /** The time those that were collected are due, or {@link Timer#NEVER}. */
    public long due = Timer.NEVER;

    private int collected;
    private int gap;
    private byte told;

    void reset() {
        due = Timer.NEVER;
        collected = 0;
        told = 0;
        gap = 0;
    }

    void keep(SavedState k) {
        gap = k.seq(gap);
        told = k.at(told);
    }

    /** Another one: true if it is to be sent now. Round trips are eight times what they are, microseconds; 0 unknown. */
    public boolean isDueNow(Host host, int nxt, long smoothed8, long received8) {
        if (!host.kernel.collectsSacks() || collected >= host.sysctls.get(Sysctl.tcp_comp_sack_nr)) {
            return true;
        }
        if (gap != nxt) {
            gap = nxt;
            told = 0;
        }
        if (told < ENOUGH) {
            told++;
            return true;
        }
        collected++;
        if (due == Timer.NEVER) {
            long rtt8 = smoothed8 != 0 ? Math.min(smoothed8, received8) : received8;
            long part = rtt8 * NANOS_PER_MICRO / 8 / PART_OF_ROUND_TRIP;
            long most = Integer.toUnsignedLong(host.sysctls.get(Sysctl.tcp_comp_sack_delay_ns));
            due = host.now() + Math.min(most, part) + host.sysctls.get(Sysctl.tcp_comp_sack_slack_ns);
        }
        return false;
    }

    public boolean isCollecting() {
        return collected > 0;
    }

    /** They are told now, as one. */
    public void tell() {
        collected = Math.max(0, collected - 1);
    }

    /** Whatever was collected is told with this one. */
    void onAckSent(Host host) {
        host.count(Counter.TCPAckCompressed, collected);
        collected = 0;
        due = Timer.NEVER;
    }
}

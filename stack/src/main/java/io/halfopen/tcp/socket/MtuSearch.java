package io.halfopen.tcp.socket;

import io.halfopen.tcp.host.SavedState;

/**
 * The search for the largest packet that a path takes, by sending some (RFC 4821; icsk_mtup): sizes are of whole packets,
 * octets. {@code MtuProbing} conducts it.
 */
public final class MtuSearch {
    /** What gets through: segments are cut for it. */
    public int low;

    /** Nothing larger does, or is worth a try. */
    public int high;

    /** The probe that is under way, or 0, and its sequence numbers. */
    public int probe;

    public int probeStart;
    public int probeEnd;

    /** Since when the range is this one's, ns. */
    public long since;

    /** Nothing is under way while a connection sleeps. */
    void keep(SavedState k) {
        low = k.at(low);
        high = k.at(high);
        since = k.time(since);
    }
}

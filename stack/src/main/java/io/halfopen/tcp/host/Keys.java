package io.halfopen.tcp.host;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;

/**
 * All that a peer must not be able to guess, and what it is used for: initial sequence numbers (RFC 6528), timestamp offsets,
 * ports, flow labels, cookies and the flow table, each with a key of its own.
 */
public final class Keys {
    private final SipHash tuples;
    private final SipHash ports;
    private final SipHash labels;
    public final SipHash cookies;
    public final SipHash fastOpen;
    public final long tableKey0;
    public final long tableKey1;

    /** From 256 random bits. */
    public Keys(long a, long b, long c, long d) {
        tuples = new SipHash(a, b);
        ports = new SipHash(c, d);
        labels = derived(2);
        cookies = derived(1);
        fastOpen = derived(3);
        tableKey0 = mix(a ^ Long.rotateLeft(c, 32)) | 1;
        tableKey1 = mix(b ^ Long.rotateLeft(d, 32)) | 1;
    }

    /** Another key for another purpose: no address of a peer is hashed to the same. */
    private SipHash derived(long purpose) {
        return new SipHash(tuples.hash(-1, -1, -1, -1, purpose), ports.hash(-1, -1, -1, -1, purpose));
    }

    /**
     * What nobody can guess of a tuple: in the low half an initial sequence number before the clock is added to it
     * (RFC 6528), in the high half where the timestamps start (RFC 7323, section 5.4).
     */
    public long of(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return tuples.tuple(localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /** What tells the pieces of one packet from those of another; nobody can see from it how many there were (RFC 7739). */
    public int identification(long high, long low, int count) {
        return (int) ports.hash(high, low, count, 0, -2);
    }

    /** Any number, another one for each second. */
    int ofSecond(long second) {
        return (int) labels.hash(0, 0, 0, 0, second);
    }

    /** By chance one of so many. */
    public int chance(int event, int of) {
        return (int) Long.remainderUnsigned(labels.hash(0, 0, 0, 1, event), of);
    }

    /** A flow label (RFC 6437), another one at another time, in milliseconds. */
    public int flowLabel(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports, int stamp) {
        return (int) labels.tuple(localHigh, localLow, remoteHigh, remoteLow, ports, stamp);
    }

    /** The flow label of an answer to what belongs to no connection. */
    public int flowLabel(Segment segment) {
        int ports = segment.sourcePort() << 16 | segment.destinationPort();
        return (int) labels.hash(
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourceHigh(),
                segment.sourceLow(),
                ports & 0xffff_ffffL);
    }

    /** Where all timestamps of a kernel start that has no offset per connection, milliseconds. */
    int timestampBase() {
        return (int) ports.hash(0, 0, 0, 0, -1) >>> 1;
    }

    /** Where the search for a local port starts (RFC 6056, section 3.3.3), not negative. */
    public int portOffset(IpAddress local, IpAddress remote, int remotePort) {
        return (int) ports.hash(local.high(), local.low(), remote.high(), remote.low(), remotePort) >>> 1;
    }

    /** The finalizer of SplitMix64: spreads a seed over all bits. */
    private static long mix(long seed) {
        long z = seed * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}

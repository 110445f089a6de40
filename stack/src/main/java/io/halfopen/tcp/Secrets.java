package io.halfopen.tcp;

import io.halfopen.wire.IpAddress;

/**
 * All that a peer must not be able to guess: keys for initial sequence numbers (RFC 6528), timestamp offsets, ports
 * and the flow table. Given at construction: from a seed in a simulator, from a secure random source on a real link.
 */
public final class Secrets {
    private final SipHash isn;
    private final SipHash offsets;
    final SynCookies cookies;
    final long tableKey0;
    final long tableKey1;

    /** From 256 random bits. */
    public Secrets(long a, long b, long c, long d) {
        isn = new SipHash(a, b);
        offsets = new SipHash(c, d);
        cookies = new SynCookies(derived(1), derived(2));
        tableKey0 = mix(a ^ Long.rotateLeft(c, 32)) | 1;
        tableKey1 = mix(b ^ Long.rotateLeft(d, 32)) | 1;
    }

    /** The same secrets for the same seed: for simulations, where nothing is secret. */
    public static Secrets ofSeed(long seed) {
        return new Secrets(mix(seed + 1), mix(seed + 2), mix(seed + 3), mix(seed + 4));
    }

    /** Another key for another purpose: no address of a peer is hashed to the same. */
    private SipHash derived(long purpose) {
        return new SipHash(isn.hash(-1, -1, -1, -1, purpose), offsets.hash(-1, -1, -1, -1, purpose));
    }

    /** RFC 6528: a keyed hash of the tuple, and a clock of 64 ns as Linux has it. */
    int isn(Flow flow, long now) {
        long hash = isn.hash(flow.localHigh, flow.localLow, flow.remoteHigh, flow.remoteLow, flow.ports & 0xffff_ffffL);
        return (int) hash + (int) (now >>> 6);
    }

    /** Where the timestamps of a connection start (RFC 7323, section 5.4), milliseconds. */
    int timestampOffset(Flow flow) {
        return (int)
                offsets.hash(flow.localHigh, flow.localLow, flow.remoteHigh, flow.remoteLow, flow.ports & 0xffff_ffffL);
    }

    /** Where all timestamps of a kernel start that has no offset per connection, milliseconds. */
    int timestampBase() {
        return (int) offsets.hash(0, 0, 0, 0, -1) >>> 1;
    }

    /** Where the search for a local port starts (RFC 6056, section 3.3.3), not negative. */
    int portOffset(IpAddress local, IpAddress remote, int remotePort) {
        return (int) offsets.hash(local.high(), local.low(), remote.high(), remote.low(), remotePort) >>> 1;
    }

    /** The finalizer of SplitMix64: spreads a seed over all bits. */
    private static long mix(long seed) {
        long z = seed * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}

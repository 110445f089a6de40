package io.halfopen.tcp;

import io.halfopen.tcp.host.Keys;

/**
 * Where a stack has from all that a peer must not be able to guess: initial sequence numbers (RFC 6528), timestamp offsets,
 * ports, flow labels, cookies, the order of its tables. A simulator makes them from a seed, so that a run can be repeated:
 *
 * <pre>{@code
 * Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
 * }</pre>
 *
 * A stack with real peers needs 256 bits of a secure source for its {@linkplain #Secrets constructor}.
 */
public final class Secrets {
    private final long a;
    private final long b;
    private final long c;
    private final long d;

    /** From 256 random bits. */
    public Secrets(long a, long b, long c, long d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /** One seed always makes the same secrets: for simulations, where nothing is secret. */
    public static Secrets ofSeed(long seed) {
        return new Secrets(mix(seed + 1), mix(seed + 2), mix(seed + 3), mix(seed + 4));
    }

    Keys keys() {
        return new Keys(a, b, c, d);
    }

    /** The finalizer of SplitMix64: spreads a seed over all bits. */
    private static long mix(long seed) {
        long z = seed * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}

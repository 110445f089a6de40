package io.halfopen.app.watch;

import io.halfopen.wire.IpAddress;
import java.util.SplittableRandom;

/** A connection or an attempt at one, seen from this host. */
record Flow(IpAddress local, int localPort, IpAddress remote, int remotePort) {
    /** So that nobody can send SYNs whose hashes are all the same. */
    private static final long SEED = new SplittableRandom().nextLong() | 1;

    private static final long ODD = 0x9e37_79b9_7f4a_7c15L;

    private static long mix(long hash, long more) {
        long product = (hash ^ more) * ODD;
        return (product ^ product >>> 29) * SEED;
    }

    /** Of another flow it is another one, but for chance. */
    long hash() {
        long hash = mix(SEED, (long) localPort << 16 | remotePort);
        hash = mix(hash, local.high());
        hash = mix(hash, local.low());
        hash = mix(hash, remote.high());
        hash = mix(hash, remote.low());
        return hash ^ hash >>> 32;
    }

    @Override
    public int hashCode() {
        return (int) hash();
    }
}

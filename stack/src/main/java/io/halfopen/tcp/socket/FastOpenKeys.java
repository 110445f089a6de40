package io.halfopen.tcp.socket;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.tcp.host.SipHash;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;

/**
 * The keys of Fast Open cookies: one that makes them, and perhaps the one before it, whose cookies are still good. A
 * cookie is SipHash of the two addresses, octet for octet as Linux computes it, so hosts may share a key.
 */
public final class FastOpenKeys {
    /** Octets of a key. */
    public static final int LENGTH = 16;

    /** Numbers of tcp_fastopen_key: of the key, and of the one before it. */
    private static final int NUMBERS = 8;

    private final SipHash primary;
    private final SipHash backup;

    /** What the sysctl was. */
    private final int[] numbers;

    /** Whether somebody had set it: zeros that nobody has set are no key. */
    private final boolean set;

    private FastOpenKeys(SipHash primary, SipHash backup, int[] numbers, boolean set) {
        this.set = set;
        this.primary = primary;
        this.backup = backup;
        this.numbers = numbers;
    }

    /** What the sysctl says; while nobody has set it, a key that nobody knows, which is {@code unknown}. */
    public static FastOpenKeys of(Sysctls sysctls, SipHash unknown) {
        int[] numbers = new int[NUMBERS];
        byte[] octets = new byte[2 * LENGTH];
        boolean set = sysctls.isSet(Sysctl.tcp_fastopen_key);
        for (int i = 0; i < NUMBERS; i++) {
            numbers[i] = sysctls.get(Sysctl.tcp_fastopen_key, i);
            Bytes.putInt(octets, 4 * i, Integer.reverseBytes(numbers[i]));
        }
        SipHash primary = set ? key(octets, 0) : unknown;
        return new FastOpenKeys(primary, set ? key(octets, LENGTH) : primary, numbers, set);
    }

    /** Whether the sysctl is still what it was. */
    boolean isFrom(Sysctls sysctls) {
        for (int i = 0; i < NUMBERS; i++) {
            if (sysctls.get(Sysctl.tcp_fastopen_key, i) != numbers[i]) {
                return false;
            }
        }
        return set == sysctls.isSet(Sysctl.tcp_fastopen_key);
    }

    /** One key or two, 16 octets each. */
    public static FastOpenKeys of(byte[] octets) {
        SipHash primary = key(octets, 0);
        return new FastOpenKeys(primary, octets.length > LENGTH ? key(octets, LENGTH) : primary, new int[0], true);
    }

    private static SipHash key(byte[] octets, int at) {
        return new SipHash(
                Long.reverseBytes(Bytes.getLong(octets, at)), Long.reverseBytes(Bytes.getLong(octets, at + 8)));
    }

    /** The cookie for whoever sent this SYN. */
    public long cookie(Segment syn) {
        return cookie(primary, syn);
    }

    public boolean isCookie(Segment syn) {
        return isCookie(primary, syn);
    }

    /** Whether it was good before the key was changed. */
    public boolean isOldCookie(Segment syn) {
        return isCookie(backup, syn);
    }

    private static boolean isCookie(SipHash key, Segment syn) {
        return syn.cookieLength() == 8 && Bytes.getLong(syn.bytes(), syn.cookieOffset()) == cookie(key, syn);
    }

    private static long cookie(SipHash key, Segment syn) {
        long hash;
        if (IpAddress.isIpv4(syn.sourceHigh(), syn.sourceLow())) {
            hash = key.hash(Long.reverseBytes(syn.sourceLow() << 32 | syn.destinationLow() & 0xffff_ffffL));
        } else {
            hash = key.hash(
                    Long.reverseBytes(syn.sourceHigh()),
                    Long.reverseBytes(syn.sourceLow()),
                    Long.reverseBytes(syn.destinationHigh()),
                    Long.reverseBytes(syn.destinationLow()));
        }
        return Long.reverseBytes(hash);
    }
}

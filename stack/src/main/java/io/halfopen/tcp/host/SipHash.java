package io.halfopen.tcp.host;

import io.halfopen.wire.IpAddress;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of whole 64-bit words, keyed: whoever lacks the key can neither predict
 * the result nor make two inputs collide. Linux uses the same for ISNs, cookies and timestamp offsets.
 */
public final class SipHash {
    private final long key0;
    private final long key1;

    public SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** The hash of five words: two addresses of two, and whatever else is to be mixed in. */
    public long hash(long a, long b, long c, long d, long e) {
        return hash(0, 40L << 56, a, b, c, d, e);
    }

    /** The hash of two words, which takes half as long. */
    public long hash(long a, long b) {
        return hash(3, 16L << 56, 0, 0, 0, a, b);
    }

    /** The hash of one word. */
    public long hash(long a) {
        return hash(4, 8L << 56, 0, 0, 0, 0, a);
    }

    /** The hash of four words. */
    public long hash(long a, long b, long c, long d) {
        return hash(1, 32L << 56, 0, a, b, c, d);
    }

    /** The hash of a 4-tuple: two IPv4 addresses and the ports are twelve octets, which take two words with their end. */
    public long tuple(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        if (IpAddress.isIpv4(remoteHigh, remoteLow)) {
            long addresses = localLow << 32 | remoteLow & 0xffff_ffffL;
            return hash(4, 12L << 56 | ports & 0xffff_ffffL, 0, 0, 0, 0, addresses);
        }
        return hash(localHigh, localLow, remoteHigh, remoteLow, ports & 0xffff_ffffL);
    }

    /** The hash of a 4-tuple and something else; two IPv4 addresses take one word. */
    public long tuple(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports, int more) {
        long rest = (long) more << 32 | ports & 0xffff_ffffL;
        if (IpAddress.isIpv4(remoteHigh, remoteLow)) {
            return hash(localLow << 32 | remoteLow & 0xffff_ffffL, rest);
        }
        return hash(localHigh, localLow, remoteHigh, remoteLow, rest);
    }

    /** The words from {@code first} on, and what ends them: the number of octets in its top byte, as the specification pads. */
    private long hash(int first, long end, long a, long b, long c, long d, long e) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        for (int i = first; i < 8; i++) {
            // The four rounds of the end are those of two words that are 0.
            long word = switch (i) {
                case 0 -> a;
                case 1 -> b;
                case 2 -> c;
                case 3 -> d;
                case 4 -> e;
                case 5 -> end;
                default -> 0;
            };
            v2 ^= i == 6 ? 0xff : 0;
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}

package io.halfopen.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071): the one's complement sum of 16-bit words. That sum does not care in which byte
 * order the words are read as long as the result is swapped back, nor how many of them are added at a time: so bytes
 * are read eight at a time in the machine's own order, into four independent accumulators that cannot overflow.
 */
public final class Checksum {
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final long LOW = 0xffff_ffffL;

    private Checksum() {}

    /** The folded 16-bit sum of {@code length} bytes, as if read in network order; not complemented. */
    public static int sum(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (; at <= end - 32; at += 32) {
            long w = (long) LONG.get(bytes, at);
            long x = (long) LONG.get(bytes, at + 8);
            long y = (long) LONG.get(bytes, at + 16);
            long z = (long) LONG.get(bytes, at + 24);
            a += (w & LOW) + (w >>> 32);
            b += (x & LOW) + (x >>> 32);
            c += (y & LOW) + (y >>> 32);
            d += (z & LOW) + (z >>> 32);
        }
        for (; at <= end - 8; at += 8) {
            long w = (long) LONG.get(bytes, at);
            a += (w & LOW) + (w >>> 32);
        }
        int folded = fold(a + b + c + d);
        return fold((SWAP ? swap(folded) : folded) + (long) tail(bytes, at, end));
    }

    /** What the last 0 to 7 bytes add, in network order; an odd byte is the high half of a word. */
    private static int tail(byte[] bytes, int at, int end) {
        int sum = 0;
        int i = at;
        for (; i + 1 < end; i += 2) {
            sum += Bytes.getShort(bytes, i);
        }
        return i < end ? sum + (Bytes.getByte(bytes, i) << 8) : sum;
    }

    /**
     * The folded sum of the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1). IPv4 addresses come mapped
     * (::ffff:a.b.c.d): the extra 0xffff is one's complement zero, so both versions are the same four additions.
     */
    public static int pseudoHeader(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int tcpLength) {
        long sum = (sourceHigh >>> 32) + (sourceHigh & LOW) + (sourceLow >>> 32) + (sourceLow & LOW);
        sum += (destinationHigh >>> 32) + (destinationHigh & LOW);
        sum += (destinationLow >>> 32) + (destinationLow & LOW);
        return fold(sum + IpHeader.TCP + tcpLength);
    }

    /** What to write into a checksum field, from the sum of everything else. */
    public static int complement(int a, int b) {
        return ~fold((long) a + b) & 0xffff;
    }

    /** Whether the sum of all, checksum field included, says that nothing was damaged. */
    public static boolean isIntact(int a, int b) {
        return fold((long) a + b) == 0xffff;
    }

    private static int fold(long sum) {
        long folded = (sum & LOW) + (sum >>> 32);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        return (int) ((folded & 0xffff) + (folded >>> 16));
    }

    private static int swap(int word) {
        return (word & 0xff) << 8 | word >>> 8;
    }
}

package io.halfopen.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071): the one's complement sum of 16-bit words. That sum does not care in which byte
 * order the words are read as long as the result is swapped back, nor how many of them are added at a time: so bytes
 * are read four at a time in the machine's own order, and the sum is folded at the end. Not eight: headers are written
 * by four, and a load that spans two stores which are still on their way waits for both.
 */
public final class Checksum {
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();
    private static final long LOW = 0xffff_ffffL;

    /** From so many bytes on vectors are worth their preparation. */
    private static final int MANY = 256;

    private Checksum() {}

    /** The folded 16-bit sum of {@code length} bytes, as if read in network order; not complemented. */
    public static int sum(byte[] bytes, int offset, int length) {
        int many = length < MANY ? 0 : length & -Long.BYTES;
        long sum = many == 0 ? 0 : sumOfMany(bytes, offset, many);
        int folded = fold(sum + sumOfFew(bytes, offset + many, offset + length));
        return SWAP ? swap(folded) : folded;
    }

    /** Whether so few octets, their checksum among them, are undamaged: all ones is the same in both byte orders. */
    public static boolean isHeaderIntact(byte[] bytes, int offset, int length) {
        return fold(sumOfFew(bytes, offset, offset + length)) == 0xffff;
    }

    /**
     * HotSpot makes vectors of this loop, eight words at a time; what comes before and after the vectors takes it half as many
     * steps with these words as with shorter ones. It is a method of its own since HotSpot unrolls a loop by how long it has
     * been: headers would make it think that this one is short.
     */
    private static long sumOfMany(byte[] bytes, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i += Long.BYTES) {
            long word = (long) LONG.get(bytes, offset + i);
            sum += (word & LOW) + (word >>> 32);
        }
        return sum;
    }

    private static long sumOfFew(byte[] bytes, int offset, int end) {
        int at = offset;
        long sum = 0;
        for (; at <= end - 8; at += 8) {
            sum += ((int) INT.get(bytes, at) & LOW) + ((int) INT.get(bytes, at + 4) & LOW);
        }
        if (at <= end - 4) {
            sum += (int) INT.get(bytes, at) & LOW;
            at += 4;
        }
        if (at <= end - 2) {
            sum += (short) SHORT.get(bytes, at) & 0xffff;
            at += 2;
        }
        // An odd byte is the first half of a word.
        return at < end ? sum + (SWAP ? Bytes.getByte(bytes, at) : Bytes.getByte(bytes, at) << 8) : sum;
    }

    /**
     * The sum of the pseudo-header, not folded (RFC 9293, section 3.1; RFC 8200, section 8.1). IPv4 addresses come mapped
     * (::ffff:a.b.c.d): the extra 0xffff is one's complement zero, so both versions are the same four additions.
     */
    public static long pseudoHeader(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int tcpLength) {
        long sum = (sourceHigh >>> 32) + (sourceHigh & LOW) + (sourceLow >>> 32) + (sourceLow & LOW);
        sum += (destinationHigh >>> 32) + (destinationHigh & LOW);
        sum += (destinationLow >>> 32) + (destinationLow & LOW);
        return sum + IpHeader.TCP + tcpLength;
    }

    /** What to write into a checksum field, from the sum of everything else. */
    public static int complement(long a, int b) {
        return ~fold(a + b) & 0xffff;
    }

    /** Whether the sum of all, checksum field included, says that nothing was damaged. */
    public static boolean isIntact(long a, int b) {
        return fold(a + b) == 0xffff;
    }

    /** Adding a sum to itself turned by half leaves in the upper half both halves and the carry between them. */
    private static int fold(long sum) {
        int half = (int) (sum + Long.rotateLeft(sum, 32) >>> 32);
        return half + Integer.rotateLeft(half, 16) >>> 16;
    }

    private static int swap(int word) {
        return (word & 0xff) << 8 | word >>> 8;
    }
}

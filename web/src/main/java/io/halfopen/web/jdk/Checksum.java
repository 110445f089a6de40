package io.halfopen.web.jdk;

import io.halfopen.wire.IpHeader;

/** {@link io.halfopen.wire.Checksum} two octets at a time, in numbers that a browser is quick with. */
public final class Checksum {
    private static final int MOST_WORDS = 1 << 14;

    private Checksum() {}

    public static int sum(byte[] bytes, int offset, int length) {
        int sum = 0;
        int end = offset + length;
        int folded = 0;
        for (int at = offset; at < end; at += 2) {
            sum += (bytes[at] & 0xff) << 8 | (at + 1 < end ? bytes[at + 1] & 0xff : 0);
            if ((at - offset) / 2 % MOST_WORDS == MOST_WORDS - 1) {
                folded = fold(folded + fold(sum));
                sum = 0;
            }
        }
        return fold(folded + fold(sum));
    }

    public static long pseudoHeader(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int tcpLength) {
        long addresses = (long) words(sourceHigh) + words(sourceLow) + words(destinationHigh) + words(destinationLow);
        return addresses + IpHeader.TCP + tcpLength;
    }

    /** The sum of the four words of a long. */
    private static int words(long value) {
        return words((int) (value >>> 32)) + words((int) value);
    }

    private static int words(int value) {
        return (value >>> 16) + (value & 0xffff);
    }

    public static int complement(long a, int b) {
        return ~fold(words(a) + b) & 0xffff;
    }

    public static boolean isIntact(long a, int b) {
        return fold(words(a) + b) == 0xffff;
    }

    public static boolean isHeaderIntact(byte[] bytes, int offset, int length) {
        return isIntact(0, sum(bytes, offset, length));
    }

    private static int fold(int sum) {
        int once = (sum >>> 16) + (sum & 0xffff);
        return (once >>> 16) + (once & 0xffff);
    }
}

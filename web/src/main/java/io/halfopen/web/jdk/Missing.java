package io.halfopen.web.jdk;

/** Static methods of the JDK that TeaVM has none of. */
public final class Missing {
    private static final long LOW = 0xffff_ffffL;

    private Missing() {}

    /** The upper half of the product of two unsigned numbers, by halves as one multiplies on paper. */
    public static long unsignedMultiplyHigh(long a, long b) {
        long aHigh = a >>> 32;
        long aLow = a & LOW;
        long bHigh = b >>> 32;
        long bLow = b & LOW;
        long middle = aHigh * bLow + (aLow * bLow >>> 32);
        long other = aLow * bHigh + (middle & LOW);
        return aHigh * bHigh + (middle >>> 32) + (other >>> 32);
    }

    /** All 32 bits, the highest of which is no sign. */
    public static int parseUnsignedInt(String text, int radix) {
        long value = Long.parseLong(text, radix);
        if (value < 0 || value > LOW) {
            throw new NumberFormatException(text);
        }
        return (int) value;
    }
}

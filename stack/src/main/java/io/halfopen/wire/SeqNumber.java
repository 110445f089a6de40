package io.halfopen.wire;

/**
 * Sequence numbers are points on a circle of 2^32 (RFC 9293, section 3.4): {@code a} is before {@code b} when going
 * forward from {@code a} reaches {@code b} in less than half a turn. They are plain {@code int}s; only comparison is
 * special. At exactly half a turn Linux calls both directions "before", and so does this.
 */
public final class SeqNumber {
    private SeqNumber() {}

    public static boolean before(int a, int b) {
        return a - b < 0;
    }

    public static boolean after(int a, int b) {
        return b - a < 0;
    }

    /** {@code a} is {@code b} or before it. */
    public static boolean upTo(int a, int b) {
        return !after(a, b);
    }

    /** {@code low <= seq <= high} on the circle. */
    public static boolean between(int seq, int low, int high) {
        return Integer.compareUnsigned(seq - low, high - low) <= 0;
    }

    public static int max(int a, int b) {
        return after(a, b) ? a : b;
    }

    public static int min(int a, int b) {
        return before(a, b) ? a : b;
    }
}

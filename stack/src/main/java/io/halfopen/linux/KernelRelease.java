package io.halfopen.linux;

import java.util.Comparator;

/** A version of Linux as uname(1) prints it, of which only the first two numbers matter: 6.14 of "6.14.0-37-generic". */
public record KernelRelease(int major, int minor) implements Comparable<KernelRelease> {
    private static final Comparator<KernelRelease> ORDER =
            Comparator.comparingInt(KernelRelease::major).thenComparingInt(KernelRelease::minor);

    /** No version of anything has a longer number. */
    private static final int MOST_DIGITS = 4;

    /**
     * Reads it, whatever follows the second number.
     *
     * @throws IllegalArgumentException if it does not begin with two numbers
     */
    public static KernelRelease parse(String release) {
        int dot = digits(release, 0);
        int end = dot > 0 && dot < release.length() && release.charAt(dot) == '.' ? digits(release, dot + 1) : 0;
        if (end <= dot + 1) {
            throw new IllegalArgumentException("no version of Linux: '" + release + "'");
        }
        return new KernelRelease(
                Integer.parseInt(release.substring(0, dot)), Integer.parseInt(release.substring(dot + 1, end)));
    }

    /** Where the number that begins at {@code from} ends. */
    private static int digits(String text, int from) {
        int end = from;
        while (end < Math.min(text.length(), from + MOST_DIGITS)
                && text.charAt(end) >= '0'
                && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /**
     * The newest profile that is not newer: 6.12's for 6.14.
     *
     * @throws IllegalArgumentException if all are newer
     */
    public Kernel profile() {
        return Kernel.notNewerThan(major, minor);
    }

    @Override
    public int compareTo(KernelRelease other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}

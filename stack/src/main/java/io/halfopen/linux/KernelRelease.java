package io.halfopen.linux;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of Linux as uname(1) prints it, of which only the first two numbers matter: 6.14 of "6.14.0-37-generic". */
public record KernelRelease(int major, int minor) implements Comparable<KernelRelease> {
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\b");
    private static final Comparator<KernelRelease> ORDER =
            Comparator.comparingInt(KernelRelease::major).thenComparingInt(KernelRelease::minor);

    /**
     * Reads it, whatever follows the second number.
     *
     * @throws IllegalArgumentException if it does not begin with two numbers
     */
    public static KernelRelease parse(String release) {
        Matcher numbers = NUMBERS.matcher(release);
        if (!numbers.lookingAt()) {
            throw new IllegalArgumentException("no version of Linux: '" + release + "'");
        }
        return new KernelRelease(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
    }

    /** That of this machine. */
    public static KernelRelease ofHost() {
        return parse(System.getProperty("os.version", ""));
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

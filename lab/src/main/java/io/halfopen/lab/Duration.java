package io.halfopen.lab;

import java.math.BigDecimal;
import java.util.Map;

/** Durations as people write them: 20s, 500ms, 1.5s, 2m, 1h, 0; never or forever. In nanoseconds. */
public final class Duration {
    private static final Map<String, Long> UNITS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);

    /** Those that a duration is written in, the longest first. */
    private static final String[] WRITTEN = {"s", "ms", "us", "ns"};

    /** A year: longer times would overflow a long when they are added. */
    private static final BigDecimal LONGEST =
            BigDecimal.valueOf(365L * 24 * 3600).movePointRight(9);

    private Duration() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException with a sentence for the user if it is none
     */
    public static long parse(String text) {
        if (text.equals("never") || text.equals("forever")) {
            return Scenario.NEVER;
        }
        int end = endOfNumber(text);
        String unit = text.substring(end);
        if (end == 0 || !(unit.isEmpty() || UNITS.containsKey(unit))) {
            throw notADuration(text);
        }
        BigDecimal number = new BigDecimal(text.substring(0, end));
        if (unit.isEmpty() && number.signum() != 0) {
            throw notADuration(text);
        }
        BigDecimal nanos = number.multiply(BigDecimal.valueOf(UNITS.getOrDefault(unit, 1L)));
        if (nanos.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("'" + text + "' is longer than a year");
        }
        return nanos.longValue();
    }

    /** Digits, or digits, a point and digits; 0 where there are none. */
    private static int endOfNumber(String text) {
        int whole = digits(text, 0);
        if (whole > 0 && whole < text.length() && text.charAt(whole) == '.') {
            int fraction = digits(text, whole + 1);
            return fraction > whole + 1 ? fraction : 0;
        }
        return whole;
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static IllegalArgumentException notADuration(String text) {
        return new IllegalArgumentException("'" + text + "' is not a duration: write 20s, 500ms, 2m, never or forever");
    }

    /** Writes one as {@link #parse} reads it: 20s, 1500ms. */
    public static String format(long nanos) {
        if (nanos == Scenario.NEVER) {
            return "never";
        }
        if (nanos == 0) {
            return "0";
        }
        for (String unit : WRITTEN) {
            long size = UNITS.getOrDefault(unit, 1L);
            if (nanos % size == 0) {
                return nanos / size + unit;
            }
        }
        throw new IllegalStateException("every duration is a number of nanoseconds");
    }
}

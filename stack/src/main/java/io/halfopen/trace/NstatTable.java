package io.halfopen.trace;

import io.halfopen.linux.Counter;
import java.util.function.ToLongFunction;

/**
 * Counters as {@code nstat} of iproute2 prints them: absolute values, in the order of {@link Counter}; every line ends
 * with a newline. The last column is the rate that nstat's daemon measures and is 0.0 without one.
 *
 * <p>nstat leaves out TcpCurrEstab, which goes up and down and so has no increments; this does too.
 */
public final class NstatTable {
    private static final int NAME_WIDTH = 32;
    private static final int VALUE_WIDTH = 16;

    private NstatTable() {}

    /** {@code nstat -a}: counters that are not 0. */
    public static String nonZero(ToLongFunction<Counter> counters) {
        return table(counters, false);
    }

    /** {@code nstat -az}: all of them. */
    public static String all(ToLongFunction<Counter> counters) {
        return table(counters, true);
    }

    private static String table(ToLongFunction<Counter> counters, boolean zeros) {
        StringBuilder out = new StringBuilder("#kernel\n");
        for (Counter counter : Counter.values()) {
            long value = counters.applyAsLong(counter);
            if (counter != Counter.CurrEstab && (zeros || value != 0)) {
                appendPadded(out, counter.fullName(), NAME_WIDTH);
                appendPadded(out, Long.toUnsignedString(value), VALUE_WIDTH);
                out.append("   0.0\n");
            }
        }
        return out.toString();
    }

    private static void appendPadded(StringBuilder out, String text, int width) {
        out.append(text).append(" ".repeat(Math.max(0, width - text.length())));
    }
}

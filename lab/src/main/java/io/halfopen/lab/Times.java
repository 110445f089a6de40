package io.halfopen.lab;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times for people and for JSON. */
public final class Times {
    private static final long MILLI = 1_000_000L;

    private Times() {}

    public static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }

    /** The same of milliseconds; a dash for none. */
    public static String secondsOfMillis(@Nullable Number millis) {
        return millis == null ? "-" : String.format(Locale.ROOT, "%.3f s", millis.doubleValue() / 1000);
    }

    /** Milliseconds, without a fraction where there is none. */
    public static Number millis(long nanos) {
        return nanos % MILLI == 0 ? (Number) (nanos / MILLI) : (Number) (nanos / (double) MILLI);
    }
}

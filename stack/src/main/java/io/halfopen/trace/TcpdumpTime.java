package io.halfopen.trace;

/** What stands before a line of tcpdump. The time is nanoseconds since any zero; digits below microseconds are cut. */
public enum TcpdumpTime {
    /** {@code tcpdump -t}: nothing. */
    NONE {
        @Override
        public String prefix(long nanos) {
            return "";
        }
    },
    /** The default of tcpdump: {@code 00:00:03.000250 }, the time of a day that began at zero; it wraps daily. */
    CLOCK {
        @Override
        public String prefix(long nanos) {
            long seconds = Math.floorMod(Math.floorDiv(nanos, NANOS), 86_400L);
            return two(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60) + fraction(nanos);
        }
    },
    /** {@code tcpdump -tt}: {@code 3.000250 }, seconds. */
    SECONDS {
        @Override
        public String prefix(long nanos) {
            return Math.floorDiv(nanos, NANOS) + fraction(nanos);
        }
    };

    private static final long NANOS = 1_000_000_000L;

    /** The text for {@code nanos}, 0 or more, with the blank that separates it from the line. */
    public abstract String prefix(long nanos);

    private static String fraction(long nanos) {
        String micros = Long.toString(Math.floorMod(nanos, NANOS) / 1000);
        return "." + "0".repeat(6 - micros.length()) + micros + " ";
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }
}

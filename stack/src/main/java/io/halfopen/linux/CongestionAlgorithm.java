package io.halfopen.linux;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The congestion control algorithms of a stack, by the names that TCP_CONGESTION and the sysctl know. */
public enum CongestionAlgorithm {
    reno,
    bbr,
    cubic;

    private static final CongestionAlgorithm[] ALL = values();

    /** What TCP_CA_NAME_MAX leaves of a longer name. */
    private static final int LONGEST = 15;

    /** The one with that name, as setsockopt(2) reads it: up to a NUL, 15 octets at most; null if there is none. */
    public static @Nullable CongestionAlgorithm named(String name) {
        int end = name.indexOf('\0');
        String whole = end < 0 ? name : name.substring(0, end);
        String read = whole.substring(0, Math.min(LONGEST, whole.length()));
        return Arrays.stream(ALL)
                .filter(algorithm -> algorithm.name().equals(read))
                .findFirst()
                .orElse(null);
    }

    /** That which the sysctl's number stands for. */
    public static CongestionAlgorithm of(int number) {
        return ALL[number];
    }

    /** All names, separated by blanks: tcp_available_congestion_control. */
    static String available() {
        return Arrays.stream(ALL).map(CongestionAlgorithm::name).collect(Collectors.joining(" "));
    }

    static int[] parse(Sysctl sysctl, String text) {
        CongestionAlgorithm named = named(text.strip());
        if (named == null) {
            throw new IllegalArgumentException(
                    sysctl.fullName() + " takes one of " + available() + ", not '" + text + "'");
        }
        return new int[] {named.ordinal()};
    }
}

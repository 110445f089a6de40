package io.halfopen.app.explain;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the times between SYNs betray of who sends them. */
final class Schedule {
    private Schedule() {}

    /** "; again after 1.0, 1.0, 2.0 s: ..."; empty where nothing was repeated. */
    static String text(List<Double> gaps) {
        if (gaps.isEmpty()) {
            return "";
        }
        String times = gaps.stream()
                .map(gap -> String.format(Locale.ROOT, "%.1f", gap))
                .collect(Collectors.joining(", "));
        String who = who(gaps);
        return "; again after " + times + " s" + (who.isEmpty() ? "" : ": " + who);
    }

    static String who(List<Double> gaps) {
        if (isNear(gaps.getFirst(), 3)) {
            return "a first timeout of 3 s: Linux before 3.1, or another system";
        }
        if (gaps.size() < 2 || !isNear(gaps.getFirst(), 1)) {
            return "";
        }
        if (isNear(gaps.get(1), 1)) {
            return "linear timeouts: Linux 6.5 or newer";
        }
        return isNear(gaps.get(1), 2) ? "doubling from 1 s: Linux 3.1 to 6.4, or tcp_syn_linear_timeouts=0" : "";
    }

    /** How many of these times are 1, 3, 7, 15 s and so on after that one: when a server repeats its SYN-ACK. */
    static int onTime(long[] times, int count, long since) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            double after = (times[i] - since) / 1e9;
            for (int due = 1; due <= 63; due = due * 2 + 1) {
                found += isNear(after, due) ? 1 : 0;
            }
        }
        return found;
    }

    /** Whether one of these gaps is too short for a timer that doubles. */
    static boolean hasExtra(List<Double> gaps) {
        for (int i = 1; i < gaps.size(); i++) {
            if (gaps.get(i) < gaps.get(i - 1) * 1.5) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNear(double gap, double nominal) {
        return gap > nominal * 0.93 && gap < nominal * 1.15 + 0.02;
    }

    /** When the next SYN would be due after the last, s. */
    static double next(List<Double> gaps) {
        if (gaps.isEmpty()) {
            return 1;
        }
        double last = gaps.getLast();
        boolean linear = gaps.size() < 5 && isNear(gaps.getFirst(), 1) && isNear(last, 1);
        return linear ? 2 : last * 2;
    }
}

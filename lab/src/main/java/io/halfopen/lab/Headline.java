package io.halfopen.lab;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An experiment in a sentence that stands alone. */
public final class Headline {
    private static final long MILLISECOND = 1_000_000L;
    private static final long MICROSECOND = 1_000L;

    private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);

    private Headline() {}

    public static String of(Scenario scenario) {
        return Presets.named(scenario.name()).map(Presets.Preset::sentence).orElseGet(() -> ofOwn(scenario));
    }

    static String ofOwn(Scenario scenario) {
        List<String> text = new ArrayList<>();
        text.add("backlog " + scenario.backlog());
        text.add(clients(scenario));
        ServerPlan plan = scenario.serverPlan();
        if (scenario.acceptAfter() == Scenario.NEVER) {
            text.add("no accept()");
        } else if (plan.acceptRate() > 0) {
            text.add(String.format(Locale.ROOT, "%s accepts a second", rate(plan.acceptRate())));
        }
        if (scenario.service() > 0) {
            text.add(scenario.workers() + (scenario.workers() == 1 ? " worker, " : " workers, ")
                    + time(scenario.service()) + " each");
        }
        plan.pauses().forEach(pause -> text.add("a pause of " + time(pause.length()) + " at " + time(pause.at())));
        return String.join(", ", text);
    }

    /** A count for people. */
    public static String number(long number) {
        return number < 10_000 ? String.valueOf(number) : String.format(Locale.ROOT, "%,d", number);
    }

    private static String clients(Scenario scenario) {
        int clients = scenario.clients();
        String text = number(clients) + (clients == 1 ? " client" : " clients");
        List<Long> arrivals = scenario.clientPlan().arrivals();
        if (!arrivals.isEmpty()) {
            return text + " in " + time(arrivals.getLast());
        }
        int burst = scenario.clientPlan().burst();
        if (scenario.every() == 0 || clients < 2) {
            return text;
        }
        if (burst > 1) {
            return text + ", " + burst + " every " + time(scenario.every());
        }
        return text + " in " + time(scenario.every() * clients);
    }

    private static String rate(double rate) {
        return rate == Math.rint(rate) ? String.valueOf((long) rate) : String.valueOf(rate);
    }

    /** 50 ms, 1.5 s: as people say it. */
    private static String time(long nanos) {
        if (nanos >= 1000 * MILLISECOND) {
            return decimal(nanos / (1000.0 * MILLISECOND)) + " s";
        }
        return nanos >= MILLISECOND
                ? decimal(nanos / (double) MILLISECOND) + " ms"
                : decimal(nanos / (double) MICROSECOND) + " us";
    }

    /** Three digits are enough: 1.35. */
    private static String decimal(double value) {
        if (value == Math.rint(value)) {
            return String.valueOf((long) value);
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(THREE_DIGITS);
        return rounded.setScale(Math.max(0, rounded.scale())).toPlainString();
    }
}

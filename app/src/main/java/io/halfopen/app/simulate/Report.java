package io.halfopen.app.simulate;

import io.halfopen.app.Style;
import java.io.PrintWriter;

/** A failure on paper: what it was, how to repeat it, and the least that fails in the same way. */
final class Report {
    private Report() {}

    static void print(Chaos.Failure failure, PrintWriter out, Style style) {
        out.println(style.bold("seed " + failure.seed()) + ": " + style.bad(failure.fault()));
        out.println("to repeat: halfopen simulate --seed " + failure.seed());
        out.println("the least that fails so: " + failure.leastFault());
        PlanText.of(failure.least()).forEach(line -> out.println("  " + line));
        out.println("its last packets:");
        failure.packets().forEach(line -> out.println("  " + line));
        out.println();
        out.flush();
    }
}

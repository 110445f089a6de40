package io.halfopen.app.lab;

import io.halfopen.app.Style;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.Headline;
import io.halfopen.lab.Outcome;
import io.halfopen.lab.Times;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.StringJoiner;

/** What matters first: who connected, after how long, who never did, who was never accepted. */
final class OutcomeText {
    private static final int LABEL = 14;

    private final PrintWriter out;
    private final Style style;
    private final Outcome outcome;

    OutcomeText(PrintWriter out, Style style, Outcome outcome) {
        this.out = out;
        this.style = style;
        this.outcome = outcome;
    }

    void print() {
        line("connected", connected());
        if (!outcome.later().isEmpty()) {
            line("  later", later());
        }
        outcome.failed().forEach((errno, failures) -> line("  never", never(errno, failures)));
        if (outcome.waiting() > 0) {
            line("  waiting", Headline.number(outcome.waiting()) + " were still in connect() at the end");
        }
        line("accepted", accepted());
        if (outcome.reset() > 0) {
            line("reset", Headline.number(outcome.reset()) + " of the clients were told ECONNRESET or ECONNREFUSED");
        }
        times("connect()", outcome.connect(), "");
        times("accept()", outcome.accept(), "  from connect() on");
    }

    private String connected() {
        int later = outcome.connected() - outcome.atOnce();
        StringJoiner text = new StringJoiner(", ");
        text.add(Headline.number(outcome.atOnce()) + " of " + Headline.number(outcome.clients()) + " at once");
        text.add(Headline.number(later) + " later");
        text.add(Headline.number(outcome.failures()) + " never");
        if (outcome.idle() > 0) {
            text.add(Headline.number(outcome.idle()) + " did not try");
        }
        return text.toString();
    }

    /** Repetitions of a SYN come after whole seconds, so these are few. */
    private String later() {
        int later = outcome.connected() - outcome.atOnce();
        if (outcome.later().size() == 1 && later > 0) {
            long first = outcome.connect().sorted()[outcome.atOnce()];
            long last = outcome.connect().most();
            return Headline.number(later) + " after " + range(first, last);
        }
        StringJoiner text = new StringJoiner(", ");
        outcome.later()
                .forEach((seconds, count) ->
                        text.add(Headline.number(count) + (seconds == 0 ? " within 1 s" : " after " + seconds + " s")));
        return text.toString();
    }

    private static String range(long first, long last) {
        return first == last ? Times.seconds(last) : Times.seconds(first) + " to " + Times.seconds(last);
    }

    private static String never(String errno, Outcome.Failures failures) {
        return Headline.number(failures.count()) + " " + errno + " after " + range(failures.first(), failures.last());
    }

    private String accepted() {
        String text = Headline.number(outcome.accepted()) + " of " + Headline.number(outcome.clients());
        return outcome.unaccepted() == 0
                ? text
                : text + "; " + Headline.number(outcome.unaccepted()) + " connected and were never accepted";
    }

    private void times(String label, Outcome.Times times, String since) {
        if (!times.isEmpty()) {
            line(
                    label,
                    String.format(
                            Locale.ROOT,
                            "p50 %9s, p99 %9s, max %9s%s",
                            Times.seconds(times.percentile(50)),
                            Times.seconds(times.percentile(99)),
                            Times.seconds(times.most()),
                            since));
        }
    }

    private void line(String label, String text) {
        String padded = String.format(Locale.ROOT, "%-" + LABEL + "s", label);
        String whole = TextWrap.hanging(padded + text, LABEL);
        out.println(style.bold(label) + whole.substring(label.length()));
    }
}

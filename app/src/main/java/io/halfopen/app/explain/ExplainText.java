package io.halfopen.app.explain;

import io.halfopen.app.Style;
import io.halfopen.app.TextTable;
import io.halfopen.app.TextWrap;
import io.halfopen.app.capture.CaptureFile;
import io.halfopen.lab.Times;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An explanation for people: a summary, then by listener, then by connection. */
final class ExplainText {
    private static final int MOST_CONNECTIONS = 20;
    private static final int MOST_LISTENERS = 10;

    private final PrintWriter out;
    private final Style style;
    private final Explanation explanation;

    ExplainText(PrintWriter out, Style style, Explanation explanation) {
        this.out = out;
        this.style = style;
        this.explanation = explanation;
    }

    private void say(String text) {
        TextWrap.lines(text, TextWrap.COLUMNS).forEach(out::println);
    }

    private void hang(String head, String text) {
        out.println(TextWrap.hanging(head + text, head.length()));
    }

    void print(String name, CaptureFile file) {
        summary(name, file);
        Map<Endpoint, ListenerContext> listeners = explanation.listeners();
        List<ListenerContext> ordered = listeners.values().stream()
                .sorted((one, other) -> Long.compare(trouble(other), trouble(one)))
                .toList();
        for (ListenerContext each : ordered.subList(0, Math.min(MOST_LISTENERS, ordered.size()))) {
            out.println();
            listener(each);
        }
        if (ordered.size() > MOST_LISTENERS) {
            say("and " + (ordered.size() - MOST_LISTENERS) + " more servers; --json has all");
        }
        connections();
    }

    private static boolean isTrouble(Explanation.Entry entry) {
        return entry.main().cause() != Cause.CONNECTED;
    }

    private long trouble(ListenerContext listener) {
        return explanation.entries(listener.server).stream()
                .filter(ExplainText::isTrouble)
                .count();
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private void summary(String name, CaptureFile file) {
        Explainer explainer = explanation.explainer();
        double seconds = explainer.packets() == 0 || explainer.first() > explainer.last()
                ? 0
                : (explainer.last() - explainer.first()) / 1e9;
        say(style.bold(name) + ": " + counted(explainer.packets(), "packet") + " in "
                + String.format(Locale.ROOT, "%.3f s", seconds) + ", "
                + counted(explanation.entries().size(), "connection") + ", "
                + counted(explanation.listeners().size(), "server"));
        if (file.endsEarly()) {
            say(style.doubtful("the file ends inside a packet: what was there has been read"));
        }
        long skipped = file.skipped() + explainer.unreadable();
        if (skipped > 0) {
            say(counted(skipped, "packet") + " could not be read: no IP, or cut off before TCP's header ends");
        }
        if (explainer.forgotten() > 0) {
            say(style.doubtful(counted(explainer.forgotten(), "connection") + " too many to be explained one by one"));
        }
        Map<Cause, Integer> causes = new EnumMap<>(Cause.class);
        explanation.entries().forEach(each -> causes.merge(each.main().cause(), 1, Integer::sum));
        causes.entrySet().stream()
                .sorted((one, other) -> other.getValue() - one.getValue())
                .forEach(each -> hang(
                        String.format(Locale.ROOT, "%7d  ", each.getValue()),
                        each.getKey().title()));
    }

    private void listener(ListenerContext listener) {
        List<Explanation.Entry> entries = explanation.entries(listener.server);
        say(style.bold("server " + listener.server) + "  " + counted(entries.size(), "connection") + ", "
                + listener.finished + (listener.finished == 1 ? " finished its" : " finished their") + " handshake");
        explanation.findings(listener.server).forEach(this::finding);
        Map<Cause, Explanation.Entry> first = new EnumMap<>(Cause.class);
        Map<Cause, Integer> counts = new EnumMap<>(Cause.class);
        for (Explanation.Entry each : entries) {
            Cause cause = each.main().cause();
            first.putIfAbsent(cause, each);
            counts.merge(cause, 1, Integer::sum);
        }
        counts.entrySet().stream()
                .filter(each -> each.getKey() != Cause.CONNECTED)
                .sorted((one, other) -> other.getValue() - one.getValue())
                .forEach(each -> {
                    Explanation.Entry example = first.get(each.getKey());
                    if (example != null) {
                        out.println("  " + each.getValue() + " x, for instance #" + example.conversation().number);
                        finding(example.main());
                    }
                });
    }

    private void finding(Finding finding) {
        String sure = switch (finding.certainty()) {
            case CERTAIN -> style.good(finding.certainty().word());
            case LIKELY -> style.doubtful(finding.certainty().word());
            case OPEN -> style.bad(finding.certainty().word());
        };
        hang("    ", sure + ": " + finding.sentence());
        if (!finding.because().isEmpty()) {
            hang("      ", style.faint("since: ") + finding.because());
        }
        for (String other : finding.otherwise()) {
            hang("      ", style.faint("or: ") + other);
        }
        if (!finding.tellApart().isEmpty()) {
            hang("      ", style.faint("to tell apart: ") + finding.tellApart());
        }
    }

    private void connections() {
        List<Explanation.Entry> troubled =
                explanation.entries().stream().filter(ExplainText::isTrouble).toList();
        if (troubled.isEmpty()) {
            return;
        }
        out.println();
        TextTable table = new TextTable("rlll", 2);
        table.add(style::faint, "#", "client", "at", "what");
        for (Explanation.Entry each : troubled.subList(0, Math.min(MOST_CONNECTIONS, troubled.size()))) {
            Conversation it = each.conversation();
            table.add(
                    it.number,
                    it.client,
                    Times.seconds(it.begin - explanation.explainer().first()),
                    each.main().cause().title()
                            + (each.main().certainty() == Certainty.CERTAIN
                                    ? ""
                                    : each.main().certainty() == Certainty.LIKELY ? " (likely)" : " (or not)"));
        }
        table.lines().forEach(out::println);
        if (troubled.size() > MOST_CONNECTIONS) {
            out.println("and " + (troubled.size() - MOST_CONNECTIONS) + " more; --json has all");
        }
        out.println(style.faint("--connection N shows the packets of one, with a reason at each"));
    }

    /** One connection: what it means, before its packets. */
    void connection(Explanation.Entry entry) {
        Conversation it = entry.conversation();
        say(style.bold("#" + it.number) + "  " + it.client + " -> " + it.server);
        entry.findings().forEach(this::finding);
        out.println();
    }
}

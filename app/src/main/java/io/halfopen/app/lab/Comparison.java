package io.halfopen.app.lab;

import io.halfopen.app.Style;
import io.halfopen.app.TextTable;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.Headline;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Scenario;
import io.halfopen.lab.Times;
import io.halfopen.lab.Tolerance;
import io.halfopen.linux.Kernel;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The same experiment on several kernels, side by side. */
final class Comparison {
    private static final int MOST_DIFFERENCES = 40;
    private static final int LABEL = 12;

    /** What 80 columns hold side by side. */
    private static final int MOST_COLUMNS = 3;

    private final PrintWriter out;
    private final Style style;

    Comparison(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    void print(Scenario scenario, List<LabReport> reports) {
        out.println(TextWrap.hanging(scenario.name() + ": " + Headline.of(scenario), 2)
                .replaceFirst("^[^:]*", Matcher.quoteReplacement(style.bold(scenario.name()))));
        out.println();
        if (reports.size() > MOST_COLUMNS) {
            rows(reports);
            return;
        }
        TextTable table = new TextTable("l".repeat(1 + reports.size()), 2);
        line(table, "", reports, Comparison::title);
        line(table, "connect() at once", reports, report -> clients(report, Comparison::isAtOnce));
        line(
                table,
                "connect() later",
                reports,
                report -> clients(report, c -> c.connect().equals("OK") && !isAtOnce(c)));
        line(table, "  the last after", reports, Comparison::slowest);
        line(table, "connect() failed", reports, Comparison::failures);
        line(table, "accept() returned", reports, report -> String.valueOf(report.accepted()));
        line(table, "outcome", reports, Comparison::outcomes);
        line(table, "accept queue, peak", reports, report -> peak(report.listener()));
        line(
                table,
                "SYN queue, peak",
                reports,
                report -> String.valueOf(report.listener().synQueuePeak()));
        line(table, "dropped or ignored", reports, report -> String.valueOf(sum(report)));
        line(
                table,
                "ListenOverflows",
                reports,
                report -> String.valueOf(report.counters().getOrDefault("ListenOverflows", 0L)));
        line(table, "ended after", reports, report -> Times.secondsOfMillis(report.endMs()));
        table.lines().forEach(out::println);
        out.println();
        reports.forEach(report -> report.drops().forEach((rule, count) -> drop(report, rule, count)));
    }

    /** Of many kernels: a row each. */
    private void rows(List<LabReport> reports) {
        TextTable table = new TextTable("lrrrrrrrr", 2);
        table.add(style::bold, "", "at once", "later", "last", "failed", "accepted", "peak", "dropped", "Overflows");
        for (LabReport report : reports) {
            table.add(
                    title(report),
                    clients(report, Comparison::isAtOnce),
                    clients(report, c -> c.connect().equals("OK") && !isAtOnce(c)),
                    slowest(report),
                    clients(report, c -> !c.connect().equals("OK")),
                    report.accepted(),
                    report.listener().acceptQueuePeak(),
                    sum(report),
                    report.counters().getOrDefault("ListenOverflows", 0L));
        }
        table.lines().forEach(out::println);
        out.println();
        out.println(TextWrap.hanging(
                "at once, later: clients whose connect() returned within 1 s, or after; last: the last of them, after how"
                        + " long; failed: those whose did not; peak: of the accept queue; dropped: packets dropped or ignored;"
                        + " Overflows: what ListenOverflows counts",
                0));
    }

    /** The same of the stack and a live kernel, and every difference between them. */
    void print(Scenario scenario, Judge.Verdict verdict, Tolerance tolerance) {
        print(scenario, verdict.reports());
        out.println();
        if (tolerance.isBusy()) {
            out.println(style.faint("this machine was busy: the programs were " + Times.seconds(tolerance.lateness())
                    + " late in all, by which times may differ"));
        }
        if (verdict.differences().isEmpty()) {
            out.println(style.good("no difference") + " in clients, packets, queues and counters"
                    + (tolerance.timesTell() ? "" : "; times were not compared"));
        }
        verdict.differences().stream()
                .limit(MOST_DIFFERENCES)
                .forEach(difference -> out.println(TextWrap.hanging("difference  " + difference, LABEL)
                        .replaceFirst("^difference", style.bad("difference"))));
        int more = verdict.differences().size() - MOST_DIFFERENCES;
        if (more > 0) {
            out.println(style.faint("... " + more + " more (--json has all)"));
        }
    }

    private void drop(LabReport report, String rule, long count) {
        String title = String.format(Locale.ROOT, "%-20s ", title(report));
        String times = String.format(Locale.ROOT, "%6d x ", count);
        out.println(style.faint(title) + times + style.rule(rule));
    }

    private void line(TextTable table, String name, List<LabReport> reports, Function<LabReport, String> cell) {
        Object[] cells =
                Stream.concat(Stream.of(name), reports.stream().map(cell)).toArray();
        if (name.isEmpty()) {
            table.add(style::bold, cells);
        } else {
            table.add(cells);
        }
    }

    private static String title(LabReport report) {
        return report.on().equals("kernel")
                ? "live Linux " + report.kernel()
                : Kernel.named(report.kernel()).title();
    }

    private static boolean isAtOnce(LabReport.Client client) {
        return client.connect().equals("OK")
                && client.connectMs() != null
                && client.connectMs().doubleValue() < 1000;
    }

    private static String clients(LabReport report, Predicate<LabReport.Client> which) {
        return String.valueOf(report.clients().stream().filter(which).count());
    }

    private static String slowest(LabReport report) {
        return report.clients().stream()
                .filter(client -> client.connect().equals("OK"))
                .map(LabReport.Client::connectMs)
                .filter(Objects::nonNull)
                .max(Comparator.comparingDouble(Number::doubleValue))
                .map(Times::secondsOfMillis)
                .orElse("-");
    }

    private static String failures(LabReport report) {
        return tally(report, LabReport.Client::connect, "OK");
    }

    private static String outcomes(LabReport report) {
        return tally(report, LabReport.Client::outcome, "");
    }

    /** 3 OK, 1 ECONNRESET: how often each word is said, one word left out. */
    private static String tally(LabReport report, Function<LabReport.Client, String> word, String except) {
        Map<String, Long> counts = new TreeMap<>();
        report.clients().forEach(client -> counts.merge(word.apply(client), 1L, Long::sum));
        counts.remove(except);
        String text = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "0" : text;
    }

    private static String peak(LabReport.Listener listener) {
        return listener.acceptQueuePeak() + " (backlog " + listener.effectiveBacklog() + ")";
    }

    private static long sum(LabReport report) {
        return report.drops().values().stream().mapToLong(Long::longValue).sum();
    }
}

package io.halfopen.app.lab;

import io.halfopen.app.Style;
import io.halfopen.app.TextTable;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Outcome;
import io.halfopen.lab.Presets;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.lab.Times;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The same experiment with other values, a row each. */
final class Sweep {
    private static final String[] COLUMNS = {
        "at once", "later", "never", "unaccepted", "p50", "p99", "max", "queue", "dropped"
    };

    private record Row(List<Object> cells) {}

    private final List<String> options;
    private final List<Row> rows = new ArrayList<>();

    Sweep(List<String> options) {
        this.options = options;
    }

    void add(List<String> values, Run run, LabReport report) {
        Outcome outcome = run.outcome();
        List<Object> cells = new ArrayList<>(values);
        cells.add(outcome.atOnce());
        cells.add(outcome.connected() - outcome.atOnce());
        cells.add(outcome.failures() + outcome.waiting());
        cells.add(outcome.unaccepted());
        Outcome.Times times = outcome.connect();
        cells.add(times.isEmpty() ? "-" : Times.seconds(times.percentile(50)));
        cells.add(times.isEmpty() ? "-" : Times.seconds(times.percentile(99)));
        cells.add(times.isEmpty() ? "-" : Times.seconds(times.most()));
        cells.add(report.listener().acceptQueuePeak());
        cells.add(report.drops().values().stream().mapToLong(Long::longValue).sum());
        rows.add(new Row(cells));
    }

    void print(PrintWriter out, Style style, Scenario first) {
        String names = String.join(" and ", options);
        String base = Presets.named(first.name()).isPresent() ? first.name() : "lab";
        out.println(TextWrap.hanging(base + " with several values of " + names, 2));
        out.println();
        TextTable table = new TextTable("r".repeat(options.size() + COLUMNS.length), 2);
        List<Object> head = new ArrayList<>();
        options.forEach(option -> head.add(option.substring(2)));
        head.addAll(List.of(COLUMNS));
        table.add(style::bold, head.toArray());
        rows.forEach(row -> table.add(row.cells().toArray()));
        table.lines().forEach(out::println);
        out.println(style.faint("p50, p99 and max are of connect(); unaccepted: connected, but never accept()ed."));
    }
}

package io.halfopen.app.lab;

import io.halfopen.app.BadInput;
import io.halfopen.app.Numbers;
import io.halfopen.lab.Experiment;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Outcome;
import io.halfopen.lab.Presets;
import io.halfopen.lab.Scenario;
import io.halfopen.linux.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes the runs of a sweep, each from its arguments alone, and their rows of the table. */
final class SweepRuns {
    private static final double SECOND = 1e9;

    private static final List<Counter> COUNTERS = List.of(
            Counter.ListenOverflows,
            Counter.ListenDrops,
            Counter.TCPReqQFullDrop,
            Counter.SyncookiesSent,
            Counter.SyncookiesRecv);

    /** What every row has beside the values of the grid; docs/sweep.md has the meaning of each. */
    static final List<SweepJob.Column> COLUMNS = columns();

    /** The lab's options, apart from its command. */
    @Command(name = "lab")
    static final class Options {
        @Mixin
        private LabOptions options = new LabOptions();
    }

    private final SweepPlan plan;

    SweepRuns(SweepPlan plan) {
        this.plan = plan;
    }

    private static List<SweepJob.Column> columns() {
        List<SweepJob.Column> columns = new ArrayList<>();
        add(
                columns,
                SweepJob.Kind.NUMBER,
                "seed",
                "clients",
                "at_once",
                "later",
                "failed",
                "waiting",
                "accepted",
                "reset");
        add(
                columns,
                SweepJob.Kind.SECONDS,
                "connect_p50",
                "connect_p99",
                "connect_max",
                "accept_p50",
                "accept_p99",
                "accept_max");
        add(columns, SweepJob.Kind.NUMBER, "accept_queue_peak", "syn_queue_peak");
        COUNTERS.forEach(counter -> add(columns, SweepJob.Kind.NUMBER, counter.name()));
        add(columns, SweepJob.Kind.TEXT, "drops");
        return List.copyOf(columns);
    }

    private static void add(List<SweepJob.Column> columns, SweepJob.Kind kind, String... names) {
        for (String name : names) {
            columns.add(new SweepJob.Column(name, kind));
        }
    }

    Scenario scenario(SweepPlan.Row row) {
        Scenario base = plan.preset() == null
                ? Scenario.defaults()
                : Presets.named(plan.preset())
                        .orElseThrow(() -> new BadPlan("unknown preset '" + plan.preset() + "'"))
                        .scenario();
        Options holder = new Options();
        try {
            Numbers.register(new CommandLine(holder))
                    .setOverwrittenOptionsAllowed(true)
                    .parseArgs(row.arguments().toArray(String[]::new));
            List<Settings.Variant> variants = holder.options.applyTo(base);
            if (variants.size() > 1) {
                throw new BadPlan("several values of an option are a list in \"grid\"");
            }
            Scenario.Edit edit = variants.getFirst().scenario().edit();
            edit.seed = row.seed();
            return edit.done();
        } catch (CommandLine.ParameterException bad) {
            throw new BadPlan(BadInput.sentence(bad));
        }
    }

    /** Runs it, and says what came of it: the cells after those of the grid. */
    List<String> cells(SweepPlan.Row row) {
        Experiment run = new Experiment(scenario(row));
        run.recorder().beBrief(false, false);
        run.run(time -> {});
        LabReport report = run.report();
        Outcome outcome = run.outcome();
        List<String> cells = new ArrayList<>();
        cells.add(String.valueOf(row.seed()));
        cells.add(String.valueOf(outcome.clients()));
        cells.add(String.valueOf(outcome.atOnce()));
        cells.add(String.valueOf(outcome.connected() - outcome.atOnce()));
        cells.add(String.valueOf(outcome.failures()));
        cells.add(String.valueOf(outcome.waiting()));
        cells.add(String.valueOf(outcome.accepted()));
        cells.add(String.valueOf(outcome.reset()));
        times(cells, outcome.connect());
        times(cells, outcome.accept());
        cells.add(String.valueOf(report.listener().acceptQueuePeak()));
        cells.add(String.valueOf(run.queues().synQueuePeak()));
        for (Counter each : COUNTERS) {
            cells.add(String.valueOf(run.counter(each)));
        }
        cells.add(report.drops().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" ")));
        return cells;
    }

    /** Empty where nobody got that far. */
    private static void times(List<String> cells, Outcome.Times times) {
        if (times.isEmpty()) {
            cells.addAll(List.of("", "", ""));
            return;
        }
        for (long each : new long[] {times.percentile(50), times.percentile(99), times.most()}) {
            cells.add(String.format(Locale.ROOT, "%.6f", each / SECOND));
        }
    }
}

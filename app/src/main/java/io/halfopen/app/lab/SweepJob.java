package io.halfopen.app.lab;

import io.halfopen.lab.Scenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan as rows of a table, of which each can be made by itself, in whatever order and on whatever machine: the text of
 * the plan and a number say all.
 */
public final class SweepJob {
    /** What is in a column; of numbers and seconds a cell may be empty. */
    public enum Kind {
        TEXT,
        NUMBER,
        SECONDS
    }

    /** One of the table's. */
    public record Column(String name, Kind kind) {}

    private final String text;
    private final SweepPlan plan;
    private final SweepRuns runs;

    private SweepJob(String text, SweepPlan plan) {
        this.text = text;
        this.plan = plan;
        runs = new SweepRuns(plan);
    }

    /**
     * Whatever is wrong with one of its combinations is said here, before any is run.
     *
     * @throws BadPlan if it makes no sense
     */
    public static SweepJob read(Path file) throws IOException {
        String text = SweepPlan.text(file);
        SweepJob job = new SweepJob(text, SweepPlan.parse(file.toString(), text));
        for (int i = 0; i < job.size(); i += job.plan.seeds().size()) {
            job.runs.scenario(job.plan.row(i));
        }
        return job;
    }

    /** The same again, of the {@link #text} of a job that was read. */
    public static SweepJob parse(String text) {
        return new SweepJob(text, SweepPlan.parse("the plan", text));
    }

    /** What makes this job again elsewhere. */
    public String text() {
        return text;
    }

    /** How many rows. */
    public int size() {
        return (int) plan.size();
    }

    /** The first run; of its settings some may have no effect. */
    public Scenario first() {
        return runs.scenario(plan.row(0));
    }

    /** In the order of a row's cells. */
    public List<Column> columns() {
        List<Column> all = new ArrayList<>();
        all.add(new Column("run", Kind.NUMBER));
        all.add(new Column("mark", Kind.TEXT));
        plan.grid().keySet().forEach(option -> all.add(new Column(option, Kind.TEXT)));
        all.addAll(SweepRuns.COLUMNS);
        return all;
    }

    /** Runs one, as {@code lab} does, and says what came of it. */
    public List<String> row(int number) {
        SweepPlan.Row row = plan.row(number);
        List<String> all = new ArrayList<>(List.of(String.valueOf(number), mark(number)));
        all.addAll(row.values());
        all.addAll(runs.cells(row));
        return all;
    }

    /** The same for the same run, and for no other. */
    String mark(int number) {
        SweepPlan.Row row = plan.row(number);
        int hash = (plan.preset() + row.arguments() + row.seed()).hashCode();
        return String.format("%08x", hash);
    }
}

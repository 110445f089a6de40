package io.halfopen.app.lab;

import io.halfopen.app.Faults;
import io.halfopen.app.Subcommand;
import io.halfopen.app.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfopen sweep}: many runs of the lab, a row each. */
@Command(
        name = "sweep",
        description = {
            "Run the lab with every combination of a grid of options and seeds, and write a table, a row a run.",
            "",
            "Stopped in between it goes on where it was, when it is called again.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class SweepCommand extends Subcommand {
    private static final long NANOS_PER_PROGRESS = 250_000_000L;
    private static final int MOST_JOBS = 1024;

    @Parameters(
            paramLabel = "FILE",
            description = "A plan as JSON (docs/sweep.md): {\"options\": {\"clients\": 500}, \"grid\": "
                    + "{\"backlog\": [128, 511]}, \"seeds\": 10}.")
    private @Nullable Path file;

    @Option(names = "--to", paramLabel = "TABLE", description = "The table, as CSV (FILE with .csv at its end).")
    private @Nullable Path to;

    @Option(names = "--jobs", paramLabel = "N", description = "Runs at a time (as many as there are processors).")
    private int jobs = Runtime.getRuntime().availableProcessors();

    private final AtomicInteger next = new AtomicInteger();
    private long started;
    private long shown;
    private int before;

    @Override
    public Integer call() throws IOException {
        if (jobs < 1 || jobs > MOST_JOBS) {
            throw bad("--jobs takes 1 to " + MOST_JOBS + ", not " + jobs);
        }
        Path path = file == null ? Path.of("") : file;
        try {
            SweepJob job = SweepJob.read(path);
            noteIgnored(job.first().sysctls().keySet(), List.of(job.first().kernel()));
            return run(job, to == null ? table(path) : to);
        } catch (BadPlan bad) {
            throw bad(bad.line());
        }
    }

    private static Path table(Path plan) {
        String name = String.valueOf(plan.getFileName()).replaceFirst("\\.json$", "");
        return plan.resolveSibling(name + ".csv");
    }

    private int run(SweepJob job, Path target) throws IOException {
        started = System.nanoTime();
        try (SweepTable table = SweepTable.open(target, job)) {
            before = table.done();
            work(job, table);
            table.sort();
        } catch (IOException full) {
            throw Faults.cannotWrite(target.toString(), full);
        } finally {
            clear();
        }
        out().println(target + ": " + job.size() + (job.size() == 1 ? " run" : " runs")
                + (before > 0 ? ", " + before + " of them from before" : ""));
        return 0;
    }

    private void work(SweepJob job, SweepTable table) throws IOException {
        try (ExecutorService pool = Executors.newFixedThreadPool(jobs)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                workers.add(pool.submit(() -> {
                    take(job, table);
                    return null;
                }));
            }
            for (Future<?> each : workers) {
                await(each);
            }
        }
    }

    private void take(SweepJob job, SweepTable table) throws IOException {
        for (int number = next.getAndIncrement(); number < job.size(); number = next.getAndIncrement()) {
            if (!table.has(number)) {
                table.add(number, job.row(number));
                progress(table.done(), job.size());
            }
        }
    }

    private void await(Future<?> worker) throws IOException {
        try {
            worker.get();
        } catch (InterruptedException interrupted) {
            next.set(Integer.MAX_VALUE / 2);
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            next.set(Integer.MAX_VALUE / 2);
            if (failed.getCause() instanceof IOException full) {
                throw full;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    /** On a terminal: how many, and how long it still takes. */
    private synchronized void progress(int done, long all) {
        long now = System.nanoTime();
        if (!Terminal.showsProgress() || now - shown < NANOS_PER_PROGRESS) {
            return;
        }
        shown = now;
        long left = (long) ((double) (now - started) / Math.max(1, done - before) * (all - done) / 1e9);
        err().print("\r" + done + " of " + all + " runs, " + done * 100L / all + " %, "
                + (left < 120 ? left + " s" : left / 60 + " min") + " left\u001b[K\r");
        err().flush();
    }

    private void clear() {
        if (shown != 0) {
            err().print("\r\u001b[K");
            err().flush();
        }
    }
}

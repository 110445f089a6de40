package io.halfopen.app.simulate;

import io.halfopen.app.Subcommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code halfopen simulate}: does the stack hold on bad networks? */
@Command(
        name = "simulate",
        description = {
            "Let whole networks of stacks live through bad weather, and check them at every step.",
            "",
            "A seed makes 2 to 8 hosts, the paths between them, the programs that talk over them, and what goes wrong:"
                    + " delay, loss, reordering, duplication, corruption, partitions, restarts, suspended machines, odd"
                    + " settings. Time is virtual. Every octet has to arrive once and in its place, every connection to"
                    + " end for a reason, and nothing may be left over. A failure is shortened, and printed with the"
                    + " command that repeats it and its last packets.",
            "",
            "The exit code is 0, 1 if something failed, 2 for bad input.",
            ""
        },
        footer = {"", "Example: halfopen simulate --count 10000"},
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class SimulateCommand extends Subcommand {
    private static final long NANOS_PER_MINUTE = 60_000_000_000L;
    private static final long NANOS_PER_PROGRESS = 500_000_000L;
    private static final int MOST_THREADS = 256;
    private static final int DEFAULT_COUNT = 300;

    @Option(names = "--seed", paramLabel = "N", description = "The first seed; the next is N + 1 (1).")
    private @Nullable Long first;

    @Option(names = "--count", paramLabel = "M", description = "How many seeds (300; 1 with --seed).")
    private @Nullable Long count;

    @Option(names = "--minutes", paramLabel = "K", description = "Begin no seed later than this (no limit).")
    private @Nullable Integer minutes;

    @Option(names = "--threads", paramLabel = "N", description = "Seeds at a time (one for each processor).")
    private @Nullable Integer threads;

    @Option(names = "--most", paramLabel = "N", description = "Stop after so many failures (3).")
    private int most = 3;

    private final AtomicLong next = new AtomicLong();
    private final Tally tally = new Tally();
    private long seed;
    private long last;
    private int failures;
    private long start;
    private long shown;

    @Override
    public Integer call() {
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        check(workers);
        start = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                running.add(pool.submit(this::work));
            }
            running.forEach(this::await);
        }
        clearProgress();
        out().println(Summary.of(tally, failures));
        return failures > 0 ? 1 : 0;
    }

    private void check(int workers) {
        seed = first == null ? 1 : first;
        long seeds = count != null ? count : first != null ? 1 : DEFAULT_COUNT;
        if (seeds < 1 || seed > Long.MAX_VALUE - seeds) {
            throw bad("--count takes 1 or more, not " + seeds);
        }
        if (minutes != null && minutes < 1) {
            throw bad("--minutes takes 1 or more, not " + minutes);
        }
        if (workers < 1 || workers > MOST_THREADS) {
            throw bad("--threads takes 1 to " + MOST_THREADS + ", not " + workers);
        }
        if (most < 1) {
            throw bad("--most takes 1 or more, not " + most);
        }
        last = seed + seeds - 1;
        next.set(seed);
    }

    private void await(Future<?> worker) {
        try {
            worker.get();
        } catch (InterruptedException interrupted) {
            next.set(Long.MAX_VALUE);
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            next.set(Long.MAX_VALUE);
            throw new IllegalStateException(failed.getCause());
        }
    }

    private void work() {
        long end = minutes == null ? Long.MAX_VALUE : minutes * NANOS_PER_MINUTE;
        long mine = next.getAndIncrement();
        while (mine <= last && mine >= seed && System.nanoTime() - start < end && hasRoom()) {
            done(Chaos.run(mine));
            mine = next.getAndIncrement();
        }
    }

    private synchronized boolean hasRoom() {
        return failures < most;
    }

    private synchronized void done(Chaos.Result result) {
        tally.add(result.tally());
        Chaos.Failure failure = result.failure();
        if (failure != null) {
            failures++;
            clearProgress();
            Report.print(failure, out(), style());
        } else if (CommandLine.Help.Ansi.AUTO.enabled() && System.nanoTime() - shown > NANOS_PER_PROGRESS) {
            shown = System.nanoTime();
            err().print("\r" + tally.seeds + " of " + (last - seed + 1) + " seeds\u001b[K\r");
            err().flush();
        }
    }

    /** On a terminal only. */
    private synchronized void clearProgress() {
        if (shown != 0) {
            err().print("\r\u001b[K");
            err().flush();
        }
    }
}

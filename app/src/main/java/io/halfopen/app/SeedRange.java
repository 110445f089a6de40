package io.halfopen.app;

import io.halfopen.link.LinkException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of commands that do the same with one seed after the other, and the doing: several at a time, with progress. */
public final class SeedRange {
    private static final long NANOS_PER_MINUTE = 60_000_000_000L;
    private static final long NANOS_PER_PROGRESS = 500_000_000L;
    private static final int MOST_THREADS = 256;

    /** What is done with a seed, by several threads at once. */
    public interface Work {
        /** Whether something is wrong with this seed. */
        boolean fails(long seed) throws LinkException;
    }

    @Option(names = "--seed", paramLabel = "N", description = "The first seed; the next is N + 1 (1).")
    private @Nullable Long first;

    @Option(names = "--count", paramLabel = "M", description = "How many seeds; only one if just --seed is given.")
    private @Nullable Long count;

    @Option(names = "--minutes", paramLabel = "K", description = "Begin no seed later than this (no limit).")
    private @Nullable Integer minutes;

    @Option(names = "--threads", paramLabel = "N", description = "Seeds at a time.")
    private @Nullable Integer threads;

    @Option(names = "--most", paramLabel = "N", description = "Stop after so many that fail.")
    private @Nullable Integer most;

    private final int usualCount;
    private final int usualThreads;
    private final int usualMost;

    private final AtomicLong next = new AtomicLong();
    private final NavigableSet<Long> begun = new TreeSet<>();
    private PrintWriter err = new PrintWriter(PrintWriter.nullWriter());
    private long seed;
    private long last;
    private long start;
    private long shown;
    private long done;
    private int failures;

    /** How many seeds, how many at a time, and after how many failures to stop, where no option says so. */
    public SeedRange(int usualCount, int usualThreads, int usualMost) {
        this.usualCount = usualCount;
        this.usualThreads = usualThreads;
        this.usualMost = usualMost;
    }

    /** Until all are done, time is over, or enough have failed; how many have. */
    public int run(Work work, PrintWriter progress, Function<String, ParameterException> bad) throws LinkException {
        int workers = threads == null ? usualThreads : threads;
        check(workers, bad);
        err = progress;
        start = System.nanoTime();
        Thread stopped = Thread.ofPlatform().unstarted(this::tellStopped);
        Runtime.getRuntime().addShutdownHook(stopped);
        try {
            return run(work, workers);
        } finally {
            withdraw(stopped);
        }
    }

    private int run(Work work, int workers) throws LinkException {
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                running.add(pool.submit(() -> {
                    work(work);
                    return null;
                }));
            }
            for (Future<?> worker : running) {
                await(worker);
            }
        }
        clearProgress();
        return failures;
    }

    /** Ctrl-C: how far it got. The exit code is then 130, as Java has it. */
    private synchronized void tellStopped() {
        clearProgress();
        long seeds = last - seed + 1;
        long from = begun.isEmpty() ? next.get() : begun.first();
        err.println("stopped after " + done + " of " + seeds + " seeds, of which " + failures + " failed"
                + (from > last ? "" : "; --seed " + from + " --count " + (last - from + 1) + " goes on"));
        err.flush();
    }

    private static void withdraw(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException itRuns) {
            // Stopped in this moment: that is what it tells.
        }
    }

    /** How many seeds were looked at. */
    public synchronized long done() {
        return done;
    }

    /** Prints something while others work. */
    public synchronized void interrupt(Runnable printing) {
        clearProgress();
        printing.run();
    }

    private void check(int workers, Function<String, ParameterException> bad) {
        seed = first == null ? 1 : first;
        long seeds = count != null ? count : first != null ? 1 : usualCount;
        if (seeds < 1 || seed > Long.MAX_VALUE - seeds) {
            throw bad.apply("--count takes 1 or more, not " + seeds);
        }
        if (minutes != null && minutes < 1) {
            throw bad.apply("--minutes takes 1 or more, not " + minutes);
        }
        if (workers < 1 || workers > MOST_THREADS) {
            throw bad.apply("--threads takes 1 to " + MOST_THREADS + ", not " + workers);
        }
        if (most != null && most < 1) {
            throw bad.apply("--most takes 1 or more, not " + most);
        }
        last = seed + seeds - 1;
        next.set(seed);
    }

    private void await(Future<?> worker) throws LinkException {
        try {
            worker.get();
        } catch (InterruptedException interrupted) {
            next.set(Long.MAX_VALUE);
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            next.set(Long.MAX_VALUE);
            if (failed.getCause() instanceof LinkException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private void work(Work work) throws LinkException {
        long end = minutes == null ? Long.MAX_VALUE : minutes * NANOS_PER_MINUTE;
        long mine = take();
        while (mine <= last && mine >= seed && System.nanoTime() - start < end && hasRoom()) {
            count(mine, work.fails(mine));
            mine = take();
        }
    }

    private synchronized boolean hasRoom() {
        return failures < (most == null ? usualMost : most);
    }

    private synchronized long take() {
        long mine = next.getAndIncrement();
        if (mine <= last && mine >= seed) {
            begun.add(mine);
        }
        return mine;
    }

    private synchronized void count(long mine, boolean failed) {
        begun.remove(mine);
        done++;
        failures += failed ? 1 : 0;
        if (Terminal.showsProgress() && System.nanoTime() - shown > NANOS_PER_PROGRESS) {
            shown = System.nanoTime();
            err.print("\r" + done + " of " + (last - seed + 1) + "\u001b[K\r");
            err.flush();
        }
    }

    /** On a terminal only. */
    private synchronized void clearProgress() {
        if (shown != 0) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}

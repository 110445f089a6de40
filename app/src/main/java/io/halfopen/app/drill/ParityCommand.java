package io.halfopen.app.drill;

import io.halfopen.app.Subcommand;
import io.halfopen.drill.Parity;
import io.halfopen.link.LinkException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code halfopen parity}: where do the stack and the live kernel differ? */
@Command(
        name = "parity",
        description = {
            "Tell random stories to the stack and to this machine's kernel, and look for differences.",
            "",
            "A story is a listener with random settings, and what peers send to it and its process does: SYNs, ACKs,"
                    + " data, FINs and resets, right and wrong, accept(), listen() again, close(). Compared are packets,"
                    + " results of calls, queue lengths and counters, step by step. A difference is shortened, and"
                    + " printed with a script for halfopen drill. It needs root: each story has a network namespace.",
            "",
            "The exit code is 0, or 1 if there is a difference.",
            ""
        },
        footer = {"", "Example: halfopen parity --count 200"},
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class ParityCommand extends Subcommand {
    private static final long NANOS_PER_MINUTE = 60_000_000_000L;
    private static final long NANOS_PER_PROGRESS = 500_000_000L;
    private static final int MOST_THREADS = 256;

    @Option(
            names = "--about",
            paramLabel = "TOPIC",
            converter = TopicOption.class,
            description =
                    "What stories are about: listen, a listener and its queues; transfer, data that gets lost on one"
                            + " connection (listen).")
    private Parity.Topic about = Parity.Topic.LISTEN;

    @Option(names = "--seed", paramLabel = "N", description = "The first story; the next is of N + 1 (1).")
    private long seed = 1;

    @Option(names = "--count", paramLabel = "M", description = "How many stories (100).")
    private long count = 100;

    @Option(names = "--minutes", paramLabel = "K", description = "Begin no story later than this (no limit).")
    private @Nullable Integer minutes;

    @Option(names = "--threads", paramLabel = "N", description = "Stories told at a time; most of each is waiting (8).")
    private int threads = 8;

    @Option(names = "--most", paramLabel = "N", description = "Stop after so many differences (10).")
    private int most = 10;

    private final AtomicLong next = new AtomicLong();
    private final AtomicLong told = new AtomicLong();
    private final AtomicInteger differences = new AtomicInteger();
    private long start;
    private long shown;

    @Override
    public Integer call() {
        check();
        start = System.nanoTime();
        next.set(seed);
        Parity parity = Parity.withKernel(about);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(pool.submit(() -> {
                    work(parity);
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                await(worker);
            }
        }
        clearProgress();
        out().println(told
                + (told.get() == 1 ? " story, " : " stories, ")
                + differences
                + (differences.get() == 1 ? " difference" : " differences"));
        return differences.get() > 0 ? 1 : 0;
    }

    private void check() {
        if (count < 1) {
            throw bad("--count takes 1 or more, not " + count);
        }
        if (minutes != null && minutes < 1) {
            throw bad("--minutes takes 1 or more, not " + minutes);
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw bad("--threads takes 1 to " + MOST_THREADS + ", not " + threads);
        }
        if (most < 1) {
            throw bad("--most takes 1 or more, not " + most);
        }
    }

    private void await(Future<?> worker) {
        try {
            worker.get();
        } catch (InterruptedException interrupted) {
            next.set(Long.MAX_VALUE);
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            next.set(Long.MAX_VALUE);
            if (failed.getCause() instanceof LinkException refused) {
                throw bad(String.valueOf(refused.getMessage()));
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private void work(Parity parity) throws LinkException {
        long end = minutes == null ? Long.MAX_VALUE : minutes * NANOS_PER_MINUTE;
        long story = next.getAndIncrement();
        while (story < seed + count && story >= seed && differences.get() < most && System.nanoTime() - start < end) {
            Parity.Difference difference = parity.check(story);
            told.incrementAndGet();
            if (difference != null) {
                differences.incrementAndGet();
                print(difference);
            }
            progress();
            story = next.getAndIncrement();
        }
    }

    private synchronized void print(Parity.Difference difference) {
        clearProgress();
        out().println(style().bold("seed " + difference.seed()));
        out().println(difference.story());
        out().println(difference.script());
        out().flush();
    }

    /** On a terminal only. */
    private synchronized void progress() {
        if (CommandLine.Help.Ansi.AUTO.enabled() && System.nanoTime() - shown > NANOS_PER_PROGRESS) {
            shown = System.nanoTime();
            PrintWriter err = err();
            err.print("\r" + told + " of " + count + " stories\u001b[K\r");
            err.flush();
        }
    }

    private synchronized void clearProgress() {
        if (shown != 0) {
            err().print("\r\u001b[K");
            err().flush();
        }
    }
}

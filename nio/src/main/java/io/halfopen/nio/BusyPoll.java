package io.halfopen.nio;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Looking again and again for a moment before a thread sleeps, as net.core.busy_read does it in the kernel. The answer of
 * a peer in the same JVM is often there sooner than a thread falls asleep and is woken. Whoever looked in vain does not
 * look in the next wait, then not in the next three, at most not in 63: where nothing is won little is lost.
 */
public final class BusyPoll {
    private static final long LONGEST = 50_000L;
    private static final int MOST_SKIPPED = 63;
    private static final AtomicInteger LOOKERS = new AtomicInteger();

    /** Others have to work meanwhile, so at most every other processor looks. */
    private static final int MOST_AT_ONCE = Runtime.getRuntime().availableProcessors() / 2;

    private final AtomicInteger lookers;
    private final int mostAtOnce;

    // Two threads that wait for the same may change these at once: the worst is one look more or less.
    private int skips;
    private int left;

    public BusyPoll() {
        this(LOOKERS, MOST_AT_ONCE);
    }

    BusyPoll(AtomicInteger lookers, int mostAtOnce) {
        this.lookers = lookers;
        this.mostAtOnce = mostAtOnce;
    }

    /** Whether this comes to hold within 50 us; to be called without a lock. False also if nobody looked. */
    public boolean comesSoon(BooleanSupplier come) {
        if (left > 0) {
            left--;
            return false;
        }
        try {
            return lookers.incrementAndGet() <= mostAtOnce && look(come);
        } finally {
            lookers.decrementAndGet();
        }
    }

    private boolean look(BooleanSupplier come) {
        boolean came = come.getAsBoolean();
        long start = System.nanoTime();
        while (!came && System.nanoTime() - start < LONGEST) {
            Thread.onSpinWait();
            came = come.getAsBoolean();
        }
        skips = came ? 0 : Math.min(2 * skips + 1, MOST_SKIPPED);
        left = skips;
        return came;
    }
}

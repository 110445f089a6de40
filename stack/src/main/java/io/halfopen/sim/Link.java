package io.halfopen.sim;

import java.util.SplittableRandom;

/** One direction between two hosts: its {@link Path}, its own chance, and what it remembers of the packets before. */
final class Link {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    final Host to;
    private final SplittableRandom random;
    private Path path;
    private long busyUntil;
    private int leftOfBurst;
    private long outageStart = Long.MAX_VALUE;
    private long outageEnd = Long.MAX_VALUE;

    Link(Host to, SplittableRandom random, Path path, long now) {
        this.to = to;
        this.random = random;
        this.path = path;
        planOutage(now);
    }

    Path path() {
        return path;
    }

    void change(Path next, long now) {
        boolean otherOutages = next.outageEvery() != path.outageEvery() || next.outageLength() != path.outageLength();
        path = next;
        if (otherOutages) {
            planOutage(now);
        }
    }

    /** Why the packet goes no further, or null: chance, as often as this is asked. */
    boolean loses(long now, int length) {
        return isOut(now) || overflows(now, length) || isInBurst() || happens(path.loss());
    }

    private boolean isOut(long now) {
        while (now >= outageEnd) {
            planOutage(outageEnd);
        }
        return now >= outageStart;
    }

    private void planOutage(long after) {
        boolean any = path.outageEvery() > 0;
        outageStart = any ? after + about(path.outageEvery()) : Long.MAX_VALUE;
        outageEnd = any ? outageStart + about(path.outageLength()) : Long.MAX_VALUE;
    }

    /** From half to one and a half times a length, at least a nanosecond. */
    private long about(long length) {
        return 1 + length / 2 + (long) (random.nextDouble() * length);
    }

    private boolean overflows(long now, int length) {
        if (path.queue() == 0 || path.bitsPerSecond() == 0 || busyUntil <= now) {
            return false;
        }
        double waiting = (busyUntil - now) * (double) path.bitsPerSecond() / (8.0 * NANOS_PER_SECOND);
        return waiting + length > path.queue();
    }

    private boolean isInBurst() {
        if (leftOfBurst == 0 && happens(path.burst())) {
            leftOfBurst = 1 + (int) (random.nextDouble() * 2 * (path.burstLength() - 1) + 0.5);
        }
        if (leftOfBurst > 0) {
            leftOfBurst--;
            return true;
        }
        return false;
    }

    boolean corrupts() {
        return happens(path.corruption());
    }

    boolean marks() {
        return happens(path.marking());
    }

    boolean duplicates() {
        return happens(path.duplication());
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** How long a packet that leaves now takes, ns; it keeps others waiting. */
    long delay(long now, int length) {
        long delay = path.delay() + (path.jitter() == 0 ? 0 : random.nextLong(path.jitter() + 1));
        if (happens(path.reordering())) {
            delay += Math.max(path.delay(), 1);
        }
        if (path.bitsPerSecond() > 0) {
            long start = Math.max(now, busyUntil);
            busyUntil = start + length * 8L * NANOS_PER_SECOND / path.bitsPerSecond();
            delay += busyUntil - now;
        }
        return delay;
    }

    /** No dice are thrown for what cannot happen, so that what is added to a path does not change the rest. */
    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}

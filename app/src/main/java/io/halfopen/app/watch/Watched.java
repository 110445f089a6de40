package io.halfopen.app.watch;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** A listener, and what has happened to it since it is watched. Times are ns since the epoch. */
final class Watched {
    private static final long NEVER = Long.MIN_VALUE;
    private static final int[] WAITS = {1, 3, 7, 15, 31};

    final ListenerKey key;
    boolean takesIpv4;
    /** How many sockets share it. */
    int sockets;

    long inode;
    int uid;
    int backlog;
    int queued;
    int queuedPeak;
    int halfOpen;
    int halfOpenPeak;
    /** The kernel's own number of dropped segments, of whatever reason, since listen(). */
    long kernelDrops;

    private final Map<Rule, Long> drops = new EnumMap<>(Rule.class);
    /** Of these drops the reason, or the listener, is a guess. */
    long guessed;

    long cookies;
    long handshakes;

    private long accepts;
    private long acceptsSeen;
    private int queuedFirst = -1;

    private long fullSince = NEVER;
    private long longestFull;
    /** How many clients waited at least this long for their SYN-ACK, s. */
    final long[] waited = new long[WAITS.length];

    double longestWait;
    /** A bare ACK does not finish its handshakes: TCP_DEFER_ACCEPT. */
    boolean defers;
    /** How many finished handshakes have been asked about to find that out. */
    int asked;

    boolean gone;

    Watched(ListenerKey key) {
        this.key = key;
    }

    /** The kernel asks "more than the backlog?" before it adds one. */
    boolean isFull() {
        return queued > backlog;
    }

    void drop(Rule rule, boolean guess) {
        drop(rule, 1, guess);
    }

    void drop(Rule rule, long count, boolean guess) {
        drops.merge(rule, count, Long::sum);
        guessed += guess ? count : 0;
    }

    Map<Rule, Long> drops() {
        return drops;
    }

    /** What counts as a listener's drop by the kernel: what has the counter ListenDrops. */
    long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Those of them that met a full accept queue. */
    long overflows() {
        return drops.entrySet().stream()
                .filter(each -> counts(each.getKey(), Counter.ListenOverflows))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    static boolean counts(Rule rule, Counter counter) {
        return Arrays.asList(rule.counts()).contains(counter);
    }

    /** Connections that accept(2) has taken: what came into the queue and is not there any more. */
    long accepts() {
        return accepts;
    }

    /**
     * Two looks have to say so: in the moment between an ACK's capture and its way into the queue a connection would seem
     * to have been taken.
     */
    private void countAccepts(int queue) {
        queuedFirst = queuedFirst < 0 ? queue : queuedFirst;
        long seen = queuedFirst + handshakes - queue;
        accepts = Math.max(accepts, Math.min(seen, acceptsSeen));
        acceptsSeen = seen;
    }

    void see(long time, int queue) {
        if (!gone && sockets == 1) {
            countAccepts(queue);
        }
        queued = queue;
        queuedPeak = Math.max(queuedPeak, queue);
        if (!isFull()) {
            fullSince = NEVER;
        } else if (fullSince == NEVER) {
            fullSince = time;
        } else {
            longestFull = Math.max(longestFull, time - fullSince);
        }
    }

    void seeHalfOpen(int length) {
        halfOpen = Math.max(0, length);
        halfOpenPeak = Math.max(halfOpenPeak, halfOpen);
    }

    /** The longest time without a break that the accept queue was full, ns. */
    long longestFull() {
        return longestFull;
    }

    void waitedFor(double seconds) {
        longestWait = Math.max(longestWait, seconds);
        for (int i = 0; i < WAITS.length; i++) {
            // timers of the kernel are never early by more than this
            waited[i] += seconds >= WAITS[i] - 0.1 ? 1 : 0;
        }
    }

    static int waitStep(int index) {
        return WAITS[index];
    }

    /** How well it fits a segment for this address: more is better, negative is not at all. */
    int fits(IpAddress address, int port) {
        if (gone || port != key.port()) {
            return -1;
        }
        if (key.address().equals(address)) {
            return 3;
        }
        boolean wild = key.address().isAny();
        if (!wild || key.address().isIpv4() && !address.isIpv4()) {
            return -1;
        }
        return key.address().isIpv4() ? 2 : !address.isIpv4() ? 2 : takesIpv4 ? 1 : -1;
    }

    boolean isTroubled() {
        return dropped() > 0 || isFull();
    }
}

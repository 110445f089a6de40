package io.halfopen.tcp.socket;

import io.halfopen.wire.Segment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that has a 4-tuple, in one hash table: nothing is allocated to put one in. The hash is keyed, so that a
 * peer cannot choose tuples that collide.
 *
 * <p>Open addressing with linear probing, at most half full. The hashes lie together in an array of their own, 0 where
 * there is nothing: among a hundred thousand flows a lookup touches one line of that, and then only the flow it wants.
 */
public final class FlowTable {
    private static final int FIRST_CAPACITY = 128;

    private final long key0;
    private final long key1;
    private int[] hashes = new int[FIRST_CAPACITY];
    private @Nullable Flow[] flows = new Flow[FIRST_CAPACITY];
    private int size;

    FlowTable(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    public int size() {
        return size;
    }

    /** What {@link Flow#hash} of its flow is, or will be. */
    public int hash(Segment segment) {
        return hash(
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.sourcePort() << 16 | segment.destinationPort());
    }

    /** Whether a connection, or what is left of one, keeps the socket from this port. It looks at all there are. */
    boolean hasConflict(int port, Socket candidate) {
        for (Flow flow : flows) {
            boolean conflicts = switch (flow) {
                case AcceptQueue.Entry c
                when c.localPort() == port && c.isAlone() -> !candidate.shares(c.reuseAddress, c.reusePort);
                case TimeWait rest
                when rest.localPort() == port -> !candidate.shares(rest.reuseAddress, rest.reusePort);
                case null, default -> false;
            };
            if (conflicts && flow != null && candidate.overlaps(flow.local)) {
                return true;
            }
        }
        return false;
    }

    /** Leaves the hash with the segment, for the flow that may begin with it. */
    @Nullable
    public Flow find(Segment segment) {
        segment.hash = hash(segment);
        return find(
                segment.hash,
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.sourcePort() << 16 | segment.destinationPort());
    }

    @Nullable
    public Flow find(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        int hash = hash(localHigh, localLow, remoteHigh, remoteLow, ports);
        return find(hash, localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    @Nullable
    private Flow find(int hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        int mask = hashes.length - 1;
        int home = hash & mask;
        if (hashes[home] != hash && isAbsent(hash, home, mask)) {
            return null;
        }
        for (int i = home; hashes[i] != 0; i = i + 1 & mask) {
            Flow flow = hashes[i] == hash ? flows[i] : null;
            if (flow != null && isFor(flow, localHigh, localLow, remoteHigh, remoteLow, ports)) {
                return flow;
            }
        }
        return null;
    }

    /**
     * Whether the first four places say that a hash is not there, as they nearly always do if it is not. Which of them are taken is chance,
     * and a branch for each would be guessed wrongly every other time, which costs more than all the rest of a lookup.
     */
    private boolean isAbsent(int hash, int home, int mask) {
        int a = hashes[home];
        int b = hashes[home + 1 & mask];
        int c = hashes[home + 2 & mask];
        int d = hashes[home + 3 & mask];
        int full = isNotZero(a) & isNotZero(b) & isNotZero(c) & isNotZero(d);
        int others = isNotZero(a ^ hash) & isNotZero(b ^ hash) & isNotZero(c ^ hash) & isNotZero(d ^ hash);
        return others > full;
    }

    /** 1 or 0. */
    private static int isNotZero(int number) {
        return (number | -number) >>> 31;
    }

    private static boolean isFor(Flow flow, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return flow.ports == ports
                && flow.remoteLow == remoteLow
                && flow.remoteHigh == remoteHigh
                && flow.local.low() == localLow
                && flow.local.high() == localHigh;
    }

    public void insert(Flow flow) {
        hash(flow);
        insertHashed(flow);
    }

    /** Makes a flow, whose tuple is set, fit for {@link #insertHashed}. */
    public void hash(Flow flow) {
        flow.hash = hash(flow.local.high(), flow.local.low(), flow.remoteHigh, flow.remoteLow, flow.ports);
    }

    /** For a flow that takes the tuple, and so the hash, of one that was in this table. */
    public void insertHashed(Flow flow) {
        if (2 * size == hashes.length) {
            grow();
        }
        size++;
        put(flow);
    }

    private void put(Flow flow) {
        int mask = hashes.length - 1;
        int i = flow.hash & mask;
        while (hashes[i] != 0) {
            i = i + 1 & mask;
        }
        hashes[i] = flow.hash;
        flows[i] = flow;
    }

    /** Another, of the same tuple, takes its place. */
    public void replace(Flow flow, Flow other) {
        flows[placeOf(flow)] = other;
    }

    private int placeOf(Flow flow) {
        int mask = hashes.length - 1;
        int place = flow.hash & mask;
        while (flows[place] != flow) {
            if (hashes[place] == 0) {
                throw new IllegalStateException("not in the table: " + flow);
            }
            place = place + 1 & mask;
        }
        return place;
    }

    public void remove(Flow flow) {
        int mask = hashes.length - 1;
        int hole = placeOf(flow);
        // Whatever was pushed past the hole moves back, so that no lookup ends too early.
        for (int i = hole + 1 & mask; hashes[i] != 0; i = i + 1 & mask) {
            if ((i - hashes[i] & mask) >= (i - hole & mask)) {
                hashes[hole] = hashes[i];
                flows[hole] = flows[i];
                hole = i;
            }
        }
        hashes[hole] = 0;
        flows[hole] = null;
        size--;
    }

    /** Visits every flow, in no particular order. */
    public void forEach(Consumer<Flow> visitor) {
        for (Flow flow : flows) {
            if (flow != null) {
                visitor.accept(flow);
            }
        }
    }

    private void grow() {
        @Nullable Flow[] before = flows;
        hashes = new int[2 * before.length];
        flows = new Flow[2 * before.length];
        for (Flow flow : before) {
            if (flow != null) {
                put(flow);
            }
        }
    }

    /** Two 64x64 to 128 bit multiplications with secret factors, folded (the core of wyhash). */
    private int hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        long a = fold(remoteLow ^ key0, ports ^ key1);
        long b = fold(a ^ localLow ^ remoteHigh, localHigh ^ key1);
        int hash = (int) (b ^ b >>> 32);
        return hash == 0 ? 1 : hash; // 0 marks a free place
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}

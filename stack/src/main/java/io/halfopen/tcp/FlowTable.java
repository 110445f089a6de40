package io.halfopen.tcp;

import io.halfopen.wire.Segment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that has a 4-tuple, in one hash table with chains through the flows themselves: nothing is allocated to
 * put one in. The hash is keyed, so that a peer cannot choose tuples that fall into one chain.
 */
final class FlowTable {
    private final long key0;
    private final long key1;
    private @Nullable Flow[] chains = new Flow[64];
    private int size;

    FlowTable(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    int size() {
        return size;
    }

    @Nullable
    Flow find(Segment segment) {
        return find(
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.sourcePort() << 16 | segment.destinationPort());
    }

    @Nullable
    Flow find(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        int hash = hash(localHigh, localLow, remoteHigh, remoteLow, ports);
        Flow flow = chains[hash & chains.length - 1];
        while (flow != null && !isFor(flow, hash, localHigh, localLow, remoteHigh, remoteLow, ports)) {
            flow = flow.chained;
        }
        return flow;
    }

    private static boolean isFor(
            Flow flow, int hash, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return flow.hash == hash
                && flow.ports == ports
                && flow.remoteLow == remoteLow
                && flow.remoteHigh == remoteHigh
                && flow.localLow == localLow
                && flow.localHigh == localHigh;
    }

    void insert(Flow flow) {
        flow.hash = hash(flow.localHigh, flow.localLow, flow.remoteHigh, flow.remoteLow, flow.ports);
        insertHashed(flow);
    }

    /** For a flow that takes the tuple, and so the hash, of one that was in this table. */
    void insertHashed(Flow flow) {
        if (size == chains.length) {
            grow();
        }
        size++;
        push(chains, flow);
    }

    void remove(Flow flow) {
        int index = flow.hash & chains.length - 1;
        Flow before = null;
        Flow here = chains[index];
        while (here != flow) {
            if (here == null) {
                throw new IllegalStateException("not in the table: " + flow);
            }
            before = here;
            here = here.chained;
        }
        if (before == null) {
            chains[index] = flow.chained;
        } else {
            before.chained = flow.chained;
        }
        flow.chained = null;
        size--;
    }

    /** Visits every flow, in no particular order. */
    void forEach(Consumer<Flow> visitor) {
        for (Flow chain : chains) {
            for (Flow flow = chain; flow != null; flow = flow.chained) {
                visitor.accept(flow);
            }
        }
    }

    private void grow() {
        @Nullable Flow[] wider = new Flow[chains.length * 2];
        for (Flow chain : chains) {
            Flow flow = chain;
            while (flow != null) {
                Flow following = flow.chained;
                push(wider, flow);
                flow = following;
            }
        }
        chains = wider;
    }

    private static void push(@Nullable Flow[] chains, Flow flow) {
        int index = flow.hash & chains.length - 1;
        flow.chained = chains[index];
        chains[index] = flow;
    }

    /** Two 64x64 to 128 bit multiplications with secret factors, folded (the core of wyhash). */
    private int hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        long a = fold(remoteLow ^ key0, ports ^ key1);
        long b = fold(a ^ localLow ^ remoteHigh, localHigh ^ key1);
        return (int) (b ^ b >>> 32);
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}

package io.halfopen.linux;

/** What of sending and receiving data changed between kernels, as {@link Kernel} has the rest. */
public final class TransferRules {
    private static final int MEASURED_BUILD = KernelChange.number(6, 18);

    private final int number;

    TransferRules(int number) {
        this.number = number;
    }

    private boolean has(KernelChange change) {
        return change.isIn(number);
    }

    /** Whether what is offered for now follows, too, when that part becomes another. */
    public boolean offersByOverhead() {
        return has(KernelChange.THRESHOLD_FOLLOWS_OVERHEAD);
    }

    /** Whether small packets have memory of their own size, and not the next power of two. */
    public boolean hasSmallHeads() {
        return has(KernelChange.SMALL_HEADS);
    }

    /**
     * What is kept for headers in a packet's memory (MAX_TCP_HEADER), octets. Not the version decides, but how a kernel is
     * built: with wireless, as by distributions, or without, as the 6.18 that was measured.
     */
    public int headerRoom() {
        return number < MEASURED_BUILD ? 320 : 256;
    }

    /** What small packets have room for beside what is behind each, octets. Of this, too, the build decides. */
    public int smallHeadRoom() {
        if (!has(KernelChange.SMALL_HEADS_FOR_GRO)) {
            return headerRoom();
        }
        return number < MEASURED_BUILD ? 384 : 256;
    }

    /** Whether the receive buffer grows for what waits beyond a gap before anybody reads it. */
    public boolean growsBeyondGaps() {
        return has(KernelChange.ROOM_BEYOND_GAPS);
    }

    /** Whether what came beyond a gap tells how long the peer's segments are. */
    public boolean measuresGaps() {
        return has(KernelChange.GAPS_TELL_SEGMENT_SIZE);
    }

    /** Whether a burst that leaves takes in what was written after it, if it has room. */
    public boolean growsBursts() {
        return has(KernelChange.GROWING_BURSTS);
    }

    /** Whether losses are found by counting what arrived (RFC 6675), with this tcp_recovery; else it is by time. */
    public boolean countsDuplicates(int recovery) {
        return !has(KernelChange.ALWAYS_RACK) && (recovery & 1) == 0;
    }

    /**
     * Whether a segment with an old ACK may be what was expected (header prediction), so that its timestamp counts even where
     * the ACK is too old. Else it counts wherever the ACK is not.
     */
    public boolean predictsOldAcks() {
        return !has(KernelChange.OLD_ACKS_EXCLUDED) || has(KernelChange.OLD_ACKS_PREDICTED);
    }

    /** Whether the MSS that is announced is the path's, as far as routers have told of it, and not the interface's. */
    public boolean announcesPath() {
        return !has(KernelChange.INTERFACE_ANNOUNCED) || has(KernelChange.PATH_ANNOUNCED);
    }

    /** Whether where a SACK block begins is searched for: a D-SACK that begins before all that is in flight tags none of it. */
    public boolean searchesBlocks() {
        return has(KernelChange.SACK_BLOCKS_SEARCHED);
    }

    /** Whether a probe of the path's MTU is in the middle of what may be, and a search ends and begins anew. */
    public boolean halvesMtuSearch() {
        return has(KernelChange.MTU_SEARCH_BY_HALVES);
    }

    /** Whether a FIN, with the last octets, needs a place in the congestion window as all else does. */
    public boolean countsFin() {
        return has(KernelChange.FIN_WAITS_FOR_WINDOW);
    }
}

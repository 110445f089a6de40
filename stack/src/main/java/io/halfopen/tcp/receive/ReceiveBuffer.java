package io.halfopen.tcp.receive;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.PacketMemory;
import io.halfopen.tcp.host.BufferPool;
import io.halfopen.tcp.host.ByteRing;
import io.halfopen.tcp.host.SavedState;

/**
 * What Linux would say that the octets cost which wait to be read (sk_rmem_alloc), how much they may (sk_rcvbuf), and
 * how much window a cost is worth (scaling_ratio). Windows follow from these numbers, so they are Linux's, of packets that
 * come through a TUN device; the {@link ByteRing} has less overhead than that.
 */
public final class ReceiveBuffer {
    /** A ratio of 1 is 256 (TCP_RMEM_TO_WIN_SCALE); the guess before the first data is a half. */
    private static final int RATIO_SHIFT = 8;

    private static final int FIRST_RATIO = 1 << RATIO_SHIFT - 1;

    /** What Linux puts together, octets, where small packets waste its memory (SKB_MAX_ORDER). */
    private static final int PIECE = 3776;

    private final Kernel kernel;
    private int size;
    private boolean fixed;
    private int ratio = FIRST_RATIO;

    /** In order, and beyond a gap. */
    private int ordered;

    private int beyond;

    /** In the error queue, which is no data and is charged here all the same. */
    private int notices;

    /** What still fits into the last packet's memory: small ones that follow each other share it. */
    private int tailRoom;

    ReceiveBuffer(Kernel kernel) {
        this.kernel = kernel;
    }

    void reset() {
        ratio = FIRST_RATIO;
        ordered = 0;
        beyond = 0;
        notices = 0;
        tailRoom = 0;
    }

    void keep(SavedState k) {
        size = k.at(size);
        fixed = k.at(fixed);
        ratio = k.at(ratio);
        ordered = k.at(ordered);
        beyond = k.at(beyond);
        notices = k.at(notices);
        tailRoom = k.at(tailRoom);
    }

    /** {@code fixed}: SO_RCVBUF was set, and nothing else changes it. */
    public void resize(int octets, boolean fixed) {
        size = Math.min(octets, BufferPool.LARGEST);
        this.fixed = fixed;
    }

    public int size() {
        return size;
    }

    public boolean isFixed() {
        return fixed;
    }

    /** What waits, as Linux charges it. */
    public int charged() {
        return ordered + beyond + notices;
    }

    /** What may wait besides, negative if it is overdrawn. */
    public int room() {
        return size - charged();
    }

    /** The error queue costs so much. */
    public void chargeNotices(int octets) {
        notices = octets;
    }

    /** Whether any more may come: what exceeds the limit is always the last (tcp_can_ingest). */
    public boolean isOverdrawn() {
        return charged() > size;
    }

    /** Seven eighths of it are used (tcp_rmem_pressure). */
    public boolean isNearlyFull() {
        return charged() > size - (size >> 3);
    }

    // ---- cost and window

    /** tcp_win_from_space. */
    int windowOf(int cost) {
        return (int) ((long) cost * ratio >> RATIO_SHIFT);
    }

    /** tcp_space_from_win. */
    public int costOf(long window) {
        return (int) Math.min((window << RATIO_SHIFT) / ratio, Integer.MAX_VALUE);
    }

    /** The window of the whole buffer (tcp_full_space). */
    int wholeWindow() {
        return windowOf(size);
    }

    public int costOfPacket(int length) {
        return PacketMemory.costOfPacket(kernel, length);
    }

    /** The window of what is left of it, negative if it is overdrawn (tcp_space). */
    int freeWindow() {
        return windowOf(room());
    }

    /** A packet with this many octets of data tells how much of what it costs is data; true if that is news. */
    public boolean learnRatio(int octets, int packetLength) {
        if (!kernel.measuresOverhead()) {
            return false;
        }
        int before = ratio;
        ratio = Math.max(1, (octets << RATIO_SHIFT) / PacketMemory.costOfPacket(kernel, packetLength));
        return ratio != before;
    }

    // ---- what comes and goes

    /** Data in order; true if it goes into the memory of the packet before. */
    boolean charge(int octets, int packetLength) {
        if (octets <= tailRoom) {
            tailRoom -= octets;
            return true;
        }
        ordered += PacketMemory.costOfPacket(kernel, packetLength);
        tailRoom = PacketMemory.roomBehindPacket(kernel, packetLength);
        return false;
    }

    /** Data beyond a gap. */
    void chargeBeyond(int packetLength) {
        beyond += PacketMemory.costOfPacket(kernel, packetLength);
    }

    /**
     * So many of the octets beyond gaps, of so many in all, are in order now; {@code meets}: they begin where those before
     * end, and go into the memory of the packet before if there is room (tcp_try_coalesce).
     */
    void join(int octets, int ofAll, boolean meets) {
        int cost = share(beyond, octets, ofAll);
        beyond -= cost;
        if (meets && octets <= tailRoom) {
            tailRoom -= octets;
        } else {
            ordered += cost;
            tailRoom = 0;
        }
    }

    /** So many of the octets beyond gaps, of so many in all, are gone. */
    void dropBeyond(int octets, int ofAll) {
        beyond -= share(beyond, octets, ofAll);
    }

    /** How many of the octets beyond gaps, of so many in all, cost so much. */
    int beyondOctets(int cost, int ofAll) {
        return beyond == 0 ? ofAll : (int) Math.min(ofAll, ((long) cost * ofAll + beyond - 1) / beyond);
    }

    /** So many octets in order, of so many in all, were read. */
    void release(int octets, int ofAll) {
        ordered -= share(ordered, octets, ofAll);
        tailRoom = octets == ofAll ? 0 : tailRoom;
    }

    /** What each packet costs is forgotten here: a part of the octets has that part of the cost. */
    private static int share(int cost, int octets, int ofAll) {
        return octets >= ofAll ? cost : (int) ((long) cost * octets / ofAll);
    }

    /** The octets in order, as if put together in large pieces (tcp_collapse). */
    public void collapse(int octets) {
        int rest = octets % PIECE;
        int cost = octets / PIECE * PacketMemory.costOfPiece(kernel, PIECE)
                + (rest == 0 ? 0 : PacketMemory.costOfPiece(kernel, rest));
        if (cost < ordered) {
            ordered = cost;
            tailRoom = 0;
        }
    }
}

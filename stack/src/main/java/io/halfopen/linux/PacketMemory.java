package io.halfopen.linux;

/**
 * The memory that Linux charges for IP packets, octets: that of packets that come through a TUN device, in pieces of its
 * allocator, and with struct sk_buff (skb->truesize).
 */
public final class PacketMemory {
    /** struct sk_buff; what is before and after a packet's octets (NET_SKB_PAD, struct skb_shared_info); a page. */
    private static final int SK_BUFF = 256;

    private static final int BEFORE_PACKET = 64;
    private static final int BEHIND_PACKET = 320;
    private static final int BESIDE_PACKET = BEFORE_PACKET + BEHIND_PACKET;
    /** The least power of two that a packet fits into. */
    private static final int SMALLEST_POWER = 512;

    private static final int PAGE = 4096;

    private PacketMemory() {}

    /** What a packet of this length costs. */
    public static int costOfPacket(Kernel kernel, int length) {
        return memoryOfPacket(kernel, length) + SK_BUFF;
    }

    /** What could be appended to such a packet; one of more than a page is in pieces, and takes nothing. */
    public static int roomBehindPacket(Kernel kernel, int length) {
        int memory = memoryOfPacket(kernel, length);
        return memory > PAGE ? 0 : memory - length - BESIDE_PACKET;
    }

    /** What so many octets cost that were put together out of small packets (tcp_collapse). */
    public static int costOfPiece(Kernel kernel, int octets) {
        return costOfPacket(kernel, octets - BEFORE_PACKET);
    }

    private static int memoryOfPacket(Kernel kernel, int length) {
        int needed = length + BESIDE_PACKET;
        int smallest = kernel.transfer.hasSmallHeads() ? smallHead(kernel) : SMALLEST_POWER;
        if (needed <= smallest) {
            return smallest;
        }
        return needed <= PAGE / 2 ? ceilingPowerOfTwo(needed) : needed + PAGE - 1 & -PAGE;
    }

    /** What a buffer for sending costs without its octets, which are in pages. */
    public static int costOfEmptyBuffer(Kernel kernel) {
        return (kernel.transfer.hasSmallHeads() ? smallHead(kernel) : ceilingPowerOfTwo(head(kernel))) + SK_BUFF;
    }

    /** What so many octets cost that are to be sent in one segment (tcp_sndbuf_expand). */
    public static int costOfSegment(Kernel kernel, int octets) {
        return ceilingPowerOfTwo(octets + head(kernel)) + SK_BUFF;
    }

    /** skb_small_head_cache has pieces of this size. */
    private static int smallHead(Kernel kernel) {
        return kernel.transfer.smallHeadRoom() + BEHIND_PACKET;
    }

    /** What holds the headers of a segment that leaves. */
    private static int head(Kernel kernel) {
        return kernel.transfer.headerRoom() + BEHIND_PACKET;
    }

    static int ceilingPowerOfTwo(int n) {
        return Integer.bitCount(n) == 1 ? n : Integer.highestOneBit(n) << 1;
    }
}

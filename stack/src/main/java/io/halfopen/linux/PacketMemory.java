package io.halfopen.linux;

/**
 * The memory that Linux charges for IP packets, octets: that of packets that come through a TUN device, in pieces of its
 * allocator, and with struct sk_buff (skb->truesize).
 */
public final class PacketMemory {
    /** struct sk_buff; what is before and after a packet's octets (NET_SKB_PAD, struct skb_shared_info); a page. */
    private static final int SK_BUFF = 256;

    private static final int BEFORE_PACKET = 64;
    private static final int BESIDE_PACKET = BEFORE_PACKET + 320;
    private static final int SMALLEST_MEMORY = 576;
    private static final int PAGE = 4096;

    private PacketMemory() {}

    /** What a packet of this length costs. */
    public static int costOfPacket(int length) {
        return memoryOfPacket(length) + SK_BUFF;
    }

    /** What could be appended to such a packet; one of more than a page is in pieces, and takes nothing. */
    public static int roomBehindPacket(int length) {
        int memory = memoryOfPacket(length);
        return memory > PAGE ? 0 : memory - length - BESIDE_PACKET;
    }

    /** What so many octets cost that were put together out of small packets (tcp_collapse). */
    public static int costOfPiece(int octets) {
        return costOfPacket(octets - BEFORE_PACKET);
    }

    private static int memoryOfPacket(int length) {
        int needed = length + BESIDE_PACKET;
        if (needed <= SMALLEST_MEMORY) {
            return SMALLEST_MEMORY;
        }
        return needed <= PAGE / 2 ? Math.max(1024, ceilingPowerOfTwo(needed)) : needed + PAGE - 1 & -PAGE;
    }

    static int ceilingPowerOfTwo(int n) {
        return Integer.bitCount(n) == 1 ? n : Integer.highestOneBit(n) << 1;
    }
}

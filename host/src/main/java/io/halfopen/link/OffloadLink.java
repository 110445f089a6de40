package io.halfopen.link;

/**
 * A link that can be to a stack what a network card with offloads is: it takes packets that it cuts (TSO), and hands over such as it has
 * made of several (GRO), both of up to 64 KiB.
 */
public interface OffloadLink extends Link {
    /** From now on {@link #receive} returns large packets, too: {@link #segmentSize} says which. */
    void offload();

    /**
     * Of the packet that was received last: 0 if it is one as on a wire. Else each of the segments of which it was made has so many octets of
     * data but the last, and their checksums are good.
     */
    int segmentSize();

    /** Sends a packet of TCP that is to be cut so; its checksum is only the sum of the pseudo-header. */
    void sendLarge(byte[] bytes, int offset, int length, int segmentSize);
}

package io.halfopen.link;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.SegmentCutter;

/**
 * What a kernel hands over as it does to a network card with offloads, behind a {@link VirtioHeader}: large packets become
 * those that a wire carries, and checksums that were left to the card are completed.
 */
final class OffloadInput {
    private static final int LARGEST = 1 << 16;

    private final SegmentCutter cutter = new SegmentCutter();
    private final byte[] bytes;
    private final int frame;
    private final int front;
    private boolean merges;
    private int segmentSize;

    /** {@code frame}: how many octets of a link's own header there are between the virtio header and a packet. */
    OffloadInput(int frame) {
        this.frame = frame;
        front = VirtioHeader.LENGTH + frame;
        bytes = new byte[front + LARGEST];
    }

    /** From now on large packets are not cut. */
    void merge() {
        merges = true;
    }

    boolean merges() {
        return merges;
    }

    /** Of the packet that came last: 0 of one as on a wire, else how much data each of the segments has of which it was made. */
    int segmentSize() {
        return segmentSize;
    }

    /** Where what arrives is put, virtio header and all. */
    byte[] bytes() {
        return bytes;
    }

    /** Where a packet begins there. */
    int front() {
        return front;
    }

    /** Whether there is another packet of the last one that was taken. */
    boolean hasMore() {
        return cutter.hasMore();
    }

    /** It; its length. */
    int next(byte[] buffer) {
        return cutter.next(buffer);
    }

    /** Makes a packet of what has arrived, which ends here, or several, and copies the first; its length. */
    int take(int end, byte[] buffer) {
        int tcp = VirtioHeader.checksumStart(bytes) - frame;
        if (!merges && isLarge() && cutter.start(bytes, front, end, tcp, VirtioHeader.size(bytes))) {
            return cutter.next(buffer);
        }
        takeWhole(bytes, VirtioHeader.LENGTH, end);
        int length = Math.min(end - front, buffer.length);
        System.arraycopy(bytes, front, buffer, 0, length);
        return length;
    }

    private boolean isLarge() {
        return VirtioHeader.isLarge(bytes) && VirtioHeader.checksumStart(bytes) > frame;
    }

    /**
     * Takes what is not cut, from what follows the virtio header to where it ends. It may stand apart from that header, which is always
     * in front of {@link #bytes}.
     */
    void takeWhole(byte[] packet, int from, int end) {
        segmentSize = merges && isLarge() ? VirtioHeader.size(bytes) : 0;
        if (segmentSize == 0) {
            completeChecksum(packet, from, end);
        }
    }

    /** Of what ends there; the header says where the sum begins, from {@code from} on. */
    private void completeChecksum(byte[] packet, int from, int end) {
        int start = from + VirtioHeader.checksumStart(bytes);
        int field = start + VirtioHeader.checksumOffset(bytes);
        if (VirtioHeader.needsChecksum(bytes) && field + 2 <= end) {
            int sum = Checksum.sum(packet, start, end - start);
            Bytes.putShort(packet, field, Checksum.complement(0, sum));
        }
    }
}

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

    /** {@code frame}: how many octets of a link's own header there are between the virtio header and a packet. */
    OffloadInput(int frame) {
        this.frame = frame;
        front = VirtioHeader.LENGTH + frame;
        bytes = new byte[front + LARGEST];
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

    /** Makes packets of what has arrived, which ends here, and copies the first; its length. */
    int take(int end, byte[] buffer) {
        int start = VirtioHeader.checksumStart(bytes) - frame;
        if (VirtioHeader.isLarge(bytes)
                && start > 0
                && cutter.start(bytes, front, end, start, VirtioHeader.size(bytes))) {
            return cutter.next(buffer);
        }
        completeChecksum(end);
        int length = Math.min(end - front, buffer.length);
        System.arraycopy(bytes, front, buffer, 0, length);
        return length;
    }

    private void completeChecksum(int end) {
        int start = VirtioHeader.LENGTH + VirtioHeader.checksumStart(bytes);
        int field = start + VirtioHeader.checksumOffset(bytes);
        if (VirtioHeader.needsChecksum(bytes) && field + 2 <= end) {
            int sum = Checksum.sum(bytes, start, end - start);
            Bytes.putShort(bytes, field, Checksum.complement(0, sum));
        }
    }
}

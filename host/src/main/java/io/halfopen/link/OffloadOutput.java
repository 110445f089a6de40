package io.halfopen.link;

import io.halfopen.wire.IpHeader;
import io.halfopen.wire.SegmentJoiner;

/**
 * What goes to a kernel as from a program to a network card with offloads: consecutive segments of a connection as one
 * packet of up to 64 KiB, behind a {@link VirtioHeader}.
 */
final class OffloadOutput {
    private final SegmentJoiner joiner;
    private final int frame;
    private final int front;

    /**
     * @param frame how many octets of a link's own header there are between the virtio header and a packet
     * @param largest a packet, octets
     */
    OffloadOutput(int frame, int largest) {
        this.frame = frame;
        front = VirtioHeader.LENGTH + frame;
        joiner = new SegmentJoiner(front, largest);
    }

    boolean isEmpty() {
        return joiner.isEmpty();
    }

    /** Takes a packet if there is none yet, or it continues what is there. */
    boolean add(byte[] packet, int offset, int length) {
        return joiner.add(packet, offset, length);
    }

    /** Takes one that is joined already, of segments with so much data each, if there is none yet. */
    boolean addJoined(byte[] packet, int offset, int length, int segmentSize) {
        return joiner.addJoined(packet, offset, length, segmentSize);
    }

    /** The array in which it stands, virtio header first. */
    byte[] bytes() {
        return joiner.bytes();
    }

    /** Where the packet begins there. */
    int front() {
        return front;
    }

    /**
     * Completes it, and its virtio header; where it ends.
     *
     * @param together whether a packet that is not joined should be in one piece of memory, which is quicker for a short one
     */
    int seal(boolean together) {
        byte[] packet = joiner.bytes();
        if (joiner.isJoined()) {
            joiner.seal();
            boolean ipv4 = IpHeader.version(packet, front) == 4;
            VirtioHeader.writeLarge(packet, ipv4, frame + joiner.tcp(), frame + joiner.header(), joiner.size());
        } else {
            VirtioHeader.writePlain(packet, together ? joiner.end() - VirtioHeader.LENGTH : 0);
        }
        return joiner.end();
    }

    void clear() {
        joiner.clear();
    }
}

package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Frames as the kernel puts them into slots, one by one: taking one is no system call. A frame that a slot has no room
 * for, which is forty of a wire as one, is read(2) from the socket in its turn.
 */
final class ReceiveRing {
    /** So many octets are as many slots as have room for frames of an interface's MTU. */
    private static final int SIZE = 16 << 20;

    private static final int SMALLEST_SLOT = 1 << 11;
    private static final int LEAST_SLOTS = 256;

    /** What is in front of a packet in its slot: struct tpacket2_hdr, the sender's address, virtio and Ethernet headers. */
    private static final int OVERHEAD = 128;

    // linux/if_packet.h
    private static final int TP_STATUS_USER = 1;
    private static final int TP_STATUS_COPY = 2;
    private static final int KERNELS = 0;

    // struct tpacket2_hdr
    private static final int STATUS = 0;
    private static final int LENGTH = 4;
    private static final int SNAPLEN = 8;
    private static final int MAC = 12;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();
    private static final int LARGEST = (1 << 16) + OVERHEAD;

    /** How many slots there are, and how large. */
    record Shape(int slot, int slots) {
        static Shape of(int mtu) {
            int slot = Math.max(SMALLEST_SLOT, Integer.highestOneBit(mtu + OVERHEAD - 1) << 1);
            return new Shape(slot, Math.max(LEAST_SLOTS, SIZE / slot));
        }

        long size() {
            return (long) slot * slots;
        }
    }

    private final Libc libc = new Libc();
    private final int fd;
    private final MemorySegment memory;
    private final Shape shape;
    private final MemorySegment large = Arena.ofAuto().allocate(LARGEST, 64);
    private int next;
    private long cut;

    ReceiveRing(PacketSocket socket, Shape shape) {
        fd = socket.fd();
        memory = socket.memory();
        this.shape = shape;
    }

    boolean hasNext() {
        return ((int) INT.getAcquire(memory, (long) next * shape.slot + STATUS) & TP_STATUS_USER) != 0;
    }

    /** Copies the next frame behind its virtio header; where it ends, or 0 if there is none. */
    int take(byte[] bytes) {
        long at = (long) next * shape.slot;
        int status = (int) INT.getAcquire(memory, at + STATUS);
        while ((status & TP_STATUS_USER) != 0) {
            int end = copy(at, status, bytes);
            INT.setRelease(memory, at + STATUS, KERNELS);
            next = next + 1 == shape.slots ? 0 : next + 1;
            if (end > 0) {
                return end;
            }
            at = (long) next * shape.slot;
            status = (int) INT.getAcquire(memory, at + STATUS);
        }
        return 0;
    }

    private int copy(long at, int status, byte[] bytes) {
        if ((status & TP_STATUS_COPY) != 0) {
            return readLarge(bytes);
        }
        int length = memory.get(JAVA_INT, at + SNAPLEN);
        if (length < memory.get(JAVA_INT, at + LENGTH)) {
            cut++;
            return 0;
        }
        int mac = memory.get(JAVA_SHORT, at + MAC) & 0xffff;
        int end = Math.min(bytes.length, length + VirtioHeader.LENGTH);
        MemorySegment.copy(memory, JAVA_BYTE, at + mac - VirtioHeader.LENGTH, bytes, 0, end);
        return end;
    }

    private int readLarge(byte[] bytes) {
        int length = libc.read(fd, large, LARGEST);
        if (length <= 0 || length > bytes.length) {
            cut++;
            return 0;
        }
        MemorySegment.copy(large, JAVA_BYTE, 0, bytes, 0, length);
        return length;
    }

    /** Large packets that the kernel had no memory for, or that are larger than any may be. */
    long cut() {
        return cut;
    }
}

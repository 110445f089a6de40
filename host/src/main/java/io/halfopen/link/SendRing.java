package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Frames in slots, many of which leave with one send(2). */
final class SendRing {
    /** Of one slot, octets. */
    static final int SLOT = 1 << 16;

    /** A frame with its virtio header is here in its slot: behind struct tpacket2_hdr. */
    private static final int DATA = 32;

    /** The largest frame, with its virtio header. */
    static final int LARGEST = SLOT - DATA;

    static final int SLOTS = 128;
    static final long SIZE = (long) SLOT * SLOTS;

    /** Frames or octets that are worth a send(2): so few are still in the processor's cache. */
    private static final int BATCH = 32;

    private static final int BATCH_OCTETS = 1 << 15;

    // linux/if_packet.h
    private static final int TP_STATUS_SEND_REQUEST = 1;
    private static final int TP_STATUS_SENDING = 2;

    // struct tpacket2_hdr
    private static final int STATUS = 0;
    private static final int LENGTH = 4;

    private static final int MSG_DONTWAIT = 0x40;
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();

    private final int fd;
    private final MemorySegment memory;
    private int next;
    private int waiting;
    private int octets;

    SendRing(PacketSocket socket) {
        fd = socket.fd();
        memory = socket.memory().asSlice(socket.memory().byteSize() - SIZE);
    }

    /** Takes a frame, which begins with its virtio header, to leave with others; false if there is no room for it. */
    boolean add(byte[] bytes, int length) {
        long at = (long) next * SLOT;
        if (!isFree(at)) {
            flush();
            if (!isFree(at)) {
                return false;
            }
        }
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at + DATA, length);
        memory.set(JAVA_INT, at + LENGTH, length);
        INT.setRelease(memory, at + STATUS, TP_STATUS_SEND_REQUEST);
        next = next + 1 == SLOTS ? 0 : next + 1;
        waiting++;
        octets += length;
        return true;
    }

    /** Whether enough waits to leave now. */
    boolean isFull() {
        return waiting >= BATCH || octets >= BATCH_OCTETS;
    }

    /** The kernel has sent what was there before, or could make nothing of it. */
    private boolean isFree(long at) {
        int status = (int) INT.getAcquire(memory, at + STATUS);
        return (status & (TP_STATUS_SEND_REQUEST | TP_STATUS_SENDING)) == 0;
    }

    /** What was added leaves; what does not, because the interface is down or takes no more, does with the next. */
    void flush() {
        if (waiting > 0 && SocketLibc.sendto(fd, MemorySegment.NULL, MSG_DONTWAIT, MemorySegment.NULL) >= 0) {
            waiting = 0;
            octets = 0;
        }
    }
}

package io.halfopen.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** sendmsg(2) and recvmsg(2): octets in several arrays, and what the kernel tells beside them. */
final class MessageCalls {
    /** struct msghdr, struct iovec and struct cmsghdr of a machine with 64 bits. */
    private static final int MSGHDR = 56;

    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_FLAGS = 48;
    private static final int IOVEC = 16;
    private static final int CMSGHDR = 16;
    private static final int ALIGNMENT = 8;

    private static final int CONTROL = 1024;

    /** Arrays that follow each other would be one for the kernel. */
    private static final int APART = 64;

    private MessageCalls() {}

    /** Zeros out of arrays of these lengths. The kernel may read them long after the call (MSG_ZEROCOPY). */
    static int send(int fd, int[] lengths, int flags) {
        Arena arena = Arena.ofAuto();
        MemorySegment vectors = arena.allocate((long) IOVEC * Math.max(1, lengths.length), ALIGNMENT);
        for (int i = 0; i < lengths.length; i++) {
            vectors.set(ADDRESS, (long) i * IOVEC, arena.allocate(Math.max(1, lengths[i]) + APART, APART));
            vectors.set(JAVA_LONG, (long) i * IOVEC + 8, lengths[i]);
        }
        MemorySegment message = arena.allocate(MSGHDR, ALIGNMENT);
        message.set(ADDRESS, MSG_IOV, vectors);
        message.set(JAVA_LONG, MSG_IOVLEN, lengths.length);
        return SocketLibc.sendmsg(fd, message, flags);
    }

    static KernelHost.Message receive(int fd, int length, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(IOVEC, ALIGNMENT);
            vector.set(ADDRESS, 0, arena.allocate(Math.max(1, length)));
            vector.set(JAVA_LONG, 8, length);
            MemorySegment control = arena.allocate(CONTROL, ALIGNMENT);
            MemorySegment message = arena.allocate(MSGHDR, ALIGNMENT);
            message.set(ADDRESS, MSG_IOV, vector);
            message.set(JAVA_LONG, MSG_IOVLEN, 1);
            message.set(ADDRESS, MSG_CONTROL, control);
            message.set(JAVA_LONG, MSG_CONTROLLEN, CONTROL);
            int result = SocketLibc.recvmsg(fd, message, flags);
            long told = result < 0 ? 0 : message.get(JAVA_LONG, MSG_CONTROLLEN);
            int flagsThere = result < 0 ? 0 : message.get(JAVA_INT, MSG_FLAGS);
            return new KernelHost.Message(result, flagsThere, controls(control, told));
        }
    }

    private static List<KernelHost.Control> controls(MemorySegment control, long length) {
        List<KernelHost.Control> list = new ArrayList<>();
        long at = 0;
        while (at + CMSGHDR <= length) {
            long size = control.get(JAVA_LONG, at);
            byte[] data = control.asSlice(at + CMSGHDR, size - CMSGHDR).toArray(JAVA_BYTE);
            list.add(new KernelHost.Control(control.get(JAVA_INT, at + 8), control.get(JAVA_INT, at + 12), data));
            at += size + ALIGNMENT - 1 & -ALIGNMENT;
        }
        return list;
    }
}

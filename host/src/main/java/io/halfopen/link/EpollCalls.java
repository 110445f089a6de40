package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** epoll(7). The data of an event is one long. */
final class EpollCalls {
    /** struct epoll_event is packed on x86-64 only: asm/eventpoll has it as it was on 32 bits. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final int DATA = PACKED ? 4 : 8;
    private static final int SIZE = DATA + 8;

    private EpollCalls() {}

    static int ctl(int epoll, int operation, int fd, int events, long data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(SIZE, 8);
            event.set(JAVA_INT_UNALIGNED, 0, events);
            event.set(JAVA_LONG_UNALIGNED, DATA, data);
            return SocketLibc.epollCtl(epoll, operation, fd, event);
        }
    }

    static int await(int epoll, int[] events, long[] data, int milliseconds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ready = arena.allocate((long) SIZE * Math.max(1, events.length), 8);
            int count = SocketLibc.epollWait(epoll, ready, events.length, milliseconds);
            for (int i = 0; i < count; i++) {
                events[i] = ready.get(JAVA_INT_UNALIGNED, (long) i * SIZE);
                data[i] = ready.get(JAVA_LONG_UNALIGNED, (long) i * SIZE + DATA);
            }
            return count;
        }
    }
}

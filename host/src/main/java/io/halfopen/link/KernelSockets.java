package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** System calls on descriptors, with arrays of Java for the kernel's pointers. None of it needs a namespace. */
final class KernelSockets {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int POLLFD = 8;
    private static final int POLLNVAL = 0x20;
    private static final int LARGEST_OPTION = 1024;

    private KernelSockets() {}

    /** The address family the socket was made with, or -errno. */
    static int family(int fd) {
        return getsockopt(fd, OptionNumber.SOL_SOCKET, OptionNumber.SO_DOMAIN);
    }

    static int bind(int fd, byte[] sockaddr) {
        try (Arena arena = Arena.ofConfined()) {
            return SocketLibc.bind(fd, arena.allocateFrom(JAVA_BYTE, sockaddr));
        }
    }

    static int connect(int fd, byte[] sockaddr) {
        try (Arena arena = Arena.ofConfined()) {
            return SocketLibc.connect(fd, arena.allocateFrom(JAVA_BYTE, sockaddr));
        }
    }

    static KernelHost.Name accept(int fd, int flags) {
        return name((address, length) -> SocketLibc.accept4(fd, address, length, flags));
    }

    static KernelHost.Name getsockname(int fd) {
        return name((address, length) -> SocketLibc.getsockname(fd, address, length));
    }

    static KernelHost.Name getpeername(int fd) {
        return name((address, length) -> SocketLibc.getpeername(fd, address, length));
    }

    private interface NameCall {
        int call(MemorySegment address, MemorySegment length);
    }

    private static KernelHost.Name name(NameCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SockAddr.LARGEST, 8);
            int result = call.call(address, arena.allocateFrom(JAVA_INT, SockAddr.LARGEST));
            return SockAddr.read(result, address);
        }
    }

    static int read(int fd, byte[] target, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            return copied(Libc.ofThread().read(fd, buffer, length), buffer, target, offset);
        }
    }

    static int recv(int fd, byte[] target, int offset, int length, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length);
            return copied(SocketLibc.recv(fd, buffer, flags), buffer, target, offset);
        }
    }

    private static int copied(int count, MemorySegment buffer, byte[] target, int offset) {
        if (count > 0) {
            MemorySegment.copy(buffer, JAVA_BYTE, 0, target, offset, (int) Math.min(count, buffer.byteSize()));
        }
        return count;
    }

    static int write(int fd, byte[] source, int offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.ofThread().write(fd, copy(arena, source, offset, length), length);
        }
    }

    static int sendto(int fd, byte[] source, int offset, int length, int flags, byte[] sockaddr) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment to = sockaddr.length == 0 ? MemorySegment.NULL : arena.allocateFrom(JAVA_BYTE, sockaddr);
            return SocketLibc.sendto(fd, copy(arena, source, offset, length), flags, to);
        }
    }

    private static MemorySegment copy(Arena arena, byte[] source, int offset, int length) {
        MemorySegment buffer = arena.allocate(length);
        MemorySegment.copy(source, offset, buffer, JAVA_BYTE, 0, length);
        return buffer;
    }

    /** struct timeval. */
    private static final int TIMEVAL = 16;

    static int setsockopt(int fd, int level, int name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            return SocketLibc.setsockopt(fd, level, name, arena.allocateFrom(JAVA_BYTE, value));
        }
    }

    static int setsockopt(int fd, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return SocketLibc.setsockopt(fd, level, name, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /** struct linger has an on and off before the time; -1 is off. */
    static int setsockopt(int fd, SocketOption option, int value) {
        OptionNumber number = OptionNumber.of(option);
        if (isTimeout(option)) {
            return setTimeout(fd, number, value);
        }
        if (option != SocketOption.SO_LINGER) {
            return setsockopt(fd, number.level(), number.name(), value);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment linger = arena.allocateFrom(JAVA_INT, value < 0 ? 0 : 1, Math.max(0, value));
            return SocketLibc.setsockopt(fd, number.level(), number.name(), linger);
        }
    }

    private static boolean isTimeout(SocketOption option) {
        return option == SocketOption.SO_RCVTIMEO || option == SocketOption.SO_SNDTIMEO;
    }

    private static int setTimeout(int fd, OptionNumber number, int millis) {
        try (Arena arena = Arena.ofConfined()) {
            long seconds = Math.floorDiv(millis, 1000);
            MemorySegment time = arena.allocateFrom(JAVA_LONG, seconds, Math.floorMod(millis, 1000) * 1000L);
            return SocketLibc.setsockopt(fd, number.level(), number.name(), time);
        }
    }

    static int getsockopt(int fd, SocketOption option) {
        OptionNumber number = OptionNumber.of(option);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(TIMEVAL, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, isTimeout(option) ? TIMEVAL : 8);
            int error = SocketLibc.getsockopt(fd, number.level(), number.name(), value, length);
            if (error == 0 && isTimeout(option)) {
                long millis = value.get(JAVA_LONG, 0) * 1000 + value.get(JAVA_LONG, 8) / 1000;
                return (int) Math.min(Integer.MAX_VALUE, millis);
            }
            if (error < 0 || option != SocketOption.SO_LINGER) {
                return error < 0 ? error : value.get(JAVA_INT, 0);
            }
            return value.get(JAVA_INT, 0) == 0 ? -1 : value.get(JAVA_INT, 4);
        }
    }

    static int getsockopt(int fd, int level, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(4, 4);
            int error = SocketLibc.getsockopt(fd, level, name, value, arena.allocateFrom(JAVA_INT, 4));
            return error < 0 ? error : value.get(JAVA_INT, 0);
        }
    }

    static int getsockopt(int fd, int level, int name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(value.length, LARGEST_OPTION), 8);
            MemorySegment.copy(value, 0, buffer, JAVA_BYTE, 0, value.length);
            MemorySegment length = arena.allocateFrom(JAVA_INT, value.length);
            int error = SocketLibc.getsockopt(fd, level, name, buffer, length);
            MemorySegment.copy(buffer, JAVA_BYTE, 0, value, 0, value.length);
            return error < 0 ? error : length.get(JAVA_INT, 0);
        }
    }

    static int inquire(int fd, long request) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(4, 4);
            int error = Libc.ofThread().ioctl(fd, request, value);
            return error < 0 ? error : value.get(JAVA_INT, 0);
        }
    }

    static int poll(int[] fds, int[] events, int[] revents, long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollfds = arena.allocate((long) POLLFD * Math.max(1, fds.length), 8);
            for (int i = 0; i < fds.length; i++) {
                pollfds.set(JAVA_INT, (long) i * POLLFD, fds[i]);
                pollfds.set(JAVA_SHORT, (long) i * POLLFD + 4, (short) events[i]);
            }
            int count = Libc.ofThread().ppoll(pollfds, fds.length, timespec(arena, nanos));
            for (int i = 0; i < fds.length; i++) {
                revents[i] = pollfds.get(JAVA_SHORT, (long) i * POLLFD + 6);
            }
            return count;
        }
    }

    private static MemorySegment timespec(Arena arena, long nanos) {
        return nanos == Long.MAX_VALUE
                ? MemorySegment.NULL
                : arena.allocateFrom(JAVA_LONG, nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    }

    /** All that {@link io.halfopen.linux.Poll} knows and that can be asked for. */
    static int poll(int fd, int events) {
        int[] revents = {0};
        int count = poll(new int[] {fd}, new int[] {events}, revents, 0);
        boolean notOpen = (revents[0] & POLLNVAL) != 0;
        return count < 0 ? count : notOpen ? -Errno.EBADF : revents[0];
    }

    /** A number in a struct that the kernel has filled. */
    static int intAt(byte[] struct, int at) {
        return MemorySegment.ofArray(struct).get(JAVA_INT_UNALIGNED, at);
    }

    static byte[] sockaddr(int fd, IpAddress address, int port) {
        return SockAddr.of(family(fd), address, port);
    }
}

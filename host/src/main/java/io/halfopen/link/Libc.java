package io.halfopen.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls that a link needs. Like the calls of the stack they return 0 or more, or -errno. Numbers are those
 * of Linux on x86, ARM and RISC-V (asm-generic).
 *
 * <p>The place where errno is kept belongs to the instance, so one thread at a time uses one. The collector frees it,
 * which is why there is nothing to close.
 */
final class Libc {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int EBADFD = 77;

    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    private static final int SOCK_DGRAM = 2;
    private static final int PRIO_PROCESS = 0;
    private static final int ITSELF = 0;
    private static final int LONGEST_MESSAGE = 256;

    private static final Linker LINKER = Linker.nativeLinker();
    static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private static final MethodHandle READ = handle("read", transfer(), ERRNO);
    private static final MethodHandle WRITE = handle("write", transfer(), ERRNO);
    private static final MethodHandle OPEN =
            handle("open", returningInt(ADDRESS, JAVA_INT), ERRNO, Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            handle("ioctl", returningInt(JAVA_INT, JAVA_LONG, ADDRESS), ERRNO, Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SOCKET = handle("socket", returningInt(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle EVENTFD = handle("eventfd", returningInt(JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle PPOLL =
            handle("ppoll", returningInt(ADDRESS, JAVA_LONG, ADDRESS, ADDRESS), ERRNO);
    private static final MethodHandle CLOSE = handle("close", returningInt(JAVA_INT));
    private static final MethodHandle SETPRIORITY =
            handle("setpriority", returningInt(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle STRERROR = handle("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private static final ThreadLocal<Libc> OF_THREAD = ThreadLocal.withInitial(Libc::new);

    private final MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

    /** The instance of the calling thread. */
    static Libc ofThread() {
        return OF_THREAD.get();
    }

    /** Where calls whose handles are in {@link SocketLibc} leave their errno. */
    MemorySegment errno() {
        return errno;
    }

    int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** The argument is read and written by the kernel. */
    int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return result((int) IOCTL.invokeExact(errno, fd, request, argument));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** A socket for nothing but ioctls. */
    int datagramSocket(int family) {
        try {
            return result((int) SOCKET.invokeExact(errno, family, SOCK_DGRAM | O_CLOEXEC, 0));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    int eventfd() {
        try {
            return result((int) EVENTFD.invokeExact(errno, 0, O_NONBLOCK | O_CLOEXEC));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    int read(int fd, MemorySegment target, long length) {
        try {
            return result((int) (long) READ.invokeExact(errno, fd, target, length));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    int write(int fd, MemorySegment source, long length) {
        try {
            return result((int) (long) WRITE.invokeExact(errno, fd, source, length));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    int ppoll(MemorySegment fds, int count, MemorySegment timeout) {
        try {
            return result((int) PPOLL.invokeExact(errno, fds, (long) count, timeout, MemorySegment.NULL));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** The niceness of the calling thread, which is what Linux makes of the process 0. */
    int setNice(int nice) {
        try {
            return result((int) SETPRIORITY.invokeExact(errno, PRIO_PROCESS, ITSELF, nice));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** close(2) frees the descriptor whatever it returns. */
    static void close(int fd) {
        try {
            int ignored = (int) CLOSE.invokeExact(fd);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** The text of an error number, of either sign. */
    @SuppressWarnings("restricted") // the length of what strerror(3) returns is known only to the one who reads it
    static String message(int error) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(Math.abs(error));
            return text.reinterpret(LONGEST_MESSAGE).getString(0);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    int result(int returned) {
        return returned >= 0 ? returned : -errno.get(JAVA_INT, 0);
    }

    static AssertionError impossible(Throwable thrown) {
        return new AssertionError("a system call returns, it does not throw", thrown);
    }

    static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    }

    static FunctionDescriptor returningInt(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    @SuppressWarnings("restricted") // a wrong descriptor would crash the JVM: they are all above, beside their names
    static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }
}

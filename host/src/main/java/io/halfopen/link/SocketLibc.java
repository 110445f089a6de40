package io.halfopen.link;

import static io.halfopen.link.Libc.ERRNO;
import static io.halfopen.link.Libc.handle;
import static io.halfopen.link.Libc.impossible;
import static io.halfopen.link.Libc.returningInt;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of sockets, and unshare(2). They return 0 or more, or -errno, and may be made by any thread: errno
 * is kept in the {@link Libc} of the calling one.
 */
final class SocketLibc {
    static final int CLONE_NEWNET = 0x40000000; // linux/sched.h
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final long MAP_FAILED = -1;

    private static final MethodHandle UNSHARE = handle("unshare", returningInt(JAVA_INT), ERRNO);
    private static final MethodHandle SETNS = handle("setns", returningInt(JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle MMAP = handle(
            "mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG), ERRNO);
    private static final MethodHandle MUNMAP = handle("munmap", returningInt(ADDRESS, JAVA_LONG), ERRNO);
    private static final MethodHandle SOCKET = handle("socket", returningInt(JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle BIND = handle("bind", returningInt(JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle CONNECT = handle("connect", returningInt(JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle LISTEN = handle("listen", returningInt(JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle SHUTDOWN = handle("shutdown", returningInt(JAVA_INT, JAVA_INT), ERRNO);
    private static final MethodHandle ACCEPT4 =
            handle("accept4", returningInt(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle GETSOCKNAME =
            handle("getsockname", returningInt(JAVA_INT, ADDRESS, ADDRESS), ERRNO);
    private static final MethodHandle GETPEERNAME =
            handle("getpeername", returningInt(JAVA_INT, ADDRESS, ADDRESS), ERRNO);
    private static final MethodHandle SENDTO = handle(
            "sendto",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT),
            ERRNO);
    private static final MethodHandle RECVFROM = handle(
            "recvfrom",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS),
            ERRNO);
    private static final MethodHandle RECVMSG =
            handle("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle SENDMSG =
            handle("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", returningInt(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", returningInt(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS), ERRNO);
    private static final MethodHandle FCNTL =
            handle("fcntl", returningInt(JAVA_INT, JAVA_INT, JAVA_LONG), ERRNO, Linker.Option.firstVariadicArg(2));
    private static final MethodHandle EPOLL_CREATE1 = handle("epoll_create1", returningInt(JAVA_INT), ERRNO);
    private static final MethodHandle EPOLL_CTL =
            handle("epoll_ctl", returningInt(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), ERRNO);
    private static final MethodHandle EPOLL_WAIT =
            handle("epoll_wait", returningInt(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), ERRNO);

    private SocketLibc() {}

    static int unshare(int flags) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) UNSHARE.invokeExact(libc.errno(), flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Moves this thread into the namespace that is open as {@code fd}. */
    static int setns(int fd, int kind) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) SETNS.invokeExact(libc.errno(), fd, kind));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** Memory that is shared with the kernel, to be read and written; an empty segment where there can be none. */
    @SuppressWarnings("restricted") // the kernel has mapped as many octets as were asked for
    static MemorySegment map(int fd, long length) {
        Libc libc = Libc.ofThread();
        try {
            MemorySegment mapped = (MemorySegment)
                    MMAP.invokeExact(libc.errno(), MemorySegment.NULL, length, PROT_READ_WRITE, MAP_SHARED, fd, 0L);
            return mapped.address() == MAP_FAILED ? MemorySegment.NULL : mapped.reinterpret(length);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static void unmap(MemorySegment mapped) {
        Libc libc = Libc.ofThread();
        try {
            int ignored = (int) MUNMAP.invokeExact(libc.errno(), mapped, mapped.byteSize());
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int socket(int family, int type, int protocol) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) SOCKET.invokeExact(libc.errno(), family, type, protocol));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int bind(int fd, MemorySegment address) {
        return withAddress(BIND, fd, address);
    }

    static int connect(int fd, MemorySegment address) {
        return withAddress(CONNECT, fd, address);
    }

    private static int withAddress(MethodHandle call, int fd, MemorySegment address) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) call.invokeExact(libc.errno(), fd, address, (int) address.byteSize()));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int listen(int fd, int backlog) {
        return withInt(LISTEN, fd, backlog);
    }

    static int shutdown(int fd, int how) {
        return withInt(SHUTDOWN, fd, how);
    }

    private static int withInt(MethodHandle call, int fd, int value) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) call.invokeExact(libc.errno(), fd, value));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) ACCEPT4.invokeExact(libc.errno(), fd, address, length, flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        return intoAddress(GETSOCKNAME, fd, address, length);
    }

    static int getpeername(int fd, MemorySegment address, MemorySegment length) {
        return intoAddress(GETPEERNAME, fd, address, length);
    }

    private static int intoAddress(MethodHandle call, int fd, MemorySegment address, MemorySegment length) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) call.invokeExact(libc.errno(), fd, address, length));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** {@code to} is empty for a connected socket. */
    static int sendto(int fd, MemorySegment source, int flags, MemorySegment to) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) (long)
                    SENDTO.invokeExact(libc.errno(), fd, source, source.byteSize(), flags, to, (int) to.byteSize()));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int recv(int fd, MemorySegment target, int flags) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) (long) RECVFROM.invokeExact(
                    libc.errno(), fd, target, target.byteSize(), flags, MemorySegment.NULL, MemorySegment.NULL));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int sendmsg(int fd, MemorySegment message, int flags) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) (long) SENDMSG.invokeExact(libc.errno(), fd, message, flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int recvmsg(int fd, MemorySegment message, int flags) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) (long) RECVMSG.invokeExact(libc.errno(), fd, message, flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int setsockopt(int fd, int level, int name, MemorySegment value) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result(
                    (int) SETSOCKOPT.invokeExact(libc.errno(), fd, level, name, value, (int) value.byteSize()));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** {@code length}: how much room there is, then how much of it is used. */
    static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) GETSOCKOPT.invokeExact(libc.errno(), fd, level, name, value, length));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int fcntl(int fd, int command, long argument) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) FCNTL.invokeExact(libc.errno(), fd, command, argument));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int epollCreate(int flags) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) EPOLL_CREATE1.invokeExact(libc.errno(), flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) EPOLL_CTL.invokeExact(libc.errno(), epoll, operation, fd, event));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int epollWait(int epoll, MemorySegment events, int most, int milliseconds) {
        Libc libc = Libc.ofThread();
        try {
            return libc.result((int) EPOLL_WAIT.invokeExact(libc.errno(), epoll, events, most, milliseconds));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }
}

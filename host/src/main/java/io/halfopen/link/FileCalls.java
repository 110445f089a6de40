package io.halfopen.link;

import static io.halfopen.link.Libc.ERRNO;
import static io.halfopen.link.Libc.handle;
import static io.halfopen.link.Libc.impossible;
import static io.halfopen.link.Libc.returningInt;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** System calls that move octets between files, pipes and sockets; 0 or more, or -errno. */
final class FileCalls {
    private static final int MFD_CLOEXEC = 1;

    private static final MethodHandle MEMFD_CREATE = handle("memfd_create", returningInt(ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle FTRUNCATE = handle("ftruncate", returningInt(JAVA_INT, JAVA_LONG), ERRNO);
    private static final MethodHandle PIPE2 = handle("pipe2", returningInt(ADDRESS, JAVA_INT), ERRNO);
    private static final MethodHandle SENDFILE =
            handle("sendfile", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG), ERRNO);
    private static final MethodHandle SPLICE = handle(
            "splice",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            ERRNO);

    private FileCalls() {}

    /** A file of so many zeros, which nobody else knows of. */
    static int zeros(long length) {
        Libc libc = Libc.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            int fd =
                    libc.result((int) MEMFD_CREATE.invokeExact(libc.errno(), arena.allocateFrom("zeros"), MFD_CLOEXEC));
            if (fd >= 0) {
                int ignored = (int) FTRUNCATE.invokeExact(libc.errno(), fd, length);
            }
            return fd;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int pipe(int[] ends) {
        Libc libc = Libc.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment both = arena.allocate(JAVA_INT, 2);
            int result = libc.result((int) PIPE2.invokeExact(libc.errno(), both, Libc.O_CLOEXEC));
            ends[0] = both.getAtIndex(JAVA_INT, 0);
            ends[1] = both.getAtIndex(JAVA_INT, 1);
            return result;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** A negative offset is the file's own position. */
    static int sendfile(int out, int in, long offset, long count) {
        Libc libc = Libc.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = offset < 0 ? MemorySegment.NULL : arena.allocateFrom(JAVA_LONG, offset);
            return libc.result((int) (long) SENDFILE.invokeExact(libc.errno(), out, in, from, count));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    static int splice(int in, int out, long count, int flags) {
        Libc libc = Libc.ofThread();
        MemorySegment none = MemorySegment.NULL;
        try {
            return libc.result((int) (long) SPLICE.invokeExact(libc.errno(), in, none, out, none, count, flags));
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }
}

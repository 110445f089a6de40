package io.halfopen.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What a program without root's rights sees: capabilities belong to a thread, so one can give them up alone. */
final class Rights {
    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522; // linux/capability.h

    private Rights() {}

    /** Runs on a thread without capabilities, in the namespaces of the calling one. */
    static <T> T callWithout(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            dropCapabilities();
            return action.call();
        });
        Thread.ofPlatform().name("without rights").daemon().start(task);
        try {
            return task.get();
        } catch (ExecutionException thrown) {
            throw thrown.getCause() instanceof Exception exception ? exception : thrown;
        }
    }

    @SuppressWarnings("restricted") // int capset(cap_user_header_t, const cap_user_data_t), capset(2)
    private static void dropCapabilities() {
        Linker linker = Linker.nativeLinker();
        MethodHandle capset = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("capset"), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocateFrom(JAVA_INT, LINUX_CAPABILITY_VERSION_3, 0);
            MemorySegment none = arena.allocate(24, 4);
            if ((int) capset.invokeExact(header, none) != 0) {
                throw new AssertionError("capset failed");
            }
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}

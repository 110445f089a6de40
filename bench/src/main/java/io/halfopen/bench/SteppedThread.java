package io.halfopen.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A thread of another process that stands still but for one instruction at a time, by ptrace(2). */
final class SteppedThread implements AutoCloseable {
    private static final long PTRACE_SINGLESTEP = 9;
    private static final long PTRACE_ATTACH = 16;
    private static final long PTRACE_DETACH = 17;

    /** A thread, too, and not only a child. */
    private static final int WALL = 0x4000_0000;

    private static final int STOPPED = 0x7f;
    private static final int SIGTRAP = 5;
    private static final int SIGSTOP = 19;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle PTRACE = function(
            "ptrace",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle WAITPID = function(
            "waitpid",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private final int thread;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);

    /** What came instead of a step's end, and is its own: given back with the next step. */
    private int signal;

    private SteppedThread(int thread) {
        this.thread = thread;
    }

    @SuppressWarnings("restricted") // a wrong descriptor would crash the JVM: both are above, beside their names
    private static MethodHandle function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }

    /** Stops a thread that this process may trace; all else has to be done by the thread that has called this. */
    static SteppedThread attach(int thread) throws IOException {
        SteppedThread stepped = new SteppedThread(thread);
        stepped.trace(PTRACE_ATTACH);
        stepped.await();
        return stepped;
    }

    void step() throws IOException {
        trace(PTRACE_SINGLESTEP);
        await();
    }

    private void trace(long request) throws IOException {
        long result;
        try {
            result = (long) PTRACE.invokeExact(request, thread, 0L, (long) signal);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (result < 0) {
            throw new IOException("may not trace thread " + thread + " of the JVM that is counted");
        }
    }

    private void await() throws IOException {
        int who;
        try {
            who = (int) WAITPID.invokeExact(thread, status, WALL);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        int how = status.get(ValueLayout.JAVA_INT, 0);
        if (who != thread || (how & 0xff) != STOPPED) {
            throw new IOException("the JVM that is counted has ended");
        }
        int came = how >>> 8 & 0xff;
        signal = came == SIGTRAP || came == SIGSTOP ? 0 : came;
    }

    @Override
    public void close() throws IOException {
        trace(PTRACE_DETACH);
        arena.close();
    }
}

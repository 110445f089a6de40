package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace of a test's own: its interfaces, addresses, routes and sysctls, where real packets hurt nobody.
 *
 * <p>It belongs to one thread, which has called unshare(2); the JVM stays where it is. Whatever {@link #call} runs is
 * inside: sockets of java.net, interfaces that are opened, threads and processes that are started (a thread begins in
 * the namespaces of the one that started it). The namespace is gone when the last of them is.
 */
public final class Namespace implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000; // linux/sched.h
    /** Seconds after which a command is ended: so none outlives a test run that was killed. */
    private static final String LONGEST_COMMAND = "60";

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("netns").daemon().factory());
    private final List<Process> started = new ArrayList<>();

    private Namespace() {}

    /** A new namespace with nothing in it but lo, which is up. Skips the test where that is not possible. */
    public static Namespace create() {
        skipUnless(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun");
        Namespace namespace = new Namespace();
        boolean ready = false;
        try {
            skipUnless(namespace.unshare(), "no permission to make a network namespace (run as root)");
            namespace.call(() -> {
                new Interface("lo").bringUp();
                return namespace;
            });
            ready = true;
            return namespace;
        } catch (Exception thrown) {
            throw thrown instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(thrown);
        } finally {
            if (!ready) {
                namespace.close();
            }
        }
    }

    private boolean unshare() throws Exception {
        return call(() -> unshare(CLONE_NEWNET)) == 0;
    }

    private static void skipUnless(boolean possible, String reason) {
        if (!possible) {
            System.out.println("skipped: " + reason);
            Assumptions.abort("skipped: " + reason);
        }
    }

    @SuppressWarnings("restricted") // unshare(2) is int unshare(int)
    private static int unshare(int flags) {
        Linker linker = Linker.nativeLinker();
        MethodHandle unshare = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("unshare"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try {
            return (int) unshare.invokeExact(flags);
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    /** Runs inside, on the namespace's thread, and waits; what it throws comes out as it is. */
    public <T> T call(Callable<T> inside) throws Exception {
        try {
            return thread.submit(inside).get();
        } catch (ExecutionException thrown) {
            switch (thrown.getCause()) {
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case null, default -> throw thrown;
            }
        }
    }

    /** Starts a program inside; it is ended when the namespace is closed. */
    public Process start(String... command) throws Exception {
        List<String> limited = new ArrayList<>(List.of("timeout", LONGEST_COMMAND));
        limited.addAll(List.of(command));
        Process process =
                call(() -> new ProcessBuilder(limited).redirectErrorStream(true).start());
        started.add(process);
        return process;
    }

    /** Runs a program inside to its end; returns what it printed. */
    public String run(String... command) throws Exception {
        Process process = start(command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " exited with " + process.exitValue() + ": " + output);
        }
        return output;
    }

    @Override
    public void close() {
        // SIGTERM, which timeout(1) passes on; SIGKILL it could not.
        started.forEach(Process::destroy);
        thread.shutdownNow();
    }
}

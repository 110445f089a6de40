package io.halfopen.link;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A thread in a network namespace of its own. A namespace belongs to a thread, not to a process: unshare(2) moves this
 * one, and the JVM stays where it is. What is opened on it, a socket or a TUN interface, belongs to the namespace, and
 * any thread may use the descriptor. The namespace has no name, so it is gone when the thread and the last descriptor
 * are, however the process ends.
 */
final class NamespaceThread {
    private static final Path IPV4 = Path.of("/proc/sys/net/ipv4");

    /**
     * Who lists sockets walks through a hash table of all namespaces, for milliseconds; with this one, of this many
     * buckets, a namespace has its own (since 6.1).
     */
    private static final String BUCKETS = "4096";

    private static final Path CHILDREN = IPV4.resolve("tcp_child_ehash_entries");

    /** Their defaults follow from the number of buckets (tcp_set_hashinfo() in net/ipv4/tcp_ipv4.c). */
    private static final String[] SIZED = {"tcp_max_syn_backlog", "tcp_max_tw_buckets"};

    private static final int LONGEST_VALUE = 4096;

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().name("netns").daemon().unstarted(this::run);
    private boolean closing;

    private NamespaceThread() {}

    static NamespaceThread start() throws LinkException {
        return start(NamespaceThread::enter);
    }

    /** In a namespace that is there: a file of /proc or of ip-netns(8); null: where this process is. */
    static NamespaceThread in(@Nullable Path file) throws LinkException {
        return start(() -> {
            if (file != null) {
                join(file);
            }
            return null;
        });
    }

    private static NamespaceThread start(Callable<@Nullable Void> first) throws LinkException {
        TunOpener.requireLinux(System.getProperty("os.name"));
        NamespaceThread namespace = new NamespaceThread();
        namespace.thread.start();
        boolean ready = false;
        try {
            namespace.call(first);
            ready = true;
            return namespace;
        } finally {
            if (!ready) {
                namespace.close();
            }
        }
    }

    private static @Nullable Void enter() throws LinkException {
        unshare();
        if (Files.isWritable(CHILDREN)) {
            String[] defaults = new String[SIZED.length];
            for (int i = 0; i < SIZED.length; i++) {
                defaults[i] = read(IPV4.resolve(SIZED[i]));
            }
            write(CHILDREN, BUCKETS);
            unshare();
            for (int i = 0; i < SIZED.length; i++) {
                write(IPV4.resolve(SIZED[i]), defaults[i]);
            }
        }
        new Interface("lo").bringUp();
        return null;
    }

    private static void join(Path file) throws LinkException {
        int fd = Libc.ofThread().open(file.toString(), Libc.O_CLOEXEC);
        int error = fd < 0 ? fd : SocketLibc.setns(fd, SocketLibc.CLONE_NEWNET);
        if (fd >= 0) {
            Libc.close(fd);
        }
        if (error < 0) {
            throw new LinkException("cannot enter the network namespace " + file + ": " + Libc.message(error));
        }
    }

    private static void unshare() throws LinkException {
        int error = SocketLibc.unshare(SocketLibc.CLONE_NEWNET);
        if (error < 0) {
            throw cannotUnshare(error);
        }
    }

    static LinkException cannotUnshare(int error) {
        return new LinkException(
                switch (-error) {
                    case Libc.EPERM -> "no permission to make a network namespace: be root, or run it in 'unshare -r'";
                    case Libc.EINVAL -> "no network namespaces: this kernel is built without them";
                    case Libc.ENOSPC -> "no more network namespaces: see /proc/sys/user/max_net_namespaces";
                    default -> "cannot make a network namespace: " + Libc.message(error);
                });
    }

    /** With one read(2): of a sysctl a second one finds nothing, however little the first took. */
    static String read(Path file) throws LinkException {
        byte[] text = new byte[LONGEST_VALUE];
        try (InputStream in = Files.newInputStream(file)) {
            return new String(text, 0, Math.max(0, in.read(text)), StandardCharsets.UTF_8).strip();
        } catch (IOException refused) {
            throw new LinkException("cannot read " + file + ": " + reason(refused));
        }
    }

    static void write(Path file, String value) throws LinkException {
        try {
            Files.writeString(file, value);
        } catch (IOException refused) {
            throw new LinkException("cannot set " + file + " to '" + value + "': " + reason(refused));
        }
    }

    private static String reason(IOException refused) {
        return switch (refused) {
            case NoSuchFileException none -> Libc.message(Libc.ENOENT);
            case AccessDeniedException denied -> Libc.message(Libc.EACCES);
            default -> {
                String message = String.valueOf(refused.getMessage());
                yield message.substring(message.lastIndexOf(": ") + 1).strip();
            }
        };
    }

    private void run() {
        while (!isOver()) {
            try {
                tasks.take().run();
            } catch (InterruptedException nobodyDoesThat) {
                // asked again above
            }
        }
    }

    /** Every task that was accepted is run. */
    private boolean isOver() {
        synchronized (tasks) {
            return closing && tasks.isEmpty();
        }
    }

    /** Runs something inside and waits; from any thread, the namespace's own included. */
    <T extends @Nullable Object> T call(Callable<T> inside) throws LinkException {
        FutureTask<T> task = new FutureTask<>(inside);
        if (Thread.currentThread() == thread) {
            task.run();
        } else {
            add(task);
        }
        return result(task);
    }

    private void add(Runnable task) throws LinkException {
        synchronized (tasks) {
            if (closing) {
                throw new LinkException("the network namespace is closed");
            }
            tasks.add(task);
        }
    }

    private static <T extends @Nullable Object> T result(FutureTask<T> task) throws LinkException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException later) {
                    interrupted = true;
                } catch (ExecutionException thrown) {
                    throw failure(thrown.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static LinkException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case LinkException refused -> refused;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            case null, default -> new LinkException(String.valueOf(cause));
        };
    }

    /** Ends the thread, once what it is doing is done. Closing again does nothing. */
    void close() {
        synchronized (tasks) {
            closing = true;
            tasks.add(() -> {});
        }
    }
}

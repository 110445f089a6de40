package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server of this machine, another process on the real localhost, for as long as a test takes. */
final class RealServer implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 60_000;

    private final Process process;
    private final int port;

    private RealServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The newest program of this name in Debian's places; empty if it is not installed. */
    static Optional<Path> program(String name) throws IOException {
        List<Path> places = new ArrayList<>(List.of(Path.of("/usr/bin"), Path.of("/usr/sbin")));
        Path versions = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(versions)) {
            try (Stream<Path> all = Files.list(versions)) {
                all.map(version -> version.resolve("bin")).forEach(places::add);
            }
        }
        return places.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isExecutable)
                .max(Comparator.naturalOrder());
    }

    static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    /** Runs a command, and waits until it says so: who listens may still be starting up, and then refuses to serve. */
    static RealServer start(int port, Path folder, String ready, String... command) throws Exception {
        RealServer server = new RealServer(builder(folder, command).start(), port);
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (!Files.readString(folder.resolve("output.txt")).contains(ready)) {
            if (!server.process.isAlive() || System.nanoTime() > end) {
                server.close();
                throw new IOException(Files.readString(folder.resolve("output.txt")));
            }
            Thread.sleep(50);
        }
        return server;
    }

    private static ProcessBuilder builder(Path folder, String... command) {
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile());
    }

    /** Runs a command to its end, which has to be a good one. */
    static void run(Path folder, String... command) throws Exception {
        Process process = builder(folder, command).start();
        assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("output.txt")))
                .isZero();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}

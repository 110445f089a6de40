package io.halfopen.app.live;

import io.halfopen.link.OffloadTun;
import io.halfopen.link.SharedTun;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program needs to be reached through a TUN interface: the interface, a {@link Bridge} to it, and a description of the
 * network that says where the bridge is. All of it is gone when this is closed.
 */
final class RunOnTun implements AutoCloseable {
    private final Path folder;
    private final Path description;
    private final Bridge bridge;
    private final Runnable onFailure;
    private volatile @Nullable IOException failure;

    private RunOnTun(Path folder, Path description, SharedTun tun, Path socket, Runnable onFailure) throws IOException {
        this.folder = folder;
        this.description = description;
        this.onFailure = onFailure;
        bridge = new Bridge(tun, socket, this::fail);
    }

    /** {@code faults} is a description that the network has besides, or null; {@code onFailure} runs if the interface goes. */
    static RunOnTun open(String name, Cidr address, @Nullable IpAddress peer, @Nullable Path faults, Runnable onFailure)
            throws IOException {
        SharedTun tun = new SharedTun(OffloadTun.open(name));
        @Nullable Path folder = null;
        try {
            int mtu = KernelEnd.setUp(tun.name(), address, peer);
            folder = Files.createTempDirectory("halfopen-run-"); // for this user alone
            Path socket = folder.resolve("packets.sock");
            List<String> lines = new ArrayList<>(faults == null ? List.of() : Files.readAllLines(faults));
            lines.add("uplink " + socket + " " + address.address() + " " + mtu);
            // Of the same name, and ours last: what is wrong in a line is told with its number.
            Path written = folder.resolve(String.valueOf(faults == null ? "network.txt" : faults.getFileName()));
            Files.write(written, lines);
            return new RunOnTun(folder, written, tun, socket, onFailure);
        } catch (IOException | RuntimeException failed) {
            tun.close();
            delete(folder);
            throw failed;
        }
    }

    Path description() {
        return description;
    }

    private void fail(IOException why) {
        failure = why;
        onFailure.run();
    }

    /** What has become of the interface, if it was not {@link #close} that ended it. */
    void check() throws IOException {
        IOException why = failure;
        if (why != null) {
            throw why;
        }
    }

    private static void delete(@Nullable Path folder) throws IOException {
        if (folder == null) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    /** Again does nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (Files.exists(folder)) {
            bridge.close();
            delete(folder);
        }
    }
}

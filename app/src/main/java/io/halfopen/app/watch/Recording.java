package io.halfopen.app.watch;

import io.halfopen.trace.Pcapng;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The packets of handshakes, for tcpdump, Wireshark and {@code halfopen explain}. */
final class Recording implements AutoCloseable {
    private final Path path;
    private final Pcapng file;
    private @Nullable IOException failure;

    private Recording(Path path, Pcapng file) {
        this.path = path;
        this.file = file;
    }

    static Recording open(Path path) throws IOException {
        try {
            return new Recording(path, new Pcapng(new BufferedOutputStream(Files.newOutputStream(path))));
        } catch (IOException refused) {
            throw failed(path, refused);
        }
    }

    void packet(long nanos, byte[] bytes, int length, int wireLength) {
        if (failure == null) {
            try {
                file.packet(nanos, bytes, 0, length, wireLength, "");
            } catch (IOException full) {
                failure = full;
            }
        }
    }

    /** Says what went wrong, once it has. */
    void check() throws IOException {
        if (failure != null) {
            throw failed(path, failure);
        }
    }

    private static IOException failed(Path path, IOException cause) {
        return new IOException("cannot write " + path + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } catch (IOException full) {
            if (failure == null) {
                throw failed(path, full);
            }
        }
    }
}

package io.halfopen.app.live;

import io.halfopen.link.PacketTap;
import io.halfopen.linux.Rule;
import io.halfopen.trace.Pcapng;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what passes into a capture file. The loop's thread writes, the closing one may be another. */
final class PcapTap implements PacketTap, AutoCloseable {
    private final Path path;
    private final Pcapng file;
    private int users;

    private PcapTap(Path path, Pcapng file, int users) {
        this.path = path;
        this.file = file;
        this.users = users;
    }

    /** For so many users, of whom the last one closes it. */
    static PcapTap open(Path path, int users) throws IOException {
        return new PcapTap(path, new Pcapng(new BufferedOutputStream(Files.newOutputStream(path))), users);
    }

    @Override
    public boolean looksInside() {
        return true;
    }

    @Override
    public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
        write(now, why, bytes, offset, length);
    }

    @Override
    public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
        write(now, rule, bytes, offset, length);
    }

    private synchronized void write(long now, Rule rule, byte[] bytes, int offset, int length) {
        try {
            file.packet(now, bytes, offset, length, Pcapng.comment(rule));
        } catch (IOException full) {
            throw failed(full);
        }
    }

    private UncheckedIOException failed(IOException full) {
        return new UncheckedIOException(new IOException("cannot write " + path + ": " + full.getMessage(), full));
    }

    @Override
    public synchronized void close() {
        try {
            if (--users <= 0) {
                file.close();
            }
        } catch (IOException full) {
            throw failed(full);
        }
    }
}

package io.halfopen.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers what went wrong: a PrintWriter only knows that something has. */
final class StandardOutput extends OutputStream {
    private static final int BUFFER = 1 << 13;
    private static final String NOBODY_READS = "Broken pipe";

    private final OutputStream target;
    private final byte[] buffer = new byte[BUFFER];
    private int used;
    private @Nullable IOException failure;

    StandardOutput() {
        this(new FileOutputStream(FileDescriptor.out));
    }

    StandardOutput(OutputStream target) {
        this.target = target;
    }

    /** Flushes at each line's end, as a terminal's reader expects. */
    PrintWriter writer() {
        return new PrintWriter(this, true, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (used == BUFFER) {
                flush();
            }
            int count = Math.min(length - done, BUFFER - used);
            System.arraycopy(source, offset + done, buffer, used, count);
            used += count;
            done += count;
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        int count = used;
        used = 0;
        if (failure != null || count == 0) {
            return;
        }
        try {
            target.write(buffer, 0, count);
        } catch (IOException lost) {
            failure = lost;
            throw lost;
        }
    }

    /** What was printed did not all arrive. */
    synchronized boolean isLost() {
        return failure != null;
    }

    /** One line about it; null for whoever closed the other end of a pipe, and so knows. */
    synchronized @Nullable String complaint() {
        String message = failure == null ? null : failure.getMessage();
        return message == null || message.equals(NOBODY_READS) ? null : "standard output: " + message;
    }
}

package io.halfopen.tcp.call;

import io.halfopen.tcp.socket.Socket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a process: small numbers, the lowest free one first, from 3 as if a terminal had 0 to 2. Two levels
 * of bits find that one as fast among a hundred thousand as among ten (fs/file.c of Linux does the same).
 */
public final class Descriptors {
    private static final int FIRST = 3;

    /** RLIMIT_NOFILE: a process with more gets EMFILE. */
    private static final int LIMIT = 1 << 20;

    private @Nullable Socket[] sockets = new Socket[64];

    /** A bit for each descriptor in use. */
    private long[] used = {(1L << FIRST) - 1};

    /** A bit for each word of {@link #used} that has no bit clear. */
    private final long[] full = new long[LIMIT >> 12];

    private int free = LIMIT - FIRST;

    @Nullable
    public Socket get(int fd) {
        return fd >= 0 && fd < sockets.length ? sockets[fd] : null;
    }

    public boolean isFull() {
        return free == 0;
    }

    public int open(Socket socket) {
        int group = 0;
        while (full[group] == -1) {
            group++;
        }
        int word = group << 6 | Long.numberOfTrailingZeros(~full[group]);
        if (word == used.length) {
            used = Arrays.copyOf(used, word * 2);
            sockets = Arrays.copyOf(sockets, word * 2 << 6);
        }
        int fd = word << 6 | Long.numberOfTrailingZeros(~used[word]);
        used[word] |= 1L << fd;
        if (used[word] == -1) {
            full[group] |= 1L << word;
        }
        free--;
        sockets[fd] = socket;
        socket.fd = fd;
        return fd;
    }

    public void close(Socket socket) {
        int fd = socket.fd;
        used[fd >> 6] &= ~(1L << fd);
        full[fd >> 12] &= ~(1L << (fd >> 6));
        free++;
        sockets[fd] = null;
        socket.fd = -1;
    }

    public int end() {
        return sockets.length;
    }

    /** For those who know that it is open. */
    public Socket require(int fd) {
        Socket socket = get(fd);
        if (socket == null) {
            throw new IllegalArgumentException("no descriptor " + fd);
        }
        return socket;
    }
}

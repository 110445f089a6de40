package io.halfopen.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The descriptors of a process: small numbers, the lowest free one first, from 3 as if a terminal had 0 to 2. */
final class Descriptors {
    private static final int FIRST = 3;

    /** RLIMIT_NOFILE: a process with more gets EMFILE. */
    private static final int LIMIT = 1 << 20;

    private @Nullable Socket[] sockets = new Socket[16];
    private int lowestFree = FIRST;

    @Nullable
    Socket get(int fd) {
        return fd >= 0 && fd < sockets.length ? sockets[fd] : null;
    }

    boolean isFull() {
        return lowestFree == LIMIT;
    }

    int open(Socket socket) {
        int fd = lowestFree;
        if (fd == sockets.length) {
            sockets = Arrays.copyOf(sockets, Math.min(fd * 2, LIMIT));
        }
        sockets[fd] = socket;
        socket.fd = fd;
        do {
            lowestFree++;
        } while (lowestFree < sockets.length && sockets[lowestFree] != null);
        return fd;
    }

    void close(Socket socket) {
        sockets[socket.fd] = null;
        lowestFree = Math.min(lowestFree, socket.fd);
        socket.fd = -1;
    }

    int end() {
        return sockets.length;
    }
}

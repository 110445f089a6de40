package io.halfopen.drill;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Ioctl;
import io.halfopen.linux.Message;
import io.halfopen.tcp.Stack;
import java.util.HashMap;
import java.util.Map;

/** Files of zeros and pipes beside a stack, and what sendfile(2) and splice(2) do with its sockets. */
final class StackFiles {
    private static final int FIRST = 1 << 21;

    /** What a pipe holds: sendfile() moves so much at a time, and all but the last with MSG_MORE. */
    private static final int PIPE = 65_536;

    private final Stack stack;
    private final Map<Integer, File> files = new HashMap<>();
    private int next = FIRST;

    private static final class File {
        final int length;
        int position;

        File(int length) {
            this.length = length;
        }
    }

    StackFiles(Stack stack) {
        this.stack = stack;
    }

    boolean has(int fd) {
        return files.containsKey(fd);
    }

    int open(int length) {
        files.put(next, new File(length));
        return next++;
    }

    int close(int fd) {
        files.remove(fd);
        return 0;
    }

    int sendfile(long now, int out, int in, long offset, int count) {
        File file = files.get(in);
        if (file == null) {
            return -Errno.EBADF;
        }
        int from = offset < 0 ? file.position : (int) Math.min(offset, file.length);
        int wanted = Math.min(count, file.length - from);
        int sent = 0;
        while (sent < wanted) {
            byte[] piece = new byte[Math.min(PIPE, wanted - sent)];
            int flags = sent + piece.length < wanted ? Message.MSG_MORE : 0;
            int result = stack.send(now, out, piece, 0, piece.length, flags);
            if (result < 0) {
                return sent > 0 ? sent : result;
            }
            sent += result;
            file.position += offset < 0 ? result : 0;
        }
        return sent;
    }

    /** From a socket into a pipe: up to the urgent octet, and at it nothing (tcp_splice_read). */
    int splice(long now, int in, int count) {
        int most = Math.min(count, PIPE);
        int there = stack.ioctl(in, Ioctl.SIOCINQ);
        if (there <= 0 && stack.ioctl(in, Ioctl.SIOCATMARK) == 1) {
            return 0;
        }
        byte[] target = new byte[there > 0 ? Math.min(most, there) : most];
        return stack.recv(now, in, target, 0, target.length, 0);
    }
}

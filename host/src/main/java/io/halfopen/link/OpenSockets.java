package io.halfopen.link;

import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The descriptors of a {@link KernelHost}, so that none outlives it, and what accept(2) and connect(2) said of their peers. */
final class OpenSockets {
    /** As they would be listed: listeners first, then by port and peer. */
    private static final Comparator<SocketRow> ORDER = Comparator.comparing(
                    (SocketRow row) -> row.state() != TcpState.LISTEN)
            .thenComparingInt(SocketRow::localPort)
            .thenComparingInt(SocketRow::remotePort)
            .thenComparing(row -> row.remoteAddress().toString());

    private final Map<Integer, KernelHost.@Nullable Name> peers = new HashMap<>();

    /** What socket(2) has returned, which is handed on. */
    synchronized int add(int fd) {
        if (fd >= 0) {
            peers.put(fd, null);
        }
        return fd;
    }

    synchronized void add(KernelHost.Name accepted) {
        if (accepted.result() >= 0) {
            peers.put(accepted.result(), accepted);
        }
    }

    synchronized void connecting(int fd, KernelHost.Name peer) {
        if (peers.containsKey(fd)) {
            peers.put(fd, peer);
        }
    }

    /** What getpeername(2) has said, or, before there is a connection and after its reset, what was said before. */
    synchronized KernelHost.Name peer(int fd, KernelHost.Name asked) {
        KernelHost.Name before = peers.get(fd);
        return asked.result() < 0 && before != null ? before : asked;
    }

    synchronized int close(int fd) {
        if (!peers.containsKey(fd)) {
            return -Errno.EBADF;
        }
        peers.remove(fd);
        Libc.close(fd);
        return 0;
    }

    /** Whoever waits in a call on one of them is woken by shutdown(2), which close(2) does not do. */
    synchronized void closeAll() {
        for (int fd : peers.keySet()) {
            SocketLibc.shutdown(fd, Stack.SHUT_RDWR);
            Libc.close(fd);
        }
        peers.clear();
    }

    synchronized List<SocketRow> rows(SockDiag diag) {
        Map<Long, Integer> descriptors = new HashMap<>();
        peers.keySet().forEach(fd -> descriptors.put(inode(fd), fd));
        List<SocketRow> rows = new ArrayList<>();
        for (SockDiag.Entry entry : diag.all()) {
            int fd = entry.inode() == 0 ? -1 : descriptors.getOrDefault(entry.inode(), -1);
            rows.add(withDescriptor(entry.row(), fd));
        }
        rows.sort(ORDER);
        return rows;
    }

    private static SocketRow withDescriptor(SocketRow row, int fd) {
        return new SocketRow(
                row.state(),
                row.receiveQueue(),
                row.sendQueue(),
                row.localAddress(),
                row.localPort(),
                row.remoteAddress(),
                row.remotePort(),
                fd);
    }

    /** The descriptor's link in /proc reads {@code socket:[4711]}. */
    private static long inode(int fd) {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return Long.parseLong(link.replaceAll("\\D", ""));
        } catch (IOException | NumberFormatException notASocket) {
            return -1;
        }
    }
}

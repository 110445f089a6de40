package io.halfopen.sim;

import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection, and so many octets in both directions at once; each side shuts its half when it has written all, and
 * closes when it has read to the end. Every octet is compared with what belongs at its position.
 */
final class Transfer {
    static final int PORT = 80;

    private final World world;
    private final long octets;
    private final List<Side> sides = new ArrayList<>();

    Transfer(World world, long octets) {
        this.world = world;
        this.octets = octets;
    }

    /** Listens, and connects at once; the rest comes with time. */
    void start(Host server, Host client, IpAddress address) {
        int family = address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6;
        int listener = server.socket(family);
        require(server.bind(listener, address, PORT) == 0, "bind");
        require(server.listen(listener, 1) == 0, "listen");
        server.watch(listener, events -> {
            int fd = server.accept(listener);
            if (fd >= 0) {
                Side side = new Side(server, fd, address);
                side.connected = true;
                begin(side);
                server.close(listener);
            }
        });
        world.after(0, () -> begin(new Side(client, client.socket(family), address)));
    }

    private void begin(Side side) {
        sides.add(side);
        side.host.watch(side.fd, side);
        side.onReady(0);
    }

    /** Lets everything happen; returns when the last octet was read. */
    long run() {
        while (!world.isQuiet()) {
            require(world.step(), "not quiet, and yet nothing happens");
        }
        require(sides.size() == 2, "accept");
        sides.forEach(side -> require(side.readAll && side.received == octets, side + " has read " + side.received));
        return sides.stream().mapToLong(side -> side.endedAt).max().orElseThrow();
    }

    /** What is left on a host when the world is quiet. */
    static List<TcpState> left(Host host) {
        return host.stack().snapshot().stream().map(SocketRow::state).toList();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static byte octet(long position) {
        return (byte) (position * 0x9e3779b97f4a7c15L >>> 56);
    }

    private final class Side implements Host.ReadyListener {
        private static final int PIECE = 10_000;

        private final Host host;
        private final int fd;
        private final IpAddress server;
        private final byte[] buffer = new byte[PIECE];
        private boolean connected;
        private long sent;
        private long received;
        private boolean readAll;
        private boolean closed;
        private long endedAt;

        Side(Host host, int fd, IpAddress server) {
            this.host = host;
            this.fd = fd;
            this.server = server;
        }

        @Override
        public void onReady(int events) {
            if (!closed && isConnected()) {
                write();
                read();
                if (readAll && sent == octets) {
                    closed = true;
                    host.close(fd);
                }
            }
        }

        private boolean isConnected() {
            int result = connected ? 0 : host.connect(fd, server, PORT);
            require(result == 0 || result == -Errno.EINPROGRESS || result == -Errno.EALREADY, Errno.name(result));
            connected = result == 0;
            return connected;
        }

        private void write() {
            while (sent < octets) {
                int count = (int) Math.min(PIECE, octets - sent);
                for (int i = 0; i < count; i++) {
                    buffer[i] = octet(sent + i);
                }
                int written = host.write(fd, buffer, 0, count);
                if (written == -Errno.EAGAIN) {
                    return;
                }
                require(written > 0, "write() = " + Errno.name(written));
                sent += written;
                if (sent == octets) {
                    require(host.shutdown(fd, Stack.SHUT_WR) == 0, "shutdown");
                }
            }
        }

        private void read() {
            int count = host.read(fd, buffer, 0, buffer.length);
            while (count > 0) {
                for (int i = 0; i < count; i++) {
                    require(buffer[i] == octet(received + i), "octet " + (received + i) + " at " + this);
                }
                received += count;
                count = host.read(fd, buffer, 0, buffer.length);
            }
            if (count == 0 && !readAll) {
                readAll = true;
                endedAt = world.now();
            }
            require(count == 0 || count == -Errno.EAGAIN, "read() = " + Errno.name(count));
        }

        @Override
        public String toString() {
            return host.name();
        }
    }
}

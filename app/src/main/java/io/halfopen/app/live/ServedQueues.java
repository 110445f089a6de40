package io.halfopen.app.live;

import io.halfopen.lab.server.ArticleServer;
import io.halfopen.linux.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A server on every queue of an interface. Each listens for itself, as processes do that share a port by SO_REUSEPORT: with a backlog and
 * workers of its own. They begin and end together.
 */
final class ServedQueues implements AutoCloseable {
    private final List<Wire> wires;
    private final List<ServedQueue> all = new ArrayList<>();

    ServedQueues(List<Wire> wires) {
        this.wires = wires;
    }

    /** Has a server listen on the next queue. */
    void add(ArticleServer server, LastDrops drops, int port) throws IOException {
        Wire wire = wires.get(all.size());
        int result = server.start(wire.address());
        if (result < 0) {
            throw new IOException("cannot listen on port " + port + ": " + Errno.name(result));
        }
        all.add(new ServedQueue(wire, server, drops));
    }

    List<ServedQueue> all() {
        return all;
    }

    ServedQueue first() {
        return all.getFirst();
    }

    void start() {
        wires.forEach(Wire::start);
    }

    /** Waits for the end of all; what ended one in error is thrown. */
    void join() throws IOException, InterruptedException {
        for (Wire wire : wires) {
            wire.join();
        }
    }

    long sum(ToLongFunction<Wire> what) {
        return wires.stream().mapToLong(what).sum();
    }

    @Override
    public void close() {
        wires.forEach(Wire::close);
    }
}

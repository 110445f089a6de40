package io.halfopen.nio;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.sim.Host;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A server that a test has instead of a program: it listens, and accepts never, late, or at once. What it accepts it
 * keeps and says nothing, unless it is told to reset.
 */
public final class Listening {
    private static final int USUAL_BACKLOG = 50;

    private final Engine engine;
    private final Host host;
    private final Stack kernel;
    private final int port;
    private final int fd;
    private long acceptsFrom = Long.MAX_VALUE;
    private final List<Integer> connections = new ArrayList<>();
    private IntConsumer onAccept = connections::add;

    Listening(NetworkHost networkHost, int port) {
        engine = networkHost.network().engine();
        host = networkHost.simulated();
        kernel = host.stack();
        this.port = port;
        fd = engine.call(() -> open(host));
        engine.run(() -> host.watch(fd, this::onReady));
    }

    private int open(Host on) {
        int opened = on.socket(Stack.AF_INET6);
        require(on.bind(opened, IpAddress.ANY_V6, port), "bind");
        require(on.listen(opened, USUAL_BACKLOG), "listen");
        return opened;
    }

    private void require(int result, String call) {
        if (result < 0) {
            throw new IllegalStateException(
                    call + " to port " + port + " of " + host.name() + ": " + Errno.name(result));
        }
    }

    /** listen(2) with this backlog; the accept queue holds one more. */
    public Listening backlog(int backlog) {
        engine.run(() -> require(host.listen(fd, backlog), "listen"));
        return this;
    }

    /** As it is from the beginning, said aloud. */
    public Listening neverAccepts() {
        acceptsFrom = Long.MAX_VALUE;
        return this;
    }

    /** It accepts from now on. */
    public Listening accepts() {
        return acceptsAfter(Duration.ZERO);
    }

    /** It begins to accept after so long. */
    public Listening acceptsAfter(Duration delay) {
        engine.run(() -> {
            acceptsFrom = engine.world().now() + NetworkTime.nanos(delay);
            engine.world().at(acceptsFrom, () -> onReady(Poll.POLLIN));
        });
        return this;
    }

    /** What it accepts it closes at once, with an RST. */
    public Listening resets() {
        onAccept = accepted -> {
            host.setsockopt(accepted, io.halfopen.linux.SocketOption.SO_LINGER, 0);
            host.close(accepted);
        };
        return accepts();
    }

    private void onReady(int events) {
        if (engine.world().now() < acceptsFrom || host.stack() != kernel) {
            return;
        }
        int accepted = host.accept(fd);
        while (accepted >= 0) {
            onAccept.accept(accepted);
            accepted = host.accept(fd);
        }
    }

    /** Its accept queue is filled by clients of its own host, now: whoever comes next finds it full. */
    public Listening full() {
        engine.run(() -> {
            boolean grows = true;
            while (grows && !isFull()) {
                int before = queues().acceptQueue();
                int client = host.socket(Stack.AF_INET);
                host.connect(client, IpAddress.ofIpv4(127 << 24 | 1), port);
                engine.world().runUntil(engine.world().now());
                grows = queues().acceptQueue() > before;
                if (!grows) {
                    host.close(client);
                }
            }
        });
        return this;
    }

    private boolean isFull() {
        ListenQueues now = queues();
        return now.acceptQueue() >= host.stack().kernel().acceptQueueHolds(now.effectiveBacklog());
    }

    /** Its two queues now. */
    public ListenQueues queues() {
        return engine.get(() -> host.stack().queues(fd));
    }

    /** Its process dies, after so long: its kernel closes all that it had open, queues and connections. */
    public Listening diesAfter(Duration delay) {
        engine.run(() -> engine.world().after(NetworkTime.nanos(delay), this::die));
        return this;
    }

    /** Its process dies now. */
    public Listening dies() {
        return diesAfter(Duration.ZERO);
    }

    private void die() {
        if (host.stack() == kernel) {
            connections.forEach(host::close);
            host.close(fd);
        }
        connections.clear();
    }

    /** It listens no more; those who wait in its queues are reset. */
    public void close() {
        engine.run(() -> {
            if (host.stack() == kernel) {
                host.close(fd);
            }
        });
    }
}

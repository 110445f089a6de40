package io.halfopen.lab.server;

import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.ArrayDeque;

/** A process on a host of the simulator. */
public final class SimCalls implements Calls {
    private final World world;
    private final Host host;
    private final Processor processor;

    public SimCalls(World world, Host host) {
        this(world, host, new Processor(world, 0));
    }

    /** The programs share a processor. */
    public SimCalls(World world, Host host, Processor processor) {
        this.world = world;
        this.host = host;
        this.processor = processor;
    }

    /** Programs take time, one after the other; or none. Whoever has news goes before those who waited for a time. */
    public static final class Processor {
        private final World world;
        private final long pace;
        private final ArrayDeque<Runnable> news = new ArrayDeque<>();
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean busy;

        /** {@code pace}: how long a program takes for what it does when it is told something, ns. */
        public Processor(World world, long pace) {
            this.world = world;
            this.pace = pace;
        }

        /** What a program does when it has the processor: at once where programs take no time. */
        private Runnable queued(ArrayDeque<Runnable> queue, Runnable action) {
            return pace == 0 ? action : () -> add(queue, action);
        }

        private void add(ArrayDeque<Runnable> queue, Runnable action) {
            queue.add(action);
            if (!busy) {
                busy = true;
                world.after(0, this::next);
            }
        }

        private void next() {
            Runnable action = news.isEmpty() ? tasks.poll() : news.poll();
            busy = action != null;
            if (action != null) {
                action.run();
                world.after(pace, this::next);
            }
        }
    }

    @Override
    public long now() {
        return world.now();
    }

    @Override
    public void after(long delay, Runnable action) {
        world.after(delay, processor.queued(processor.tasks, action));
    }

    @Override
    public void watch(int fd, ReadyListener listener) {
        if (processor.pace == 0) {
            host.watch(fd, listener::onReady);
        } else {
            host.watch(fd, events -> processor.add(processor.news, () -> listener.onReady(events)));
        }
    }

    @Override
    public int socket(int family) {
        return host.socket(family);
    }

    @Override
    public int bind(int fd, IpAddress address, int port) {
        return host.bind(fd, address, port);
    }

    @Override
    public int listen(int fd, int backlog) {
        return host.listen(fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return host.accept(fd);
    }

    @Override
    public int setsockopt(int fd, SocketOption option, int value) {
        return host.setsockopt(fd, option, value);
    }

    @Override
    public int getsockopt(int fd, SocketOption option) {
        return host.getsockopt(fd, option);
    }

    @Override
    public int connect(int fd, IpAddress address, int port) {
        return host.connect(fd, address, port);
    }

    @Override
    public int read(int fd, byte[] target, int offset, int length) {
        return host.read(fd, target, offset, length);
    }

    @Override
    public int write(int fd, byte[] source, int offset, int length) {
        return host.write(fd, source, offset, length);
    }

    @Override
    public int shutdown(int fd, int how) {
        return host.shutdown(fd, how);
    }

    @Override
    public int close(int fd) {
        return host.close(fd);
    }

    @Override
    public SocketRow row(int fd) {
        return host.stack().row(fd);
    }
}

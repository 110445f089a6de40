package io.halfopen.app.server;

import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;

/** A process on a host of the simulator. */
public final class SimCalls implements Calls {
    private final World world;
    private final Host host;

    public SimCalls(World world, Host host) {
        this.world = world;
        this.host = host;
    }

    @Override
    public long now() {
        return world.now();
    }

    @Override
    public void after(long delay, Runnable action) {
        world.after(delay, action);
    }

    @Override
    public void watch(int fd, ReadyListener listener) {
        host.watch(fd, listener::onReady);
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

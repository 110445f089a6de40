package io.halfopen.app.server;

import io.halfopen.lab.server.Calls;
import io.halfopen.link.KernelHost;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;

/** A process on this machine's own kernel, in a network namespace of its own. Its calls belong on the loop's thread. */
public final class KernelCalls implements Calls {
    private final KernelLoop loop;
    private final KernelHost host;

    public KernelCalls(KernelLoop loop, KernelHost host) {
        this.loop = loop;
        this.host = host;
    }

    @Override
    public long now() {
        return loop.now();
    }

    @Override
    public void after(long delay, Runnable action) {
        loop.at(loop.now() + delay, action);
    }

    @Override
    public void watch(int fd, ReadyListener listener) {
        loop.watch(fd, listener);
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
        return settled(host.accept(fd));
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
        return settled(host.connect(fd, address, port));
    }

    @Override
    public int read(int fd, byte[] target, int offset, int length) {
        return settled(host.read(fd, target, offset, length));
    }

    @Override
    public int write(int fd, byte[] source, int offset, int length) {
        return settled(host.write(fd, source, offset, length));
    }

    @Override
    public int shutdown(int fd, int how) {
        return settled(host.shutdown(fd, how));
    }

    @Override
    public int close(int fd) {
        loop.forget(fd);
        return settled(host.close(fd));
    }

    @Override
    public SocketRow row(int fd) {
        return host.row(fd);
    }

    private int settled(int result) {
        loop.settle();
        return result;
    }
}

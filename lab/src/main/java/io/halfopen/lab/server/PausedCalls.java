package io.halfopen.lab.server;

import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;

/**
 * A program that stands still at times, as for a garbage collection: what it would be told or do then it is told or
 * does at the end, in order. The kernel goes on all the while.
 */
public final class PausedCalls implements Calls {
    /** Until when the program stands still that is told something now, ns; not in the future if it runs. */
    public interface Pauses {
        long until(long now);
    }

    private final Calls calls;
    private final Pauses pauses;

    public PausedCalls(Calls calls, Pauses pauses) {
        this.calls = calls;
        this.pauses = pauses;
    }

    private void whenAwake(Runnable action) {
        long wait = pauses.until(now()) - now();
        if (wait > 0) {
            calls.after(wait, () -> whenAwake(action));
        } else {
            action.run();
        }
    }

    @Override
    public long now() {
        return calls.now();
    }

    @Override
    public void after(long delay, Runnable action) {
        calls.after(delay, () -> whenAwake(action));
    }

    @Override
    public void watch(int fd, ReadyListener listener) {
        calls.watch(fd, events -> whenAwake(() -> listener.onReady(events)));
    }

    @Override
    public int socket(int family) {
        return calls.socket(family);
    }

    @Override
    public int bind(int fd, IpAddress address, int port) {
        return calls.bind(fd, address, port);
    }

    @Override
    public int listen(int fd, int backlog) {
        return calls.listen(fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return calls.accept(fd);
    }

    @Override
    public int setsockopt(int fd, SocketOption option, int value) {
        return calls.setsockopt(fd, option, value);
    }

    @Override
    public int getsockopt(int fd, SocketOption option) {
        return calls.getsockopt(fd, option);
    }

    @Override
    public int connect(int fd, IpAddress address, int port) {
        return calls.connect(fd, address, port);
    }

    @Override
    public int read(int fd, byte[] target, int offset, int length) {
        return calls.read(fd, target, offset, length);
    }

    @Override
    public int write(int fd, byte[] source, int offset, int length) {
        return calls.write(fd, source, offset, length);
    }

    @Override
    public int shutdown(int fd, int how) {
        return calls.shutdown(fd, how);
    }

    @Override
    public int close(int fd) {
        return calls.close(fd);
    }

    @Override
    public SocketRow row(int fd) {
        return calls.row(fd);
    }
}

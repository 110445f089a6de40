package io.halfopen.app.live;

import io.halfopen.lab.server.Calls;
import io.halfopen.link.EventLoop;
import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.trace.SsInfo;
import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A process on a stack in real time. Its calls belong on the loop's thread. */
final class LoopCalls implements Calls, Stack.ReadyHandler {
    private final EventLoop loop;
    private final Stack stack;

    /** By descriptor, the lowest free one of which is always the next: there may be a million. */
    private @Nullable ReadyListener[] watchers = new ReadyListener[64];

    private IntConsumer closing = fd -> {};

    LoopCalls(EventLoop loop, Stack stack) {
        this.loop = loop;
        this.stack = stack;
    }

    @Override
    public void onReady(int fd, int events) {
        ReadyListener listener = fd < watchers.length ? watchers[fd] : null;
        if (listener != null) {
            listener.onReady(events);
        }
    }

    @Override
    public long now() {
        return loop.now();
    }

    @Override
    public void after(long delay, Runnable action) {
        CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS, loop).execute(action);
    }

    @Override
    public void watch(int fd, ReadyListener listener) {
        if (fd >= watchers.length) {
            watchers = Arrays.copyOf(watchers, Math.max(fd + 1, 2 * watchers.length));
        }
        watchers[fd] = listener;
    }

    @Override
    public int socket(int family) {
        return stack.socket(family);
    }

    @Override
    public int bind(int fd, IpAddress address, int port) {
        return stack.bind(fd, address, port);
    }

    @Override
    public int listen(int fd, int backlog) {
        return stack.listen(fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return stack.accept(fd);
    }

    @Override
    public int setsockopt(int fd, SocketOption option, int value) {
        return stack.setsockopt(fd, option, value);
    }

    @Override
    public int getsockopt(int fd, SocketOption option) {
        return stack.getsockopt(fd, option);
    }

    @Override
    public int connect(int fd, IpAddress address, int port) {
        return stack.connect(now(), fd, address, port);
    }

    @Override
    public int read(int fd, byte[] target, int offset, int length) {
        return stack.read(now(), fd, target, offset, length);
    }

    @Override
    public int write(int fd, byte[] source, int offset, int length) {
        return stack.write(now(), fd, source, offset, length);
    }

    @Override
    public int shutdown(int fd, int how) {
        return stack.shutdown(now(), fd, how);
    }

    @Override
    public int close(int fd) {
        if (fd < watchers.length) {
            watchers[fd] = null;
        }
        closing.accept(fd);
        return stack.close(now(), fd);
    }

    /** Tells of every descriptor before it is closed. */
    void beforeClose(IntConsumer listener) {
        closing = listener;
    }

    /** What {@code ss -tin} prints below a connection. */
    String info(int fd) {
        CongestionAlgorithm congestion = stack.congestionControl(fd);
        String name = congestion == null ? "" : congestion.name();
        return SsInfo.text(name, stack.tcpInfo(now(), fd));
    }

    @Override
    public SocketRow row(int fd) {
        return stack.row(fd);
    }
}

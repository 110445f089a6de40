package io.halfopen.app.server;

import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** The articles' server: listen(), wait, then a few workers that accept, read, answer, sleep and close. */
public final class ArticleServer {
    /** {@code acceptAfter} of a server that never accepts. */
    public static final long NEVER = Long.MAX_VALUE;

    /**
     * What the server does with its connections.
     *
     * @param defer TCP_DEFER_ACCEPT, seconds; 0: not set
     * @param acceptAfter when the server starts to accept, counted from listen(), ns
     * @param service how long a worker keeps a connection after its answer, ns
     * @param workers connections handled at a time
     * @param answer after which the connection is closed
     * @param kept the answer to one of those requests of HTTP that leave the connection open; null: none does
     */
    public record Plan(
            int port,
            int backlog,
            int defer,
            long acceptAfter,
            long service,
            int workers,
            Request request,
            Answer answer,
            @Nullable Answer kept) {}

    /** Hears what the server does. */
    public interface Observer {
        /** accept() returned this connection. */
        void onAccepted(SocketRow connection);

        /** The worker is done with it; {@code result} is 0 or the error that ended it, negated. */
        void onClosed(SocketRow connection, int result);
    }

    private final Plan plan;
    private final Calls calls;
    private final Observer observer;
    private final byte[] readBuffer = new byte[4096];
    private int listener = -1;
    private boolean accepting;
    private boolean looping;
    private int busy;
    private int accepted;

    public ArticleServer(Plan plan, Calls calls, Observer observer) {
        this.plan = plan;
        this.calls = calls;
        this.observer = observer;
    }

    /** The listening descriptor. */
    public int listener() {
        return listener;
    }

    /** How long a connection without data is kept from accept(), seconds: what the kernel made of TCP_DEFER_ACCEPT. */
    public int deferral() {
        return calls.getsockopt(listener, SocketOption.TCP_DEFER_ACCEPT);
    }

    /** How many connections accept() has returned. */
    public int accepted() {
        return accepted;
    }

    /** Binds and listens on an address: 0, or the error of bind() or listen(), negated. */
    public int start(IpAddress address) {
        listener = calls.socket(address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        int bound = calls.bind(listener, address, plan.port());
        if (plan.defer() > 0) {
            calls.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, plan.defer());
        }
        int listening = bound < 0 ? bound : calls.listen(listener, plan.backlog());
        if (listening < 0) {
            return listening;
        }
        calls.watch(listener, events -> acceptAll());
        if (plan.acceptAfter() != NEVER) {
            calls.after(plan.acceptAfter(), () -> {
                accepting = true;
                acceptAll();
            });
        }
        return 0;
    }

    /** As long as there are a free worker and a connection. A worker that ends at once comes back here: once is enough. */
    private void acceptAll() {
        if (looping) {
            return;
        }
        looping = true;
        while (accepting && busy < plan.workers()) {
            int fd = calls.accept(listener);
            if (fd < 0) {
                break;
            }
            busy++;
            accepted++;
            Worker worker = worker(fd);
            observer.onAccepted(worker.connection());
            worker.start();
        }
        looping = false;
    }

    private Worker worker(int fd) {
        return new Worker(fd, plan, calls, readBuffer, this::onDone);
    }

    private void onDone(SocketRow connection, int result) {
        busy--;
        observer.onClosed(connection, result);
        acceptAll();
    }
}

package io.halfopen.lab.server;

import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayDeque;
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
     * @param acceptance who accepts, and how fast
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
            Acceptance acceptance,
            @Nullable Answer kept) {
        /** Of a server whose workers accept. */
        public Plan(
                int port,
                int backlog,
                int defer,
                long acceptAfter,
                long service,
                int workers,
                Request request,
                Answer answer,
                @Nullable Answer kept) {
            this(port, backlog, defer, acceptAfter, service, workers, request, answer, Acceptance.BY_WORKERS, kept);
        }
    }

    /** Hears what the server does. */
    public interface Observer {
        /** accept() returned this connection. */
        void onAccepted(SocketRow connection);

        /** The worker is done with it; {@code result} is 0 or the error that ended it, negated. */
        void onClosed(SocketRow connection, int result);
    }

    /** Octets of a request that are read at a time. */
    private static final int READ = 4096;

    private final Plan plan;
    private final Calls calls;
    private final Observer observer;
    private final Worker.House house;
    private int listener = -1;
    private boolean accepting;
    private boolean looping;
    private int busy;
    private int open;
    private long nextAccept;
    private boolean waiting;
    private final ArrayDeque<Runnable> requests = new ArrayDeque<>();
    private int accepted;

    public ArticleServer(Plan plan, Calls calls, Observer observer) {
        this.plan = plan;
        this.calls = calls;
        this.observer = observer;
        this.house = new Worker.House(plan, calls, new byte[READ], this::onRequest, this::onDone);
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
        while (accepting && hasRoom() && isTime()) {
            int fd = calls.accept(listener);
            if (fd < 0) {
                break;
            }
            busy += plan.acceptance().apart() ? 0 : 1;
            open++;
            accepted++;
            nextAccept = calls.now() + plan.acceptance().interval();
            observer.onAccepted(calls.row(fd));
            new Worker(fd, house).start();
        }
        looping = false;
    }

    /** For one more connection: a worker, or a place beside the open ones. */
    private boolean hasRoom() {
        return plan.acceptance().apart() ? open < plan.acceptance().mostOpen() : busy < plan.workers();
    }

    /** Whether accept() may be called again; if not, it is when the time has come. */
    private boolean isTime() {
        long early = nextAccept - calls.now();
        if (early > 0 && !waiting) {
            waiting = true;
            calls.after(early, () -> {
                waiting = false;
                acceptAll();
            });
        }
        return early <= 0;
    }

    /** A request is there; with an acceptor it waits for a worker. */
    private void onRequest(Runnable work) {
        if (!plan.acceptance().apart()) {
            work.run();
        } else if (busy < plan.workers()) {
            busy++;
            work.run();
        } else {
            requests.add(work);
        }
    }

    private void onDone(SocketRow connection, int result, boolean worked) {
        open--;
        observer.onClosed(connection, result);
        Runnable next = worked ? requests.poll() : null;
        if (next != null) {
            calls.after(0, next);
        } else if (worked) {
            busy--;
        }
        acceptAll();
    }
}

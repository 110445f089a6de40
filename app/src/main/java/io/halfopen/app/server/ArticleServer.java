package io.halfopen.app.server;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;

/** The articles' server: listen(), wait, then a few workers that accept, read, answer, sleep and close. */
public final class ArticleServer {
    /** {@code acceptAfter} of a server that never accepts. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int PIECE = 1 << 16;

    /**
     * What the server does with its connections.
     *
     * @param defer TCP_DEFER_ACCEPT, seconds; 0: not set
     * @param acceptAfter when the server starts to accept, counted from listen(), ns
     * @param service how long a worker keeps a connection after its answer, ns
     * @param workers connections handled at a time
     */
    public record Plan(
            int port,
            int backlog,
            int defer,
            long acceptAfter,
            long service,
            int workers,
            Request request,
            Answer answer) {}

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
    private final byte[] filler = new byte[PIECE];
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
            new Worker(fd).start();
        }
        looping = false;
    }

    /** One connection, from accept() to close(). */
    private final class Worker implements Calls.ReadyListener {
        private final int fd;
        private final SocketRow row;
        private int requestSeen;
        private boolean answering;
        private int piece;
        private int pieceWritten;
        private long fillerWritten;
        private boolean done;

        Worker(int fd) {
            this.fd = fd;
            this.row = calls.row(fd);
        }

        void start() {
            observer.onAccepted(row);
            calls.watch(fd, this);
            onReady(0);
        }

        @Override
        public void onReady(int events) {
            if (done) {
                return;
            }
            int result = answering ? 0 : readRequest();
            if (result >= 0) {
                answering = true;
                result = writeAnswer();
            }
            if (result != -Errno.EAGAIN) {
                serve(result);
            }
        }

        /** 0 once there is enough of it, or the client will send no more; -EAGAIN while there is not. */
        private int readRequest() {
            while (!plan.request().isComplete(requestSeen)) {
                int count = calls.read(fd, readBuffer, 0, readBuffer.length);
                if (count <= 0) {
                    return count;
                }
                requestSeen = plan.request().progress(requestSeen, readBuffer, count);
            }
            return 0;
        }

        /** 0 once all of it is written. */
        private int writeAnswer() {
            Answer answer = plan.answer();
            while (piece < answer.pieces().size()) {
                byte[] bytes = answer.pieces().get(piece);
                int count = calls.write(fd, bytes, pieceWritten, bytes.length - pieceWritten);
                if (count < 0) {
                    return count;
                }
                pieceWritten += count;
                if (pieceWritten == bytes.length) {
                    piece++;
                    pieceWritten = 0;
                }
            }
            while (fillerWritten < answer.filler()) {
                int count = calls.write(fd, filler, 0, answer.fill(filler, fillerWritten));
                if (count < 0) {
                    return count;
                }
                fillerWritten += count;
            }
            return 0;
        }

        private void serve(int result) {
            done = true;
            if (plan.service() == 0 || result < 0) {
                close(result);
            } else {
                calls.after(plan.service(), () -> close(result));
            }
        }

        private void close(int result) {
            calls.close(fd);
            busy--;
            observer.onClosed(row, result);
            acceptAll();
        }
    }
}

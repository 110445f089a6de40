package io.halfopen.nio;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Host;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.function.IntSupplier;

/**
 * A descriptor on a host of the world, for many threads: the calls of section 2, which return -errno, and a wait for
 * poll(2). Once it is closed every call returns -EBADF, and whoever waits is woken.
 */
public final class VirtualSocket {
    /** Waiting takes as long as it takes. */
    public static final long FOREVER = Long.MAX_VALUE;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Engine engine;
    private final Host host;
    private final Stack kernel;
    private final Condition changed;
    private int fd;
    private Runnable listener = () -> {};
    private final BusyPoll busyPoll = new BusyPoll();

    /** How often there was news. */
    private volatile int news;

    private VirtualSocket(Engine engine, Host host, int fd) {
        this.engine = engine;
        this.host = host;
        kernel = host.stack();
        this.fd = fd;
        changed = engine.newCondition();
        if (fd >= 0) {
            host.watch(fd, events -> onNews());
            engine.add(this);
        }
    }

    /** socket(2); {@link #fd} is negative if the host has no descriptor left. */
    public static VirtualSocket open(Engine engine, Host host, int family) {
        return engine.get(
                () -> new VirtualSocket(engine, host, engine.isClosed() ? -Errno.EBADF : host.socket(family)));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the engine's lock is held
    void onNews() {
        news++;
        changed.signalAll();
        listener.run();
    }

    /** Runs, with the engine's lock, whenever poll(2) may say something new. */
    public void onNews(Runnable newListener) {
        engine.run(() -> listener = newListener);
    }

    public Engine engine() {
        return engine;
    }

    public Host host() {
        return host;
    }

    /** A negated errno if it could not be opened, or is closed. */
    public int fd() {
        return engine.call(() -> live(() -> fd));
    }

    /** Its host crashed: nothing of what was open is there any more. */
    private boolean hasLostItsKernel() {
        return host.stack() != kernel;
    }

    private int live(IntSupplier call) {
        if (engine.isClosed()) {
            return -Errno.ENONET;
        }
        if (fd >= 0 && hasLostItsKernel()) {
            return -Errno.EHOSTDOWN;
        }
        return fd < 0 ? -Errno.EBADF : call.getAsInt();
    }

    public int bind(IpAddress address, int port) {
        return engine.call(() -> live(() -> host.bind(fd, address, port)));
    }

    public int listen(int backlog) {
        return engine.call(() -> live(() -> host.listen(fd, backlog)));
    }

    public int connect(IpAddress address, int port) {
        return engine.call(() -> live(() -> host.connect(fd, address, port)));
    }

    /** accept(2). */
    public AcceptResult accept() {
        return engine.get(() -> {
            int accepted = live(() -> host.accept(fd));
            if (accepted < 0) {
                return new NotAccepted(accepted);
            }
            SocketRow row = host.stack().row(accepted);
            return new Accepted(
                    new VirtualSocket(engine, host, accepted),
                    row.localAddress(),
                    row.localPort(),
                    row.remoteAddress(),
                    row.remotePort());
        });
    }

    /** What accept(2) gave. */
    public sealed interface AcceptResult {}

    /** A connection. */
    public record Accepted(
            VirtualSocket socket, IpAddress localAddress, int localPort, IpAddress remoteAddress, int remotePort)
            implements AcceptResult {}

    /**
     * Nothing.
     *
     * @param error a negated errno, -EAGAIN if nobody waits to be accepted
     */
    public record NotAccepted(int error) implements AcceptResult {}

    public int read(byte[] target, int offset, int length) {
        return engine.call(() -> live(() -> host.read(fd, target, offset, length)));
    }

    public int send(byte[] source, int offset, int length, int flags) {
        return engine.call(() -> live(() -> host.send(fd, source, offset, length, flags)));
    }

    public int shutdown(int how) {
        return engine.call(() -> live(() -> host.shutdown(fd, how)));
    }

    public int setsockopt(SocketOption option, int value) {
        return engine.call(() -> live(() -> host.setsockopt(fd, option, value)));
    }

    public int getsockopt(SocketOption option) {
        return engine.call(() -> live(() -> host.getsockopt(fd, option)));
    }

    /** ioctl(2) with SIOCINQ: octets to read. */
    public int available() {
        return engine.call(() -> live(() -> Math.max(0, host.stack().row(fd).receiveQueue())));
    }

    public int poll() {
        return engine.call(() -> live(() -> host.stack().poll(fd)));
    }

    /** Addresses and queues; only of a socket that is open. */
    public Optional<SocketRow> row() {
        return engine.get(() -> engine.isClosed() || fd < 0 || hasLostItsKernel()
                ? Optional.empty()
                : Optional.of(host.stack().row(fd)));
    }

    /**
     * poll(2), at most so many nanoseconds of the caller's clock: what holds of these events, POLLERR and POLLHUP, 0 if
     * the time is over, -EBADF once it is closed, -EINTR never.
     *
     * @throws InterruptedException if the thread is interrupted before or while it waits
     */
    public int await(int events, long nanos) throws InterruptedException {
        int asked = asked(events);
        return interruptibly(() -> awaitLocked(asked, engine.deadline(nanos)));
    }

    /**
     * Such a call, and again whenever one of these events holds, as long as it returns -EAGAIN; at most so many nanoseconds
     * of the caller's clock.
     *
     * @return what the last call returned; if it was closed meanwhile, -EBADF
     * @throws InterruptedException if the thread is interrupted before or while it waits
     */
    public int retry(IntSupplier call, int events, long nanos) throws InterruptedException {
        int asked = asked(events);
        return interruptibly(() -> {
            long deadline = engine.deadline(nanos);
            int result = call.getAsInt();
            while (result == -Errno.EAGAIN) {
                int held = awaitLocked(asked, deadline);
                if (held <= 0) {
                    return held < 0 ? held : result;
                }
                result = call.getAsInt();
            }
            return result;
        });
    }

    private static int asked(int events) {
        return events | Poll.POLLERR | Poll.POLLHUP;
    }

    private int interruptibly(IntSupplier call) throws InterruptedException {
        try {
            return engine.call(call);
        } catch (Interrupted interrupted) {
            throw new InterruptedException();
        }
    }

    private int awaitLocked(int asked, long deadline) {
        try {
            int held = held(asked);
            while (held == 0 && engine.world().now() < deadline) {
                int known = news;
                if (!engine.comesSoon(busyPoll, () -> news != known)) {
                    engine.await(changed, deadline);
                }
                held = held(asked);
            }
            return held;
        } catch (InterruptedException interrupted) {
            throw new Interrupted();
        }
    }

    private int held(int asked) {
        int events = live(() -> host.stack().poll(fd));
        return events < 0 ? events : events & asked;
    }

    /** Carries an InterruptedException through a lambda. */
    private static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Interrupted() {
            super(null, null, false, false);
        }
    }

    /** close(2); with a SO_LINGER above 0 it waits until the peer has all, or the time is over. */
    public int close() {
        return engine.call(() -> {
            int closing = fd;
            if (engine.isClosed() || closing < 0 || hasLostItsKernel()) {
                fd = -Errno.EBADF;
                onNews();
                return live(() -> 0);
            }
            fd = -Errno.EBADF;
            onNews();
            linger(closing);
            return engine.isClosed() || hasLostItsKernel() ? 0 : host.close(closing);
        });
    }

    /** The process ends, with the engine's lock held: no thread hears of it, or waits as SO_LINGER says (inet_release). */
    void abandon() {
        int closing = fd;
        fd = -Errno.EBADF;
        if (closing >= 0 && !hasLostItsKernel()) {
            int unused = host.close(closing);
        }
    }

    /** sk_stream_wait_close. */
    private void linger(int closing) {
        int seconds = host.getsockopt(closing, SocketOption.SO_LINGER);
        if (seconds <= 0 || host.stack().row(closing).receiveQueue() > 0) {
            return; // what was not read is answered by a reset
        }
        int unused = host.shutdown(closing, Stack.SHUT_RDWR);
        long deadline = engine.world().now() + seconds * NANOS_PER_SECOND;
        while (!engine.isClosed()
                && !hasLostItsKernel()
                && isEnding(closing)
                && engine.world().now() < deadline) {
            engine.awaitUninterruptibly(changed, deadline);
        }
    }

    private boolean isEnding(int closing) {
        return switch (host.stack().row(closing).state()) {
            case FIN_WAIT1, CLOSING, LAST_ACK -> true;
            default -> false;
        };
    }

    /** Wakes whoever waits: what they wait for has ended otherwise. */
    public void wake() {
        engine.run(this::onNews);
    }
}

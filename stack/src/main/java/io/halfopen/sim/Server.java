package io.halfopen.sim;

import io.halfopen.linux.Errno;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that listens: {@link Host#serve} makes one. It accepts nothing by itself. Printed, it is what ss would
 * show of its queues:
 *
 * <pre>
 * server:8080 listen(0): accept queue 1 of 1, SYN queue 0
 * </pre>
 */
public final class Server {
    private final Host host;
    private final IpAddress address;
    private final int port;
    private final int fd;

    Server(Host host, IpAddress address, int port, int backlog) {
        this.host = host;
        this.address = address;
        this.port = port;
        fd = host.socket(address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        check(host.bind(fd, address, port));
        check(host.listen(fd, backlog));
    }

    private void check(int result) {
        if (result < 0) {
            throw new IllegalStateException(
                    host.name() + " cannot listen on port " + port + ": " + Errno.name(-result));
        }
    }

    Host host() {
        return host;
    }

    public IpAddress address() {
        return address;
    }

    public int port() {
        return port;
    }

    /** accept(2): the descriptor of the connection that finished first, or -EAGAIN where there is none. */
    public int accept() {
        return host.accept(fd);
    }

    /** Accepts whatever waits now; the descriptors, in the order in which the handshakes finished. */
    public List<Integer> acceptAll() {
        List<Integer> accepted = new ArrayList<>();
        for (int next = accept(); next >= 0; next = accept()) {
            accepted.add(next);
        }
        return accepted;
    }

    /** Its two queues now, and at their peaks. */
    public ListenQueues queues() {
        return host.stack().queues(fd);
    }

    /** The descriptor, for options. */
    public int fd() {
        return fd;
    }

    @Override
    public String toString() {
        ListenQueues queues = queues();
        return host.name() + ":" + port + " listen(" + queues.backlog() + "): accept queue " + queues.acceptQueue()
                + " of " + (queues.effectiveBacklog() + 1L) + ", SYN queue " + queues.synQueue();
    }
}

package io.halfopen.sim;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One connect() and what becomes of it: {@link Host#connect(Server)} makes one, and it is up to date whenever the world has
 * run. Printed, it is the fate of a client in a line:
 *
 * <pre>
 * clients:46214 connected after 0.040 s
 * clients:46216 connected after 5.040 s; dropped before: 1 x SYN_QUEUE_FULL, 4 x ACCEPT_QUEUE_FULL
 * clients:46218 no answer after 20.000 s to 9 SYNs; dropped: 2 x SYN_QUEUE_FULL, 7 x ACCEPT_QUEUE_FULL
 * </pre>
 */
public final class Attempt implements Tap {
    private static final double NANOS_PER_SECOND = 1e9;

    private final World world;
    private final Host client;
    private final Server server;
    private final int fd;
    private final long since;
    private final int port;
    private final Segment segment = new Segment();
    private final Map<Rule, Integer> refusals = new LinkedHashMap<>();
    private int syns;
    private int error;
    private long endedAt = -1;

    Attempt(World world, Host client, Server server) {
        this.world = world;
        this.client = client;
        this.server = server;
        since = world.now();
        fd = client.socket(server.address().isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        client.watch(fd, this::onReady);
        world.addTap(this);
        int result = client.connect(fd, server.address(), server.port());
        port = client.stack().row(fd).localPort();
        if (result != -Errno.EINPROGRESS) {
            end(-result);
        }
    }

    private void onReady(int events) {
        if (endedAt < 0 && (events & (Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP)) != 0) {
            end(client.getsockopt(fd, SocketOption.SO_ERROR));
        }
    }

    private void end(int errno) {
        error = errno;
        endedAt = world.now();
    }

    /** Whether connect() has returned 0. The server may not know of it yet, or ever: see the articles. */
    public boolean isConnected() {
        return endedAt >= 0 && error == 0;
    }

    /** Whether connect() has failed: {@link #error} says with what. */
    public boolean isFailed() {
        return error != 0;
    }

    /** The errno that connect() failed with, a number of {@link Errno}; 0 if it has not. */
    public int error() {
        return error;
    }

    /** How long connect() took; null while it has not returned. */
    public @Nullable Duration took() {
        return endedAt < 0 ? null : Duration.ofNanos(endedAt - since);
    }

    /** How many SYNs have left so far. */
    public int syns() {
        return syns;
    }

    /** The rules by which the server dropped what this client sent, and how often. */
    public Map<Rule, Integer> refusals() {
        return Map.copyOf(refusals);
    }

    /** The descriptor on the client's host, for read(), write(), close() and options. */
    public int fd() {
        return fd;
    }

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        if (from == client && isOurs(bytes, offset, length) && segment.has(TcpHeader.SYN)) {
            syns++;
        }
    }

    @Override
    public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
        if (to == server.host() && rule.verdict() == Rule.Verdict.DROP && isOurs(bytes, offset, length)) {
            refusals.merge(rule, 1, Integer::sum);
        }
    }

    /** While connect() itself runs the port is not known yet: then no other can be meant, as calls come one by one. */
    private boolean isOurs(byte[] bytes, int offset, int length) {
        return segment.parse(bytes, offset, length) == Segment.Defect.NONE
                && (segment.sourcePort() == port || port == 0)
                && client.has(new IpAddress(segment.sourceHigh(), segment.sourceLow()))
                && segment.destinationPort() == server.port();
    }

    @Override
    public String toString() {
        return client.name() + ":" + port + " " + outcome() + reasons();
    }

    private String outcome() {
        if (endedAt < 0) {
            return "no answer after " + seconds(world.now() - since) + " to " + (syns == 1 ? "1 SYN" : syns + " SYNs");
        }
        return (error == 0 ? "connected" : Errno.name(error)) + " after " + seconds(endedAt - since);
    }

    private String reasons() {
        if (refusals.isEmpty()) {
            return "";
        }
        return refusals.entrySet().stream()
                .map(each -> each.getValue() + " x " + each.getKey())
                .collect(Collectors.joining(", ", isConnected() ? "; dropped before: " : "; dropped: ", ""));
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / NANOS_PER_SECOND);
    }
}

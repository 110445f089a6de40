package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.HandmadePacket;
import io.halfopen.app.capture.TcpView;
import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.link.Tun;
import io.halfopen.linux.SocketOption;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;

/**
 * A server and its clients, each with this machine's kernel in a namespace of its own; between them this passes on the
 * packets, and keeps a copy. Packets of clients that are none can be added.
 */
final class LivePair implements AutoCloseable {
    static final IpAddress SERVER = IpAddress.parse("10.7.0.1");
    static final IpAddress CLIENT = IpAddress.parse("10.8.0.1");
    static final int PORT = 8080;
    static final int AF_INET = 2;
    private static final int POLLIN = 1;
    private static final long PATIENCE = 20_000_000_000L;

    private record Packet(long time, byte[] bytes) {}

    private final List<Packet> packets = new ArrayList<>();
    private final byte[] buffer = new byte[4096];
    private final TcpView view = new TcpView();
    /** What is lost before it comes to where it would be captured. */
    Predicate<TcpView> lost = packet -> false;
    /** Whether each packet comes twice. */
    boolean twice;

    final KernelHost server;
    final KernelHost client;
    private final Tun toServer;
    private final Tun toClient;

    LivePair() throws LinkException {
        server = KernelHost.open();
        client = KernelHost.open();
        toServer = join(server, SERVER);
        toClient = join(client, CLIENT);
    }

    private static Tun join(KernelHost host, IpAddress address) throws LinkException {
        Tun tun = host.openTun("peer0");
        host.assign("peer0", address, 24);
        host.route(IpAddress.parse("10.0.0.0"), 8, "peer0");
        return tun;
    }

    /** Runs a program in the server's namespace; skips the test where there is no such. */
    void onServer(String... command) throws LinkException {
        int code = server.call(() -> {
            try {
                return new ProcessBuilder(command)
                        .inheritIO()
                        .redirectErrorStream(true)
                        .start()
                        .waitFor();
            } catch (IOException none) {
                Assumptions.abort("skipped: " + command[0] + " is not installed");
                return -1;
            }
        });
        Assumptions.assumeTrue(code == 0, "skipped: " + command[0] + " cannot be used here");
    }

    int listen(int port, int backlog) {
        int fd = server.socket(AF_INET);
        assertThat(server.setsockopt(fd, SocketOption.SO_REUSEADDR, 1)).isZero();
        assertThat(server.bind(fd, SERVER, port)).isZero();
        assertThat(server.listen(fd, backlog)).isZero();
        return fd;
    }

    /** Begins to connect; port 0: any. */
    int connect(int from, int port) {
        int fd = client.socket(AF_INET);
        if (from != 0) {
            assertThat(client.setsockopt(fd, SocketOption.SO_REUSEADDR, 1)).isZero();
            assertThat(client.bind(fd, CLIENT, from)).isZero();
        }
        client.connect(fd, SERVER, port);
        return fd;
    }

    int accept(int listener) throws Exception {
        int[] fd = new int[1];
        until(() -> (fd[0] = server.accept(listener)) >= 0);
        return fd[0];
    }

    void write(KernelHost host, int fd, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(host.write(fd, bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }

    /** Waits for something to be read: data, or the end. */
    int read(KernelHost host, int fd) throws Exception {
        until(() -> (host.poll(fd) & POLLIN) != 0);
        return host.read(fd, new byte[1000], 0, 1000);
    }

    void until(Callable<Boolean> done) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!done.call()) {
            assertThat(System.nanoTime()).as("it never came").isLessThan(end);
            pass(1);
        }
    }

    /** Passes on what there is, for so long, ms. */
    void pass(long millis) throws LinkException {
        long end = System.nanoTime() + millis * 1_000_000;
        do {
            pass(toClient, toServer);
            pass(toServer, toClient);
            toServer.await(200_000);
        } while (System.nanoTime() < end);
    }

    private void pass(Tun from, Tun to) throws LinkException {
        for (int length = from.receive(buffer); length > 0; length = from.receive(buffer)) {
            if (view.parse(buffer, 0, length, length) == TcpView.Kind.TCP && lost.test(view)) {
                continue;
            }
            keep(Arrays.copyOf(buffer, length));
            to.send(buffer, 0, length);
            if (twice) {
                keep(Arrays.copyOf(buffer, length));
                to.send(buffer, 0, length);
            }
        }
    }

    private void keep(byte[] bytes) {
        packets.add(new Packet(1_700_000_000_000_000_000L + System.nanoTime(), bytes));
    }

    /** A packet to the server from a client that is none. */
    void inject(IpAddress from, int port, int seq, int ack, int flags) {
        byte[] whole = HandmadePacket.of(from, port, SERVER, PORT, seq, ack, flags);
        keep(whole);
        toServer.send(whole, 0, whole.length);
    }

    /** The sequence number of the server's latest packet to this port with these flags. */
    int lastSeq(int port, int flags) throws Exception {
        int[] seq = new int[1];
        until(() -> {
            TcpView view = new TcpView();
            for (Packet each : packets) {
                if (view.parse(each.bytes, 0, each.bytes.length, each.bytes.length) == TcpView.Kind.TCP
                        && view.destinationPort == port
                        && (view.flags & flags) == flags) {
                    seq[0] = view.seq;
                    return true;
                }
            }
            return false;
        });
        return seq[0];
    }

    /** All that is said of the packets that are these. */
    List<Finding> findings(Predicate<TcpView> which) {
        Explainer explainer = new Explainer();
        TcpView view = new TcpView();
        for (Packet each : packets) {
            int length = each.bytes.length;
            if (view.parse(each.bytes, 0, length, length) != TcpView.Kind.TCP || which.test(view)) {
                explainer.packet(each.time, each.bytes, 0, length, length);
            }
        }
        Explanation explanation = Explanation.of(explainer);
        List<Finding> all = new ArrayList<>();
        explanation.entries().forEach(each -> all.addAll(each.findings()));
        explanation.listeners().keySet().forEach(each -> all.addAll(explanation.findings(each)));
        return all;
    }

    @Override
    public void close() {
        toServer.close();
        toClient.close();
        client.close();
        server.close();
    }
}

package io.halfopen.compat;

import io.halfopen.linux.Sysctl;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Requests in a second over the network, and over this machine's loopback through the same provider, in turns: medians of
 * both, their ratio, and how long the slowest hundredth took. Also how long a network takes to be made and closed.
 *
 * <p>{@code bench/requests [seconds of a round] [rounds]}
 */
@SuppressWarnings({"AddressSelection", "SystemOut", "try"
}) // a name has one address here; a program prints, and waits for threads
public final class RequestsBenchmark {
    private static final int PORT = 8080;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String SMALL = "/100";

    private final long nanos;
    private final int rounds;

    private RequestsBenchmark(double seconds, int rounds) {
        nanos = (long) (seconds * 1e9);
        this.rounds = rounds;
    }

    public static void main(String[] args) throws Exception {
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 1;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        RequestsBenchmark benchmark = new RequestsBenchmark(seconds, rounds);
        networks();
        System.out.printf("%-34s %21s %21s %8s%n", "", "network", "loopback", "ratio");
        System.out.printf(
                "%-34s %10s %10s %10s %10s%n", "requests of 100 octets", "a second", "p99, us", "a second", "p99, us");
        try (Network net = Network.open()) {
            net.host("server");
            // As Linux has it on the loopback: else 14,116 connections in a minute use up the half of the ports that
            // connect() tries first.
            net.home().set(Sysctl.tcp_tw_reuse, 1);
            benchmark.compare("echo, one connection", Echo::new);
            benchmark.compare(new JdkServer(), new JdkClient(HttpClient.Version.HTTP_1_1));
            benchmark.compare(new NettyServer(), new JdkClient(HttpClient.Version.HTTP_1_1));
            benchmark.compare(new JettyServer(), new ApacheClient());
            benchmark.compare(new HelidonServer(), new OkHttpClientUnderTest());
            benchmark.compare(new NettyServer(), new NettyClient());
        }
    }

    /** A server and a client of it, to be asked again and again. */
    private interface Pair extends AutoCloseable {
        void request() throws Exception;
    }

    /** Starts both on a host, "server" of the network or "localhost". */
    private interface Start {
        Pair on(String host) throws Exception;
    }

    private void compare(ServerUnderTest server, ClientUnderTest client) throws Exception {
        compare(server.name().strip() + ", " + client.name().strip(), host -> {
            AutoCloseable running = server.start(InetAddress.getByName(host), PORT);
            ClientUnderTest.Session session = client.open(PATIENCE, PATIENCE);
            String uri = "http://" + host + ":" + PORT + SMALL;
            return new Pair() {
                @Override
                public void request() throws Exception {
                    session.get(uri);
                }

                @Override
                public void close() throws Exception {
                    session.close();
                    running.close();
                }
            };
        });
    }

    private void compare(String name, Start start) throws Exception {
        Figures network = new Figures();
        Figures loopback = new Figures();
        for (int i = 0; i <= rounds; i++) {
            boolean counts = i > 0; // the first round warms up
            run(start, "server", counts ? network : new Figures());
            run(start, "localhost", counts ? loopback : new Figures());
        }
        System.out.printf(
                Locale.ROOT,
                "%-34s %10.0f %10.0f %10.0f %10.0f %8.2f%n",
                name,
                median(network.perSecond),
                median(network.slowest),
                median(loopback.perSecond),
                median(loopback.slowest),
                median(network.perSecond) / median(loopback.perSecond));
    }

    private static final class Figures {
        final List<Double> perSecond = new ArrayList<>();

        /** What one request of a hundred takes at least, us. */
        final List<Double> slowest = new ArrayList<>();
    }

    private void run(Start start, String host, Figures figures) throws Exception {
        try (Pair pair = start.on(host)) {
            long[] took = new long[1 << 16];
            int count = 0;
            long begin = System.nanoTime();
            long before = begin;
            while (before - begin < nanos) {
                pair.request();
                long now = System.nanoTime();
                took = count < took.length ? took : Arrays.copyOf(took, 2 * count);
                took[count++] = now - before;
                before = now;
            }
            figures.perSecond.add(count * 1e9 / (before - begin));
            Arrays.sort(took, 0, count);
            figures.slowest.add(took[count - 1 - count / 100] / 1e3);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** A blocking channel on each side, and a thread that sends back what comes. */
    private static final class Echo implements Pair {
        private final ServerSocketChannel server;
        private final SocketChannel client;
        private final Thread thread;
        private final ByteBuffer buffer = ByteBuffer.allocate(100);

        Echo(String host) throws IOException {
            server = ServerSocketChannel.open().bind(new InetSocketAddress(host, 0));
            client = SocketChannel.open(server.getLocalAddress());
            thread = Thread.ofPlatform().daemon().start(this::echo);
        }

        private void echo() {
            try (SocketChannel accepted = server.accept()) {
                ByteBuffer answer = ByteBuffer.allocate(100);
                while (accepted.read(answer.clear()) >= 0) {
                    accepted.write(answer.flip());
                }
            } catch (IOException failed) {
                System.err.println(failed);
            }
        }

        @Override
        public void request() throws IOException {
            client.write(buffer.clear());
            buffer.clear();
            while (buffer.hasRemaining()) {
                client.read(buffer);
            }
        }

        @Override
        public void close() throws Exception {
            client.close();
            thread.join();
            server.close();
        }
    }

    private static void networks() throws IOException {
        List<Double> micros = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            long start = System.nanoTime();
            try (Network net = Network.open()) {
                net.host("a").listen(80).accepts();
                SocketChannel.open(new InetSocketAddress("a", 80)).close();
            }
            micros.add((System.nanoTime() - start) / 1e3);
        }
        System.gc();
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.printf(
                Locale.ROOT,
                "a network with a connection is made and closed in %.0f us (median of 10,000); %d MB in use afterwards%n%n",
                median(micros),
                used >> 20);
    }
}

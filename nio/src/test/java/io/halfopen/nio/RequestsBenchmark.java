package io.halfopen.nio;

import com.sun.net.httpserver.HttpServer;
import io.halfopen.nio.channels.HalfopenSelectorProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;

/**
 * Requests in a second over the network, and over this machine's loopback through the same provider, in turns: the ratio
 * of the medians. Also how long a network takes to be made and closed.
 *
 * <p>{@code java -cp ... io.halfopen.nio.RequestsBenchmark [seconds of a round] [rounds]}
 */
@SuppressWarnings({"AddressSelection", "SystemOut"}) // a name has one address here; a program prints
public final class RequestsBenchmark {
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
        System.out.println(
                "provider " + new HalfopenSelectorProvider().getClass().getSimpleName());
        benchmark.networks();
        try (Network net = Network.open()) {
            net.host("server");
            benchmark.compare("echo, one connection", benchmark::echo);
            benchmark.compare("HttpServer + HttpClient", benchmark::http);
        }
    }

    /** Requests in a second between this program and a server on this host. */
    private interface Measurement {
        double on(String host) throws Exception;
    }

    private void compare(String name, Measurement measurement) throws Exception {
        List<Double> ours = new ArrayList<>();
        List<Double> kernels = new ArrayList<>();
        for (int i = 0; i <= rounds; i++) {
            double network = measurement.on("server");
            double loopback = measurement.on("localhost");
            if (i > 0) { // the first warms up
                ours.add(network);
                kernels.add(loopback);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-26s network %8.0f/s   loopback %8.0f/s   ratio %.2f%n",
                name,
                median(ours),
                median(kernels),
                median(ours) / median(kernels));
    }

    private static double median(List<Double> values) {
        Collections.sort(values);
        return values.get(values.size() / 2);
    }

    @SuppressWarnings("try") // its close() ends the echo
    private double echo(String host) throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(host, 0));
                SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            Thread echo = Thread.ofPlatform().daemon().start(() -> echo(server));
            ByteBuffer buffer = ByteBuffer.allocate(100);
            long count = 0;
            long start = System.nanoTime();
            while (System.nanoTime() - start < nanos) {
                client.write(buffer.clear());
                buffer.clear();
                while (buffer.hasRemaining()) {
                    client.read(buffer);
                }
                count++;
            }
            double perSecond = count * 1e9 / (System.nanoTime() - start);
            client.close();
            echo.join();
            return perSecond;
        }
    }

    private static void echo(ServerSocketChannel server) {
        try (SocketChannel accepted = server.accept()) {
            ByteBuffer buffer = ByteBuffer.allocate(100);
            while (accepted.read(buffer.clear()) >= 0) {
                accepted.write(buffer.flip());
            }
        } catch (IOException failed) {
            System.err.println(failed);
        }
    }

    private double http(String host) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(host, 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write(new byte[10]);
            exchange.close();
        });
        server.setExecutor(Executors.newFixedThreadPool(2));
        server.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(
                            "http://" + host + ":" + server.getAddress().getPort() + "/"))
                    .build();
            long count = 0;
            long start = System.nanoTime();
            while (System.nanoTime() - start < nanos) {
                count += client.send(request, BodyHandlers.ofByteArray()).body().length / 10;
            }
            return count * 1e9 / (System.nanoTime() - start);
        } finally {
            server.stop(0);
            ((java.util.concurrent.ExecutorService) server.getExecutor()).shutdown();
        }
    }

    private void networks() throws IOException {
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
                "a network with a connection  %.0f us (median of 10,000), %d MB in use afterwards%n",
                median(micros),
                used >> 20);
    }
}

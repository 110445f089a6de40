package io.halfopen.app.live;

import io.halfopen.app.Main;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests a second of {@code serve} with one queue and with several, in turn: over connections that are kept, by wrk, and with a connection
 * for each, by ab. The clients run on the same cores. {@code bench/queues} starts it.
 */
final class QueueSpeed {
    private static final String URL = "http://10.9.0.2:8088/";
    private static final String CLIENTS = "64";
    private static final Pattern WRK = Pattern.compile("Requests/sec: +([\\d.]+)");
    private static final Pattern AB = Pattern.compile("Requests per second: +([\\d.]+)");

    /** One server in a network of its own, and what was measured with it. */
    private record Server(int queues, NetNamespace namespace, RealProcess process, List<Samples> all) {
        static Server start(int queues) throws Exception {
            NetNamespace namespace = NetNamespace.create("wrk", "ab");
            List<String> command = new ArrayList<>(Halfopen.fastJava(List.of(), Main.class));
            command.addAll(List.of("serve", "--quiet", "--keep-alive", "--workers", CLIENTS, "--backlog", CLIENTS));
            command.addAll(List.of("--queues", String.valueOf(queues)));
            RealProcess process = namespace.start(command.toArray(String[]::new));
            process.awaitOut("Ctrl-C ends it");
            return new Server(
                    queues, namespace, process, List.of(new Samples(), new Samples(), new Samples(), new Samples()));
        }

        /** {@code kept}: half of the samples, the first of them the rate, then what a request takes of a processor. */
        void measure(boolean kept, boolean counts, String... command) throws Exception {
            Duration before = process.processor();
            long started = System.nanoTime();
            String out = namespace.run(command);
            double seconds = (System.nanoTime() - started) / 1e9;
            Matcher rate = (kept ? WRK : AB).matcher(out);
            if (!rate.find() || out.contains("Socket errors") || out.contains("Non-2xx")) {
                throw new IllegalStateException(out);
            }
            double perSecond = Double.parseDouble(rate.group(1));
            double processor = process.processor().minus(before).toNanos() / 1e3 / (perSecond * seconds);
            if (counts) {
                all.get(kept ? 0 : 2).add(perSecond);
                all.get(kept ? 1 : 3).add(processor);
            }
        }

        void print(boolean kept) {
            System.out.printf(
                    Locale.ROOT,
                    "%-22s %2d queues  requests/s: %s%n%-33s us of a processor each: %s%n",
                    kept ? "connections kept" : "a connection for each",
                    queues,
                    all.get(kept ? 0 : 2),
                    "",
                    all.get(kept ? 1 : 3));
        }
    }

    private QueueSpeed() {}

    /** Arguments: runs, seconds of each, queues. */
    public static void main(String[] args) throws Exception {
        int runs = Integer.parseInt(args[0]);
        String seconds = args[1];
        List<Server> servers = List.of(Server.start(1), Server.start(Integer.parseInt(args[2])));
        try {
            for (int run = -1; run < runs; run++) {
                for (Server server : servers) {
                    server.measure(true, run >= 0, "wrk", "-t", "1", "-c", CLIENTS, "-d", seconds + "s", URL);
                    server.measure(false, run >= 0, "ab", "-q", "-t", seconds, "-n", "10000000", "-c", CLIENTS, URL);
                }
            }
            servers.forEach(server -> server.print(true));
            servers.forEach(server -> server.print(false));
        } finally {
            for (Server server : servers) {
                server.namespace.close();
            }
        }
    }
}

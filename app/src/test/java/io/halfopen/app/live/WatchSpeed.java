package io.halfopen.app.live;

import static io.halfopen.app.live.WatchedListeners.awaitReport;
import static io.halfopen.app.live.WatchedListeners.tell;

import io.halfopen.app.Main;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code watch} costs while SYNs come at 100,000 a second: its processor time, beside what it costs when nothing comes;
 * how many packets it saw, and how many came too fast. {@code bench/watch} starts it.
 */
final class WatchSpeed {
    private static final int PORT = 8005;
    private static final long MILLI = 1_000_000L;

    /** Until the compiler is done with what runs often. */
    private static final int WARM_UP = 4999;

    private WatchSpeed() {}

    /** Arguments: seconds, 1 if SYNs are answered (cookies) and 0 if they are dropped, options of the JVM. */
    public static void main(String[] args) throws Exception {
        int milliseconds = Integer.parseInt(args[0]) * 1000;
        try (NetNamespace namespace = NetNamespace.create("sysctl", "ss")) {
            namespace.run("sysctl", "-q", "-w", "net.ipv4.tcp_syncookies=" + args[1]);
            RealProcess listeners = WatchedListeners.start(namespace);
            tell(listeners, "listen " + PORT + " 128");
            RealProcess watch = RealProcess.start(command(namespace, args));
            awaitReport(watch);
            Thread.sleep(3000);
            long idle = cost(watch, () -> Thread.sleep(milliseconds));
            tell(listeners, "flood " + PORT + " " + WARM_UP);
            JsonNode before = latest(watch);
            long began = System.nanoTime();
            long busy = cost(watch, () -> tell(listeners, "flood " + PORT + " " + milliseconds));
            double took = (System.nanoTime() - began) / 1e9;
            Thread.sleep(1500);
            JsonNode after = latest(watch);
            watch.interrupt();
            long packets = count(after, "captured") - count(before, "captured");
            System.out.printf(
                    Locale.ROOT,
                    "idle %.1f %%, busy %.1f %% of a core; %.0f SYNs a second, %d packets seen, %d lost%n",
                    idle * 100.0 / (milliseconds * MILLI),
                    busy * 100.0 / (took * 1e9),
                    milliseconds * 100 / took,
                    packets,
                    count(after, "lost") - count(before, "lost"));
        }
    }

    private static List<String> command(NetNamespace namespace, String[] args) {
        List<String> options = List.of(args).subList(2, args.length);
        return Halfopen.fastJava(options, Main.class, "watch", "--json", "--netns", namespace.pid());
    }

    private interface Doing {
        void run() throws Exception;
    }

    /** Processor time of that process meanwhile, ns. */
    private static long cost(RealProcess process, Doing what) throws Exception {
        long before = process.processor().toNanos();
        what.run();
        return process.processor().toNanos() - before;
    }

    private static JsonNode latest(RealProcess watch) throws Exception {
        // a line is printed once a second
        Thread.sleep(1200);
        String[] lines = watch.awaitOut("\n").split("\n", -1);
        return JsonMapper.builder().build().readTree(lines[lines.length - 2]);
    }

    private static long count(JsonNode report, String field) {
        return report.get(field).asLong();
    }
}

package io.halfopen.bench;

import io.halfopen.linux.Rule;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;

/**
 * Two builds of the stack beside each other: how fast the second is, as a share of the first. Both run in one JVM, each
 * with classes of its own, in turns of some milliseconds, so that whatever else the machine does slows down both.
 * {@code bench/guard} runs it.
 */
public final class Guard {
    static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Until HotSpot has compiled both as well as it does, on a machine with other work. */
    static final long WARM_UP = 15 * NANOS_PER_SECOND;

    private static final long MEASURED = 4 * NANOS_PER_SECOND;
    private static final long SHORTEST_TURN = 4_000_000;
    static final String[] NAMES = {
        "handshake, accept, reset, close", "SYN dropped", "SYN answered by a cookie", "64 KiB, MTU 1500"
    };

    private Guard() {}

    /** {@code BENCHMARK BEFORE NOW [LEAST]}: two jars of the stack. Exit code 1 if the share is below LEAST. */
    public static void main(String[] args) throws ReflectiveOperationException, MalformedURLException {
        int benchmark = Integer.parseInt(args[0]);
        double share = compare(load(args[1], benchmark), load(args[2], benchmark));
        System.out.printf(Locale.ROOT, "%-32s %.2f%n", NAMES[benchmark], share);
        if (args.length > 3 && share < Double.parseDouble(args[3])) {
            System.exit(1);
        }
    }

    private static LongUnaryOperator load(String stack, int benchmark)
            throws ReflectiveOperationException, MalformedURLException {
        List<URL> path = new ArrayList<>();
        path.add(Path.of(stack).toUri().toURL());
        for (String part : System.getProperty("java.class.path").split(System.getProperty("path.separator"), -1)) {
            path.add(Path.of(part).toUri().toURL());
        }
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        // Not closed: classes are loaded from it as long as it runs.
        @SuppressWarnings("resource")
        ClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), platform);
        return (LongUnaryOperator) loader.loadClass(Guard.class.getName())
                .getMethod("work", int.class)
                .invoke(null, benchmark);
    }

    /** Does an operation as often as it is told; for the other class loader. */
    public static LongUnaryOperator work(int benchmark) {
        switch (benchmark) {
            case 0 -> {
                return handshakes(0);
            }
            case 1 -> {
                HandshakeBench bench = new HandshakeBench();
                bench.listen();
                return times -> repeat(times, () -> bench.dropSyn() == Rule.ACCEPT_QUEUE_FULL ? 1 : 0);
            }
            case 2 -> {
                FloodBench bench = new FloodBench();
                bench.listen();
                return times -> repeat(times, bench::answerWithCookie);
            }
            default -> {
                return bulk();
            }
        }
    }

    /** Whole connections, while so many others are open. */
    static LongUnaryOperator handshakes(int open) {
        HandshakeBench bench = new HandshakeBench();
        bench.open = open;
        bench.listen();
        return times -> repeat(times, bench::acceptAndReset);
    }

    /** Chunks of one connection. */
    static LongUnaryOperator bulk() {
        BulkBench bench = new BulkBench();
        bench.mtu = 1500;
        bench.connections = 1;
        bench.connect();
        return times -> repeat(times, bench::send);
    }

    private interface Operation {
        int run();
    }

    private static long repeat(long times, Operation operation) {
        long sum = 0;
        for (long i = 0; i < times; i++) {
            sum += operation.run();
        }
        return sum;
    }

    /** The median of many pairs, each of which takes the time of both in the same few milliseconds. */
    private static double compare(LongUnaryOperator before, LongUnaryOperator now) {
        long times = 1;
        for (long end = System.nanoTime() + WARM_UP; System.nanoTime() < end; ) {
            times = time(before, times) < SHORTEST_TURN ? 2 * times : times;
            time(now, times);
        }
        List<Double> shares = new ArrayList<>();
        for (long end = System.nanoTime() + MEASURED; System.nanoTime() < end; ) {
            boolean first = shares.size() % 2 == 0;
            long one = time(first ? before : now, times);
            long other = time(first ? now : before, times);
            shares.add(first ? (double) one / other : (double) other / one);
        }
        double[] sorted = shares.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    static long time(LongUnaryOperator work, long times) {
        long start = System.nanoTime();
        long done = work.applyAsLong(times);
        long end = System.nanoTime();
        if (done < 0) {
            throw new IllegalStateException("the benchmark went wrong"); // and HotSpot has to do all of it
        }
        return end - start;
    }
}

package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What very many idle connections through TUN take: how long it takes to open them, the memory of the JVM that holds them and of the kernel
 * that has their other ends, and how long one of them waits for its answer when it asks again. {@code bench/idle} starts it.
 */
final class IdleSpeed {
    private static final String SERVER = "10.9.0.2";
    private static final int PORT = 8088;
    private static final String FIRST_SOURCE = "10.9.1.1";
    private static final int ASKED = 20_000;

    /** Until all connections are asleep that will be. */
    private static final int LOOKS = 60;

    /** So many objects of connections are kept for those that wake (Pools.SPARE). */
    private static final int SPARE = 8192;

    private static final Pattern ROW = Pattern.compile("(?m)^ *\\d+: +(\\d+) +(\\d+) +(\\S+)");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
    private static final Pattern OPENED = Pattern.compile("opened (\\d+) in ([\\d.]+) s");
    private static final Pattern ANSWERED = Pattern.compile("answered (\\d+), us: (\\d+) (\\d+) (\\d+)");

    /** A heap after a collection. */
    private record Heap(long octets, long awake, String largest) {}

    private final int count;
    private final NetNamespace namespace;
    private final RealProcess serve;
    private int told;

    private IdleSpeed(int count, NetNamespace namespace, List<String> options) throws IOException {
        this.count = count;
        this.namespace = namespace;
        List<String> command = new ArrayList<>(Halfopen.fastJava(options, Main.class));
        command.addAll(List.of("serve", "--quiet", "--keep-alive", "--workers", String.valueOf(count)));
        command.addAll(List.of("--backlog", "4096", "--address", SERVER + "/16"));
        serve = namespace.start(command.toArray(String[]::new));
    }

    /** Arguments: how many connections, options of the server's JVM. */
    public static void main(String[] args) throws Exception {
        List<String> options = List.of(args).subList(1, args.length);
        try (NetNamespace namespace = NetNamespace.create()) {
            new IdleSpeed(Integer.parseInt(args[0]), namespace, options).measure();
        }
    }

    private void measure() throws Exception {
        serve.awaitOut("Ctrl-C ends it");
        for (int i = 0; i * IdleClients.PORTS < count; i++) {
            namespace.run("ip", "address", "add", "10.9.1." + (i + 1) + "/16", "dev", "halfopen0");
        }
        Heap empty = heap();
        long kernelBefore = kernel();
        List<String> command = new ArrayList<>(Halfopen.fastJava(
                List.of("-Xmx256m"),
                IdleClients.class,
                String.valueOf(count),
                SERVER,
                String.valueOf(PORT),
                FIRST_SOURCE));
        RealProcess clients = namespace.start(command.toArray(String[]::new));
        double seconds = Double.parseDouble(await(clients, OPENED).group(2));
        Heap early = heap();
        Heap late = awaitSleep();
        long kernelAfter = kernel();
        clients.write(ASKED + "\n");
        Matcher answered = await(clients, ANSWERED);
        System.out.printf(
                Locale.ROOT,
                """
                connections                                   %,d
                seconds to open them, a request each          %.1f (%,.0f a second)
                octets of heap each, when the last was open   %.0f (%,d awake)
                octets of heap each, asleep                   %.0f (%,d awake)
                RSS of the JVM, MB                            %,d
                kernel memory (slab), MB, octets each         %,d, %,d
                first answer after the sleep, us: p50, p99    %s, %s (longest %s, of %s)
                """,
                count,
                seconds,
                count / seconds,
                (early.octets - empty.octets) / (double) count,
                early.awake,
                (late.octets - empty.octets) / (double) count,
                late.awake,
                status("VmRSS") >> 10,
                kernelAfter - kernelBefore >> 20,
                (kernelAfter - kernelBefore) / count,
                answered.group(2),
                answered.group(3),
                answered.group(4),
                answered.group(1));
        System.out.println("largest: " + late.largest);
    }

    /** Tells how far it is, as it goes. */
    private Matcher await(RealProcess clients, Pattern wanted) throws Exception {
        while (true) {
            boolean ended = !clients.isAlive();
            String out = clients.soFar();
            System.err.print(out.substring(told));
            told = out.length();
            Matcher found = wanted.matcher(out);
            if (found.find()) {
                return found;
            }
            if (ended || !serve.isAlive()) {
                throw new IllegalStateException("ended too early: " + out + clients.errSoFar() + serve.errSoFar());
            }
            Thread.sleep(500);
        }
    }

    private Heap awaitSleep() throws Exception {
        Heap heap = heap();
        for (int i = 0; heap.awake > 0 && i < LOOKS; i++) {
            System.err.println(heap.awake + " awake");
            Thread.sleep(5000);
            heap = heap();
        }
        return heap;
    }

    private Heap heap() throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process histogram = new ProcessBuilder(jcmd, String.valueOf(serve.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(histogram.getInputStream().readAllBytes(), UTF_8);
        Matcher total = TOTAL.matcher(text);
        if (!total.find()) {
            throw new IllegalStateException(text);
        }
        long awake = 0;
        StringBuilder largest = new StringBuilder();
        Matcher row = ROW.matcher(text);
        for (int i = 0; row.find(); i++) {
            if (i < 8) {
                largest.append(row.group(3))
                        .append(' ')
                        .append(row.group(1))
                        .append(" x = ")
                        .append(row.group(2))
                        .append("; ");
            }
            if (row.group(3).equals("io.halfopen.tcp.socket.Connection")) {
                awake = Math.max(0, Long.parseLong(row.group(1)) - SPARE);
            }
        }
        return new Heap(Long.parseLong(total.group(1)), awake, largest.toString());
    }

    /** Kilobytes. */
    private long status(String what) throws IOException {
        return kilobytes(Path.of("/proc", String.valueOf(serve.pid()), "status"), what);
    }

    /** Octets that the kernel has in objects it cannot give back. */
    private static long kernel() throws IOException {
        return kilobytes(Path.of("/proc/meminfo"), "SUnreclaim") << 10;
    }

    private static long kilobytes(Path file, String what) throws IOException {
        Matcher found = Pattern.compile("(?m)^" + what + ":\\s+(\\d+) kB").matcher(Files.readString(file));
        if (!found.find()) {
            throw new IllegalStateException(file + " has no " + what);
        }
        return Long.parseLong(found.group(1));
    }
}

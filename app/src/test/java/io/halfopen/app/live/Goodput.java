package io.halfopen.app.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Goodput over a link that loses, of the stack and of this machine's kernel in the same place: each sends to iperf3 of
 * a kernel, through the same {@link io.halfopen.app.relay.Relay}. A run's seed says which of the packets are lost, the
 * first of a pair of runs has the same as the second. {@code bench/goodput} starts it.
 */
final class Goodput {
    private enum Sender {
        KERNEL("10.8.0.2"),
        STACK("10.9.0.2");

        private final String address;

        Sender(String address) {
            this.address = address;
        }
    }

    private final int runs;
    private final int seconds;
    private final String data;
    private final String acks;

    private Goodput(int runs, int seconds, String data, String acks) {
        this.runs = runs;
        this.seconds = seconds;
        this.data = data;
        this.acks = acks;
    }

    /** Arguments: runs, seconds of each, the weather for data and for ACKs, and the congestion controls. */
    public static void main(String[] args) throws Exception {
        Goodput goodput = new Goodput(Integer.parseInt(args[0]), Integer.parseInt(args[1]), args[2], args[3]);
        for (String control : List.of(args).subList(4, args.length)) {
            goodput.compare(control);
        }
    }

    private void compare(String control) throws Exception {
        Samples kernel = new Samples();
        Samples stack = new Samples();
        for (int run = 1; run <= runs; run++) {
            kernel.add(measure(Sender.KERNEL, control, run));
            stack.add(measure(Sender.STACK, control, run));
        }
        System.out.println(control + " kernel, Mbit/s: " + kernel);
        System.out.println(control + " stack,  Mbit/s: " + stack);
        System.out.println(control + " stack / kernel: " + Math.round(100 * stack.median() / kernel.median()) + " %");
    }

    private double measure(Sender sender, String control, long seed) throws Exception {
        // iperf3's sender is its server, with --reverse: at the relay's far end.
        try (BadNetwork network = BadNetwork.create(acks, data, seed, "iperf3")) {
            start(sender, network.far, control);
            long[] before = processor();
            double megabits = new Iperf3(network.near, sender.address, seconds, control)
                            .receive()
                            .rate()
                    / 1e6;
            long[] after = processor();
            String lost = network.endAndTell()
                    .lines()
                    .filter(line -> line.startsWith("back"))
                    .findAny()
                    .orElse("");
            System.out.println(String.format(
                    Locale.ROOT,
                    "%-6s %-6s seed %d %6.2f Mbit/s; %s; processors idle %d %%",
                    control,
                    sender.name().toLowerCase(Locale.ROOT),
                    seed,
                    megabits,
                    lost,
                    idle(before, after)));
            return megabits;
        }
    }

    private static void start(Sender sender, NetNamespace far, String control) throws Exception {
        switch (sender) {
            case KERNEL -> Iperf3.startKernels(far);
            case STACK -> Iperf3.startStacks(far, Halfopen.java(Iperf3Server.class.getName()), control);
        }
    }

    /** Ticks of all processors: idle, and all. */
    private static long[] processor() throws IOException {
        String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
        long all = Arrays.stream(fields).skip(1).mapToLong(Long::parseLong).sum();
        return new long[] {Long.parseLong(fields[4]), all};
    }

    private static long idle(long[] before, long[] after) {
        return 100 * (after[0] - before[0]) / Math.max(1, after[1] - before[1]);
    }
}

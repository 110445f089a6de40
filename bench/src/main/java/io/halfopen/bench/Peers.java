package io.halfopen.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;

/** The stack beside lwIP, in turns of a second, each in a process of its own. {@code bench/peers} runs it. */
public final class Peers {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Until HotSpot has compiled everything as well as it does. */
    private static final long WARM_UP = 15 * NANOS_PER_SECOND;

    private static final String SECONDS = "1";

    private Peers() {}

    /** {@code RUNS PROGRAM}: the program is lwip.c's. */
    public static void main(String[] args) throws InterruptedException {
        int runs = Integer.parseInt(args[0]);
        System.out.printf(Locale.ROOT, "%-44s %10s %10s %6s%n", "medians of " + runs, "Halfopen", "lwIP", "ratio");
        row("handshake, accept, reset; nothing else open", "M/s", 1e6, handshakes(0), runs, args[1], "handshake", "0");
        row(
                "the same with 10,000 connections open",
                "M/s",
                1e6,
                handshakes(10_000),
                runs,
                args[1],
                "handshake",
                "10000");
        row("one way, both ends, MTU 1500", "GB/s", 1e9, bulk(), runs, args[1], "bulk");
    }

    private static void row(
            String name, String unit, double scale, LongUnaryOperator ours, int runs, String program, String... what)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(what));
        command.add(SECONDS);
        rate(ours, WARM_UP);
        double[] here = new double[runs];
        double[] there = new double[runs];
        for (int i = 0; i < runs; i++) {
            here[i] = rate(ours, NANOS_PER_SECOND) / scale;
            there[i] = run(command) / scale;
        }
        double we = median(here);
        double they = median(there);
        System.out.printf(Locale.ROOT, "%-44s %5.3f %-4s %5.3f %-4s %6.2f%n", name, we, unit, they, unit, we / they);
    }

    private static LongUnaryOperator handshakes(int open) {
        HandshakeBench bench = new HandshakeBench();
        bench.open = open;
        bench.listen();
        return times -> {
            for (long i = 0; i < times; i++) {
                bench.acceptAndReset();
            }
            return times;
        };
    }

    private static LongUnaryOperator bulk() {
        BulkBench bench = new BulkBench();
        bench.mtu = 1500;
        bench.connections = 1;
        bench.connect();
        return times -> {
            for (long i = 0; i < times; i++) {
                bench.send();
            }
            return times << 16;
        };
    }

    /** Operations a second. */
    private static double rate(LongUnaryOperator work, long nanos) {
        long start = System.nanoTime();
        long done = 0;
        long now = start;
        while (now - start < nanos) {
            done += work.applyAsLong(1000);
            now = System.nanoTime();
        }
        return done * 1e9 / (now - start);
    }

    private static double run(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed");
            }
            return Double.parseDouble(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}

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
    /** Operations between two looks at the clock. */
    private static final int TURN = 1000;

    private static final String SECONDS = "1";

    private Peers() {}

    /** {@code RUNS PROGRAM}: the program is lwip.c's. */
    public static void main(String[] args) throws InterruptedException {
        int runs = Integer.parseInt(args[0]);
        System.out.printf(Locale.ROOT, "%-44s %10s %10s %6s%n", "medians of " + runs, "Halfopen", "lwIP", "ratio");
        row(
                "handshake, accept, reset; nothing else open",
                "M/s",
                1e6,
                Guard.handshakes(0),
                1,
                runs,
                args[1],
                "handshake",
                "0");
        row(
                "the same with 10,000 connections open",
                "M/s",
                1e6,
                Guard.handshakes(10_000),
                1,
                runs,
                args[1],
                "handshake",
                "10000");
        row("one way, both ends, MTU 1500", "GB/s", 1e9, Guard.bulk(), BulkBench.CHUNK, runs, args[1], "bulk");
    }

    private static void row(
            String name,
            String unit,
            double scale,
            LongUnaryOperator ours,
            int octets,
            int runs,
            String program,
            String... what)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(what));
        command.add(SECONDS);
        double _ = rate(ours, Guard.WARM_UP);
        double[] here = new double[runs];
        double[] there = new double[runs];
        for (int i = 0; i < runs; i++) {
            here[i] = rate(ours, Guard.NANOS_PER_SECOND) * octets / scale;
            there[i] = run(command) / scale;
        }
        double we = median(here);
        double they = median(there);
        System.out.printf(Locale.ROOT, "%-44s %5.3f %-4s %5.3f %-4s %6.2f%n", name, we, unit, they, unit, we / they);
    }

    /** Operations a second. */
    private static double rate(LongUnaryOperator work, long nanos) {
        long done = 0;
        long passed = 0;
        while (passed < nanos) {
            passed += Guard.time(work, TURN);
            done += TURN;
        }
        return (double) done * Guard.NANOS_PER_SECOND / passed;
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

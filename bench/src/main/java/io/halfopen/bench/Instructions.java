package io.halfopen.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;
import java.util.stream.StreamSupport;

/**
 * How many instructions of the machine an operation takes, counted one by one: a JVM does it again and again, and this steps
 * its thread. Other work on the machine changes nothing about it, which makes it see what a clock cannot; two runs differ by
 * what HotSpot has decided to inline. {@code bench/instructions} runs it.
 */
public final class Instructions {
    /** Operations between two looks at the counter. */
    private static final int TURN = 10;

    private static final int BULK_TURN = 1;

    /** Turns that are counted, of which the median is told: in one the collector or a timer may have had its turn. */
    private static final int TURNS = 9;

    private static final int BULK = 3;
    private static final long LONGEST_CHILD = 120 * Guard.NANOS_PER_SECOND;

    private Instructions() {}

    /** Without arguments, counts; {@code BENCHMARK FILE} is the JVM that is counted. */
    public static void main(String[] args) throws IOException {
        if (args.length == 2) {
            work(Integer.parseInt(args[0]), Path.of(args[1]));
            return;
        }
        for (int benchmark = 0; benchmark < Guard.NAMES.length; benchmark++) {
            System.out.printf(Locale.ROOT, "%-32s %,9d%n", Guard.NAMES[benchmark], count(benchmark));
        }
    }

    private static int turn(int benchmark) {
        return benchmark == BULK ? BULK_TURN : TURN;
    }

    private static void work(int benchmark, Path file) throws IOException {
        MemorySegment counter = map(file);
        LongUnaryOperator work = Guard.work(benchmark);
        long begin = System.nanoTime();
        boolean told = false;
        for (long turns = 1; System.nanoTime() - begin < LONGEST_CHILD; turns++) {
            if (work.applyAsLong(turn(benchmark)) < 0) {
                throw new IllegalStateException("the benchmark went wrong");
            }
            counter.set(ValueLayout.JAVA_LONG, 0, turns);
            if (!told && System.nanoTime() - begin > Guard.WARM_UP) {
                told = true;
                System.out.println("ready");
            }
        }
    }

    private static MemorySegment map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES, Arena.global());
        }
    }

    private static long count(int benchmark) throws IOException {
        Path file = Files.createTempFile("halfopen", ".count");
        Process child = null;
        try {
            Files.write(file, new byte[Long.BYTES]);
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            child = new ProcessBuilder(
                            java,
                            "-XX:+UseParallelGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Instructions.class.getName(),
                            String.valueOf(benchmark),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
            if (!"ready".equals(out.readLine())) {
                throw new IOException("the JVM to be counted did not begin");
            }
            return step(busiest(child.pid()), map(file)) / turn(benchmark);
        } finally {
            if (child != null) {
                child.destroyForcibly();
            }
            Files.delete(file);
        }
    }

    /** The steps of a thread from one change of the counter to the next. */
    private static long step(int thread, MemorySegment counter) throws IOException {
        try (SteppedThread stepped = SteppedThread.attach(thread)) {
            toNext(stepped, counter); // from wherever it was
            long[] turns = new long[TURNS];
            for (int i = 0; i < TURNS; i++) {
                turns[i] = toNext(stepped, counter);
            }
            Arrays.sort(turns);
            return turns[TURNS / 2];
        }
    }

    private static long toNext(SteppedThread stepped, MemorySegment counter) throws IOException {
        long before = counter.get(ValueLayout.JAVA_LONG, 0);
        long steps = 0;
        while (counter.get(ValueLayout.JAVA_LONG, 0) == before) {
            stepped.step();
            steps++;
        }
        return steps;
    }

    /** The thread that has had most of the processor. */
    private static int busiest(long process) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
            return StreamSupport.stream(tasks.spliterator(), false)
                    .max(Comparator.comparingLong(Instructions::userTime))
                    .map(task -> Integer.parseInt(task.getFileName().toString()))
                    .orElseThrow();
        }
    }

    /** Field 14 of proc(5)'s stat; the name, in brackets, may have anything in it. */
    private static long userTime(Path task) {
        try {
            String stat = Files.readString(task.resolve("stat"));
            List<String> fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            return Long.parseLong(fields.get(11));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

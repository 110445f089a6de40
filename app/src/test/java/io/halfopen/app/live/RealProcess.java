package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that a test has started. What it prints is collected as it comes. */
final class RealProcess implements AutoCloseable {
    /** Only against waiting for ever; what is asked for by hand may take longer. */
    private static final long SECONDS = Long.getLong("halfopen.patience", 120);

    /** After that a server ends by itself. */
    static final String LONGEST = 3 * SECONDS + "s";

    private final Process process;
    private final Collected out;
    private final Collected err;

    /**
     * Starts a program, whose SIGINT is as for one at a terminal: a shell's background jobs ignore it, and their children with
     * them, of which Maven's JVM may be one.
     */
    static RealProcess start(List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("env", "--default-signal=INT"));
        whole.addAll(command);
        return new RealProcess(new ProcessBuilder(whole).start());
    }

    private RealProcess(Process process) {
        this.process = process;
        this.out = new Collected(process.getInputStream());
        this.err = new Collected(process.getErrorStream());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Processor time that it has taken so far. */
    Duration processor() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    void write(String text) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write(text.getBytes(UTF_8));
        input.flush();
    }

    void closeInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Ctrl-C. */
    void interrupt() throws Exception {
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits until it has printed this; what it has printed until then. */
    String awaitOut(String text) throws InterruptedException {
        return out.await(text);
    }

    String awaitErr(String text) throws InterruptedException {
        return err.await(text);
    }

    /** What it has printed on standard output so far. */
    String soFar() {
        return out.toString();
    }

    String errSoFar() {
        return err.toString();
    }

    /** Everything printed on standard output, once it has ended. */
    String out() throws Exception {
        exitCode();
        return out.whole();
    }

    String err() throws Exception {
        exitCode();
        return err.whole();
    }

    int exitCode() throws Exception {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + SECONDS + " s, having printed: " + out + err);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        process.destroyForcibly().onExit().join();
    }

    /** A stream's text so far. */
    private static final class Collected {
        private final StringBuilder text = new StringBuilder();
        private final Thread reader;

        Collected(InputStream stream) {
            reader = Thread.ofVirtual().start(() -> collect(stream));
        }

        private void collect(InputStream stream) {
            byte[] buffer = new byte[8192];
            try {
                for (int count = stream.read(buffer); count > 0; count = stream.read(buffer)) {
                    append(new String(buffer, 0, count, UTF_8));
                }
            } catch (IOException closed) {
                // The process was ended by the test.
            }
        }

        private synchronized void append(String more) {
            text.append(more);
        }

        String await(String wanted) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (!toString().contains(wanted)) {
                boolean over = reader.join(Duration.ofMillis(20)) || System.nanoTime() > deadline;
                if (over && !toString().contains(wanted)) {
                    throw new AssertionError("'" + wanted + "' was not printed, but: " + this);
                }
            }
            return toString();
        }

        String whole() throws InterruptedException {
            reader.join();
            return toString();
        }

        @Override
        public synchronized String toString() {
            return text.toString();
        }
    }
}

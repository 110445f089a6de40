package io.halfopen.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The real tool, fed through a pipe: no file it might not be allowed to read. Tests are skipped where it is missing. */
final class RealTcpdump {
    private RealTcpdump() {}

    /** What {@code tcpdump -n} prints with these options for these packets, one second after the other from 0 on. */
    static List<String> lines(List<byte[]> packets, String... options) throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (Pcapng pcapng = new Pcapng(file)) {
            long nanos = 0;
            for (byte[] packet : packets) {
                pcapng.packet(nanos, packet, 0, packet.length);
                nanos += 1_000_000_000L;
            }
        }
        return read(file.toByteArray(), options);
    }

    static List<String> read(byte[] file, String... options) throws Exception {
        String version = run(new byte[0], List.of("tcpdump", "--version"));
        assumeTrue(
                version.contains("tcpdump version 4.99."), () -> "compared with tcpdump 4.99 only; here: " + version);
        List<String> command = new ArrayList<>(List.of("tcpdump", "-n", "-r", "-"));
        command.addAll(List.of(options));
        return run(file, command).lines().filter(RealTcpdump::isPacket).toList();
    }

    /** Not the greeting: "reading from file -, link-type RAW (Raw IP), snapshot length 262144". */
    private static boolean isPacket(String line) {
        return !line.startsWith("reading from file");
    }

    private static String run(byte[] input, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TZ", "UTC");
        Process process = start(builder);
        Thread writer = Thread.ofVirtual().start(() -> feed(process, input));
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        writer.join();
        return output;
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            return abort("tcpdump is not installed: " + e.getMessage());
        }
    }

    private static void feed(Process process, byte[] input) {
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

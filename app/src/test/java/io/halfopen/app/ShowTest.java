package io.halfopen.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lab --show} and {@code --pcap}: the experiment as other tools would tell it. */
class ShowTest {
    @Test
    void timelineTellsOnlyWhatHappened() {
        List<String> lines = show("timeline");
        assertThat(lines.getFirst()).contains("time", "who", "SYN", "accept");
        assertThat(lines.get(1)).endsWith("listen(2): the accept queue holds 3");
        assertThat(String.join("\n", lines)).contains("ACCEPT_QUEUE_FULL").doesNotContain("accept queue  peak");
    }

    @Test
    void connectionsHasARowForEachClient() {
        assertThat(show("connections"))
                .filteredOn(line -> line.matches("[1-6] .*"))
                .hasSize(6);
    }

    @Test
    void ssShowsTheListenerWithItsQueueAndEachConnectionAtBothEnds() {
        List<String> lines = show("ss");
        assertThat(lines).filteredOn(line -> line.startsWith("LISTEN 3 ")).hasSize(1);
        assertThat(lines).filteredOn(line -> line.startsWith("ESTAB")).hasSize(6);
        assertThat(lines).filteredOn(line -> line.startsWith("SYN-SENT")).hasSize(3);
    }

    @Test
    void netstatCallsThemAsNetstatDoes() {
        List<String> lines = show("netstat");
        assertThat(lines.getFirst()).isEqualTo("Active Internet connections (servers and established)");
        assertThat(lines).filteredOn(line -> line.contains("ESTABLISHED")).hasSize(6);
        assertThat(lines).filteredOn(line -> line.contains("SYN_SENT")).hasSize(3);
    }

    @Test
    void nstatCountsTheSynsThatWereDropped() {
        assertThat(show("nstat"))
                .startsWith("#kernel")
                .anyMatch(line -> line.matches("TcpExtListenOverflows +21 +0\\.0"))
                .anyMatch(line -> line.matches("TcpExtListenDrops +21 +0\\.0"));
    }

    @Test
    void severalAreShownInOneOrderWhateverTheOneAskedFor() {
        assertThat(run("--show", "nstat,timeline").out())
                .isEqualTo(run("--show", "timeline,nstat").out())
                .isEqualTo("-- timeline\n" + run("--show", "timeline").out() + "-- nstat\n"
                        + run("--show", "nstat").out());
    }

    @Test
    void theRealTcpdumpReadsAsManyPacketsFromThePcapAsShowTcpdumpPrints(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("lab.pcapng");
        CommandRun run = run("--pcap", file.toString(), "--show", "tcpdump");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.lines()).hasSize(15 + 21).allMatch(line -> line.matches("[0-9:.]{15} IP .*Flags \\[.*"));
        assertThat(tcpdump(file)).isEqualTo(run.lines());
    }

    /** The file comes through a pipe: tcpdump may not be allowed to read it. */
    private static List<String> tcpdump(Path file) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("tcpdump", "-n", "-r", "-")
                .redirectInput(file.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TZ", "UTC");
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).isZero();
            return output.lines().toList();
        } catch (IOException e) {
            assertThat(Files.size(file)).isPositive();
            return Assumptions.abort("tcpdump is not installed: " + e.getMessage());
        }
    }

    private static List<String> show(String what) {
        CommandRun run = run("--show", what);
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        return run.lines();
    }

    private static CommandRun run(String... more) {
        String[] args = new String[5 + more.length - 1];
        String[] start = {"lab", "listen-2", "--for", "12s"};
        System.arraycopy(start, 0, args, 0, start.length);
        System.arraycopy(more, 0, args, start.length, more.length);
        return CommandRun.of(args);
    }
}

package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.lab.LiveKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code halfopen drill} prints, and its exit codes. */
class DrillCommandTest {
    private static final String GOOD = """
            // A listener answers.
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 65535 <mss 1460>
            +0 > S. 0:0(0) ack 1 <mss 1460>
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path write(String name, String script) throws IOException {
        return Files.writeString(folder.resolve(name), script);
    }

    private CommandRun drill(String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "drill";
        System.arraycopy(options, 0, args, 1, options.length);
        return CommandRun.of(args);
    }

    @Test
    void aFolderIsAllItsScriptsInOrder() throws IOException {
        Path good = write("a.pkt", GOOD);
        Path skipped = write("b.pkt", "0 < udp (100)");
        Path failed = write("c.pkt", GOOD + "+1 > S. 0:0(0) ack 2 <mss 1460>\n");
        Path kernel = write("d.pkt", "// only: kernel, for a test\n" + GOOD);
        write("e.txt", "no script");
        CommandRun run = drill(folder.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.lines())
                .containsExactly(
                        "PASS " + good,
                        "SKIP " + skipped + ":1:5: UDP is not supported",
                        "FAIL " + failed + ":7: ack is 1, not 2; expected at 1 > S. 0:0(0) ack 2 <mss 1460>; sent at 1"
                                + " > S. 0:0(0) ack 1 <mss 1460>",
                        "SKIP " + kernel + ": only for the kernel",
                        "1 passed, 1 failed, 2 skipped");
    }

    @Test
    void aScriptForOtherKernelsIsSkipped() throws IOException {
        Path newer = write("a.pkt", "// kernels: until 4.4, from 6.12\n" + GOOD);
        CommandRun run = drill("--kernel=debian-12", newer.toString());
        assertThat(run.lines())
                .containsExactly(
                        "SKIP " + newer + ": for kernels until 4.4, from 6.12", "0 passed, 0 failed, 1 skipped");
        assertThat(drill("--kernel=6.12", newer.toString()).lines()).contains("PASS " + newer);
    }

    @Test
    void aFolderMayBeNamedLikeAScript() throws IOException {
        Path inside = Files.createDirectory(folder.resolve("x.pkt"));
        Path good = Files.writeString(inside.resolve("a.pkt"), GOOD);
        assertThat(drill(folder.toString()).lines()).containsExactly("PASS " + good, "1 passed, 0 failed, 0 skipped");
    }

    @Test
    void verboseShowsWhatWasSent() throws IOException {
        Path good = write("a.pkt", GOOD);
        assertThat(drill("--verbose", good.toString()).lines())
                .contains("     at 0 > 8080>50001 S. 0:0(0) ack 1 win 64240 <mss 1460>");
    }

    /** packetdrill's scripts name their helpers from where they are themselves. */
    @Test
    void commandsRunInTheFolderOfTheScript() throws IOException {
        LiveKernel.require();
        write("helper.sh", "exit 0");
        Path script = write("a.pkt", "`sh ./helper.sh`\n" + GOOD);
        assertThat(drill("--on", "kernel", "--allow-shell", script.toString()).lines())
                .contains("PASS " + script);
    }

    @Test
    void whatCannotBeReadIsSaidAsCompilersDo() throws IOException {
        Path bad = write("bad.pkt", GOOD + "+0 close(3 = 0\n");
        CommandRun run = drill(bad.toString(), write("good.pkt", GOOD).toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.lines())
                .contains(
                        "ERROR " + bad + ":7:12: expected ',' or ')', not '='",
                        "1 passed, 0 failed, 0 skipped, 1 not read");
    }

    @Test
    void allPassedIsExitCode0AndJsonSaysTheSame() throws IOException {
        Path good = write("a.pkt", GOOD);
        CommandRun run = drill("--json", good.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("\"status\" : \"PASS\"", "\"passed\" : 1", "\"failed\" : 0");
    }

    @Test
    void aReportShowsWhatWasExpectedBesideWhatCame() throws IOException {
        write("a.pkt", "// Hello <b>\n" + GOOD + "+1 > S. 0:0(0) ack 2 <mss 1460>\n+0 close(3) = 0\n");
        Path report = folder.resolve("report.html");
        CommandRun run = drill("--html", report.toString(), folder.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(Files.readString(report))
                .startsWith("<!doctype html>")
                .contains("<h1>0 passed, 1 failed, 0 skipped</h1>", "Linux 6.18", "Hello &lt;b&gt;")
                .contains("<p class=\"problem\">line 8: ack is 1, not 2;")
                .contains(
                        "<code>1 &gt; S. 0:0(0) ack 2 &lt;mss 1460&gt;</code><td data-who=\"did:\"><code>≠ &gt; S. 0:0(0)"
                                + " <mark>ack 1</mark> &lt;mss 1460&gt;</code><td><span class=\"rule SEND\">SYN_ACK_RETRANSMITTED")
                .contains("<code>+0 close(3) = 0</code><td data-who=\"did:\"><code>not reached</code>")
                .doesNotContain("<b>", "http:", "https:", "src=");
    }

    /** What the script did not ask about stands where it happened; what could not be read has its reason. */
    @Test
    void aReportHasEveryScriptAndEveryPacket() throws IOException {
        write("<i>.pkt", GOOD + "+3.5 close(3) = 0\n");
        write("b.pkt", "+0 <b>");
        Path report = folder.resolve("report.html");
        assertThat(drill("--html", report.toString(), folder.toString()).exitCode())
                .isEqualTo(2);
        String page = Files.readString(report);
        assertThat(page)
                .contains("ERROR</span>" + folder + "/b.pkt", "line 1:5: &#39;b&#39;")
                .contains("PASS</span>" + folder + "/&lt;i&gt;.pkt")
                .containsSubsequence(
                        "<td class=\"at\">1<td class=\"line\"><td data-who=\"script:\"><td data-who=\"did:\">",
                        "<code>&gt; S. 0:0(0) ack 1 win 64240 &lt;mss 1460&gt;  (not expected)</code>",
                        "<td class=\"at\">3<td",
                        "<td class=\"at\">3.5<td class=\"line\">7<")
                .doesNotContain("<i>.pkt", "<b>");
    }

    @Test
    void aReportOfTheKernelHasTheSameWithoutRules() throws IOException {
        LiveKernel.require();
        Path failed = write("a.pkt", GOOD + "+.05 < . 1:1(0) ack 1 win 65535\n+0 close(3) = -1 EBADF\n");
        Path report = folder.resolve("report.html");
        assertThat(drill("--on=kernel", "--html", report.toString(), failed.toString())
                        .exitCode())
                .isEqualTo(1);
        assertThat(Files.readString(report))
                .contains("<th scope=\"col\">the kernel<", System.getProperty("os.version"))
                .contains("<code>&gt; S. 0:0(0) ack 1 &lt;mss 1460&gt;</code><td>\n")
                .contains("<tr class=\"call differs\">", "<code>≠ close() returned 0, not -1 EBADF</code>");
    }

    @Test
    void aReportIsNotWrittenOverAScript() throws IOException {
        Path good = write("a.pkt", GOOD);
        assertThat(drill("--html", good.toString(), good.toString()).err())
                .contains("--html would overwrite the script " + good);
        assertThat(drill("--html", folder.resolve("no/x").toString(), good.toString())
                        .err())
                .contains("no such file or folder: ");
    }

    @Test
    void theCommandLineCountsMoreThanTheScript() throws IOException {
        Path script = write("a.pkt", "--mtu=1400\n" + GOOD);
        assertThat(drill(script.toString()).exitCode()).isEqualTo(1);
        assertThat(drill("--mtu=1500", script.toString()).exitCode()).isZero();
    }

    @Test
    void notesAreForTheVerbose() throws IOException {
        Path script = write("a.pkt", GOOD + "+0 %{ print(fd3.tcpi_sacked) }%\n");
        assertThat(drill(script.toString()).out()).doesNotContain("tcpi_sacked");
        assertThat(drill("--verbose", script.toString()).out()).contains("print(fd3.tcpi_sacked): 1");
    }
}

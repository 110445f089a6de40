package io.halfopen.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.CommandRun;
import io.halfopen.lab.Experiment;
import io.halfopen.lab.ExperimentText;
import io.halfopen.lab.ExperimentText.Setting;
import io.halfopen.lab.Presets;
import io.halfopen.lab.RunJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Pictures of a run: the page with it, the drawing for a document, the diagram. */
final class PicturesTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path folder;

    @Test
    void thePageOpensWithTheExperiment() throws IOException {
        Path file = folder.resolve("page.html");
        CommandRun run = CommandRun.of("lab", "listen-2", "--backlog", "5", "--html", file.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("listen-2: ");
        assertThat(Files.readString(file))
                .startsWith("<!doctype html>")
                .contains("id=\"recorded\">{\"settings\":[[\"preset\",\"listen-2\"],[\"backlog\",\"5\"]]}</script>");
    }

    @Test
    void whatAKernelDidIsInThePageAsItWas() throws IOException {
        LiveKernel.require();
        Path file = folder.resolve("kernel.html");
        CommandRun run = CommandRun.of(
                "lab",
                "--backlog",
                "1",
                "--clients",
                "3",
                "--for",
                "300ms",
                "--on",
                "kernel",
                "--html",
                file.toString());
        assertThat(run.exitCode()).isZero();
        String page = Files.readString(file);
        String given = page.substring(page.indexOf("id=\"recorded\">") + 14, page.indexOf("</script>"));
        var ran = JSON.readTree(given).get("runs").get(0);
        assertThat(ran.get("experiment").get("on").asString()).isEqualTo("kernel");
        assertThat(ran.get("report").get("clients").size()).isEqualTo(3);
        assertThat(ran.get("packets").get("1").size()).isPositive();
        assertThat(ran.get("levels").size()).isPositive();
    }

    /** The picture of the README is what the lab draws: {@code ./halfopen lab listen-2 --svg docs/images/listen-2.svg}. */
    @Test
    void theReadmesPictureIsTheLabs() throws IOException {
        Path file = folder.resolve("listen-2.svg");
        CommandRun.of("lab", "listen-2", "--svg", file.toString());
        assertThat(Path.of("..", "docs", "images", "listen-2.svg")).hasSameTextualContentAs(file);
    }

    @Test
    void aDiagramNamesWhatWasDropped() {
        assertThat(CommandRun.of("lab", "listen-2", "--show", "mermaid").out())
                .startsWith("sequenceDiagram\n")
                .contains("    participant C3 as client 3\n", "    Note over C1,S: 2.000 s\n")
                .contains("    C1->>S: SYN\n    S->>C1: SYN-ACK\n    C1->>S: ACK\n")
                .contains("    C3-xS: SYN ACCEPT_QUEUE_FULL\n");
    }

    @Test
    void aLinkHasTheExperiment() {
        CommandRun run = CommandRun.of("lab", "--backlog", "5", "--sysctl", "net.core.somaxconn=3", "--open");
        String[] lines = run.out().split("\n", -1);
        assertThat(lines[lines.length - 2])
                .startsWith("file://")
                .endsWith("/halfopen.html#backlog=5&sysctl=net.core.somaxconn=3");
    }

    /** The page compares what was asked for, and begins with the first of it. */
    @Test
    void aPageOfAComparisonHasItsKernels(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.html");
        assertThat(CommandRun.of("lab", "listen-2", "--compare=4.18,6.1", "--html", page.toString())
                        .exitCode())
                .isZero();
        assertThat(Files.readString(page))
                .contains(
                        "{\"settings\":[[\"preset\",\"listen-2\"],[\"kernel\",\"4.18\"]],\"kernels\":[\"4.18\",\"6.1\"]}");
        CommandRun link = CommandRun.of("lab", "listen-2", "--compare=4.18,6.1", "--open");
        assertThat(link.out()).contains("#listen-2&kernel=4.18&compare=4.18,6.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--compare --svg x|--svg shows one run: --compare takes --html",
                "--on kernel --open|--open shows what the page runs by itself: --on kernel takes --html",
                "--backlog 1,2 --html x|several values make a table",
                "--html no-such-folder/x|no such file or folder: no-such-folder/x"
            })
    void whatCannotBeDrawnIsOneLine(String options, String sentence) {
        CommandRun run = CommandRun.of(("lab " + options).split(" ", -1));
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.err()).contains(sentence);
    }

    /** The page writes its JSON by itself; Jackson writes that of the command line. */
    @ParameterizedTest
    @ValueSource(strings = {"listen-2", "listen-0", "syn-flood", "unp-overflow", "defer-accept-silent", "kafka"})
    void thePagesReportIsThatOfTheCommandLine(String preset) {
        Experiment experiment =
                new Experiment(Presets.named(preset).orElseThrow().scenario());
        experiment.run(time -> {});
        String jackson = CommandRun.of("lab", preset, "--json").out();
        assertThat(JSON.readTree(RunJson.report(experiment))).isEqualTo(JSON.readTree(jackson));
    }

    /** What the page copies as a command is the same experiment there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "preset=listen-2 backlog=5 kernel=3.10",
                "preset=listen-0 forked=false seed=7",
                "clients=9 every=7ms poisson=true rtt=30ms loss=2.5 seed=3",
                "backlog=3 clients=8 pause=1s,200ms pause=2s,1s workers=2 service=10ms send=82 answer=117,13",
                "clients=5 rtt=20ms flood=50 flood-for=2s sysctl=net.ipv4.tcp_syncookies=0 for=5s",
                "clients=4 backlog=0 connect-timeout=500ms retries=2 retry-after=100ms client-option=TCP_SYNCNT=2",
                "acceptor=true max-connections=3 clients=9 send=10 hold=1s reset=true defer=2 timers=linux"
            })
    void aCommandMeansTheSameAsTheLink(String settings) {
        List<Setting> said = Arrays.stream(settings.split(" ", -1))
                .map(each -> new Setting(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1)))
                .toList();
        var reading = ExperimentText.read(said);
        assertThat(reading.faults()).isEmpty();
        Experiment experiment = new Experiment(reading.scenario());
        experiment.run(time -> {});
        List<String> words = ExperimentText.words(ExperimentText.write(reading.scenario()));
        String[] command = Stream.of(List.of("lab"), words, List.of("--json"))
                .flatMap(List::stream)
                .toArray(String[]::new);
        assertThat(JSON.readTree(CommandRun.of(command).out())).isEqualTo(JSON.readTree(RunJson.report(experiment)));
    }
}

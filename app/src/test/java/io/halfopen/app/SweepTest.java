package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sweep}: a row a run, the same rows whoever ran them and however often it was stopped. */
class SweepTest {
    private static final String PLAN = """
            {
              // a comment, as people want one
              "options": {"clients": 60, "every": "1ms", "poisson": true, "accept-rate": 200, "rtt": "20ms"},
              "grid": {"backlog": [4, 16], "sysctl": ["net.ipv4.tcp_syncookies=0", "net.ipv4.tcp_syncookies=1"]},
              "seeds": "3..5",
            }
            """;

    @TempDir
    private Path folder;

    private Path plan(String text) throws IOException {
        return Files.writeString(folder.resolve("plan.json"), text);
    }

    private List<String> table(Path plan, String... options) throws IOException {
        String[] args = Arrays.copyOf(new String[] {"sweep", plan.toString()}, options.length + 2);
        System.arraycopy(options, 0, args, 2, options.length);
        CommandRun run = CommandRun.of(args);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return Files.readAllLines(folder.resolve("plan.csv"));
    }

    @Test
    void eachCombinationAndSeedIsARowWithWhatTheLabSays() throws IOException {
        List<String> rows = table(plan(PLAN));
        assertThat(rows).hasSize(1 + 2 * 2 * 3);
        assertThat(rows.getFirst()).startsWith("run,mark,backlog,sysctl,seed,clients,at_once,later,failed,waiting,");
        assertThat(rows.get(1)).matches("0,[0-9a-f]{8},4,net.ipv4.tcp_syncookies=0,3,60,.*");
        assertThat(rows.getLast()).matches("11,[0-9a-f]{8},16,net.ipv4.tcp_syncookies=1,5,60,.*");
        String lab = CommandRun.of(
                        "lab",
                        "--clients=60",
                        "--every=1ms",
                        "--poisson",
                        "--accept-rate=200",
                        "--rtt=20ms",
                        "--backlog=16",
                        "--sysctl=net.ipv4.tcp_syncookies=1",
                        "--seed=5",
                        "--json")
                .out();
        String[] cells = rows.getLast().split(",", -1);
        int overflows = List.of(rows.getFirst().split(",", -1)).indexOf("ListenOverflows");
        assertThat(Integer.parseInt(cells[overflows])).isPositive();
        assertThat(lab).contains("\"ListenOverflows\" : " + cells[overflows]);
    }

    @Test
    void whoeverRanThemTheRowsAreTheSame() throws IOException {
        Path plan = plan(PLAN);
        List<String> one = table(plan, "--jobs", "1");
        Files.delete(folder.resolve("plan.csv"));
        assertThat(table(plan, "--jobs", "4")).isEqualTo(one);
    }

    /** In the midst of a line, which is the worst. */
    @Test
    void whoWasStoppedGoesOn() throws IOException {
        Path plan = plan(PLAN);
        List<String> whole = table(plan);
        String part = String.join("\n", whole.subList(0, 5)) + "\n" + whole.get(6) + "\n7,00";
        Files.writeString(folder.resolve("plan.csv"), part);
        CommandRun again = CommandRun.of("sweep", plan.toString());
        assertThat(again.out()).endsWith("plan.csv: 12 runs, 5 of them from before\n");
        assertThat(Files.readAllLines(folder.resolve("plan.csv"))).isEqualTo(whole);
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aTableOfAnotherPlanIsNotTouched() throws IOException {
        Path plan = plan(PLAN);
        List<String> whole = table(plan);
        plan(PLAN.replace("\"clients\": 60", "\"clients\": 61"));
        CommandRun other = CommandRun.of("sweep", plan.toString());
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err())
                .contains("has rows of another plan: move it away")
                .hasLineCount(1);
        assertThat(Files.readAllLines(folder.resolve("plan.csv"))).isEqualTo(whole);
        Files.writeString(folder.resolve("plan.csv"), "somebody's letter\n");
        assertThat(CommandRun.of("sweep", plan.toString()).err()).contains("is no table of this plan");
        assertThat(folder.resolve("plan.csv")).hasContent("somebody's letter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"grid\": {\"backlog\": 4}}|grid: backlog takes a list of values",
                "{\"grid\": {\"workers\": [4, 0]}}|--workers takes 1 or more, not 0",
                "{\"grid\": {\"backlgo\": [4]}}|unknown option '--backlgo=4': did you mean --backlog?",
                "{\"options\": {\"backlog\": \"4,5\"}}|several values of an option are a list in \"grid\"",
                "{\"options\": {\"backlog\": {}}}|backlog takes a number, a string, true or false, or a list of these",
                "{\"options\": {\"seed\": 3}}|options: 'seed': \"seeds\" says which",
                "{\"options\": {\"on\": \"kernel\"}}|options: 'on': a sweep runs on the stack",
                "{\"preset\": \"lsten-2\"}|unknown preset 'lsten-2'",
                "{\"seeds\": \"5..1\"}|seeds takes 1 to 1000000 of them",
                "{\"seeds\": 1.5}|seeds takes how many, as 10",
                "{\"grids\": {}}|unknown 'grids': a plan has preset, options, grid and seeds",
                "{\"grid\": {\"backlog\": [1, 2]}, \"seeds\": 600000}|more than 1000000 runs",
                "{\"options\": {\"backlog\": 4}|plan.json:1:27: no JSON: Unexpected end-of-input: expected close marker for Object (halfopen",
                "[]|a plan is an object",
            })
    void whatIsWrongIsOneLine(String text, String complaint) throws IOException {
        CommandRun run = CommandRun.of("sweep", plan(text).toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).startsWith("halfopen sweep: ").contains(complaint);
        assertThat(folder.resolve("plan.csv")).doesNotExist();
    }

    @Test
    void filesThatAreNotThereAreOneLine() throws IOException {
        assertThat(CommandRun.of("sweep", folder.resolve("none.json").toString())
                        .err())
                .contains("no such file or folder")
                .hasLineCount(1);
        assertThat(CommandRun.of("sweep", folder.toString()).err())
                .contains("is a folder")
                .hasLineCount(1);
        CommandRun full = CommandRun.of("sweep", plan("{}").toString(), "--to", "/dev/full");
        assertThat(full.exitCode()).isEqualTo(1);
        assertThat(full.err()).hasLineCount(1);
    }
}

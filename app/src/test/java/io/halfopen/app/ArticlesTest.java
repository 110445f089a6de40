package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/articles.md: every command in it is run, and prints what the page says that it prints. */
class ArticlesTest {
    /** Tests run in the directory of their module. */
    private static final Path PAGE = Path.of("..", "docs", "articles.md");

    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    /** A command, and words of its output, in whose place any white space may stand. */
    record Shown(String command, List<String> words) {
        @Override
        public String toString() {
            return command;
        }
    }

    private static List<String> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| it says"))
                .toList();
    }

    /** What it says, on 3.10, on 6.18, to see it. */
    private static List<String> cells(String row) {
        return Arrays.stream(row.substring(1, row.lastIndexOf('|')).split("\\|", -1))
                .map(String::strip)
                .toList();
    }

    /** The last cell of a row: {@code `halfopen lab`: `words`, `words`}. */
    private static List<Shown> shownBy(String row) {
        List<Shown> all = new ArrayList<>();
        Matcher code = CODE.matcher(cells(row).getLast());
        while (code.find()) {
            String text = code.group(1);
            if (text.startsWith("halfopen ")) {
                all.add(new Shown(text, new ArrayList<>()));
            } else {
                all.getLast().words().add(text);
            }
        }
        return all;
    }

    static Stream<Shown> commands() throws IOException {
        Map<String, Shown> byCommand = new HashMap<>();
        List<Shown> distinct = new ArrayList<>();
        for (String row : rows()) {
            for (Shown shown : shownBy(row)) {
                Shown first = byCommand.putIfAbsent(shown.command(), shown);
                if (first == null) {
                    distinct.add(shown);
                } else {
                    first.words().addAll(shown.words());
                }
            }
        }
        return distinct.stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandPrintsWhatThePageSays(Shown shown) {
        String[] arguments = Arrays.stream(shown.command().split(" ", -1))
                .skip(1)
                .map(word -> word.startsWith("host/") ? "../" + word : word)
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().replaceAll("\\s+", " ").replace("../host/", "host/"))
                .contains(shown.words());
    }

    @Test
    void everyClaimHasItsKernelsAndEveryRowOneCommandThatShowsIt() throws IOException {
        assertThat(rows()).isNotEmpty().allSatisfy(row -> {
            assertThat(cells(row)).hasSize(4);
            List<String> claim = cells(row).subList(0, 3);
            boolean more = claim.stream().allMatch(String::isEmpty);
            assertThat(more || claim.stream().noneMatch(String::isEmpty)).isTrue();
            assertThat(shownBy(row)).hasSize(1).noneMatch(shown -> shown.words().isEmpty());
        });
    }

    @Test
    void everyTableBeginsWithAClaim() throws IOException {
        assertThat(Files.readString(PAGE)).doesNotContain("|---|---|---|---|\n| |");
    }

    @Test
    void thereAreFiveArticles() throws IOException {
        assertThat(Files.readAllLines(PAGE))
                .filteredOn(line -> line.startsWith("## "))
                .hasSize(5);
    }
}

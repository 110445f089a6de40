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

    /** The last cell of a row: {@code `halfopen lab`: `words`, `words`; `halfopen ...}. */
    private static List<Shown> shownBy(String row) {
        String[] cells = row.split(" \\| ", -1);
        List<Shown> all = new ArrayList<>();
        Matcher code = CODE.matcher(cells[cells.length - 1]);
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
                .map(word -> word.startsWith("stack/") ? "../" + word : word)
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().replaceAll("\\s+", " ").replace("../stack/", "stack/"))
                .contains(shown.words());
    }

    @Test
    void everyClaimHasItsKernelsAndACommandThatShowsIt() throws IOException {
        assertThat(rows()).isNotEmpty().allSatisfy(row -> {
            assertThat(row.split(" \\| ", -1)).hasSize(4).noneMatch(String::isBlank);
            assertThat(shownBy(row))
                    .isNotEmpty()
                    .noneMatch(shown -> shown.words().isEmpty());
        });
    }

    @Test
    void thereAreFiveArticles() throws IOException {
        assertThat(Files.readAllLines(PAGE))
                .filteredOn(line -> line.startsWith("## "))
                .hasSize(5);
    }
}

package io.halfopen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README shows is what there is. */
class ReadmeTest {
    private static final int MOST_LINES = 15;

    @Test
    void theFirstSampleIsHowTheCommandsOutputBegins() throws IOException {
        List<String> sample = Readme.firstSample().lines().toList();
        assertThat(sample.getFirst()).isEqualTo("$ ./halfopen lab listen-2");
        assertThat(sample.getLast()).isEqualTo("...");
        List<String> golden = Files.readAllLines(Path.of("src/test/resources/golden/lab.txt"));
        assertThat(golden).startsWith(sample.subList(1, sample.size() - 1).toArray(String[]::new));
    }

    @Test
    void theExampleIsShort() {
        assertThat(Readme.example().lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(MOST_LINES);
    }

    @Test
    void theShortTestIsTheGuidesInItsOwnLines() {
        List<String> whole = Readme.test().lines().toList();
        assertThat(Readme.shortTest().lines()).isNotEmpty().isSubsetOf(whole);
    }
}

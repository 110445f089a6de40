package io.halfopen.app.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference pages in docs/ say what the enums say. */
class DocsTest {
    @ParameterizedTest
    @ValueSource(strings = {"rules.md", "counters.md", "sysctls.md", "kernel-changes.md", "socket-options.md"})
    void pagesAreAsPrinted(String page) throws IOException {
        Path file = repository().resolve("docs").resolve(page);
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("docs/%s is stale. To print it again: ./halfopen docs docs", page)
                .isEqualTo(Reference.pages().get(page));
    }

    /** Tests run in the directory of their module; the repository is the one above that has the license. */
    private static Path repository() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("LICENSE")) && Files.exists(at.resolve("stack"))) {
                return at;
            }
        }
        throw new AssertionError("not in a clone of the repository");
    }
}

package io.halfopen.app.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link of the documents leads somewhere, and every class that they name in code is there. */
class LinksTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:|#)([^)#\\s]+)(?:#[^)]*)?\\)");
    private static final Pattern CLASS_IN_ROOM = Pattern.compile(
            "`(?:tcp\\.)?(host|send|congestion|receive|socket|transmit|recovery|connection|handshake|ip|call)"
                    + "\\.([A-Z]\\w+)");

    @Test
    void everyLinkOfADocumentLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    broken.add(REPOSITORY.relativize(document) + ": " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyClassThatTheArchitectureNamesByItsRoomIsThere() throws IOException {
        Matcher named = CLASS_IN_ROOM.matcher(Files.readString(REPOSITORY.resolve("ARCHITECTURE.md")));
        List<String> seen = new ArrayList<>();
        while (named.find()) {
            Path source = Path.of("../stack/src/main/java/io/halfopen/tcp", named.group(1), named.group(2) + ".java");
            assertThat(source).exists();
            seen.add(named.group(2));
        }
        assertThat(seen).contains("Listener", "SocketOptions");
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(REPOSITORY);
                Stream<Path> docs = Files.list(REPOSITORY.resolve("docs"))) {
            List<Path> all = Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
            assertThat(all).hasSizeGreaterThan(10);
            return all;
        }
    }
}

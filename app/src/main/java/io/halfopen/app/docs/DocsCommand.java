package io.halfopen.app.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code halfopen docs}: writes the pages that are printed from the enums. For those who change the enums. */
@Command(
        name = "docs",
        description = "Write rules.md, counters.md, sysctls.md and socket-options.md into a folder.",
        hidden = true,
        mixinStandardHelpOptions = true)
public final class DocsCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder, docs in a clone of the repository.")
    private @Nullable Path folder;

    @Override
    public Integer call() throws IOException {
        if (folder == null) {
            throw new IllegalStateException("picocli has not set DIR");
        }
        for (Map.Entry<String, String> page : Reference.pages().entrySet()) {
            Files.writeString(folder.resolve(page.getKey()), page.getValue());
        }
        return 0;
    }
}

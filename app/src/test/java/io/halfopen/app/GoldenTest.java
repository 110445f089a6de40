package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What some commands print, byte for byte; {@code -Dhalfopen.golden=write} prints them again. */
class GoldenTest {
    /** Tests run in the directory of their module. */
    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");

    private static final boolean WRITE = "write".equals(System.getProperty("halfopen.golden"));
    private static final String REWRITE = "./ci.sh -pl stack,app -Dtest=GoldenTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dhalfopen.golden=write";

    @ParameterizedTest
    @CsvSource({
        "lab.txt, lab",
        "lab-ab-backlog-1-kernel-3.10.txt, lab ab-backlog-1 --kernel 3.10",
        "lab-listen-2-compare.txt, lab listen-2 --compare",
        "lab-listen-2-compare-many.txt, 'lab listen-2 --compare 2.6,3.10,4.18,5.15,6.1,6.12,6.18'",
        "lab-listen-0-show-tcpdump.txt, lab listen-0 --show tcpdump",
        "lab-listen-2-for-12s.json, lab listen-2 --for 12s --json",
    })
    void printsWhatItPrintedBefore(String file, String arguments) throws IOException {
        CommandRun run = CommandRun.of(arguments.split(" ", -1));
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        Path golden = FOLDER.resolve(file);
        if (WRITE) {
            Files.createDirectories(FOLDER);
            Files.writeString(golden, run.out());
            return;
        }
        String before = Files.exists(golden) ? Files.readString(golden) : "";
        if (!before.equals(run.out())) {
            fail("halfopen %s prints something else than %s:%n%s%nIf it should, print it again: %s"
                    .formatted(arguments, golden, UnifiedDiff.of(before, run.out()), REWRITE));
        }
    }

    @Test
    void aDifferenceIsShownAsAUnifiedDiff() {
        String expected = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        String actual = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n";
        assertThat(UnifiedDiff.of(expected, actual)).isEqualTo("""
                @@
                 2
                 3
                 4
                -5
                +five
                 6
                 7
                 8
                @@
                 10
                 11
                 12
                +13
                """);
    }
}

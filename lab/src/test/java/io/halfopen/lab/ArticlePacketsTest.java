package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfopen.linux.Kernel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The article's own packet listings, traced on Linux 3.10, against what {@code --kernel 3.10} does. */
final class ArticlePacketsTest {
    /** The article's kernel counted in jiffies and its programs took time: its 12.8 s is 12.829 s. */
    private static final double LATENESS = 0.030;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void abBacklog1SendsTheSegmentsOfTheListing(int connection) {
        List<ArticlePackets.Row> expected =
                ArticlePackets.read("ab-backlog-1.tsv").of(connection);
        List<ArticlePackets.Row> actual = run("ab-backlog-1").of(connection);
        assertThat(actual).extracting(ArticlePackets.Row::what).containsExactlyElementsOf(what(expected));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).seconds())
                    .as(expected.get(i).what())
                    .isCloseTo(expected.get(i).seconds(), within(LATENESS));
        }
    }

    @Test
    void abAbortOnOverflowResetsTheFourthRightAfterItsAck() {
        List<ArticlePackets.Row> expected =
                ArticlePackets.read("ab-abort-on-overflow.tsv").of(4);
        assertThat(expected).hasSize(4);
        List<ArticlePackets.Row> actual = run("ab-abort-on-overflow").of(4);
        assertThat(actual).extracting(ArticlePackets.Row::what).containsExactlyElementsOf(what(expected));
        assertThat(actual.getLast().seconds()).isZero();
    }

    /** ab then gives up: from its first FIN on the listing tells of ab, not of the kernel. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void abAbortOnOverflowLeavesTheOthersAlone(int connection) {
        List<String> expected = what(ArticlePackets.read("ab-abort-on-overflow.tsv").of(connection).stream()
                .takeWhile(row -> !row.what().startsWith("> F."))
                .toList());
        assertThat(run("ab-abort-on-overflow").of(connection))
                .extracting(ArticlePackets.Row::what)
                .startsWith(expected.toArray(String[]::new));
    }

    private static List<String> what(List<ArticlePackets.Row> rows) {
        return rows.stream().map(ArticlePackets.Row::what).toList();
    }

    private static ArticlePackets run(String preset) {
        Scenario.Edit edit = Presets.named(preset).orElseThrow().scenario().edit();
        edit.kernel = Kernel.LINUX_3_10;
        Experiment experiment = new Experiment(edit.done());
        experiment.run(time -> {});
        return ArticlePackets.of(experiment.recorder().packets(), Scenario.DEFAULT_PORT);
    }
}

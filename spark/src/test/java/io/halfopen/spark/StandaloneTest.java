package io.halfopen.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and two workers: the jar as it is submitted, and an executor that dies in mid-run. */
class StandaloneTest {
    private static final String JAR =
            Path.of("target/halfopen-spark.jar").toAbsolutePath().toString();

    @TempDir
    private static Path folder;

    private static Cluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new Cluster(folder);
    }

    @AfterAll
    static void end() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void theJarIsAllThatTheClusterNeeds() throws Exception {
        Path plan = Table.plan(folder);
        Path out = folder.resolve("submitted");
        String said =
                cluster.submit(0, "--class", "io.halfopen.spark.Sweep", JAR, plan.toString(), "--out", out.toString());
        assertThat(said).contains(out + ": " + Table.ROWS + " runs");
        assertThat(Table.written(out)).isEqualTo(Table.ofSweep(plan));
        String again =
                cluster.submit(2, "--class", "io.halfopen.spark.Sweep", JAR, plan.toString(), "--out", out.toString());
        assertThat(again).contains("halfopen-spark.jar: " + out + " is there").doesNotContain("\tat ");
    }

    @Test
    void aPlanThatIsWrongIsSaidBeforeAnythingRuns() throws Exception {
        Path plan = Files.writeString(folder.resolve("wrong.json"), "{\"grid\": {\"backlgo\": [4]}}");
        String said = cluster.submit(2, "--class", "io.halfopen.spark.Sweep", JAR, plan.toString(), "--out", "nowhere");
        assertThat(said)
                .contains("halfopen-spark.jar: unknown option '--backlgo=4': did you mean --backlog?")
                .doesNotContain("\tat ");
    }

    @Test
    void theTableIsTheSameAlsoWhenAnExecutorDies() throws IOException {
        Path plan = Table.plan(folder);
        Path out = folder.resolve("survived");
        Map<String, String> settings = Map.of(
                "spark.master", cluster.master(),
                "spark.jars", JAR,
                "spark.executor.memory", "512m",
                "spark.ui.enabled", "false",
                "spark.driver.host", "127.0.0.1",
                "spark.driver.bindAddress", "127.0.0.1",
                "spark.extraListeners", OnTasks.class.getName());
        settings.forEach(System::setProperty);
        try {
            OnTasks.once(task -> cluster.killExecutor(task.executorId()));
            assertThat(Main.run(new Sweep(), plan.toString(), "--out", out.toString(), "--tasks", "12"))
                    .isZero();
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
        assertThat(OnTasks.failed()).isNotEmpty().allMatch(why -> why.contains("ExecutorLost"));
        assertThat(Table.written(out)).isEqualTo(Table.ofSweep(plan));
    }
}

package io.halfopen.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark in this JVM, with two threads: the rows are those of {@code halfopen sweep}. */
class LocalTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "spark.master", "local[2]",
            "spark.ui.enabled", "false",
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.extraListeners", OnTasks.class.getName());

    @TempDir
    private Path folder;

    @BeforeEach
    void set() {
        SETTINGS.forEach(System::setProperty);
    }

    @AfterEach
    void unset() {
        SETTINGS.keySet().forEach(System::clearProperty);
    }

    private String out() {
        return folder.resolve("out").toString();
    }

    @Test
    void theTableIsTheSameAlsoWhenATaskIsKilled() throws IOException {
        Path plan = Table.plan(folder);
        OnTasks.once(task -> SparkContext.getOrCreate()
                .killTaskAttempt(task.taskId(), /* interruptThread= */ true, "to see what becomes of its rows"));
        assertThat(Main.run(new Sweep(), plan.toString(), "--out", out(), "--tasks", "6"))
                .isZero();
        assertThat(OnTasks.failed()).singleElement().asString().contains("to see what becomes of its rows");
        assertThat(Table.written(folder.resolve("out"))).isEqualTo(Table.ofSweep(plan));
    }

    @Test
    void inParquetNumbersAreNumbersAndWhatIsEmptyIsNull() throws IOException {
        Path plan = Files.writeString(folder.resolve("plan.json"), """
                {"options": {"clients": 3, "accept-after": "never"}, "grid": {"backlog": [1, 9]}}
                """);
        assertThat(Main.run(new Sweep(), plan.toString(), "--out", out(), "--format", "parquet"))
                .isZero();
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            List<Row> rows = spark.read().parquet(out()).collectAsList();
            assertThat(rows).hasSize(2);
            Row first = rows.getFirst();
            assertThat(first.<Long>getAs("run")).isEqualTo(0L);
            assertThat(first.<String>getAs("backlog")).isEqualTo("1");
            assertThat(first.<Long>getAs("at_once")).isEqualTo(2L);
            assertThat(first.<Double>getAs("connect_p50")).isNotNegative();
            assertThat(first.<Double>getAs("accept_p50")).isNull();
            assertThat(rows.getLast().<Long>getAs("at_once")).isEqualTo(3L);
        }
    }

    @Test
    void aSeedOfSimulateIsARow() throws IOException {
        assertThat(Main.run(new Simulate(), "--seed", "7", "--count", "3", "--out", out(), "--tasks", "3"))
                .isZero();
        List<String> lines = Table.written(folder.resolve("out")).lines().toList();
        assertThat(lines)
                .hasSize(4)
                .first()
                .isEqualTo("seed,fault,least,packets,octets,lost,retransmissions,restarts,connections");
        for (int i = 1; i < lines.size(); i++) {
            assertThat(lines.get(i)).matches((6 + i) + ",,,[1-9]\\d*,[1-9]\\d*,\\d+,\\d+,\\d+,[1-9]\\d*");
        }
    }
}

package io.halfopen.spark;

import io.halfopen.app.Subcommand;
import java.io.IOException;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What both have in common: many rows, each made by itself, become one table. */
abstract class SparkCommand extends Subcommand {
    /** So many rows a task: each is some milliseconds, a task costs as much by itself. */
    private static final int ROWS_PER_TASK = 64;

    /** Every processor gets several, so that the last one does not hold up the others. */
    private static final int TASKS_PER_PROCESSOR = 8;

    private static final int MOST_TASKS = 100_000;

    /** The rows in as many parts. */
    interface Table {
        Dataset<Row> of(SparkSession spark, int slices, Format format);
    }

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description =
                    "Where the table goes: a path, or an address that Spark can write to. It may not be there yet.")
    private String out = "";

    @Option(names = "--format", paramLabel = "FORMAT", description = "${COMPLETION-CANDIDATES} (csv).")
    private Format format = Format.csv;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "How many tasks share the rows (as the cluster is large).")
    private @Nullable Integer tasks;

    /** {@code spark-submit} knows an exit code only so; 0 is returned, so that a cluster can end in its own way. */
    static void leave(int code) {
        if (code != 0) {
            System.exit(code);
        }
    }

    final int write(String name, String key, int rows, Table table) throws IOException {
        if (tasks != null && (tasks < 1 || tasks > MOST_TASKS)) {
            throw bad("--tasks takes 1 to " + MOST_TASKS + ", not " + tasks);
        }
        try (SparkSession spark = SparkSession.builder().appName(name).getOrCreate()) {
            write(spark, key, rows, table);
        } catch (CommandLine.ParameterException bad) {
            throw bad;
        } catch (Exception failed) {
            // Spark says nothing of what it throws, and what is wrong with a disk or a task comes as anything.
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        }
        out().println(String.format(Locale.ROOT, "%s: %d %s", out, rows, rows == 1 ? key : key + "s"));
        return 0;
    }

    private void write(SparkSession spark, String key, int rows, Table table) throws IOException {
        SparkContext context = spark.sparkContext();
        Path folder = new Path(out);
        if (folder.getFileSystem(context.hadoopConfiguration()).exists(folder)) {
            throw bad(out + " is there: name a folder that is not, or move it away");
        }
        write(table.of(spark, slices(rows, context.defaultParallelism()), format), key);
    }

    private int slices(int rows, int processors) {
        int usual = Math.max(processors * TASKS_PER_PROCESSOR, rows / ROWS_PER_TASK);
        return tasks != null ? tasks : Math.clamp(usual, 1, Math.min(rows, MOST_TASKS));
    }

    /**
     * One file, in the order of its key, whoever made which row: brought together only when they are made (a sort by ranges would
     * make them twice, the first time to see how they lie).
     */
    private void write(Dataset<Row> rows, String key) {
        Dataset<Row> sorted = rows.repartition(1).sortWithinPartitions(sorting(rows, key));
        switch (format) {
            // as halfopen sweep writes it: RFC 4180
            case csv ->
                sorted.write()
                        .option("header", true)
                        .option("escape", "\"")
                        .option("emptyValue", "")
                        .option("ignoreLeadingWhiteSpace", false)
                        .option("ignoreTrailingWhiteSpace", false)
                        .csv(out);
            case parquet -> sorted.write().parquet(out);
        }
    }

    private static org.apache.spark.sql.Column sorting(Dataset<Row> rows, String key) {
        return rows.col(key).cast("long");
    }
}

package io.halfopen.spark;

import io.halfopen.app.Main;
import io.halfopen.app.lab.BadPlan;
import io.halfopen.app.lab.SweepJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code halfopen sweep} on a cluster. */
@Command(
        name = "halfopen-spark.jar",
        description = {
            "Run the lab with every combination of a grid of options and seeds, and write a table, a row a run.",
            "",
            "It is halfopen sweep for more than one machine: the same plan, the same rows. Give it to spark-submit.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class Sweep extends SparkCommand {
    @Parameters(paramLabel = "FILE", description = "The plan (docs/sweep.md), a file of the machine that submits it.")
    private @Nullable Path file;

    /** What {@code spark-submit} calls. */
    public static void main(String[] args) {
        leave(Main.run(new Sweep(), args));
    }

    @Override
    public Integer call() throws IOException {
        SweepJob job;
        try {
            job = SweepJob.read(file == null ? Path.of("") : file);
        } catch (BadPlan bad) {
            throw bad(bad.line());
        }
        noteIgnored(job.first().sysctls().keySet(), List.of(job.first().kernel()));
        return write("halfopen sweep", "run", job.size(), (spark, slices, format) -> table(spark, job, slices, format));
    }

    private static Dataset<Row> table(SparkSession spark, SweepJob job, int slices, Format format) {
        Dataset<Row> text = SweepRows.text(spark, job, slices);
        return format == Format.csv ? text : SweepRows.typed(text, job);
    }
}

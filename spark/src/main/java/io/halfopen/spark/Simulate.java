package io.halfopen.spark;

import io.halfopen.app.Main;
import io.halfopen.app.simulate.SimulatedSeed;
import java.io.IOException;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code halfopen simulate} on a cluster. */
@Command(
        name = "halfopen-spark.jar",
        description = {
            "Let whole networks of stacks live through bad weather, and write a table, a row a seed.",
            "",
            "It is halfopen simulate for more than one machine. Where the cell \"fault\" is not empty, something is wrong:"
                    + " halfopen simulate --seed N shows it.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class Simulate extends SparkCommand {
    private static final int MOST_SEEDS = 100_000_000;

    private static final StructType SCHEMA = new StructType()
            .add("seed", DataTypes.LongType, /* nullable= */ false)
            .add("fault", DataTypes.StringType)
            .add("least", DataTypes.StringType)
            .add("packets", DataTypes.LongType, /* nullable= */ false)
            .add("octets", DataTypes.LongType, /* nullable= */ false)
            .add("lost", DataTypes.LongType, /* nullable= */ false)
            .add("retransmissions", DataTypes.LongType, /* nullable= */ false)
            .add("restarts", DataTypes.LongType, /* nullable= */ false)
            .add("connections", DataTypes.LongType, /* nullable= */ false);

    @Option(names = "--seed", paramLabel = "N", description = "The first seed; the next is N + 1 (1).")
    private long first = 1;

    @Option(names = "--count", paramLabel = "M", description = "How many seeds (300).")
    private int count = 300;

    /** What {@code spark-submit} calls. */
    public static void main(String[] args) {
        leave(Main.run(new Simulate(), args));
    }

    @Override
    public Integer call() throws IOException {
        if (count < 1 || count > MOST_SEEDS) {
            throw bad("--count takes 1 to " + MOST_SEEDS + ", not " + count);
        }
        if (first > Long.MAX_VALUE - count) {
            throw bad("--seed takes less than " + first);
        }
        return write("halfopen simulate", "seed", count, (spark, slices, format) -> table(spark, first, count, slices));
    }

    private static Dataset<Row> table(SparkSession spark, long first, int count, int slices) {
        MapFunction<Long, Row> run = seed -> row(SimulatedSeed.run(seed));
        return spark.range(first, first + count, 1, slices).map(run, Encoders.row(SCHEMA));
    }

    private static Row row(SimulatedSeed seed) {
        return RowFactory.create(
                seed.seed(),
                seed.fault(),
                seed.least(),
                seed.packets(),
                seed.octets(),
                seed.lost(),
                seed.retransmissions(),
                seed.restarts(),
                seed.connections());
    }
}

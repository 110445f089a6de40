package io.halfopen.spark;

import io.halfopen.app.lab.SweepJob;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The table of a {@link SweepJob}, whose rows the tasks make: the plan's text and the numbers are all that a task gets. */
final class SweepRows {
    /** A task's share: its numbers' rows, each cell as it stands in a CSV. */
    private record Share(String plan) implements MapPartitionsFunction<Long, Row> {
        @Override
        public Iterator<Row> call(Iterator<Long> numbers) {
            SweepJob job = SweepJob.parse(plan);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return numbers.hasNext();
                }

                @Override
                public Row next() {
                    return RowFactory.create(
                            job.row(Math.toIntExact(numbers.next())).toArray());
                }
            };
        }
    }

    private SweepRows() {}

    /** All cells are text, as {@code halfopen sweep} writes them. */
    static Dataset<Row> text(SparkSession spark, SweepJob job, int slices) {
        StructType schema = new StructType();
        for (SweepJob.Column column : job.columns()) {
            schema = schema.add(column.name(), DataTypes.StringType, /* nullable= */ false);
        }
        return spark.range(0, job.size(), 1, slices).mapPartitions(new Share(job.text()), Encoders.row(schema));
    }

    /** Numbers are numbers; what is empty in a CSV is null. */
    static Dataset<Row> typed(Dataset<Row> text, SweepJob job) {
        List<Column> cells = new ArrayList<>();
        for (SweepJob.Column column : job.columns()) {
            Column cell = functions.col("`" + column.name() + "`");
            cells.add(
                    switch (column.kind()) {
                        case TEXT -> cell;
                        case NUMBER -> cell.cast(DataTypes.LongType).as(column.name());
                        case SECONDS ->
                            functions
                                    .nullif(cell, functions.lit(""))
                                    .cast(DataTypes.DoubleType)
                                    .as(column.name());
                    });
        }
        return text.select(cells.toArray(Column[]::new));
    }
}

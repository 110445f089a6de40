package io.halfopen.app.drill;

import io.halfopen.drill.SegmentTable;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --table}: one of the tables of parity's exchanges. */
final class TableOption implements ITypeConverter<SegmentTable> {
    @Override
    public SegmentTable convert(String text) {
        for (SegmentTable table : SegmentTable.values()) {
            if (table.toString().equals(text)) {
                return table;
            }
        }
        String all =
                Arrays.stream(SegmentTable.values()).map(SegmentTable::toString).collect(Collectors.joining(", "));
        throw new TypeConversionException("'" + text + "' is none of " + all);
    }
}

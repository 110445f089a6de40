package io.halfopen.app;

import io.halfopen.lab.Duration;
import io.halfopen.lab.Scenario;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A {@link Duration} on the command line, in nanoseconds. */
public final class Durations implements ITypeConverter<Long> {
    /** What never and forever are. */
    public static final long NEVER = Scenario.NEVER;

    @Override
    public Long convert(String text) {
        try {
            return Duration.parse(text);
        } catch (IllegalArgumentException none) {
            throw new TypeConversionException(none.getMessage());
        }
    }
}

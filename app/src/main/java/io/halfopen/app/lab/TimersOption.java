package io.halfopen.app.lab;

import io.halfopen.linux.Timers;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How precisely timers fire: exact or linux. */
final class TimersOption implements ITypeConverter<Timers> {
    @Override
    public Timers convert(String text) {
        return switch (text) {
            case "exact" -> Timers.EXACT;
            case "linux" -> Timers.LINUX;
            default -> throw new TypeConversionException("'" + text + "' is not exact or linux");
        };
    }
}

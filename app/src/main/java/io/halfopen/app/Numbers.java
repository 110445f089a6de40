package io.halfopen.app;

import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers on the command line, with a sentence for the user where picocli would name a type of Java. */
public final class Numbers {
    private Numbers() {}

    /** For a command line and its subcommands. */
    public static CommandLine register(CommandLine commands) {
        ITypeConverter<Integer> ints = Numbers::integer;
        ITypeConverter<Long> longs = text -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
        return commands.registerConverter(int.class, ints)
                .registerConverter(Integer.class, ints)
                .registerConverter(long.class, longs)
                .registerConverter(Long.class, longs)
                .registerConverter(Double.class, Numbers::decimal);
    }

    static int integer(String text) {
        return Math.toIntExact(whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    private static long whole(String text, long least, long most) {
        if (!text.matches("[+-]?\\d+")) {
            throw new TypeConversionException("'" + text + "' is not a whole number");
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException beyondLong) {
            // said below, as for one beyond int
        }
        throw new TypeConversionException("'" + text + "' is not " + least + " to " + most);
    }

    static double decimal(String text) {
        if (!text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)")) {
            throw new TypeConversionException("'" + text + "' is not a number");
        }
        return Double.parseDouble(text);
    }
}

package io.halfopen.app;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: 20s, 500ms, 1.5s, 2m, 1h, 0; never or forever. In nanoseconds. */
public final class Durations implements ITypeConverter<Long> {
    /** What never and forever are. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h)?");
    private static final Map<String, Long> UNITS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L);

    /** A year: longer times would overflow a long when they are added. */
    private static final BigDecimal LONGEST =
            BigDecimal.valueOf(365L * 24 * 3600).movePointRight(9);

    @Override
    public Long convert(String text) {
        if (text.equals("never") || text.equals("forever")) {
            return NEVER;
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw notADuration(text);
        }
        String unit = matcher.group(2);
        BigDecimal number = new BigDecimal(matcher.group(1));
        if (unit == null && number.signum() != 0) {
            throw notADuration(text);
        }
        BigDecimal nanos = number.multiply(BigDecimal.valueOf(UNITS.getOrDefault(unit == null ? "s" : unit, 1L)));
        if (nanos.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + text + "' is longer than a year");
        }
        return nanos.longValue();
    }

    private static TypeConversionException notADuration(String text) {
        return new TypeConversionException("'" + text + "' is not a duration: write 20s, 500ms, 2m, never or forever");
    }
}

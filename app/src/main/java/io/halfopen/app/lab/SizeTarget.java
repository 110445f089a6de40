package io.halfopen.app.lab;

import io.halfopen.app.Durations;
import io.halfopen.lab.Duration;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a backlog has to be good for.
 *
 * @param percent of the connects
 * @param within how long connect() may take for them, ns; 0: nothing may be dropped at all
 */
record SizeTarget(double percent, long within) {
    static final SizeTarget NO_DROP = new SizeTarget(100, 0);

    boolean isNoDrop() {
        return within == 0;
    }

    @Override
    public String toString() {
        return isNoDrop()
                ? "no SYN dropped"
                : BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString() + " % of connects within "
                        + Duration.format(within);
    }

    /** {@code none} or {@code 99.9%:200ms}. */
    static final class Converter implements ITypeConverter<SizeTarget> {
        private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*%\\s*(?::|in|within)\\s*(\\S+)");

        @Override
        public SizeTarget convert(String text) {
            if (text.equals("no-drop")) {
                return NO_DROP;
            }
            Matcher form = FORM.matcher(text.strip());
            if (!form.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is neither no-drop nor PERCENT%:DURATION, such as" + " 99.9%:200ms");
            }
            double percent = Double.parseDouble(form.group(1));
            long within = new Durations().convert(form.group(2));
            if (percent <= 0 || percent > 100 || within <= 0 || within == Durations.NEVER) {
                throw new TypeConversionException("'" + text + "' asks for more than 0 and at most 100 %, within a time"
                        + " that is not 0 and ends");
            }
            return new SizeTarget(percent, within);
        }
    }
}

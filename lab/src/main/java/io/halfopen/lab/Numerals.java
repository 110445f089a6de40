package io.halfopen.lab;

import java.math.BigDecimal;

/** Numbers in text, with a sentence for the user if they are none. */
final class Numerals {
    private static final int MOST_DIGITS = 18;

    private Numerals() {}

    static int whole(String text, int least, int most) {
        long value = whole(text);
        if (value < least) {
            throw new IllegalArgumentException("takes " + least + " or more, not " + text);
        }
        if (value > most) {
            throw new IllegalArgumentException("takes at most " + most + ", not " + text);
        }
        return (int) value;
    }

    static long whole(String text) {
        String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        boolean number = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || digits.length() > MOST_DIGITS) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number");
        }
        return Long.parseLong(text);
    }

    /** A number with or without a fraction, not negative. */
    static double decimal(String text) {
        boolean number = text.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.')
                && text.chars().filter(c -> c == '.').count() <= 1
                && text.chars().anyMatch(c -> c != '.');
        if (!number || text.length() > MOST_DIGITS) {
            throw new IllegalArgumentException("'" + text + "' is not a number");
        }
        return Double.parseDouble(text);
    }

    /** Without an exponent, and without zeros that say nothing. */
    static String format(double value) {
        String text = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
        return text.equals("-0") ? "0" : text;
    }
}

package io.halfopen.web.jdk;

/** As much of java.util.HexFormat as the settings need: Fast Open's keys are written in hexadecimal. */
public final class HexFormat {
    private static final HexFormat LOWER_CASE = new HexFormat();
    private static final int DIGITS = 8;

    private HexFormat() {}

    public static HexFormat of() {
        return LOWER_CASE;
    }

    public String toHexDigits(int value) {
        String digits = Integer.toHexString(value);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }
}

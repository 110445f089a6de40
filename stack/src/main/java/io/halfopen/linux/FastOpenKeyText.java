package io.halfopen.linux;

import java.util.Arrays;
import java.util.HexFormat;

/** The text of tcp_fastopen_key: four groups of hexadecimal digits, and after a comma four more. */
final class FastOpenKeyText {
    private static final int GROUPS = 4;

    private FastOpenKeyText() {}

    static int[] parse(Sysctl sysctl, String text) {
        String[] keys = text.strip().split(",", -1);
        int[] numbers = new int[2 * GROUPS];
        if (keys.length > 2 || !read(keys[0], numbers, 0) || !read(keys[keys.length - 1], numbers, GROUPS)) {
            throw new IllegalArgumentException(sysctl.fullName()
                    + " takes 01234567-89abcdef-01234567-89abcdef, or two of them with a comma, not '" + text + "'");
        }
        return numbers;
    }

    static String format(int... numbers) {
        StringBuilder text = new StringBuilder();
        boolean backup = !Arrays.equals(numbers, 0, GROUPS, numbers, GROUPS, 2 * GROUPS);
        for (int i = 0; i < (backup ? 2 : 1) * GROUPS; i++) {
            text.append(i == 0 ? "" : i == GROUPS ? "," : "-")
                    .append(HexFormat.of().toHexDigits(numbers[i]));
        }
        return text.toString();
    }

    private static boolean read(String key, int[] numbers, int offset) {
        String[] groups = key.strip().split("-", -1);
        for (int i = 0; i < groups.length && groups.length == GROUPS; i++) {
            if (!groups[i].matches("[0-9a-fA-F]{1,8}")) {
                return false;
            }
            numbers[offset + i] = Integer.parseUnsignedInt(groups[i], 16);
        }
        return groups.length == GROUPS;
    }
}

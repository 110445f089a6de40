package io.halfopen.app.explain;

import io.halfopen.wire.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** TCP's options in packetdrill's notation, with all their padding and in their order. */
final class OptionText {
    private static final int MSS = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;

    private OptionText() {}

    /**
     * With angle brackets, and a space before them; empty where there are none.
     *
     * @param base the other end's initial sequence number, from which a script counts
     */
    static String of(byte[] options, int base) {
        List<String> texts = new ArrayList<>();
        int at = 0;
        while (at < options.length) {
            int kind = options[at];
            int length = kind <= 1 ? 1 : at + 1 < options.length ? options[at + 1] & 0xff : 0;
            String text = length >= 1 && length <= options.length - at ? text(options, at, length, base) : "";
            if (text.isEmpty()) {
                return " <raw " + HexFormat.of().formatHex(options) + ">";
            }
            texts.add(text);
            at += length;
        }
        return texts.isEmpty() ? "" : " <" + String.join(",", texts) + ">";
    }

    /** Empty if it has no name here. */
    private static String text(byte[] options, int at, int length, int base) {
        return switch (options[at]) {
            case 0 -> "eol";
            case 1 -> "nop";
            case MSS -> length == 4 ? "mss " + Bytes.getShort(options, at + 2) : "";
            case WINDOW_SCALE -> length == 3 ? "wscale " + (options[at + 2] & 0xff) : "";
            case SACK_PERMITTED -> length == 2 ? "sackOK" : "";
            case SACK -> length % 8 == 2 && length > 2 ? sack(options, at + 2, at + length, base) : "";
            case TIMESTAMPS ->
                length == 10
                        ? "TS val " + number(Bytes.getInt(options, at + 2)) + " ecr "
                                + number(Bytes.getInt(options, at + 6))
                        : "";
            default -> "";
        };
    }

    private static String sack(byte[] options, int from, int to, int base) {
        StringBuilder text = new StringBuilder("sack");
        for (int at = from; at < to; at += 8) {
            text.append(' ').append(number(Bytes.getInt(options, at) - base));
            text.append(':').append(number(Bytes.getInt(options, at + 4) - base));
        }
        return text.toString();
    }

    private static String number(int value) {
        return Integer.toUnsignedString(value);
    }
}

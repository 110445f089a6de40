package io.halfopen.lab;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON, in as little room as it takes. It is for where no library is: a browser. Values are null, Boolean,
 * Number, String, List and Map; a map's order is kept.
 */
final class JsonText {
    private final StringBuilder text = new StringBuilder();

    static String of(@Nullable Object value) {
        JsonText json = new JsonText();
        json.write(value);
        return json.text.toString();
    }

    private void write(@Nullable Object value) {
        switch (value) {
            case null -> text.append("null");
            case String string -> write(string);
            case Map<?, ?> map -> write(map);
            case List<?> list -> write(list);
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            default -> throw new IllegalArgumentException("JSON has no " + value.getClass());
        }
    }

    private void write(Map<?, ?> map) {
        String between = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(between);
            write(String.valueOf(entry.getKey()));
            text.append(':');
            write(entry.getValue());
            between = ",";
        }
        text.append(map.isEmpty() ? "{}" : "}");
    }

    private void write(List<?> list) {
        String between = "[";
        for (Object each : list) {
            text.append(between);
            write(each);
            between = ",";
        }
        text.append(list.isEmpty() ? "[]" : "]");
    }

    private void write(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                String hex = Integer.toHexString(c);
                text.append("\\u").append("0000".substring(hex.length())).append(hex);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}

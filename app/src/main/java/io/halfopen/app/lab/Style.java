package io.halfopen.app.lab;

import java.util.Map;

/** Colours, on a terminal only. */
final class Style {
    private static final Map<String, Integer> CODES =
            Map.of("bold", 1, "faint", 2, "red", 31, "green", 32, "yellow", 33, "cyan", 36);

    private final boolean on;

    Style(boolean on) {
        this.on = on;
    }

    String bold(String text) {
        return in("bold", text);
    }

    String faint(String text) {
        return in("faint", text);
    }

    String good(String text) {
        return in("green", text);
    }

    String bad(String text) {
        return in("red", text);
    }

    String doubtful(String text) {
        return in("yellow", text);
    }

    String rule(String text) {
        return in("cyan", text);
    }

    private String in(String style, String text) {
        return on ? "\u001b[" + CODES.get(style) + "m" + text + "\u001b[0m" : text;
    }
}

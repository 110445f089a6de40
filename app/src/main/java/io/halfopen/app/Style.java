package io.halfopen.app;

import java.util.Map;

/** Colours, on a terminal only. */
public final class Style {
    private static final Map<String, Integer> CODES =
            Map.of("bold", 1, "faint", 2, "red", 31, "green", 32, "yellow", 33, "cyan", 36);

    private final boolean on;

    public Style(boolean on) {
        this.on = on;
    }

    public String bold(String text) {
        return in("bold", text);
    }

    public String faint(String text) {
        return in("faint", text);
    }

    public String good(String text) {
        return in("green", text);
    }

    public String bad(String text) {
        return in("red", text);
    }

    public String doubtful(String text) {
        return in("yellow", text);
    }

    public String rule(String text) {
        return in("cyan", text);
    }

    private String in(String style, String text) {
        return on ? "\u001b[" + CODES.get(style) + "m" + text + "\u001b[0m" : text;
    }
}

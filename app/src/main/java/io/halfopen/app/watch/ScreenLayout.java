package io.halfopen.app.watch;

import java.util.ArrayList;
import java.util.List;

/** What goes where on a screen of so many rows: the table has room for a few lines at least, what cannot be shown is at its end. */
final class ScreenLayout {
    /** A table with less is none: its head and three listeners. */
    private static final int LEAST_TABLE = 4;
    /** From here on there is also room for what all of the namespace counted. */
    private static final int ROWS_FOR_FOOT = 16;

    private final int rows;
    private List<String> table = List.of();
    private List<String> text = List.of();
    private final List<String> foot = new ArrayList<>();
    private String last = "";

    ScreenLayout(int rows) {
        this.rows = Math.max(LEAST_TABLE, rows);
    }

    /** What is left out where the screen is small. */
    void foot(List<String> sums, List<String> settings) {
        if (rows >= ROWS_FOR_FOOT) {
            foot.add("");
            foot.addAll(sums);
            foot.addAll(settings);
        }
    }

    /** At the bottom. */
    void last(String line) {
        last = line;
    }

    void text(List<String> lines) {
        text = lines;
    }

    void table(List<String> lines) {
        table = lines;
    }

    private int body() {
        return rows - foot.size() - 1;
    }

    /** How many rows of a table there is room for, beside its head, out of so many. */
    int roomFor(int listeners) {
        int least = Math.min(Math.min(LEAST_TABLE, listeners + 1), body());
        int besideText = body() - (text.isEmpty() ? 0 : text.size() + 1);
        return Math.max(1, Math.min(listeners, Math.max(least, besideText) - 1));
    }

    /** All of the screen. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(table);
        if (!table.isEmpty() && !text.isEmpty()) {
            lines.add("");
        }
        lines.addAll(text);
        int body = body();
        List<String> screen = new ArrayList<>(lines.subList(0, Math.min(body, lines.size())));
        screen.addAll(foot);
        screen.add(last);
        return screen;
    }
}

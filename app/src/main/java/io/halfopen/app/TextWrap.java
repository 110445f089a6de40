package io.halfopen.app;

import java.util.ArrayList;
import java.util.List;

/** Text in lines of a width: whatever the terminal, what is printed fits 80 columns. */
public final class TextWrap {
    /** As wide as everything that is printed for people. */
    public static final int COLUMNS = 80;

    private TextWrap() {}

    /** Broken between words; a word that is longer than a line, wherever it must be. At least one line. */
    public static List<String> lines(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            boolean inWord = space <= 0 || rest.substring(0, space).isBlank();
            lines.add(rest.substring(0, inWord ? width : space).stripTrailing());
            rest = rest.substring(inWord ? width : space + 1).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    /** The lines after the first begin at a column. */
    public static String hanging(String text, int indent) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        if (rest.length() > COLUMNS) {
            String first = lines(rest, COLUMNS).getFirst();
            lines.add(first);
            rest = rest.substring(first.length()).stripLeading();
            lines(rest, COLUMNS - indent).forEach(line -> lines.add(" ".repeat(indent) + line));
        } else {
            lines.add(rest);
        }
        return String.join("\n", lines);
    }
}

package io.halfopen.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns as wide as what is in them, within 80 in all: a cell that is too long goes on below. */
public final class TextTable {
    private static final int LEAST = 8;

    /** What is in a column, and how it looks. */
    public record Cell(String text, UnaryOperator<String> style) {
        public static Cell of(Object text) {
            return new Cell(String.valueOf(text), UnaryOperator.identity());
        }
    }

    private final String alignment;
    private int gap;
    private final List<List<Cell>> rows = new ArrayList<>();

    /** {@code alignment}: l or r for each column. */
    public TextTable(String alignment, int gap) {
        this.alignment = alignment;
        this.gap = gap;
    }

    public void add(Object... cells) {
        rows.add(Arrays.stream(cells)
                .map(cell -> cell instanceof Cell made ? made : Cell.of(cell))
                .toList());
    }

    /** All of a row look the same. */
    public void add(UnaryOperator<String> style, Object... cells) {
        rows.add(Arrays.stream(cells)
                .map(cell -> new Cell(String.valueOf(cell), style))
                .toList());
    }

    public List<String> lines() {
        int[] widths = widths();
        List<String> lines = new ArrayList<>();
        for (List<Cell> row : rows) {
            print(row, widths, lines);
        }
        return lines;
    }

    /** The widest column gives way until all fit. */
    private int[] widths() {
        int[] widths = new int[alignment.length()];
        for (List<Cell> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).text().length());
            }
        }
        if (Arrays.stream(widths).sum() + gap * (widths.length - 1) > TextWrap.COLUMNS) {
            gap = 1;
        }
        int room = TextWrap.COLUMNS - gap * (widths.length - 1);
        while (Arrays.stream(widths).sum() > room) {
            int widest = 0;
            for (int i = 0; i < widths.length; i++) {
                widest = widths[i] >= widths[widest] ? i : widest;
            }
            if (widths[widest] <= LEAST) {
                return widths;
            }
            widths[widest]--;
        }
        return widths;
    }

    private void print(List<Cell> row, int[] widths, List<String> lines) {
        List<List<String>> wrapped = new ArrayList<>();
        int height = 1;
        for (int i = 0; i < row.size(); i++) {
            wrapped.add(TextWrap.lines(row.get(i).text(), Math.max(1, widths[i])));
            height = Math.max(height, wrapped.getLast().size());
        }
        for (int line = 0; line < height; line++) {
            StringBuilder text = new StringBuilder();
            int due = 0;
            for (int i = 0; i < row.size(); i++) {
                String part = line < wrapped.get(i).size() ? wrapped.get(i).get(line) : "";
                int before = alignment.charAt(i) == 'r' ? widths[i] - part.length() : 0;
                due += before;
                if (!part.isEmpty()) {
                    text.append(" ".repeat(due)).append(row.get(i).style().apply(part));
                    due = 0;
                }
                due += widths[i] - before - part.length() + gap;
            }
            lines.add(text.toString());
        }
    }
}

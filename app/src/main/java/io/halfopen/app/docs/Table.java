package io.halfopen.app.docs;

import java.util.Collections;

/** A table in Markdown. */
final class Table {
    private final StringBuilder text = new StringBuilder();

    Table(String... heads) {
        row(heads);
        row(Collections.nCopies(heads.length, "---").toArray(String[]::new));
    }

    void row(String... cells) {
        for (String cell : cells) {
            text.append("| ").append(cell.replace("|", "\\|"));
            text.append(cell.isEmpty() ? "" : " ");
        }
        text.append("|\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

package io.halfopen.app.lab;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The table in the making: a file to which each run adds its row when it is done, so that who is stopped can go on. The
 * first cell is the number of the row, the second a mark of what was run: rows of another plan are not taken over.
 */
final class SweepTable implements AutoCloseable {
    private final Path file;
    private final BufferedWriter out;
    private final SortedMap<Integer, String> rows;

    private SweepTable(Path file, BufferedWriter out, SortedMap<Integer, String> rows) {
        this.file = file;
        this.out = out;
        this.rows = rows;
    }

    /** Goes on with what is there. */
    static SweepTable open(Path file, SweepJob job) throws IOException {
        String head = line(job.columns().stream().map(SweepJob.Column::name).toList());
        SortedMap<Integer, String> rows = new TreeMap<>();
        if (Files.exists(file) && Files.size(file) > 0) {
            String text = Files.readString(file);
            // who was stopped in the midst of a line has not written it
            List<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            if (lines.isEmpty() || !lines.getFirst().equals(head)) {
                throw new BadPlan(file + " is there, and is no table of this plan: move it away");
            }
            for (String line : lines.subList(1, lines.size())) {
                takeOver(file, line, job, rows);
            }
        }
        Path parts = Files.writeString(file, head + "\n", StandardCharsets.UTF_8);
        BufferedWriter out = Files.newBufferedWriter(parts, StandardOpenOption.APPEND);
        SweepTable table = new SweepTable(file, out, rows);
        for (String line : rows.values()) {
            out.write(line + "\n");
        }
        out.flush();
        return table;
    }

    private static void takeOver(Path file, String line, SweepJob job, SortedMap<Integer, String> rows) {
        String[] cells = line.split(",", 3);
        int number = cells.length == 3 && cells[0].matches("\\d{1,7}") ? Integer.parseInt(cells[0]) : -1;
        if (number < 0 || number >= job.size() || !cells[1].equals(job.mark(number))) {
            throw new BadPlan(file + " is there, and has rows of another plan: move it away");
        }
        rows.put(number, line);
    }

    boolean has(int number) {
        return rows.containsKey(number);
    }

    int done() {
        return rows.size();
    }

    /** The first cell is its number. */
    synchronized void add(int number, List<String> cells) throws IOException {
        String line = line(cells);
        out.write(line + "\n");
        out.flush();
        rows.put(number, line);
    }

    /** All are there: in the order of their numbers, whoever was ready first. */
    void sort() throws IOException {
        out.close();
        String head;
        try (var lines = Files.lines(file)) {
            head = lines.findFirst().orElse("");
        }
        Path sorted = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(
                    sorted,
                    head + "\n"
                            + rows.values().stream().map(line -> line + "\n").collect(Collectors.joining()));
            Files.move(sorted, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(sorted);
        }
    }

    /** As RFC 4180 has it. */
    static String line(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.matches("[^\",\r\n]*") ? cell : "\"" + cell.replace("\"", "\"\"") + "\"")
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}

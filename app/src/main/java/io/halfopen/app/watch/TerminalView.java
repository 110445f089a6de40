package io.halfopen.app.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.app.Style;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The whole screen, once a second, and keys: the terminal is as before when it is closed. */
final class TerminalView implements View {
    private static final Path TTY = Path.of("/dev/tty");
    private static final String OTHER_SCREEN = "\u001b[?1049h\u001b[?25l";
    private static final String BACK = "\u001b[?25h\u001b[?1049l";
    private static final String CLEAR = "\u001b[H\u001b[J";
    private static final int DEFAULT_ROWS = 24;

    private final PrintWriter out;
    private final Style style;
    private final WatchTable table;
    private final @Nullable InputStream keyboard;
    private final String saved;
    private final int rows;
    private boolean over;
    private boolean details;
    private boolean paused;
    private int selected;

    TerminalView(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
        table = new WatchTable(style);
        saved = stty("-g");
        stty("-icanon", "-echo", "min", "0", "time", "0");
        String height = stty("size").replaceAll(" .*", "");
        rows = height.matches("\\d{1,4}") ? Math.max(4, Integer.parseInt(height)) : DEFAULT_ROWS;
        keyboard = open();
        out.print(OTHER_SCREEN);
        out.flush();
    }

    private static @Nullable InputStream open() {
        try {
            return Files.newInputStream(TTY);
        } catch (IOException none) {
            return null;
        }
    }

    private static String stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File(TTY.toString()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        } catch (IOException none) {
            return "";
        }
    }

    @Override
    public void show(Watch watch) {
        if (paused) {
            return;
        }
        List<Watched> listeners = watch.board().byTrouble();
        selected = Math.clamp(selected, 0, Math.max(0, listeners.size() - 1));
        List<String> lines = new ArrayList<>();
        if (details && !listeners.isEmpty()) {
            lines.addAll(table.details(watch, listeners.get(selected)));
        } else {
            List<String> all = table.lines(watch, Math.max(1, rows / 2));
            for (int i = 0; i < all.size(); i++) {
                lines.add((i == selected + 1 ? style.bold(all.get(i)) : all.get(i)));
            }
            lines.add("");
            lines.addAll(table.advice(watch));
        }
        lines.add("");
        lines.addAll(table.sums(watch));
        lines.add(watch.board().settings().line());
        lines.add(style.faint("up, down: choose   enter: details   p: pause   q: quit"));
        out.print(CLEAR + String.join("\r\n", lines.subList(0, Math.min(rows - 1, lines.size()))));
        out.flush();
    }

    @Override
    public void keys(Watch watch) {
        String typed = read();
        boolean changed = !typed.isEmpty();
        if (typed.contains("q")) {
            over = true;
        } else if (typed.contains("\u001b[A") || typed.contains("k")) {
            selected--;
        } else if (typed.contains("\u001b[B") || typed.contains("j")) {
            selected++;
        } else if (typed.contains("p")) {
            paused = !paused;
        } else if (typed.contains("\n") || typed.contains("\r")) {
            details = !details;
        }
        if (changed && !over) {
            show(watch);
        }
    }

    private String read() {
        byte[] typed = new byte[16];
        try {
            int count = keyboard == null ? 0 : keyboard.read(typed);
            return new String(typed, 0, Math.max(0, count), UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        if (!saved.isEmpty()) {
            stty(saved);
        }
        out.print(BACK);
        out.flush();
        try {
            if (keyboard != null) {
                keyboard.close();
            }
        } catch (IOException gone) {
            // nothing is lost
        }
    }
}

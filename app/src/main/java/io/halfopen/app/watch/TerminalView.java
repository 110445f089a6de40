package io.halfopen.app.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.app.Style;
import io.halfopen.app.TextWrap;
import io.halfopen.link.WindowSize;
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
    /** Without a cursor, and lines that are too long end at the edge. */
    private static final String OTHER_SCREEN = "\u001b[?1049h\u001b[?25l\u001b[?7l";

    private static final String BACK = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private static final String CLEAR = "\u001b[H\u001b[J";
    private static final String UP = "\u001b[A";
    private static final String DOWN = "\u001b[B";
    private static final WindowSize USUAL = new WindowSize(24, TextWrap.COLUMNS);
    /** Longer lines are hard to read. */
    private static final int WIDEST = 120;

    private static final int NARROWEST = 20;

    private final PrintWriter out;
    private final Style style;
    private final @Nullable InputStream keyboard;
    private final String saved;
    private WatchTable table;
    private WindowSize size;
    private boolean over;
    private boolean details;
    private boolean paused;
    private int selected;
    /** The listener at the top of the table. */
    private int top;

    TerminalView(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
        table = new WatchTable(style);
        size = USUAL;
        saved = stty("-g");
        // who suspends a program that has taken over the screen is left with it
        stty("-icanon", "-echo", "susp", "undef", "min", "0", "time", "0");
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
        if (!paused) {
            resize();
            draw(watch);
        }
    }

    private void resize() {
        WindowSize now = WindowSize.ofTerminal(USUAL);
        if (!now.equals(size)) {
            size = now;
            table = table.resized(Math.clamp(size.columns(), NARROWEST, WIDEST));
        }
    }

    private void draw(Watch watch) {
        List<Watched> listeners = watch.board().byTrouble();
        selected = Math.clamp(selected, 0, Math.max(0, listeners.size() - 1));
        ScreenLayout layout = new ScreenLayout(size.rows());
        layout.foot(table.sums(watch), table.settings(watch));
        layout.last(style.faint("up, down: choose   enter: " + (details ? "all" : "details") + "   p: "
                + (paused ? "go on" : "pause") + "   q: quit"));
        if (details && !listeners.isEmpty()) {
            layout.text(table.details(watch, listeners.get(selected)));
        } else {
            layout.text(table.advice(watch));
            int room = layout.roomFor(listeners.size());
            top = Math.clamp(
                    top, Math.max(0, selected - room + 1), Math.min(selected, Math.max(0, listeners.size() - room)));
            List<String> rows = table.lines(watch, top, room);
            int chosen = selected - top + 1;
            if (chosen < rows.size()) {
                rows.set(chosen, style.bold(rows.get(chosen)));
            }
            layout.table(rows);
        }
        out.print(CLEAR + String.join("\r\n", layout.lines()));
        out.flush();
    }

    @Override
    public void keys(Watch watch) {
        String typed = read();
        for (int i = 0; i < typed.length() && !over; i++) {
            if (typed.startsWith(UP, i) || typed.startsWith(DOWN, i)) {
                selected += typed.startsWith(UP, i) ? -1 : 1;
                i += UP.length() - 1;
            } else {
                key(typed.charAt(i));
            }
        }
        if (!typed.isEmpty() && !over) {
            draw(watch);
        }
    }

    private void key(char typed) {
        switch (typed) {
            case 'q' -> over = true;
            case 'k' -> selected--;
            case 'j' -> selected++;
            case 'p' -> paused = !paused;
            case '\n', '\r' -> details = !details;
            default -> {
                // nothing to do
            }
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

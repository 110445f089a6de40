package io.halfopen.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What a command printed and returned, run in this process without a terminal. */
public record CommandRun(int exitCode, String out, String err) {
    public static CommandRun of(String... args) {
        return of(Ansi.OFF, args);
    }

    static CommandRun of(Ansi ansi, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        // Flushed at the end of a line only, as picocli's own are: what a command leaves behind is lost to a user, too.
        CommandLine commands = Main.commandLine()
                .setOut(new PrintWriter(out, true, UTF_8))
                .setErr(new PrintWriter(err, true, UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
        int exitCode = commands.execute(args);
        return new CommandRun(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    List<String> lines() {
        return out.lines().toList();
    }
}

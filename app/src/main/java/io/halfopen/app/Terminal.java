package io.halfopen.app;

import java.io.Console;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi;

/** What can be printed where it goes to. */
public final class Terminal {
    private Terminal() {}

    /** Colours where picocli would print some, unless the terminal has none: TERM=dumb is what editors' shells say. */
    public static Ansi colours() {
        return "dumb".equals(System.getenv("TERM")) ? Ansi.OFF : Ansi.AUTO;
    }

    /** Whether a line may be printed over another, to show progress. */
    public static boolean showsProgress() {
        return colours().enabled();
    }

    /** Whether somebody sits there: standard input and output are terminals. */
    public static boolean isInteractive() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
}

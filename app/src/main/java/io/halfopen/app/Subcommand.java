package io.halfopen.app;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command needs: where to print, whether in colour, and a way to refuse. */
public abstract class Subcommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    /** Bad input: one line on stderr and exit code 2, when thrown. */
    protected final ParameterException bad(String message) {
        return new ParameterException(commandSpec().commandLine(), message);
    }

    protected final PrintWriter out() {
        return commandSpec().commandLine().getOut();
    }

    protected final PrintWriter err() {
        return commandSpec().commandLine().getErr();
    }

    protected final Style style() {
        return new Style(commandSpec().commandLine().getColorScheme().ansi().enabled());
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the spec");
        }
        return spec;
    }
}

package io.halfopen.app;

import io.halfopen.app.docs.DocsCommand;
import io.halfopen.app.drill.DrillCommand;
import io.halfopen.app.drill.ParityCommand;
import io.halfopen.app.lab.LabCommand;
import io.halfopen.app.live.ConnectCommand;
import io.halfopen.app.live.ServeCommand;
import io.halfopen.app.simulate.SimulateCommand;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of Halfopen. */
@Command(
        name = "halfopen",
        description = "A TCP stack for the JVM whose connect/listen/accept path is Linux's.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            LabCommand.class,
            DrillCommand.class,
            ParityCommand.class,
            SimulateCommand.class,
            ServeCommand.class,
            ConnectCommand.class,
            DocsCommand.class
        })
public final class Main implements Runnable {
    private static final int BAD_INPUT = 2;
    private static final int FAILED = 1;

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs a command and leaves with its exit code: 0, 1 for what went wrong, 2 for bad input. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line as {@code main} runs it: errors are one line on stderr. */
    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new Main());
        commands.getSubcommands().values().forEach(each -> each.getCommandSpec().versionProvider(new Version()));
        return Numbers.register(commands)
                .setParameterExceptionHandler(Main::sayBadInput)
                .setExecutionExceptionHandler(Main::sayFailure);
    }

    private static int sayBadInput(ParameterException bad, String[] args) {
        CommandLine command = bad.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + BadInput.sentence(bad) + " (" + name + " --help)");
        return BAD_INPUT;
    }

    /** What the user can do something about is one line; anything else is a bug and shows where. */
    private static int sayFailure(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (!(failure instanceof IOException)) {
            throw failure;
        }
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + describe(failure));
        return FAILED;
    }

    private static String describe(Exception failure) {
        String message = firstLine(failure.getMessage());
        return switch (failure) {
            case NoSuchFileException none -> "no such file or folder: " + message;
            case AccessDeniedException denied -> "permission denied: " + message;
            default -> message;
        };
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "failed" : message.lines().findFirst().orElse("failed");
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getOut());
        }
    }

    /** The version is the jar's. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"halfopen " + (version == null ? "(not from a jar)" : version)};
        }
    }
}

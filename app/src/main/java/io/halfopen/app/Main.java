package io.halfopen.app;

import io.halfopen.app.docs.DocsCommand;
import io.halfopen.app.drill.DrillCommand;
import io.halfopen.app.drill.ParityCommand;
import io.halfopen.app.explain.ExplainCommand;
import io.halfopen.app.lab.LabCommand;
import io.halfopen.app.lab.SizeCommand;
import io.halfopen.app.lab.SweepCommand;
import io.halfopen.app.live.ConnectCommand;
import io.halfopen.app.live.RunCommand;
import io.halfopen.app.live.ServeCommand;
import io.halfopen.app.simulate.SimulateCommand;
import io.halfopen.app.ui.UiCommand;
import io.halfopen.app.watch.WatchCommand;
import java.io.IOException;
import java.util.OptionalInt;
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
            RunCommand.class,
            WatchCommand.class,
            SizeCommand.class,
            SweepCommand.class,
            ExplainCommand.class,
            UiCommand.class,
            DocsCommand.class
        })
public final class Main implements Runnable {
    private static final int BAD_INPUT = 2;
    private static final int FAILED = 1;

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs a command and leaves with its exit code: 0, 1 for what went wrong, 2 for bad input. */
    public static void main(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, fault) -> System.err.println("halfopen: " + Faults.line(fault)));
        OptionalInt elsewhere = onOtherKernel(args);
        System.exit(elsewhere.isPresent() ? elsewhere.getAsInt() : run(commandLine(), args));
    }

    private static OptionalInt onOtherKernel(String[] args) {
        try {
            return OtherKernel.run(args, System.err);
        } catch (IOException failed) {
            System.err.println("halfopen: " + Faults.line(failed));
            return OptionalInt.of(FAILED);
        }
    }

    /** For a program that is one command: runs it in the same manner; its exit code. */
    public static int run(Subcommand command, String... args) {
        return run(prepare(new CommandLine(command)), args);
    }

    private static int run(CommandLine commands, String... args) {
        StandardOutput output = new StandardOutput();
        commands.setOut(output.writer());
        int code = execute(commands, args);
        commands.getOut().flush();
        return output.isLost() ? lost(output, code) : code;
    }

    private static int execute(CommandLine commands, String... args) {
        try {
            return commands.execute(args);
        } catch (OutOfMemoryError tooMuch) {
            System.err.println("halfopen: " + Faults.line(tooMuch));
            return FAILED;
        }
    }

    /** Nobody may take for done what was not printed. */
    private static int lost(StandardOutput output, int code) {
        String complaint = output.complaint();
        if (complaint != null) {
            System.err.println("halfopen: " + complaint);
        }
        return Math.max(code, FAILED);
    }

    /** The command line as {@code main} runs it: errors are one line on stderr. */
    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new Main());
        commands.getSubcommands().values().forEach(each -> each.getCommandSpec().versionProvider(new Version()));
        return prepare(commands);
    }

    private static CommandLine prepare(CommandLine commands) {
        return Numbers.register(commands)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.colours()))
                .setOverwrittenOptionsAllowed(true)
                .setParameterExceptionHandler(Main::sayBadInput)
                .setExecutionExceptionHandler(Main::sayFailure);
    }

    private static int sayBadInput(ParameterException bad, String[] args) {
        CommandLine command = bad.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + BadInput.sentence(bad) + " (" + name + " --help)");
        return BAD_INPUT;
    }

    private static int sayFailure(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + Faults.line(failure));
        return FAILED;
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

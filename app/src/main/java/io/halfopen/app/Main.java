package io.halfopen.app;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** The command line of Halfopen. */
@Command(
        name = "halfopen",
        description = "A TCP stack for the JVM whose listen path is Linux's.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = Main.Lab.class)
public final class Main implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs a command and leaves with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getOut());
        }
    }

    /** A place to try the stack in. */
    @Command(name = "lab", description = "Try the stack out.", mixinStandardHelpOptions = true)
    static final class Lab implements Callable<Integer> {

        /** What the stub says of itself. */
        record Said(String lab, int sockets) {}

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            if (spec != null) {
                spec.commandLine().getOut().println(JsonMapper.shared().writeValueAsString(new Said("empty", 0)));
            }
            return 0;
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

package io.halfopen.app.live;

import io.halfopen.app.Subcommand;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfopen run}: a Java program on a network inside its JVM. */
@Command(
        name = "run",
        description = {
            "Run a Java program on a network inside its own JVM, with the hosts, listeners and faults that a file describes.",
            "",
            "The program is as it is shipped: it is started with an agent, which brings the network before its main. All that "
                    + "is not of the network is reached as ever. The exit code is the program's, or 2 for bad input.",
            "",
            "  halfopen run --faults network.txt -- java -jar program.jar",
            ""
        },
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class RunCommand extends Subcommand {
    private static final String AGENT = "agent/target/halfopen-agent.jar";

    @Option(
            names = "--faults",
            paramLabel = "FILE",
            required = true,
            description = "What the network is to be: \"A program as it is shipped\" in docs/nio.md has the words.")
    private Path file = Path.of("");

    @Parameters(
            paramLabel = "COMMAND",
            arity = "1..*",
            description = "After --: java and its arguments, or a program that starts java.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw bad("--faults: there is no file " + file + " that can be read");
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        addAgent(builder, "-javaagent:" + agent() + "=" + file.toAbsolutePath());
        Process process = start(builder);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
        return process.waitFor();
    }

    private Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException failed) {
            throw bad("cannot run " + command.get(0) + ": " + failed.getMessage());
        }
    }

    /** Java takes it as an argument; what starts Java hands it on in the environment, and Java says that it found it. */
    private static void addAgent(ProcessBuilder builder, String option) {
        List<String> words = builder.command();
        Path name = Path.of(words.get(0)).getFileName();
        if (name != null && List.of("java", "java.exe").contains(name.toString())) {
            List<String> more = new ArrayList<>(words);
            more.add(1, option);
            builder.command(more);
        } else {
            builder.environment().merge("JAVA_TOOL_OPTIONS", '"' + option + '"', (before, ours) -> before + ' ' + ours);
        }
    }

    /** Built with the command line, in the same repository. */
    private Path agent() {
        Path here;
        try {
            here = Path.of(RunCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        for (Path at = here; at != null; at = at.getParent()) {
            Path agent = at.resolve(AGENT);
            if (Files.exists(agent)) {
                return agent;
            }
        }
        throw bad("there is no " + AGENT + ": build it with mvn -Dquick -pl agent -am package");
    }
}

package io.halfopen.app.live;

import io.halfopen.app.Subcommand;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfopen run}: a Java program on a network inside its JVM, which may go on through a TUN interface. */
@Command(
        name = "run",
        description = {
            "Run a Java program on the stack: on a network inside its own JVM, with the hosts, listeners and faults that a "
                    + "file describes, or for real clients and servers, through a TUN interface; or both.",
            "",
            "The program is as it is shipped: it is started with an agent, which brings the network before its main. It needs "
                    + "Java 21 or newer. The exit code is the program's, 1 if the interface fails, or 2 for bad input.",
            "",
            "  halfopen run --faults network.txt -- java -jar program.jar",
            "  halfopen run --tun hop0 -- java -jar server.jar",
            "",
            "With --tun all of the program's TCP is the stack's, its localhost, too; what it listens to is at --address. Real "
                    + "packets need Linux, and root or a TUN interface that is yours. Best tried in a network namespace: "
                    + "unshare -rn, or ip netns.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class RunCommand extends Subcommand {
    private static final String AGENT = "agent/target/halfopen-agent.jar";
    private static final String ADDRESS = "10.9.0.2/24";

    @Option(
            names = "--faults",
            paramLabel = "FILE",
            description =
                    "What the network is to be: \"A program as it is shipped\" in docs/nio.md has the words. With --tun "
                            + "the real network is its host \"outside\", and the program's is \"localhost\".")
    private @Nullable Path file;

    @Option(
            names = "--tun",
            paramLabel = "NAME",
            description = "The network goes on through this TUN interface, made if there is none of this name.")
    private @Nullable String tun;

    @Option(
            names = "--address",
            paramLabel = "CIDR",
            converter = Cidr.Converter.class,
            description = "With --tun: the program's address and its network (" + ADDRESS + ").")
    private @Nullable Cidr address;

    @Option(
            names = "--peer",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "With --tun: the kernel's address at its end of the interface (the first of the network).")
    private @Nullable IpAddress peer;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "1..*",
            description = "After --: java and its arguments, or a program that starts java.")
    private List<String> command = List.of();

    private final CompletableFuture<Process> program = new CompletableFuture<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        Path agent = agent();
        if (tun == null) {
            return run(agent, Objects.requireNonNull(file), () -> {});
        }
        try (RunOnTun wire = RunOnTun.open(tun, ours(), peer, file, this::endProgram)) {
            int code = run(agent, wire.description(), () -> close(wire));
            wire.check();
            return code;
        }
    }

    private void endProgram() {
        Object _ = program.thenAccept(Process::destroy);
    }

    private void check() {
        if (file == null && tun == null) {
            throw bad("expected --faults FILE, --tun NAME, or both");
        }
        if (file != null && (!Files.isReadable(file) || Files.isDirectory(file))) {
            throw bad("--faults: there is no file " + file + " that can be read");
        }
        if (tun == null && (address != null || peer != null)) {
            throw bad((address != null ? "--address" : "--peer") + " is of the interface that --tun names");
        }
        String wrong = WireOptions.wrongPeer(ours(), peer);
        if (!wrong.isEmpty()) {
            throw bad(wrong);
        }
    }

    /** No default of the option, since without --tun it must not be given. */
    private Cidr ours() {
        return address == null ? new Cidr.Converter().convert(ADDRESS) : address;
    }

    private static void close(RunOnTun wire) {
        try {
            wire.close();
        } catch (IOException left) {
            // A temporary file that stays is all that this can be.
        }
    }

    /** {@code atEnd} runs in any case, also when a signal ends this process: then it first ends the program, and waits for it. */
    private int run(Path agent, Path description, Runnable atEnd) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        addAgent(builder, "-javaagent:" + agent + "=" + description.toAbsolutePath());
        Process process = start(builder);
        program.complete(process);
        Thread onSignal = Thread.ofPlatform().unstarted(() -> {
            process.destroy();
            process.onExit().join();
            atEnd.run();
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        int code = process.waitFor();
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException itRuns) {
            // A signal has come, and the program ended for that.
        }
        return code;
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

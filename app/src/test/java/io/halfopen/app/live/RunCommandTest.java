package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.halfopen.app.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code halfopen run}: programs that know nothing of it, in JVMs of their own. */
@Timeout(120)
class RunCommandTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final String PROGRAM = """
            import java.io.IOException;
            import java.net.*;
            import java.nio.file.*;

            class Program {
                public static void main(String[] arguments) throws IOException {
                    String outcome;
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress("payments", 8080), 200);
                        outcome = "connected";
                    } catch (IOException failed) {
                        outcome = failed.toString();
                    }
                    Files.writeString(Path.of(arguments[0]), outcome);
                    System.exit(7);
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path network = Path.of("");
    private Path program = Path.of("");
    private Path outcome = Path.of("");

    @BeforeEach
    void write() throws IOException {
        network = Files.writeString(folder.resolve("network.txt"), "listen payments 8080 backlog 0 full\n");
        program = Files.writeString(folder.resolve("Program.java"), PROGRAM);
        outcome = folder.resolve("outcome.txt");
    }

    /** The agent is built beside the command line, and not with it. */
    private CommandRun run(String... command) {
        String[] all = new String[command.length + 4];
        System.arraycopy(new String[] {"run", "--faults", network.toString(), "--"}, 0, all, 0, 4);
        System.arraycopy(command, 0, all, 4, command.length);
        CommandRun run = CommandRun.of(all);
        assumeFalse(run.err().contains("there is no agent/target/"), run.err());
        return run;
    }

    private void isAsDescribed(CommandRun run) throws IOException {
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(outcome).hasContent("java.net.SocketTimeoutException: Connect timed out");
    }

    @Test
    void javaIsOnTheNetwork() throws IOException {
        isAsDescribed(run(JAVA, program.toString(), outcome.toString()));
    }

    @Test
    void soIsWhatSomebodyElseStarts() throws IOException {
        isAsDescribed(run("/bin/sh", "-c", '"' + JAVA + "\" " + program + " " + outcome));
    }

    @Test
    void whatIsWrongIsOneLine() {
        assertThat(run("/nothing/java").err())
                .contains("cannot run /nothing/java")
                .hasLineCount(1);
        CommandRun missing = CommandRun.of("run", "--faults", "nothing.txt", "--", "java");
        assertThat(missing.err()).contains("--faults: there is no file nothing.txt");
        assertThat(missing.exitCode()).isEqualTo(2);
    }
}

package io.halfopen.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.nio.Network;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JVMs with {@code -javaagent:halfopen-agent.jar}, whose programs know nothing of it. */
@Timeout(120)
class AgentTest {
    private static final String NETWORK = """
            # a server that is too busy to accept
            seed 7
            host payments 198.18.0.9
            set payments net.ipv4.tcp_syncookies 0
            delay localhost payments 1ms
            listen payments 8080 backlog 0 full
            listen payments 9090 accepts
            fault syn to payments port 9090 first 1 reject host
            story story.txt
            pcapng packets.pcapng
            """;

    @TempDir
    private Path folder = Path.of("");

    private record Run(int code, String output) {}

    /** Only the program is on the class path; what the agent brings is in its jar. */
    private Run run(String agentArgument, Class<?> main, String... arguments) throws Exception {
        Path classes = Files.createDirectories(folder.resolve("launcher"));
        copy(main, classes);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-javaagent:" + System.getProperty("halfopen.agent") + agentArgument);
        command.addAll(List.of("-cp", classes.toString(), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output.strip());
    }

    private static void copy(Class<?> type, Path to) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        Path file = to.resolve(name);
        Files.createDirectories(file.getParent());
        try (var in = AgentTest.class.getClassLoader().getResourceAsStream(name)) {
            Files.copy(java.util.Objects.requireNonNull(in), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        for (Class<?> inner : type.getDeclaredClasses()) {
            copy(inner, to);
        }
    }

    private void write(String lines) throws IOException {
        Files.writeString(folder.resolve("network.txt"), lines);
    }

    private void isAsDescribed(Run run) throws IOException {
        assertThat(run.output().lines())
                .containsExactly(
                        "8080 Socket: java.net.SocketTimeoutException: Connect timed out",
                        "9090 Socket: java.net.NoRouteToHostException: No route to host",
                        "9090 SocketChannel: connected",
                        "localhost: connected");
        assertThat(run.code()).isZero();
        assertThat(Files.readString(folder.resolve("story.txt")))
                .contains("> payments:8080")
                .contains("ACCEPT_QUEUE_FULL")
                .contains("rejected, host unreachable, once");
        assertThat(Files.size(folder.resolve("packets.pcapng"))).isPositive();
    }

    @Test
    void aProgramIsOnTheNetworkOfTheFile() throws Exception {
        write(NETWORK);
        isAsDescribed(run("=network.txt", Program.class));
    }

    /** As in a jar of jars: the program comes from a loader that the JVM knows nothing of. */
    @Test
    void soIsOneWithALoaderOfItsOwn() throws Exception {
        write(NETWORK);
        Path inner = Files.createDirectories(folder.resolve("inner"));
        copy(Program.class, inner);
        isAsDescribed(run("=network.txt", Loader.class, inner.toUri().toURL().toString(), Program.class.getName()));
    }

    @Test
    void withoutAFileTheProvidersAreThere() throws Exception {
        Run run = run("", Providers.class);
        assertThat(run.output())
                .isEqualTo("io.halfopen.nio.channels.HalfopenSelectorProvider"
                        + " io.halfopen.nio.channels.HalfopenAsynchronousChannelProvider");
        assertThat(run.code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fualt syn drop                  | network.txt:1: 'fualt' is unknown here: expected seed, time, pure, host
            time scaled 0                   | network.txt:1: time must go on: a factor above 0
            time fast                       | network.txt:1: 'fast' is unknown here: expected real, automatic, or scaled
            listen payments eighty          | network.txt:1: 'eighty' is no whole number
            listen payments                 | network.txt:1: after 'payments' comes a port
            listen payments 80 accepts-after soon | network.txt:1: 'soon' is not a duration
            set payments net.ipv4.tcp_sincookies 0 | network.txt:1: unknown sysctl 'net.ipv4.tcp_sincookies'
            fault syn to nobody drop        | network.txt:1: there is no host 'nobody'
            fault syn first 2               | network.txt:1: after '2' comes from, to, between
            fault sin drop                  | network.txt:1: 'sin' is unknown here: expected syn, syn-ack, final-ack
            host payments 198.18.0.300      | network.txt:1: not an IPv4 or IPv6 address: '198.18.0.300'
            seed 7 8                        | network.txt:1: '8' is too much here
            """)
    void whatIsWrongWithALineIsSaidInOne(String line, String complaint) {
        assertThatThrownBy(() -> new Description("network.txt", List.of(line)).open())
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith(complaint)
                .hasLineCount(1);
        assertThat(Network.current()).isNull();
    }

    @Test
    void aFileThatIsWrongEndsTheRunBeforeTheProgramBegins() throws Exception {
        write("\nfault syn to nobody drop\n");
        Run run = run("=network.txt", Program.class);
        assertThat(run.output())
                .startsWith("halfopen-agent: network.txt:2: there is no host 'nobody'")
                .hasLineCount(1);
        assertThat(run.code()).isEqualTo(2);
    }

    /** What the JVM calls is a class of version 55, which Java 11 can read. */
    @Test
    void anOlderJavaCanReadWhatTellsIt() throws Exception {
        try (JarFile jar = new JarFile(System.getProperty("halfopen.agent"))) {
            String start = jar.getManifest().getMainAttributes().getValue("Premain-Class");
            try (DataInputStream in =
                    new DataInputStream(jar.getInputStream(jar.getEntry(start.replace('.', '/') + ".class")))) {
                assertThat(in.readInt()).isEqualTo(0xcafebabe);
                assertThat(in.readInt()).isEqualTo(55);
            }
        }
    }

    @Test
    void soIsAFileThatIsNotThere() throws Exception {
        Run run = run("=nothing.txt", Program.class);
        assertThat(run.output()).isEqualTo("halfopen-agent: there is no file nothing.txt");
        assertThat(run.code()).isEqualTo(2);
    }
}

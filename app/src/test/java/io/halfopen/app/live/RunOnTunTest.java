package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halfopen.app.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code halfopen run --tun}: a jar that knows nothing of it, and the kernel's own clients and servers. */
@Timeout(300)
class RunOnTunTest {
    private static final String URL = "http://10.9.0.2:8080/";
    private static final String AGENT = "agent/target/halfopen-agent.jar";

    @TempDir
    private Path folder = Path.of("");

    private NetNamespace namespace;
    private Path jar = Path.of("");

    RunOnTunTest() throws Exception {
        namespace = NetNamespace.create("curl", "ss", "nc", "nstat");
    }

    @BeforeEach
    void packageProgram() throws IOException {
        assumeTrue(
                Stream.of(Path.of(AGENT), Path.of("..", AGENT)).anyMatch(Files::exists),
                "the agent is built beside the command line, and not with it");
        jar = OrdinaryProgram.jar(folder);
    }

    @AfterEach
    void end() throws IOException {
        namespace.close();
    }

    /** In a temporary folder of the test's own, so that what is left behind is seen. */
    private RealProcess run(String mode, String... options) throws Exception {
        List<String> command = new ArrayList<>(Halfopen.command("run", "--tun", "hop0"));
        command.add(1, "-Djava.io.tmpdir=" + temporary());
        command.addAll(List.of(options));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command.addAll(
                List.of("--", java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), mode));
        return namespace.start(command.toArray(String[]::new));
    }

    private Path temporary() throws IOException {
        return Files.createDirectories(folder.resolve("temporary"));
    }

    private RealProcess serve(String... options) throws Exception {
        RealProcess run = run("serve", options);
        run.awaitOut("listening");
        return run;
    }

    /** One that answers once. */
    private RealProcess kernelsServer() throws Exception {
        RealProcess nc = namespace.start("nc", "-l", "-N", "9000");
        namespace.awaitListener(nc, 9000);
        return nc;
    }

    private void nothingIsLeft() throws Exception {
        assertThat(namespace.run("ip", "-brief", "link")).doesNotContain("hop0");
        try (Stream<Path> left = Files.list(temporary())) {
            assertThat(left.filter(file -> file.toString().contains("halfopen")))
                    .isEmpty();
        }
    }

    @Test
    void aServerInAJarServesRealClientsAndTheKernelHasNoSocketOfIt() throws Exception {
        RealProcess run = serve();
        assertThat(namespace.run("curl", "-sS", URL)).isEqualTo("hello\n");
        assertThat(namespace.run("ss", "-Hltn")).isEmpty();
        assertThat(namespace.run("curl", "-sS", URL + "itself")).isEqualTo("welcome\n");
        assertThat(namespace.run("nstat", "-az", "TcpPassiveOpens")).containsPattern("TcpPassiveOpens +0 ");
        assertThat(namespace.run("nstat", "-az", "TcpActiveOpens")).containsPattern("TcpActiveOpens +2 ");

        RealProcess nc = kernelsServer();
        RealProcess curl = namespace.start("curl", "-sS", URL + "ask");
        assertThat(nc.awaitOut("who?")).isEqualTo("who?\n");
        nc.write("the kernel\n");
        assertThat(curl.out()).isEqualTo("the kernel\n");
        nc.closeInput();
        assertThat(namespace.run("nstat", "-az", "TcpPassiveOpens")).containsPattern("TcpPassiveOpens +1 ");

        RealProcess guest = namespace.start("nc", "-d", "10.9.0.2", "8081");
        guest.awaitOut("welcome");
        run.interrupt();
        assertThat(run.exitCode()).isEqualTo(130); // 128 and SIGINT
        assertThat(guest.out()).isEqualTo("welcome\ngoodbye\n");
        nothingIsLeft();
    }

    @Test
    void theExitCodeIsTheProgramsAndWhatItWroteBeforeArrives() throws Exception {
        NetNamespace inside = namespace;
        RealProcess listener = inside.start("sh", "-c", "nc -l 9000 </dev/null | wc -c");
        inside.awaitListener(listener, 9000);
        RealProcess run = run("write");
        assertThat(run.exitCode()).isEqualTo(OrdinaryProgram.EXIT_CODE);
        assertThat(listener.out().strip()).isEqualTo(String.valueOf(OrdinaryProgram.WRITTEN));
        assertThat(run.err()).isEmpty();
        nothingIsLeft();
    }

    @Test
    void faultsAndDelaysAreBetweenTheProgramAndTheRealNetwork() throws Exception {
        Path story = folder.resolve("story.txt");
        Path faults = Files.writeString(folder.resolve("faults.txt"), """
                fault syn from outside to localhost first 1 drop
                delay outside localhost 100ms
                story %s
                """.formatted(story));
        RealProcess run = serve("--faults", faults.toString(), "--address", "fd00:9::2/64");
        String url = "http://[fd00:9::2]:8080/";
        String connected = namespace.run("curl", "-gsS", "-o", "/dev/null", "-w", "%{time_connect}", url);
        assertThat(Double.parseDouble(connected)).isGreaterThan(1.0); // tcp(7): a SYN is sent again after a second
        namespace.run("ip", "link", "delete", "hop0");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("halfopen run: the interface hop0 was deleted\n");
        assertThat(Files.readString(story))
                .containsPattern("\\[fd00:9::1]:\\d+ > localhost:8080 +SYN +LOST")
                .containsPattern("localhost:8080 > \\[fd00:9::1]:\\d+ +SYN-ACK +SENT");
        nothingIsLeft();
    }

    @Test
    void aProgramWhoseInterfaceWasKilledEnds() throws Exception {
        RealProcess run = serve();
        namespace.run("kill", "-KILL", String.valueOf(run.pid()));
        assertThat(run.exitCode()).isEqualTo(137); // 128 and SIGKILL
        assertThat(run.err()).isEqualTo("halfopen-agent: 'halfopen run' has ended, and with it the interface\n");
        assertThat(namespace.processes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --tun hop0 --peer 10.8.0.1             | halfopen run: --peer 10.8.0.1 is not in the network of --address
            --tun hop0 --peer 10.9.0.2             | halfopen run: --peer and --address are the same
            --tun hop0 --address 10.9.0.2          | halfopen run: --address: '10.9.0.2' is not ADDRESS/BITS
            --faults nothing.txt --tun hop0        | halfopen run: --faults: there is no file nothing.txt
            --peer 10.9.0.1 --faults /dev/null     | halfopen run: --peer is of the interface that --tun names
            --tun a/b                              | halfopen run: 'a/b' is no name for a network interface
            --address 10.8.0.2/24                  | halfopen run: expected --faults FILE, --tun NAME, or both
            """)
    void whatIsWrongIsOneLine(String options, String complaint) {
        List<String> command = new ArrayList<>(List.of("run"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("--", "java", "-version"));
        CommandRun run = CommandRun.of(command.toArray(String[]::new));
        assertThat(run.err()).startsWith(complaint).hasLineCount(1);
        assertThat(run.exitCode()).isIn(1, 2);
    }
}

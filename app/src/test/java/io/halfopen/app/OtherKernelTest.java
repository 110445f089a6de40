package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With a tools/kernel that only writes down how it was called: the real one needs minutes. */
class OtherKernelTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir
    private Path checkout;

    @BeforeEach
    void makeCheckout() throws IOException {
        Path tool = checkout.resolve("tools/kernel");
        Files.createDirectories(tool.getParent());
        Files.writeString(tool, "#!/bin/sh\necho \"$@\" >" + checkout + "/called\nexit $(cat " + checkout + "/code)\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        Files.writeString(checkout.resolve("code"), "0");
        System.setProperty(OtherKernel.CHECKOUT, checkout.toString());
    }

    @AfterEach
    void forgetCheckout() {
        System.clearProperty(OtherKernel.CHECKOUT);
    }

    private OptionalInt run(String command) throws IOException {
        return OtherKernel.run(command.split(" ", -1), new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private String called() throws IOException {
        return Files.readString(checkout.resolve("called")).strip();
    }

    @ParameterizedTest
    @CsvSource({
        "lab listen-2 --on kernel:6.1 --compare, 6.1, lab listen-2 --on kernel --compare",
        "drill --on=kernel:6.12.117+deb12 a.pkt, 6.12.117+deb12, drill --on=kernel a.pkt",
        "parity --on kernel:linux.deb, linux.deb, parity --threads=1 --on kernel",
    })
    void theCommandRunsThereOnItsKernel(String command, String version, String there) throws IOException {
        assertThat(run(command)).hasValue(0);
        assertThat(called()).isEqualTo("--limit 3600 " + version + " " + checkout + "/halfopen " + there);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "124, 1", "125, 1"})
    void itsExitCodeIsTheCommandsOrSaysThatTheMachineFailed(int there, int here) throws IOException {
        Files.writeString(checkout.resolve("code"), String.valueOf(there));
        assertThat(run("parity --on kernel:6.1")).hasValue(here);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab listen-2 --on kernel", "lab --on sim", "lab --on", "drill a.pkt", "lab kernel:6.1"})
    void whoAsksForNoOtherKernelGetsNone(String command) throws IOException {
        assertThat(run(command)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "lab --on kernel:, takes a version",
        "lab --on kernel:six, takes a version",
        "lab --on kernel:6.1 --pcap out.pcapng, gone when it ends",
        "lab --html=a.html --on=kernel:6.1, gone when it ends",
    })
    void whatCannotBeDoneIsSaidInALine(String command, String sentence) throws IOException {
        assertThat(run(command)).hasValue(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains(sentence).hasLineCount(1);
        assertThat(checkout.resolve("called")).doesNotExist();
    }

    @Test
    void withoutACheckoutThereIsNoMachine() throws IOException {
        System.clearProperty(OtherKernel.CHECKOUT);
        assertThat(run("lab --on kernel:6.1")).hasValue(2);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("needs tools/kernel")
                .hasLineCount(1);
    }
}

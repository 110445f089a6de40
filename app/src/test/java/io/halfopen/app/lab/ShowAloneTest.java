package io.halfopen.app.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** What {@code --show} prints has left the process's buffers when the command is done. */
class ShowAloneTest {
    @ParameterizedTest
    @EnumSource(Show.class)
    void printsSomething(Show what) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CommandLine lab = new CommandLine(new LabCommand()).setOut(new PrintWriter(bytes, true, UTF_8));
        assertThat(lab.execute("listen-2", "--show", what.name())).isZero();
        assertThat(bytes.toString(UTF_8)).contains("\n");
    }
}

package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is lost on its way out is known, and told in a line. */
class StandardOutputTest {
    @Test
    void aFullDiskIsAComplaint() {
        StandardOutput output = new StandardOutput(failing("No space left on device"));
        PrintWriter writer = output.writer();
        writer.println("lost");
        assertThat(output.isLost()).isTrue();
        assertThat(output.complaint()).isEqualTo("standard output: No space left on device");
    }

    @Test
    void whoClosedThePipeKnows() {
        StandardOutput output = new StandardOutput(failing("Broken pipe"));
        output.writer().println("lost");
        assertThat(output.isLost()).isTrue();
        assertThat(output.complaint()).isNull();
    }

    @Test
    void whatArrivesIsNoLoss() {
        StandardOutput output = new StandardOutput(OutputStream.nullOutputStream());
        output.writer().println("x".repeat(100_000));
        assertThat(output.isLost()).isFalse();
    }

    @Test
    void aFaultOfOursIsOneLineThatSaysWhere() {
        String line = Faults.line(new IllegalStateException("two\nlines"));
        assertThat(line)
                .startsWith("a fault of Halfopen's own: IllegalStateException: two, in io.halfopen.")
                .doesNotContain("\n");
    }

    @Test
    void aTableFitsAndItsLongCellsGoOnBelow() {
        TextTable table = new TextTable("lr", 2);
        table.add("a", "word ".repeat(30).strip());
        assertThat(table.lines()).hasSize(2).allMatch(line -> line.length() <= TextWrap.COLUMNS);
        assertThat(TextWrap.lines("28232/65536", 4)).isEqualTo(List.of("2823", "2/65", "536"));
    }

    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException(why);
            }
        };
    }
}

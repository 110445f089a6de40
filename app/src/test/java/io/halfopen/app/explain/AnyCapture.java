package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.Style;
import io.halfopen.app.capture.CaptureFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file that may be anything: it is explained, or refused in one line. */
final class AnyCapture {
    private AnyCapture() {}

    /** What was said of it; null where it was refused. */
    static String explain(byte[] bytes) throws IOException {
        Path file = Files.createTempFile("capture", ".pcap");
        try {
            Files.write(file, bytes);
            Explainer explainer = new Explainer();
            StringWriter text = new StringWriter();
            try (CaptureFile capture = CaptureFile.open(file)) {
                capture.read(explainer::packet);
                PrintWriter out = new PrintWriter(text);
                new ExplainText(out, new Style(false), Explanation.of(explainer)).print("x", capture);
                out.flush();
            } catch (IOException refused) {
                assertThat(refused.getMessage()).startsWith("cannot read ").doesNotContain("\n");
            }
            return text.toString();
        } finally {
            Files.delete(file);
        }
    }
}

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
    private static final int MOST = 5;

    private AnyCapture() {}

    /** In all the ways that a connection is shown. */
    private static void one(Path file, Explanation.Entry entry, PrintWriter out) throws IOException {
        int number = entry.conversation().number;
        PacketScript script = new PacketScript();
        MermaidLadder diagram = new MermaidLadder(out);
        diagram.head(entry);
        Ladder ladder = new Ladder(out, new Style(false));
        Explainer explainer = new Explainer(number, (time, of, view, remark) -> {
            script.onPacket(time, of, view, remark);
            diagram.onPacket(time, of, view, remark);
            ladder.onPacket(time, of, view, remark);
        });
        try (CaptureFile capture = CaptureFile.open(file)) {
            capture.read(explainer::packet);
        }
        diagram.end();
        script.print(out, entry.conversation(), entry.main());
    }

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
                Explanation explanation = Explanation.of(explainer);
                new ExplainText(out, new Style(false), explanation).print("x", capture);
                ExplainPage.write(new StringWriter(), file, explanation);
                for (Explanation.Entry each : explanation
                        .entries()
                        .subList(0, Math.min(MOST, explanation.entries().size()))) {
                    one(file, each, out);
                }
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

package io.halfopen.app.explain;

import io.halfopen.app.Faults;
import io.halfopen.app.Subcommand;
import io.halfopen.app.Terminal;
import io.halfopen.app.capture.CaptureFile;
import io.halfopen.trace.Pcapng;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code halfopen explain}: what happened in a capture, and why. */
@Command(
        name = "explain",
        description = {
            "Explain a capture: what happened to every connection, why, and how sure that is.",
            "",
            "certain: these packets have no other reading; likely: another one is rare; one of two: with what would "
                    + "tell them apart.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class ExplainCommand extends Subcommand {
    private static final long NANOS_PER_PROGRESS = 250_000_000L;

    @Parameters(paramLabel = "FILE", description = "pcap or pcapng, as tcpdump and Wireshark write them; also gzipped.")
    private @Nullable Path file;

    @Option(
            names = "--connection",
            paramLabel = "N",
            description = "Only the one of this number: its packets, with a reason at each.")
    private @Nullable Integer connection;

    @Option(
            names = "--pkt",
            description = "Of --connection: a packetdrill script that replays it (halfopen drill), and nothing else.")
    private boolean pkt;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "Also write the packets of TCP as pcapng, each with a comment.")
    private @Nullable Path pcap;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write all of it as a page: one file that needs no server and no network.")
    private @Nullable Path html;

    /** What --show knows. */
    enum Show {
        /** A sequence diagram. */
        mermaid
    }

    @Option(
            names = "--show",
            paramLabel = "WHAT",
            description = "Of --connection, instead of its packets: mermaid, a sequence diagram that GitHub draws.")
    private @Nullable Show show;

    @Option(names = "--json", description = "Print the result as JSON (docs/explain.md) and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (pkt && connection == null) {
            throw bad("--pkt needs --connection");
        }
        if (show != null && (connection == null || pkt)) {
            throw bad("--show needs --connection, and excludes --pkt");
        }
        if (json && connection != null) {
            throw bad("--json and --connection exclude each other");
        }
        Path path = file == null ? Path.of("") : file;
        if (isSame(pcap, path) || isSame(html, path)) {
            throw bad("--pcap or --html would overwrite the capture that is read");
        }
        Explainer explainer = new Explainer();
        Explanation explanation;
        try (CaptureFile capture = CaptureFile.open(path)) {
            Progress progress = new Progress(capture, Files.size(path));
            capture.read((time, bytes, offset, length, wire) -> {
                explainer.packet(time, bytes, offset, length, wire);
                progress.maybe(explainer.packets());
            });
            progress.end();
            explanation = Explanation.of(explainer);
            if (connection == null) {
                tell(path, capture, explanation);
            }
        }
        if (connection != null) {
            one(path, explanation, connection);
        }
        if (pcap != null) {
            comment(path, pcap, explanation);
        }
        if (html != null) {
            writePage(html, path, explanation);
        }
        out().flush();
        return 0;
    }

    private static boolean isSame(@Nullable Path written, Path read) throws IOException {
        return written != null && Files.exists(written) && Files.isSameFile(written, read);
    }

    private static void writePage(Path to, Path capture, Explanation explanation) throws IOException {
        try (Writer page = Files.newBufferedWriter(to)) {
            ExplainPage.write(page, capture, explanation);
        } catch (IOException full) {
            throw Faults.cannotWrite(to.toString(), full);
        }
    }

    private void tell(Path path, CaptureFile capture, Explanation explanation) {
        if (json) {
            out().println(JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(ExplainReport.of(explanation, capture)));
        } else {
            new ExplainText(out(), style(), explanation).print(String.valueOf(path.getFileName()), capture);
        }
    }

    private void one(Path path, Explanation explanation, int number) throws IOException {
        Explanation.Entry entry = explanation.entries().stream()
                .filter(each -> each.conversation().number == number)
                .findFirst()
                .orElseThrow(() -> bad("--connection: there is no #" + number));
        if (pkt) {
            PacketScript script = new PacketScript();
            again(path, new Explainer(number, script));
            script.print(out(), entry.conversation(), entry.main());
        } else if (show == Show.mermaid) {
            MermaidLadder diagram = new MermaidLadder(out());
            diagram.head(entry);
            again(path, new Explainer(number, diagram));
            diagram.end();
        } else {
            new ExplainText(out(), style(), explanation).connection(entry);
            again(path, new Explainer(number, new Ladder(out(), style())));
        }
    }

    private static void again(Path path, Explainer explainer) throws IOException {
        try (CaptureFile capture = CaptureFile.open(path)) {
            capture.read(explainer::packet);
        }
    }

    /** The capture with what is known now at each packet: the finding at the first of a connection. */
    private static void comment(Path from, Path to, Explanation explanation) throws IOException {
        Map<Integer, String> findings = new HashMap<>();
        for (Explanation.Entry each : explanation.entries()) {
            findings.put(
                    each.conversation().number,
                    "#" + each.conversation().number + " " + each.main().certainty() + ": "
                            + each.main().sentence());
        }
        try (CaptureFile capture = CaptureFile.open(from);
                Pcapng out = new Pcapng(new BufferedOutputStream(Files.newOutputStream(to)))) {
            String[] comment = {""};
            Explainer explainer = new Explainer(null, (time, of, view, remark) -> {
                String finding = findings.remove(of.number);
                comment[0] = finding == null ? remark : remark.isEmpty() ? finding : finding + "; " + remark;
            });
            capture.read((time, bytes, offset, length, wire) -> {
                comment[0] = "";
                explainer.packet(time, bytes, offset, length, wire);
                out.packet(time, bytes, offset, length, wire, comment[0]);
            });
        } catch (java.nio.file.FileSystemException refused) {
            throw new IOException("cannot write " + to + ": " + refused.getReason(), refused);
        }
    }

    /** On a terminal, once it takes long enough to wonder. */
    private final class Progress {
        private final boolean shown = !json && Terminal.showsProgress();
        private final CaptureFile capture;
        private final long size;
        private final PrintWriter err = err();
        private long next = System.nanoTime() + 2 * NANOS_PER_PROGRESS;
        private boolean told;

        Progress(CaptureFile capture, long size) {
            this.capture = capture;
            this.size = size;
        }

        void maybe(long packets) {
            if (shown && (packets & 0xfff) == 0 && System.nanoTime() >= next) {
                next = System.nanoTime() + NANOS_PER_PROGRESS;
                told = true;
                err.print(
                        "\r" + packets + " packets, " + capture.position() * 100 / Math.max(1, size) + " %\u001b[K\r");
                err.flush();
            }
        }

        void end() {
            if (told) {
                err.print("\u001b[K");
                err.flush();
            }
        }
    }
}

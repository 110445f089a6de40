package io.halfopen.app.explain;

import static io.halfopen.app.HtmlReport.escape;

import io.halfopen.app.HtmlReport;
import io.halfopen.app.capture.CaptureFile;
import io.halfopen.app.capture.TcpView;
import io.halfopen.lab.Times;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The explanation as one HTML file that needs nothing else: every listener, every troubled connection, its packets. */
final class ExplainPage {
    private static final int MOST_CONNECTIONS = 500;
    private static final int MOST_PACKETS = 200;

    private final Writer out;
    private final Explanation explanation;

    private ExplainPage(Writer out, Explanation explanation) {
        this.out = out;
        this.explanation = explanation;
    }

    static void write(Writer out, Path capture, Explanation explanation) throws IOException {
        String title = String.valueOf(capture.getFileName());
        HtmlReport.write(out, title, inside -> new ExplainPage(inside, explanation).write(capture));
    }

    private void write(Path capture) throws IOException {
        Explainer explainer = explanation.explainer();
        out.write("<p>" + explainer.packets() + " packets, "
                + explanation.entries().size() + " connections; certain: these packets have no other reading; likely:"
                + " another one is rare; one of two: with what would tell them apart.</p>\n");
        for (ListenerContext each : explanation.listeners().values()) {
            List<Finding> findings = explanation.findings(each.server);
            out.write("<section><h2>Server " + escape(each.server.toString()) + "</h2><p>" + each.conversations.size()
                    + " connections, " + each.finished + " handshakes finished</p>\n");
            for (Finding finding : findings) {
                finding(finding);
            }
            out.write("</section>\n");
        }
        List<Explanation.Entry> shown = explanation.entries().stream()
                .filter(each -> each.main().cause() != Cause.CONNECTED)
                .limit(MOST_CONNECTIONS)
                .toList();
        Map<Integer, List<String>> packets = packets(capture, shown);
        out.write("<section><h2>Connections</h2>\n");
        for (Explanation.Entry each : shown) {
            connection(each, packets.getOrDefault(each.conversation().number, List.of()));
        }
        out.write("<p>" + (explanation.entries().size() - shown.size()) + " others.</p></section>\n");
    }

    private void connection(Explanation.Entry entry, List<String> packets) throws IOException {
        Conversation it = entry.conversation();
        out.write("<details><summary>#" + it.number + " " + escape(it.client + " to " + it.server) + ", "
                + Times.seconds(it.begin - explanation.explainer().first()) + ": "
                + escape(entry.main().cause().title()) + "</summary>\n");
        for (Finding each : entry.findings()) {
            finding(each);
        }
        out.write("<div class=scroll tabindex=0><table><tr><th>s<th><th>packet<th>what it does\n");
        for (String each : packets) {
            out.write(each);
        }
        out.write("</table></div></details>\n");
    }

    private void finding(Finding finding) throws IOException {
        String sure = finding.certainty().word();
        out.write("<dl><dt><span class=" + finding.certainty().name().toLowerCase(Locale.ROOT) + ">" + sure
                + "</span>: " + escape(finding.sentence()));
        if (!finding.because().isEmpty()) {
            out.write("<dd>since: " + escape(finding.because()));
        }
        for (String other : finding.otherwise()) {
            out.write("<dd>or: " + escape(other));
        }
        if (!finding.tellApart().isEmpty()) {
            out.write("<dd>to tell apart: " + escape(finding.tellApart()));
        }
        out.write("</dl>\n");
    }

    /** The rows of the packets of these connections. */
    private static Map<Integer, List<String>> packets(Path capture, List<Explanation.Entry> of) throws IOException {
        Map<Integer, List<String>> rows = new LinkedHashMap<>();
        of.forEach(each -> rows.put(each.conversation().number, new ArrayList<>()));
        Explainer explainer = new Explainer(null, (time, conversation, view, remark) -> {
            List<String> list = rows.get(conversation.number);
            if (list != null && list.size() < MOST_PACKETS) {
                list.add(row(time, conversation, view, remark));
            }
        });
        try (CaptureFile file = CaptureFile.open(capture)) {
            file.read(explainer::packet);
        }
        return rows;
    }

    private static String row(long time, Conversation of, TcpView view, String remark) {
        boolean fromClient = of.isFromClient(view);
        String text = Ladder.text(of, view);
        return String.format(
                Locale.ROOT,
                "<tr><td>%.6f<td>%s<td>%s<td>%s%n",
                (time - of.begin) / 1e9,
                fromClient ? "&rarr;" : "&larr;",
                escape(text),
                escape(remark));
    }
}

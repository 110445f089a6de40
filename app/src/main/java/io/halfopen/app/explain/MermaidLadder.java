package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import io.halfopen.lab.Times;
import java.io.PrintWriter;

/** The packets of one connection as a sequence diagram in Mermaid's language, which GitHub draws. */
final class MermaidLadder implements Explainer.Watcher {
    /** A longer diagram can be read by nobody. */
    private static final int MOST = 120;

    private final PrintWriter out;
    private long begin = Long.MIN_VALUE;
    private long last = Long.MIN_VALUE;
    private int told;

    MermaidLadder(PrintWriter out) {
        this.out = out;
    }

    void head(Explanation.Entry entry) {
        out.println("sequenceDiagram");
        out.println("    participant C as " + entry.conversation().client);
        out.println("    participant S as " + entry.conversation().server);
        Finding main = entry.main();
        out.println("    Note over C,S: " + text(main.certainty().word() + ": " + main.sentence()));
    }

    @Override
    public void onPacket(long time, Conversation of, TcpView view, String remark) {
        begin = begin == Long.MIN_VALUE ? time : begin;
        if (told++ >= MOST) {
            return;
        }
        if (time != last) {
            last = time;
            out.println("    Note over C,S: " + Times.seconds(time - begin));
        }
        boolean fromClient = of.isFromClient(view);
        String what = Ladder.text(of, view);
        out.println("    " + (fromClient ? "C->>S: " : "S->>C: ") + text(what.replaceAll(" win \\d+$", ""))
                + (remark.isEmpty() ? "" : "<br/>" + text(remark)));
    }

    void end() {
        if (told > MOST) {
            out.println("    Note over S: and " + (told - MOST) + " packets more");
        }
    }

    /** What ends a line, or begins an entity, in this language. */
    private static String text(String text) {
        return text.replace("#", "#35;").replace(";", ",").replace("#35,", "#35;");
    }
}

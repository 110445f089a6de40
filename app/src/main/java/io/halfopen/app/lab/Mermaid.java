package io.halfopen.app.lab;

import io.halfopen.lab.Recorder;
import io.halfopen.lab.Run;
import io.halfopen.lab.Times;
import io.halfopen.linux.Rule;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.PrintWriter;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The packets as a sequence diagram in Mermaid's language, which GitHub draws. */
final class Mermaid {
    /** A longer diagram can be read by nobody. */
    private static final int MOST_PACKETS = 120;

    private final Run run;
    private final PrintWriter out;
    private final Segment segment = new Segment();

    Mermaid(Run run, PrintWriter out) {
        this.run = run;
        this.out = out;
    }

    void print() {
        List<Recorder.Packet> packets = run.recorder().packets().stream()
                .filter(packet -> packet.client() != 0)
                .toList();
        List<Recorder.Packet> shown = packets.subList(0, Math.min(MOST_PACKETS, packets.size()));
        out.println("sequenceDiagram");
        TreeSet<Integer> clients = new TreeSet<>();
        shown.forEach(packet -> clients.add(packet.client()));
        clients.forEach(client -> out.println("    participant C" + client + " as client " + client));
        out.println("    participant S as server");
        long last = -1;
        for (Recorder.Packet packet : shown) {
            if (packet.time() != last && !clients.isEmpty()) {
                last = packet.time();
                out.println("    Note over C" + clients.first() + ",S: " + Times.seconds(last));
            }
            print(packet);
        }
        if (shown.size() < packets.size()) {
            out.println("    Note over S: and " + (packets.size() - shown.size()) + " packets more");
        }
        out.flush();
    }

    private void print(Recorder.Packet packet) {
        segment.parse(packet.bytes(), 0, packet.bytes().length);
        boolean fromClient = segment.destinationPort() == run.scenario().port();
        Rule rule = packet.rule();
        String dropped = fromClient && rule != null && rule.verdict() == Rule.Verdict.DROP ? " " + rule.name() : "";
        String client = "C" + packet.client();
        String arrow = dropped.isEmpty() ? "->>" : "-x";
        out.println("    " + (fromClient ? client + arrow + "S" : "S" + arrow + client) + ": " + flags() + data()
                + (dropped.isEmpty() ? reason(rule) : dropped));
    }

    /** What is worth a word although nothing was dropped. */
    private static String reason(@Nullable Rule rule) {
        return rule == Rule.SYN_COOKIE_SENT || rule == Rule.SYN_ACK_RETRANSMITTED || rule == Rule.FINAL_ACK_RESET
                ? " " + rule.name()
                : "";
    }

    private String flags() {
        StringBuilder text = new StringBuilder();
        String[] names = {"FIN", "SYN", "RST", "PSH", "ACK"};
        for (int i = 0; i < names.length; i++) {
            // PSH says nothing of a connection's fate.
            if ((segment.flags() >>> i & 1) != 0 && !names[i].equals("PSH")) {
                text.append(text.isEmpty() ? "" : "-").append(names[i]);
            }
        }
        boolean synAck = segment.has(TcpHeader.SYN) && segment.has(TcpHeader.ACK);
        return synAck ? "SYN-ACK" : text.toString();
    }

    private String data() {
        return segment.payloadLength() == 0 ? "" : " " + segment.payloadLength() + " octets";
    }
}

package io.halfopen.app.explain;

import io.halfopen.app.capture.CaptureFile;
import java.util.List;

/** An explanation for programs; docs/explain.md has the meaning of every field. Times are seconds. */
record ExplainReport(
        long packets,
        long unreadable,
        boolean endsEarly,
        long forgotten,
        List<Listener> listeners,
        List<Connection> connections) {
    /** A server's address and port. */
    record Listener(String server, int connections, int finished, int halfOpen, int cookies, List<Finding> findings) {}

    /** One connection or attempt. */
    record Connection(
            int number,
            String client,
            String server,
            double at,
            double seconds,
            int syns,
            int synAcks,
            boolean established,
            List<Finding> findings) {}

    static ExplainReport of(Explanation explanation, CaptureFile file) {
        Explainer explainer = explanation.explainer();
        List<Listener> listeners = explanation.listeners().values().stream()
                .map(each -> new Listener(
                        each.server.toString(),
                        each.conversations.size(),
                        each.finished,
                        each.halfOpens,
                        each.cookies(),
                        explanation.findings(each.server)))
                .toList();
        List<Connection> connections = explanation.entries().stream()
                .map(each -> connection(each, explainer.first()))
                .toList();
        return new ExplainReport(
                explainer.packets(),
                file.skipped() + explainer.unreadable(),
                file.endsEarly(),
                explainer.forgotten(),
                listeners,
                connections);
    }

    private static Connection connection(Explanation.Entry entry, long first) {
        Conversation it = entry.conversation();
        return new Connection(
                it.number,
                it.client.toString(),
                it.server.toString(),
                (it.begin - first) / 1e9,
                (it.end - it.begin) / 1e9,
                it.fromClient.handshakes,
                it.fromServer.handshakes,
                it.isEstablished(),
                entry.findings());
    }
}

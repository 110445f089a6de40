package io.halfopen.app.live;

import io.halfopen.app.StackSummary;
import io.halfopen.lab.server.ArticleServer;

/** What serves one queue of the interface, and shares nothing with those of the others: a stack and its loop, and a server on it. */
record ServedQueue(Wire wire, ArticleServer server, LastDrops drops) {
    StackSummary.Listening listening() {
        return new StackSummary.Listening(wire.stack(), server.listener());
    }

    /** On the loop's thread. */
    LiveReport report(int port, String title) {
        return LiveReport.of(
                wire.stack(), server.listener(), port, title, wire.calls().now(), server.accepted(), drops.latest());
    }
}

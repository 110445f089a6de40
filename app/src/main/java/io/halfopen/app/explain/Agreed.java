package io.halfopen.app.explain;

/**
 * Judges what SYN and SYN-ACK agreed on, where nothing went wrong but something is missing: the server may not do it, and so it
 * is said after everything else.
 */
final class Agreed extends Reading {
    Agreed(Reading other) {
        super(other);
    }

    void judge() {
        Side client = it.fromClient;
        Side server = it.fromServer;
        boolean told = findings.stream()
                        .anyMatch(each -> each.cause() == Cause.OPTIONS_STRIPPED
                                || each.cause() == Cause.SYN_COOKIE
                                || each.cause() == Cause.COOKIE_IGNORED)
                || context.isCookie(it)
                || client.optionsCut
                || server.optionsCut;
        if (told || !it.isEstablished() || client.handshakes == 0 || server.handshakes == 0) {
            return;
        }
        String missing = (client.windowScale >= 0 && server.windowScale < 0 ? ", window scaling" : "")
                + (client.sack && !server.sack ? ", SACK" : "")
                + (client.timestamps && !server.timestamps ? ", timestamps" : "")
                + (client.ecn && !server.ecn && !it.ecnFallback ? ", ECN" : "");
        if (!missing.isEmpty()) {
            add(Finding.open(
                    Cause.OPTIONS_STRIPPED,
                    "the SYN offers what the SYN-ACK does not take: " + missing.substring(2),
                    "something on the way takes it out, or the server does not do it",
                    "the server is set so, or is a system that does not do it",
                    "sysctl net.ipv4.tcp_window_scaling, tcp_sack, tcp_timestamps and tcp_ecn there; captures at both"
                            + " ends"));
        }
    }
}

package io.halfopen.app.explain;

import io.halfopen.wire.TcpHeader;
import java.util.Locale;

/** Judges how a connection ended, or that it did not. */
final class Ending extends Reading {
    /** Longer than an RST of the same exchange takes. */
    private static final long SOON = SECOND / 2;

    Ending(Reading other) {
        super(other);
    }

    void ending() {
        if (it.overtaken > 0) {
            add(Finding.likely(
                    Cause.IGNORED_RESET,
                    "an RST came and did not count: the connection went on",
                    "data or new ACKs of the one in whose name it came, after it",
                    "packets that were late on the way, or were captured out of order",
                    "TCPChallengeACK at the other end (nstat)"));
        }
        if (it.fromServer.resetTime > 0 && (it.isEstablished() || it.midLife || it.fromServer.handshakes > 0)) {
            serverReset();
        } else if (it.fromClient.resetTime > 0) {
            clientReset();
        }
    }

    private void clientReset() {
        Side client = it.fromClient;
        boolean unread = it.fromServer.dataSegments > 0;
        if (it.isEstablished() && client.finTime > 0 && client.finTime <= client.resetTime) {
            add(Finding.likely(
                    Cause.RESET_BY_CLIENT,
                    Cause.RESET_AFTER_CLOSE,
                    "the client had closed, and what came then was reset: nobody reads it any more",
                    "the client's FIN, then an RST",
                    "the client's program was killed meanwhile",
                    "the client's program"));
        } else if (it.isEstablished() || it.midLife) {
            add(Finding.likely(
                    Cause.RESET_BY_CLIENT,
                    "the client reset the connection" + (unread ? ": it closed with data unread, or was killed" : ""),
                    "an RST from the client",
                    "SO_LINGER 0, or something on the way that ends connections",
                    "the client's program"));
        } else if (it.fromServer.handshakes > 0 || client.handshakes > 0) {
            add(Finding.likely(
                    Cause.RESET_BY_CLIENT,
                    "the client does not want the answer: it has given up, or never asked",
                    "an RST to the SYN-ACK",
                    "somebody sends SYNs in its name",
                    "the client's program"));
        }
    }

    private void serverReset() {
        Side server = it.fromServer;
        boolean withAck = (server.resetFlags & TcpHeader.ACK) != 0;
        boolean otherTtl = server.ttl >= 0 && Math.abs(server.ttl - server.resetTtl) > 1;
        String ttls = "its time to live is " + server.resetTtl + ", that of the server's other packets " + server.ttl;
        if (otherTtl) {
            add(Finding.likely(
                    Cause.FIREWALL_RESET,
                    "reset by something on the way, in the name of the server",
                    ttls,
                    "the way has changed",
                    "a capture at the server: it does not send this RST"));
        } else if (server.finTime > 0 && server.finTime <= server.resetTime) {
            add(Finding.likely(
                    Cause.RESET_AFTER_CLOSE,
                    "the server had closed, and the client sent more: reset",
                    "the server's FIN, then an RST",
                    "the server's program closed with data unread",
                    "what the client sent after the FIN"));
        } else if (!withAck && isUnserved()) {
            notKnown();
        } else if (withAck) {
            boolean acknowledged = it.fromClient.packets == 0
                    && server.handshakes > 0
                    && (server.resetAck - server.firstAck > 0 || server.ackAdvanced > 0);
            boolean data = it.fromClient.dataSegments > 0 || acknowledged;
            add(Finding.likely(
                    data ? Cause.RESET_UNREAD_DATA : Cause.RESET_BY_SERVER,
                    data ? Cause.RESET_BY_SERVER : Cause.RESET_UNREAD_DATA,
                    data
                            ? "the server closed with data unread, so that it was a reset"
                            : "the server reset the connection: it stopped listening before accept(), or SO_LINGER 0",
                    "RST,ACK without a FIN before" + (data ? ", after data of the client" : ""),
                    data ? "SO_LINGER 0, or the program was ended" : "the program was ended",
                    "the server's program"));
        } else {
            add(Finding.likely(
                    Cause.RESET_UNKNOWN_CONNECTION,
                    "the server does not know this connection (any more)",
                    "an RST with the number that the client acknowledged",
                    "the server was started again, or a load balancer sent it to another",
                    "the server's uptime"));
        }
    }

    /** Connected, as the client sees it, and nothing that it sent since has been acknowledged. */
    private boolean isUnserved() {
        Side server = it.fromServer;
        boolean alone = it.fromClient.packets == 0
                && server.handshakes > 0
                && server.ackAdvanced == 0
                && server.dataSegments == 0
                && server.resetSeq - server.isn == 1;
        return it.finalAck > 0 ? it.served == 0 : alone;
    }

    /** An RST that answers the ACK: of a request that was given up, or of nothing that is known. */
    private void notKnown() {
        Side server = it.fromServer;
        boolean alone = it.finalAck == 0;
        long ack = alone ? server.handshakeTimes[server.times() - 1] : it.finalAck;
        long after = server.resetTime - ack;
        if (it.synAcksAfterFinal > 0 || alone && server.handshakes > 1 || after > 2 * SECOND) {
            add(Finding.likely(
                    Cause.RESET_UNKNOWN_CONNECTION,
                    "the server had ignored the handshake and then forgot it: reset",
                    String.format(
                            Locale.ROOT,
                            alone
                                    ? "an RST %.1f s after the last SYN-ACK; no data was ever acknowledged"
                                    : "an RST %.1f s after the final ACK; no data was ever acknowledged",
                            after / 1e9),
                    "the server was started again",
                    "ListenOverflows on the server (nstat)"));
        } else if (after < SOON) {
            boolean seen = context.ignoredNear(ack) || context.others(it, ack).dropped() > 0;
            add(
                    seen
                            ? Finding.likely(
                                    Cause.ABORT_ON_OVERFLOW,
                                    "the accept queue was full and tcp_abort_on_overflow is 1: reset",
                                    "an RST without ACK right after the final ACK, while the listener dropped SYNs",
                                    "a SYN cookie that was not good",
                                    "sysctl net.ipv4.tcp_abort_on_overflow; ListenOverflows (nstat)")
                            : Finding.likely(
                                    Cause.ABORT_ON_OVERFLOW,
                                    "the accept queue was full and tcp_abort_on_overflow is 1: reset",
                                    "an RST without ACK, with the number that the client acknowledged, right after the"
                                            + " final ACK: the server had no connection",
                                    "a SYN cookie that was not good, or the listener was closed in between",
                                    "sysctl net.ipv4.tcp_abort_on_overflow; ListenOverflows (nstat)"));
        } else {
            add(Finding.open(
                    Cause.RESET_UNKNOWN_CONNECTION,
                    "the server does not know this connection",
                    "an RST with the number that the client acknowledged, and no data was ever acknowledged",
                    "a SYN cookie that was too old, a handshake that was forgotten, or a server that was started again",
                    "SyncookiesFailed on the server (nstat)"));
        }
    }

    void windows() {
        window(it.fromServer, "server");
        window(it.fromClient, "client");
    }

    void later() {
        windows();
        boolean serverFin = it.fromServer.finTime > 0;
        boolean clientFin = it.fromClient.finTime > 0;
        boolean reset = it.fromServer.resetTime > 0 || it.fromClient.resetTime > 0;
        long fin = Math.max(it.fromServer.finTime, it.fromClient.finTime);
        boolean both = it.fromServer.packets > 0 && it.fromClient.packets > 0;
        halfClosedForLong();
        if (both && serverFin != clientFin && !reset && captureEnd - fin > 10 * SECOND) {
            add(Finding.likely(
                    Cause.HALF_CLOSED,
                    "the " + (serverFin ? "server" : "client") + " closed, the other end did not: its program has not"
                            + " noticed, or a connection is leaked",
                    String.format(
                            Locale.ROOT, "a FIN, and for %.0f s none from the other end", (captureEnd - fin) / 1e9),
                    "it was not captured",
                    "CLOSE-WAIT in ss -tan there"));
        }
    }

    /** It is over, and was half-closed for a time in which nothing came from the other end. */
    private void halfClosedForLong() {
        boolean serverFirst = it.fromServer.finTime <= it.fromClient.finTime;
        Side first = serverFirst ? it.fromServer : it.fromClient;
        Side second = serverFirst ? it.fromClient : it.fromServer;
        if (first.finTime > 0 && second.finTime - first.finTime > 10 * SECOND && second.lastData < first.finTime) {
            add(closedLate(
                    serverFirst ? "client" : "server",
                    second.finTime - first.finTime,
                    "two FINs, and no data in between"));
        }
    }

    private void window(Side side, String name) {
        if (side.zeroWindowLongest > SECOND || side.zeroWindowSince > 0 && captureEnd - side.zeroWindowSince > SECOND) {
            long longest =
                    Math.max(side.zeroWindowLongest, side.zeroWindowSince > 0 ? captureEnd - side.zeroWindowSince : 0);
            add(Finding.certain(
                    Cause.ZERO_WINDOW,
                    "the " + name + "'s program does not read: its window was 0",
                    String.format(Locale.ROOT, "for %.1f s or more", longest / 1e9)));
        }
    }
}

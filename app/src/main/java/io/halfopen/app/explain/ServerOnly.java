package io.halfopen.app.explain;

import java.util.List;
import java.util.Locale;

/** Judges a connection of which only the server's packets were captured. */
final class ServerOnly extends Reading {
    private static final String MISSING = "; what the client sends was not captured";
    private static final String CLIENTS = "the client's packets";

    private final Unanswered syns = new Unanswered(this);
    private final Ending end = new Ending(this);
    private final Side server = it.fromServer;

    ServerOnly(Reading other) {
        super(other);
    }

    void judge() {
        if (server.handshakes == 0 && server.resetTime > 0) {
            syns.refused();
            return;
        }
        portsAgain();
        repeatedSynAcks();
        options();
        fastOpen();
        end.ending();
        end.windows();
        probes();
        closing();
        stalled();
        if (server.handshakes > 0) {
            add(Finding.certain(
                    Cause.ASYMMETRIC,
                    "only what the server sends was captured" + (isServed() ? "; it was connected" : ""),
                    "a SYN-ACK without a SYN"));
        }
    }

    private void fastOpen() {
        boolean brought = context.gaveCookieBefore(it);
        if (server.cookie > 0) {
            add(Finding.likely(
                    Cause.FAST_OPEN_REQUEST,
                    Cause.FAST_OPEN_FALLBACK,
                    "the client asked for a Fast Open cookie and gets one",
                    "the option is in the SYN-ACK" + (brought ? ", and was in another's from this address" : ""),
                    "it brought one that is not good (any more), and gets another",
                    CLIENTS));
        } else if (brought
                && server.firstData > 0
                && (server.ackAdvanced == 0 || server.ackAdvanced > server.firstData)) {
            add(Finding.either(
                    Cause.FAST_OPEN,
                    Cause.CONNECTED,
                    "Fast Open: the data in the SYN was taken",
                    "the server answers before it acknowledges anything but the SYN-ACK's number, and this address had"
                            + " got a cookie before" + MISSING,
                    "a server that speaks first",
                    CLIENTS));
        }
    }

    private void probes() {
        if (server.probes >= 2
                && server.dataSegments > 0
                && (server.firstProbe - server.lastData < SECOND * 9 / 10 || server.probesGrow())
                && server.lastProbe - server.firstProbe > SECOND) {
            add(probed(server, "client", MISSING, CLIENTS));
        }
    }

    private boolean isServed() {
        return server.dataSegments > 0 || server.ackAdvanced > 0;
    }

    private void portsAgain() {
        Conversation before = it.before;
        if (before == null || it.begin - before.end > 60 * SECOND) {
            return;
        }
        if (before.isClosed() && before.serverClosedFirst() && before.fromServer.bareAfterFin < 2) {
            add(Finding.likely(
                    Cause.TIME_WAIT_REUSED,
                    "the server had these ports in TIME_WAIT, and the SYN took them over",
                    String.format(
                                    Locale.ROOT,
                                    "the server closed the connection before first, %.3f s earlier",
                                    (it.begin - before.end) / 1e9)
                            + MISSING,
                    "it was the client's data that the server acknowledged after its FIN, and no FIN",
                    CLIENTS));
        } else if ((before.midLife && before.fromServer.dataSegments == 0 || before.fromServer.lastBare == before.end)
                && before.fromServer.finTime == 0
                && before.fromServer.resetTime == 0
                && it.begin - before.end < 3 * SECOND) {
            add(Finding.either(
                    Cause.OLD_CONNECTION,
                    Cause.TIME_WAIT_REFUSED,
                    "the server still had an old connection of this client's port, until the client's RST ended it",
                    "an ACK of other numbers, and then the SYN-ACK" + MISSING,
                    "TIME_WAIT at the server, of a connection from before the capture",
                    "ss -tan on the server"));
        }
    }

    private void repeatedSynAcks() {
        if (server.handshakes < 2) {
            return;
        }
        List<Double> gaps = Conversation.gaps(server);
        String many = server.handshakes + " SYN-ACKs" + (isServed() ? ", and then it went on" : "") + MISSING;
        if (gaps.getFirst() < 0.3) {
            add(Finding.either(
                    Cause.WRONG_SYN_ACK,
                    Cause.SYN_LOST,
                    "the client repeated its SYN at once: something came that was no answer to it",
                    String.format(Locale.ROOT, "the SYN-ACK again after %.0f ms", gaps.getFirst() * 1000) + MISSING,
                    "a SYN-ACK before these was lost, and both ends repeat what they sent; or the SYN was duplicated on"
                            + " the way",
                    CLIENTS));
        } else if (Schedule.hasExtra(gaps)) {
            add(Finding.either(
                    Cause.SYN_LOST,
                    Cause.FINAL_ACK_IGNORED,
                    "the SYN-ACK was lost after this point: the client repeated a SYN that had been answered",
                    many + ", and not only when the server's timer repeats them",
                    "SYNs that were late on the way",
                    CLIENTS));
        } else if (gaps.getFirst() > 1.7) {
            add(Finding.either(
                    Cause.DEFER_ACCEPT,
                    Cause.FINAL_ACK_IGNORED,
                    "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    String.format(
                                    Locale.ROOT,
                                    "the first repeated SYN-ACK comes after %.1f s and not after one: until then it was kept"
                                            + " back",
                                    gaps.getFirst())
                            + MISSING,
                    "the one of the first second was not captured; or the server is older than Linux 3.1",
                    "the server's setting; TCPDeferAcceptDrop and ListenOverflows (nstat)"));
        } else if (isServed()) {
            add(Finding.either(
                    Cause.FINAL_ACK_IGNORED,
                    Cause.SYN_LOST,
                    "the accept queue was full: the server ignored the final ACK, until there was room",
                    many,
                    "the first SYN-ACK or its ACK was lost, or TCP_DEFER_ACCEPT waited for data",
                    CLIENTS));
        } else if (server.handshakes == 2) {
            add(Finding.either(
                    Cause.SYN_LOST,
                    Cause.FINAL_ACK_IGNORED,
                    "the SYN-ACK was repeated: it or its ACK was lost",
                    many,
                    "the accept queue was full, and the ACK was ignored; or nobody finishes the handshake",
                    CLIENTS));
        } else {
            boolean known = context.conversations.stream()
                    .anyMatch(each -> each.client.address().equals(it.client.address())
                            && (each.fromServer.dataSegments > 0 || each.fromServer.ackAdvanced > 0));
            add(Finding.either(
                    known || context.finished > 0 ? Cause.FINAL_ACK_IGNORED : Cause.HALF_OPEN,
                    known || context.finished > 0 ? Cause.HALF_OPEN : Cause.FINAL_ACK_IGNORED,
                    "the SYN-ACK is repeated: the handshake does not come to an end",
                    many,
                    "the accept queue was full and the final ACK was ignored; or the client never finished it, as in a"
                            + " flood; or its ACKs are lost",
                    "the client's packets: an ACK before a repeated SYN-ACK means a full accept queue"));
        }
    }

    private void options() {
        if (server.overwritten) {
            add(overwritten());
        }
        boolean bare = server.handshakes > 0 && server.windowScale < 0 && !server.sack && !server.timestamps;
        if (context.isCookie(it)) {
            add(cookie());
        } else if (bare && !server.optionsCut && context.givesOptionsTo(it)) {
            add(Finding.either(
                    Cause.SYN_COOKIE,
                    Cause.OPTIONS_STRIPPED,
                    "answered with a SYN cookie: its options are lost for the connection's life",
                    "the SYN-ACK has neither window scaling nor SACK, and others from the same address got them"
                            + MISSING,
                    "SYNs without these options",
                    "SyncookiesSent on the server (nstat)"));
        }
    }

    private void stalled() {
        if (server.vain >= 3) {
            add(Finding.open(
                    Cause.NOT_ACKNOWLEDGED,
                    "what the server sends is not acknowledged any more",
                    server.vain + " repetitions of its last data" + MISSING,
                    "the client is gone",
                    CLIENTS));
        } else if (server.repeatsItself()) {
            add(Finding.either(
                    Cause.NOT_ACKNOWLEDGED,
                    Cause.PAWS,
                    "the server hears of the client's data, and does not take it",
                    "it repeats its last ACK " + server.bareRow + " times, later and later" + MISSING,
                    "timestamps that something on the way has changed (PAWS); what is in front of it is lost again and"
                            + " again",
                    "PAWSEstab and TCPOFOQueue on the server (nstat)"));
        } else if (server.isMute(captureEnd, 10 * SECOND) && server.oneMore == 0) {
            add(notAccepted(
                    captureEnd - server.lastAdvance,
                    MISSING,
                    "the protocol wants no answer; or the client has reset it"));
        }
    }

    private void closing() {
        if (server.closedLate() > 10 * SECOND) {
            add(closedLate(
                    "server",
                    server.closedLate(),
                    "it acknowledges one number more, a FIN, and sends its own that" + " much later" + MISSING));
        } else if (server.isLeftOpen(captureEnd, 10 * SECOND)) {
            add(Finding.open(
                    Cause.HALF_CLOSED,
                    "the client closed, the server did not: its program has not noticed, or a connection is leaked",
                    "the server acknowledges one number more, a FIN, and sends none itself" + MISSING,
                    "it was one octet of data",
                    "CLOSE-WAIT in ss -tan there"));
        } else if (server.isAloneInClosing(captureEnd, 10 * SECOND)) {
            add(Finding.either(
                    Cause.HALF_CLOSED,
                    Cause.RESET_BY_CLIENT,
                    "the server closed, the client did not: its program has not noticed, or a connection is leaked",
                    "a FIN, which is not repeated, and no ACK of another one; the client never sent anything" + MISSING,
                    "the client reset it",
                    "CLOSE-WAIT in ss -tan there"));
        }
        if (server.closedFirst() && server.bareAfterFin >= 2 && server.lastBareAfterFin - server.finTime > 2 * SECOND) {
            add(Finding.open(
                    Cause.TIME_WAIT_REFUSED,
                    "the server closed first and keeps these ports in TIME_WAIT, and does not take the client's SYNs",
                    server.bareAfterFin + " ACKs of the old numbers after the connection had ended" + MISSING,
                    "the client sent its FIN again: the ACK of it was lost",
                    CLIENTS));
        }
    }
}

package io.halfopen.app.explain;

import java.util.List;
import java.util.Locale;

/**
 * Judges a connection of which only the client's packets were captured. What the server did shows in what the client
 * acknowledges, repeats and echoes; much of it has two readings.
 */
final class ClientsOnly extends Reading {
    private static final String MISSING = "; what the server sends was not captured";
    /** By then a SYN without an answer has been repeated. */
    static final long REPEATED = SECOND * 3 / 2;

    private static final String SERVERS = "the packets that the server sends";

    private final Unanswered syns = new Unanswered(this);
    private final Ending end = new Ending(this);
    private final Side client = it.fromClient;

    ClientsOnly(Reading other) {
        super(other);
    }

    void judge() {
        if (it.fromClient.overwritten) {
            add(overwritten());
        }
        if (!it.isEstablished()) {
            notConnected();
            return;
        }
        takenOver();
        strangeResets();
        repetitions();
        if (client.handshakes > 1 && it.strangeResets == 0) {
            syns.repeatedSyn(true);
        }
        options();
        fastOpen();
        probes();
        closing();
        end.ending();
        end.windows();
        unanswered();
        add(Finding.certain(
                Cause.ASYMMETRIC,
                "only what the client sends was captured; it did connect",
                "its ACK acknowledges a SYN-ACK that is not there"));
    }

    private void notConnected() {
        if (client.resetTime > 0 && client.handshakes == 0) {
            add(Finding.open(
                    Cause.RESET_BY_CLIENT,
                    "the client resets what came to it: it knows nothing of that, or no more",
                    "an RST, and nothing else of that client" + missing(),
                    "it resets a connection that was there before the capture",
                    SERVERS));
        } else if (client.resetTime > 0) {
            end.ending();
        } else if (it.strangeResets > 0) {
            strangeResets();
        } else if (isNeverRepeated()) {
            neverRepeated();
        } else if (client.handshakes == 1) {
            add(Finding.either(
                    Cause.SYN_UNANSWERED,
                    Cause.PORT_CLOSED,
                    "one SYN; the last packet comes before it would be repeated",
                    "less than 1.5 s" + missing(),
                    "it was refused, by an RST or by ICMP, and the client fell silent; or it was answered right then",
                    "when the capture was stopped: if more than a second after this SYN, it was refused"));
        } else {
            syns.unanswered("; nothing that this server sends was captured");
        }
    }

    private void neverRepeated() {
        boolean others = context.answersAround(it, it.begin);
        Cause refusal = others ? Cause.FIREWALL_RESET : Cause.PORT_CLOSED;
        String refused =
                others ? "a firewall rejects it, while others are served" : "it was refused, by an RST or by ICMP";
        String nobody = "nobody is there who would: an address that is not the sender's, as in a flood, or a scan";
        boolean many = context.isFlooded(captureEnd);
        add(Finding.either(
                many ? Cause.HALF_OPEN : refusal,
                many ? refusal : Cause.HALF_OPEN,
                "one SYN, and nothing more of that client: " + (many ? nobody : refused),
                "a SYN without an answer is repeated after a second, and this one was not" + missing(),
                (many ? refused : nobody) + "; or the program gave up at once",
                SERVERS));
    }

    /** Where nobody is known to be answered, there may be nothing to capture. */
    private String missing() {
        return context.answersAnybody ? MISSING : "; nothing of that server was captured";
    }

    /** No kernel that wants to connect sends one SYN and waits. */
    private boolean isNeverRepeated() {
        return client.handshakes == 1 && captureEnd - it.begin > REPEATED;
    }

    private void takenOver() {
        Conversation before = it.before;
        if (before != null
                && before.isClosed()
                && before.serverClosedFirst()
                && it.begin - before.end < 60 * SECOND
                && client.handshakes == 1) {
            add(Finding.likely(
                    Cause.TIME_WAIT_REUSED,
                    "the server had these ports in TIME_WAIT, and the SYN took them over",
                    String.format(
                            Locale.ROOT,
                            "the client acknowledged a FIN before it sent its own, %.3f s before it came again",
                            (it.begin - before.end) / 1e9),
                    "what it acknowledged was data, and the client closed first",
                    SERVERS));
        }
    }

    /** The client resets an answer that is none: it belongs to what was on these ports, or to nothing. */
    private void strangeResets() {
        if (it.strangeResets == 0) {
            return;
        }
        String how = it.strangeResets + (it.strangeResets == 1 ? " RST" : " RSTs")
                + " with another number than the SYN's: the client resets an answer to something else" + MISSING;
        Conversation before = it.before;
        if (before != null && before.fromClient.next == it.strangeResetSeq && before.serverClosedFirst()) {
            add(Finding.likely(
                    Cause.TIME_WAIT_REFUSED,
                    "the server closed first and keeps these ports in TIME_WAIT, 60 s after that",
                    how + ", and it is the number that the connection before on these ports ended with",
                    "the server has not closed that one yet",
                    SERVERS));
        } else {
            add(Finding.either(
                    Cause.OLD_CONNECTION,
                    Cause.WRONG_SYN_ACK,
                    "the server still has an old connection of this client's port",
                    how,
                    "a SYN-ACK with a wrong number",
                    SERVERS));
        }
    }

    private void repetitions() {
        boolean data = client.earlyRepeats >= 2 && client.earlyRepeats * 2 > client.earlyData;
        int onTime =
                Schedule.onTime(client.bareTimes, Math.min(client.bareRepeats, client.bareTimes.length), it.finalAck);
        String bare = client.bareRepeats + (client.bareRepeats == 1 ? " ACK" : " ACKs") + " that only repeat the first";
        if (onTime >= 2) {
            add(Finding.likely(
                    Cause.FINAL_ACK_IGNORED,
                    "the accept queue was full: the client was connected, the server ignored its ACK"
                            + (client.ackAdvanced > 0 ? " until there was room" : ""),
                    bare + ", 1, 3 and so on s after it: at these times a server repeats its SYN-ACK"
                            + (data ? "; data is repeated, too" : "") + MISSING,
                    "the ACKs were lost on the way, or TCP_DEFER_ACCEPT with a long deadline",
                    SERVERS));
        } else if (client.bareRepeats > 0 && client.bareTimes[0] - it.finalAck > SECOND * 17 / 10 && !data) {
            add(Finding.either(
                    Cause.DEFER_ACCEPT,
                    Cause.FINAL_ACK_IGNORED,
                    "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    String.format(
                                    Locale.ROOT,
                                    "the client repeats its ACK %.1f s after the first, as if a SYN-ACK came again then and"
                                            + " not after one second",
                                    (client.bareTimes[0] - it.finalAck) / 1e9)
                            + MISSING,
                    "the accept queue was full; or somebody asks whether the client is alive",
                    SERVERS));
        } else if (onTime == 1 || client.bareRepeats > 0 && data) {
            add(Finding.either(
                    Cause.FINAL_ACK_IGNORED,
                    Cause.SYN_LOST,
                    "the accept queue was full: the server ignored the final ACK",
                    bare + (data ? ", and data is repeated" : ", a second later") + MISSING,
                    "that ACK was lost, or TCP_DEFER_ACCEPT",
                    SERVERS));
        } else if (data && client.firstDataAgain) {
            dataAlone();
        }
    }

    private void dataAlone() {
        boolean long1 = client.lastData - client.firstData > SECOND * 3 / 2;
        String repeated = client.earlyRepeats + " repetitions of data" + MISSING;
        if (long1) {
            add(Finding.open(
                    Cause.COOKIE_IGNORED,
                    "the client believes it is connected, and its data is ignored: a SYN cookie whose ACK met a full"
                            + " accept queue",
                    repeated + "; the client never repeats its ACK, so no SYN-ACK came again",
                    "the data or its ACKs are lost on the way",
                    "ListenOverflows and SyncookiesRecv on the server (nstat)"));
        } else {
            add(Finding.either(
                    Cause.FINAL_ACK_IGNORED,
                    Cause.COOKIE_IGNORED,
                    "the client believes it is connected and sends its data again and again",
                    repeated,
                    "a SYN cookie whose ACK met a full accept queue; or the data or its ACKs are lost on the way",
                    "the packets that the server sends: repeated SYN-ACKs mean a full accept queue"));
        }
    }

    private void options() {
        if (context.isCookie(it)) {
            add(Finding.open(
                    Cause.SYN_COOKIE,
                    "answered with a SYN cookie: the SYN queue was full, or tcp_syncookies is 2",
                    "what the client echoes of the SYN-ACK's timestamp is " + it.echoLag
                            + " ms behind the server's clock, and so in " + context.cookies()
                            + " connections: a cookie keeps the options in it" + MISSING,
                    "the SYN-ACKs were all that much faster than what came later",
                    "SyncookiesSent on the server (nstat)"));
        } else if (client.isUnscaled()) {
            boolean others = context.conversations.stream()
                    .anyMatch(each ->
                            each.finalAck > 0 && each.fromClient.windowScale > 0 && !each.fromClient.isUnscaled());
            add(Finding.either(
                    others ? Cause.SYN_COOKIE : Cause.OPTIONS_STRIPPED,
                    others ? Cause.OPTIONS_STRIPPED : Cause.SYN_COOKIE,
                    others
                            ? "answered with a SYN cookie: its options are lost for the connection's life"
                            : "options were removed on the way",
                    "the SYN offers window scaling, and the client's window is not scaled afterwards"
                            + (others ? ", while others' are" : "") + MISSING,
                    others ? "something on this client's way that removes options" : "a SYN cookie",
                    "SyncookiesSent on the server (nstat); captures at both ends"));
        }
    }

    private void fastOpen() {
        if (it.synData && client.firstData > 0 && client.firstDataSeq - client.isn == 1) {
            add(Finding.certain(
                    Cause.FAST_OPEN_FALLBACK,
                    "Fast Open was not taken: the data is sent again after the handshake",
                    "the SYN has data and a cookie, and the same data follows: no such cookie, Fast Open off, its queue"
                            + " full, or the SYN with data was lost"));
        } else if (it.synData && client.firstSeq - client.isn == it.synDataLength + 1) {
            add(Finding.likely(
                    Cause.FAST_OPEN,
                    "Fast Open: the data in the SYN was taken",
                    "the client goes on behind it, " + it.synDataLength + " octets",
                    "its repetition was not captured",
                    SERVERS));
        } else if (client.cookie == 0) {
            add(Finding.certain(
                    Cause.FAST_OPEN_REQUEST,
                    "the client asks for a Fast Open cookie",
                    "the option is empty in the SYN"));
        }
    }

    private void probes() {
        boolean soon = client.firstProbe - client.lastData < SECOND * 9 / 10;
        if (client.probes >= 2
                && client.dataSegments > 0
                && (soon || client.probesGrow() && client.firstProbe - client.lastData < 3 * SECOND)
                && client.lastProbe - client.firstProbe > SECOND) {
            add(probed(client, "server", MISSING, SERVERS));
        }
    }

    private void closing() {
        if (client.waitedForFin() > 10 * SECOND) {
            add(closedLate(
                    "server",
                    client.waitedForFin(),
                    "the client's FIN, and that much later it acknowledges one number" + " more, a FIN" + MISSING));
        } else if (client.finTime == 0 && client.oneMore > 0 && client.lastData > client.oneMore) {
            add(Finding.either(
                    Cause.RESET_AFTER_CLOSE,
                    Cause.HALF_CLOSED,
                    "the server had closed, and the client sent more: that is answered with a reset",
                    "the client acknowledges one number more, a FIN, and sends data after that" + MISSING,
                    "the server has only half-closed: shutdown(), and not close()",
                    SERVERS));
        } else if (client.isLeftOpen(captureEnd, 10 * SECOND)) {
            add(Finding.open(
                    Cause.HALF_CLOSED,
                    "the server closed, the client did not: its program has not noticed, or a connection is leaked",
                    "the client acknowledges one number more, a FIN, and sends none itself" + MISSING,
                    "it was one octet of data",
                    "CLOSE-WAIT in ss -tan there"));
        } else if (client.isAloneInClosing(captureEnd, 10 * SECOND)) {
            add(Finding.either(
                    Cause.HALF_CLOSED,
                    Cause.RESET_BY_SERVER,
                    "the client closed, the server did not: its program has not noticed, or a connection is leaked",
                    "a FIN, which is not repeated, and no ACK of another one; the server never sent anything" + MISSING,
                    "the server reset it",
                    "CLOSE-WAIT in ss -tan there"));
        }
    }

    /** Neither repeated nor answered: it was taken by the kernel, and what then? */
    private void unanswered() {
        if (findings.isEmpty()
                && client.finTime == 0
                && client.firstData > 0
                && client.lastData > client.lastAdvance
                && client.vain == 0
                && captureEnd - it.end > 10 * SECOND) {
            add(Finding.either(
                    Cause.NOT_ACCEPTED,
                    Cause.RESET_BY_SERVER,
                    "the server's kernel took what the client sent, and nothing came back: its program does not answer,"
                            + " or has not called accept() yet",
                    String.format(
                                    Locale.ROOT,
                                    "for %.0f s the client neither repeats its data nor acknowledges anything",
                                    (captureEnd - it.end) / 1e9)
                            + MISSING,
                    "the server reset the connection, and the client fell silent; or it is a client that waits for"
                            + " nothing",
                    SERVERS));
        } else if (client.vain >= 3 && !client.firstDataAgain) {
            add(Finding.open(
                    Cause.NOT_ACKNOWLEDGED,
                    "what the client sends is not acknowledged any more",
                    client.vain + " repetitions of its last data" + MISSING,
                    "the acknowledgements are lost on the way back",
                    SERVERS));
        }
    }

    /** SYNs of those who send nothing else, if they are so many that it is no chance. */
    static List<Finding> flood(ListenerContext listener, long last) {
        if (!listener.isFlooded(last)) {
            return List.of();
        }
        int lonely = listener.lonelySyns(last, 0);
        int given = listener.lonelySyns(last, REPEATED);
        String what = "a SYN flood: " + lonely + " clients that send one SYN and nothing more, " + listener.finished
                + " that finish the handshake";
        String because = "who wants to connect repeats a SYN after a second, or finishes the handshake";
        return List.of(
                given * 2 > lonely
                        ? Finding.likely(Cause.FLOOD, what, because + MISSING, "they were all refused", SERVERS)
                        : Finding.either(
                                Cause.FLOOD,
                                Cause.ACCEPT_QUEUE_FULL,
                                what,
                                because + "; the capture ends before that" + MISSING,
                                "the listener drops the SYNs of a burst",
                                SERVERS));
    }
}

package io.halfopen.app.explain;

import java.util.List;
import java.util.Locale;

/**
 * Judges a conversation: a pure function of what was seen of it and of its listener. The first finding is the one that
 * matters most. Certain is only what no other sequence of events leaves behind.
 */
final class Diagnosis extends Reading {
    private final Unanswered syns = new Unanswered(this);
    private final Ending end = new Ending(this);

    private Diagnosis(Conversation it, ListenerContext context, long captureEnd) {
        super(it, context, captureEnd);
    }

    static List<Finding> of(Conversation conversation, ListenerContext context, long captureEnd) {
        Diagnosis diagnosis = new Diagnosis(conversation, context, captureEnd);
        diagnosis.judge();
        return diagnosis.findings;
    }

    private void judge() {
        if (it.midLife) {
            end.ending();
            end.later();
            add(Finding.certain(
                    Cause.MID_LIFE,
                    "it was there before the capture began",
                    "its first packet is no SYN and no SYN-ACK"));
            return;
        }
        if (it.fromServer.packets == 0 && it.fromClient.packets > 0 && isOneSided()) {
            new ClientsOnly(this).judge();
            return;
        }
        if (!context.seesClients) {
            new ServerOnly(this).judge();
            return;
        }
        if (it.fromServer.handshakes == 0 && !it.isEstablished()) {
            syns.refusedOrUnanswered();
        } else {
            answered();
        }
        if (findings.isEmpty() && it.isEstablished()) {
            add(Finding.certain(Cause.CONNECTED, "connected, without anything to remark", "SYN, SYN-ACK, ACK"));
        }
        new Agreed(this).judge();
    }

    /** Nothing of a server that does answer. */
    private boolean isOneSided() {
        boolean other = it.wrongSynAcks > 0 || it.ignoredResets > 0 || it.icmpType >= 0;
        boolean lonely = context.answersAnybody || it.fromClient.handshakes == 1;
        return it.isEstablished() ? !other : !other && !context.seesServer && lonely;
    }

    private void answered() {
        if (it.challenges > 0 && !it.wrongSynAckFirst) {
            challenged(true);
        } else if (it.before != null
                && it.before.isClosed()
                && it.before.serverClosedFirst()
                && it.before.fromServer.resetTime == 0
                && it.before.fromClient.resetTime == 0
                && it.begin - it.before.end < 60 * SECOND) {
            add(Finding.certain(
                    Cause.TIME_WAIT_REUSED,
                    "the server had these ports in TIME_WAIT, and the SYN took them over",
                    String.format(
                            Locale.ROOT,
                            "the server closed the connection before first, %.3f s earlier",
                            (it.begin - it.before.end) / 1e9)));
        }
        if (it.wrongSynAcks > 0) {
            wrongSynAck();
        }
        ignoredReset();
        if (it.oddResets > 0) {
            add(Finding.likely(
                    Cause.WRONG_SYN_ACK,
                    Cause.OLD_CONNECTION,
                    "the client got a SYN-ACK with a wrong number: something on the way has changed it",
                    "its RST has the number that it was told was next, and that is not the one that the SYN-ACK"
                            + " acknowledges here",
                    "the RST answers an older SYN-ACK, or the server answered for an old connection",
                    "captures at both ends"));
        }
        finalAck();
        if (it.oddResets == 0) {
            repetitions();
        }
        cookies();
        fastOpen();
        end.ending();
        end.later();
        new Stalled(this).judge();
    }

    private void repetitions() {
        boolean late = it.fromServer.handshakes > 0
                && it.fromClient.handshakes > 1
                && it.fromClient.handshakeTimes[0] < it.fromServer.handshakeTimes[0]
                && it.fromServer.handshakeTimes[0] >= it.fromClient.handshakeTimes[1];
        if (late && it.challenges == 0 && it.wrongSynAcks == 0) {
            syns.repeatedSyn(false);
        } else if (it.fromServer.handshakes > 1 && syns.isHurried()) {
            syns.hurried();
        } else if (it.fromClient.handshakes > 1
                && it.finalAck > 0
                && it.challenges == 0
                && it.synAcksAfterFinal == 0
                && it.fromServer.handshakes > 1) {
            add(Finding.likely(
                    Cause.SYN_LOST,
                    "the SYN-ACK was lost after this point: the client repeated a SYN that had been answered",
                    it.fromClient.handshakes + " SYNs, " + it.fromServer.handshakes + " SYN-ACKs",
                    "the client did not take the first for an answer",
                    "a capture at the client"));
        } else if (it.fromClient.handshakes > 1 && it.fromServer.handshakes > 1 && it.finalAck == 0) {
            add(Finding.open(
                    Cause.SYN_LOST,
                    "SYN and SYN-ACK are repeated: the SYN-ACK does not reach the client",
                    it.fromClient.handshakes + " SYNs, " + it.fromServer.handshakes + " SYN-ACKs, no ACK",
                    "the client's ACK does not reach this point",
                    "a capture at the client"));
        }
    }

    /** The server sends what is neither a SYN-ACK nor an RST: it has this connection. */
    private boolean isKnown() {
        return it.fromServer.packets > it.fromServer.handshakes + it.fromServer.resets;
    }

    private void finalAck() {
        Side server = it.fromServer;
        if (it.finalAck == 0) {
            if (server.handshakes > 0
                    && it.fromClient.resetTime == 0
                    && it.oddResets == 0
                    && it.fromClient.handshakes <= 1) {
                add(Finding.open(
                        Cause.HALF_OPEN,
                        "the handshake was never finished",
                        server.handshakes + (server.handshakes == 1 ? " SYN-ACK" : " SYN-ACKs") + ", and no ACK",
                        "the client is gone or never was (a flood with false addresses), or its ACKs are lost",
                        "whether others from that address finish theirs"));
            }
            return;
        }
        if (it.synAcksAfterFinal > 0) {
            repeatedSynAck();
        } else if (it.served == 0 && it.fromClient.repeats >= 2 && it.fromServer.resetTime == 0 && !isKnown()
                || it.served > 0 && it.fromClient.repeats >= 2 && it.served - it.fromClient.firstData > SECOND / 2) {
            boolean cookie = context.isCookie(it);
            add(
                    cookie || isStripped()
                            ? Finding.likely(
                                    Cause.COOKIE_IGNORED,
                                    "the accept queue was full: the ACK of a SYN cookie and the data were ignored",
                                    it.fromClient.repeats + " repetitions of data, and the SYN-ACK is not repeated: "
                                            + "the server keeps nothing of a cookie",
                                    "loss on the way",
                                    "ListenOverflows and SyncookiesRecv on the server (nstat)")
                            : Finding.either(
                                    Cause.COOKIE_IGNORED,
                                    Cause.NOT_ACKNOWLEDGED,
                                    "the client believes it is connected, and its data is ignored: a SYN cookie whose ACK"
                                            + " met a full accept queue",
                                    it.fromClient.repeats + " repetitions of data, and the SYN-ACK is not repeated",
                                    "the data is lost on the way, as with a path MTU that is smaller than it seems",
                                    "ListenOverflows and SyncookiesRecv on the server (nstat)"));
        }
    }

    private void repeatedSynAck() {
        String what =
                it.synAcksAfterFinal + (it.synAcksAfterFinal == 1 ? " SYN-ACK" : " SYN-ACKs") + " after the final ACK";
        boolean dataFirst = it.clientDataBeforeSynAckAgain > 0;
        boolean lateData = it.fromClient.firstData > 0
                && it.served > it.fromClient.firstData
                && it.served - it.fromClient.firstData < SECOND / 2
                && it.fromClient.repeats == 0;
        List<Double> gaps = Conversation.gaps(it.fromServer);
        if (!gaps.isEmpty() && gaps.getFirst() > 1.7 && !dataFirst) {
            add(Finding.likely(
                    Cause.DEFER_ACCEPT,
                    "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    what
                            + String.format(
                                    Locale.ROOT,
                                    ", the first after %.1f s and not after one second: until then it was kept back",
                                    gaps.getFirst()),
                    "the accept queue was full, and the SYN-ACK of the first second was not captured",
                    "the server's setting; TCPDeferAcceptDrop and ListenOverflows (nstat)"));
        } else if (dataFirst && it.synAcksAfterFinal + it.fromClient.repeats >= 2) {
            add(Finding.likely(
                    Cause.FINAL_ACK_IGNORED,
                    "the accept queue was full: the client was connected, the server ignored its ACK and its data"
                            + (it.served > 0 ? " until there was room" : ""),
                    what + ", and " + it.fromClient.repeats + " repetitions of data",
                    "everything that the client sent was lost on the way",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else if (context.dropsSynsNear(it, it.finalAck)) {
            add(Finding.likely(
                    Cause.FINAL_ACK_IGNORED,
                    "the accept queue was full: the server ignored the final ACK",
                    what + ", and SYNs of others were dropped at that time",
                    "TCP_DEFER_ACCEPT, and SYNs that were lost on the way",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else if (lateData && it.synAcksAfterFinal <= 1
                || it.fromClient.dataSegments == 0 && it.synAcksAfterFinal == 1 && it.served > 0) {
            onceMore(what);
        } else if (it.synAcksAfterFinal >= 2) {
            add(Finding.likely(
                    Cause.FINAL_ACK_IGNORED,
                    "the accept queue was full: the client was connected, the server ignored its ACK",
                    what + ", each of which the client answered"
                            + (it.served > 0 ? "; then there was room" : "; it does not know that nobody has it"),
                    "the ACKs were lost on the way, or TCP_DEFER_ACCEPT with long deadlines",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else {
            add(Finding.either(
                    Cause.FINAL_ACK_IGNORED,
                    Cause.SYN_LOST,
                    "the accept queue was full: the server ignored the final ACK",
                    what,
                    "that ACK was lost, or TCP_DEFER_ACCEPT",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        }
    }

    /** The client is silent, the SYN-ACK comes again once, and then its data is taken. */
    private void onceMore(String what) {
        String because = what + "; the first data was taken at once";
        String tell = "the server's setting; TCPDeferAcceptDrop and ListenOverflows (nstat)";
        if (context.repeatsToTheSilent() >= 2 && context.sparesTheSilent() == 0) {
            add(Finding.likely(
                    Cause.DEFER_ACCEPT,
                    "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    because + "; and so it is with all who are silent for more than a second",
                    "the accept queue was full for a moment, or those ACKs were lost",
                    tell));
        } else if (context.atServer) {
            add(Finding.either(
                    Cause.DEFER_ACCEPT,
                    Cause.FINAL_ACK_IGNORED,
                    "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    because,
                    "the accept queue was full for a moment",
                    tell));
        } else {
            boolean spared = context.sparesTheSilent() > 0;
            add(Finding.either(
                    spared ? Cause.SYN_LOST : Cause.DEFER_ACCEPT,
                    spared ? Cause.DEFER_ACCEPT : Cause.SYN_LOST,
                    spared
                            ? "the final ACK was lost on the way"
                            : "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    because,
                    spared
                            ? "TCP_DEFER_ACCEPT; but others are silent as long, and are not told again"
                            : "that ACK was lost, or the accept queue was full for a moment",
                    tell));
        }
    }

    private void cookies() {
        if (it.fromClient.overwritten || it.fromServer.overwritten) {
            add(overwritten());
        }
        if (context.isCookie(it)) {
            add(cookie());
        } else if (isStripped() && !it.fromServer.timestamps) {
            if (context.givesOptions() && !it.fromClient.timestamps) {
                add(Finding.likely(
                        Cause.SYN_COOKIE,
                        "answered with a SYN cookie: its options are lost for the connection's life",
                        "the SYN offers window scaling and SACK, the SYN-ACK has neither, and others got them",
                        "something on this client's way that removes options",
                        "SyncookiesSent on the server (nstat)"));
            } else {
                add(Finding.either(
                        Cause.OPTIONS_STRIPPED,
                        Cause.SYN_COOKIE,
                        "options were removed on the way",
                        "the SYN offers window scaling and SACK, the SYN-ACK has neither",
                        "a SYN cookie, or a server that is set so",
                        "SyncookiesSent on the server (nstat); captures at both ends"));
            }
        }
    }

    private void fastOpen() {
        if (it.synData && it.synDataAcknowledged) {
            add(Finding.certain(
                    Cause.FAST_OPEN,
                    "Fast Open: the data in the SYN was taken",
                    "the SYN-ACK acknowledges it, " + it.synDataLength + " octets"));
        } else if (it.synData && it.fromServer.handshakes > 0) {
            add(Finding.certain(
                    Cause.FAST_OPEN_FALLBACK,
                    "Fast Open was not taken: the data is sent again after the handshake",
                    "the SYN has data and a cookie, the SYN-ACK acknowledges only the SYN: no such cookie, Fast Open off,"
                            + " its queue full, or the SYN with data was lost"));
        } else if (it.fromClient.cookie == 0) {
            add(Finding.certain(
                    Cause.FAST_OPEN_REQUEST,
                    "the client asks for a Fast Open cookie and "
                            + (it.fromServer.cookie > 0 ? "gets one" : "gets none: the server does not do it"),
                    "the option is empty in the SYN"));
        }
    }
}

package io.halfopen.app.explain;

import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Judges a conversation: a pure function of what was seen of it and of its listener. The first finding is the one that
 * matters most. Certain is only what no other sequence of events leaves behind.
 */
final class Diagnosis {
    private static final long SECOND = 1_000_000_000L;

    /** Longer than an RST of the same exchange takes. */
    private static final long SOON = SECOND / 2;

    private final Conversation it;
    private final ListenerContext context;
    private final long captureEnd;
    private final List<Finding> findings = new ArrayList<>();

    private Diagnosis(Conversation it, ListenerContext context, long captureEnd) {
        this.it = it;
        this.context = context;
        this.captureEnd = captureEnd;
    }

    static List<Finding> of(Conversation conversation, ListenerContext context, long captureEnd) {
        Diagnosis diagnosis = new Diagnosis(conversation, context, captureEnd);
        diagnosis.judge();
        return diagnosis.findings;
    }

    private void judge() {
        if (it.midLife) {
            ending();
            later();
            add(Finding.certain(
                    Cause.MID_LIFE,
                    "it was there before the capture began",
                    "its first packet is no SYN and no SYN-ACK"));
            return;
        }
        if (!context.seesServer && context.answersAnybody && it.fromClient.packets > 0) {
            clientOnly();
            return;
        }
        if (!context.seesClients) {
            serverOnly();
            return;
        }
        if (it.fromServer.handshakes == 0 && !it.isEstablished()) {
            refusedOrUnanswered();
        } else {
            answered();
        }
        if (findings.isEmpty() && it.isEstablished()) {
            add(Finding.certain(Cause.CONNECTED, "connected, without anything to remark", "SYN, SYN-ACK, ACK"));
        }
    }

    private void add(Finding finding) {
        findings.add(finding);
    }

    // -- one direction only

    private void clientOnly() {
        boolean went = it.isEstablished();
        if (went) {
            List<Double> gaps = Conversation.gaps(it.fromClient);
            if (it.fromClient.repeats >= 2 && it.fromClient.repeats * 2 > it.fromClient.dataSegments) {
                add(Finding.open(
                        Cause.FINAL_ACK_IGNORED,
                        "the client believes it is connected and sends its data again and again",
                        it.fromClient.repeats + " repetitions of data; what the server sends was not captured",
                        "the data or its ACKs are lost on the way",
                        "the packets that the server sends: repeated SYN-ACKs mean a full accept queue"));
            } else if (it.acksAfterSynAck + bareRepeats() >= 2) {
                add(Finding.open(
                        Cause.FINAL_ACK_IGNORED,
                        "the client finishes the handshake several times",
                        "the same ACK again and again; what the server sends was not captured",
                        "the ACKs are lost on the way",
                        "the packets that the server sends"));
            } else if (!gaps.isEmpty()) {
                repeatedSyn(true);
            }
            ending();
            add(Finding.certain(
                    Cause.ASYMMETRIC,
                    "only what the client sends was captured; it did connect",
                    "its ACK acknowledges a SYN-ACK that is not there"));
            return;
        }
        if (it.fromClient.resetTime > 0 && it.fromClient.handshakes == 0) {
            ending();
        } else {
            unanswered("; nothing that this server sends was captured");
        }
    }

    private int bareRepeats() {
        return it.fromClient.packets > 2 && it.fromClient.dataSegments == 0 && it.fromClient.finTime == 0
                ? (int) Math.min(10, it.fromClient.packets - it.fromClient.handshakes - 1)
                : 0;
    }

    private void serverOnly() {
        Side server = it.fromServer;
        if (server.handshakes == 0 && server.resetTime > 0) {
            refused();
        } else if (server.handshakes > 1 && server.dataSegments == 0) {
            add(Finding.open(
                    Cause.FINAL_ACK_IGNORED,
                    "the SYN-ACK is repeated: the handshake does not come to an end",
                    server.handshakes + " SYN-ACKs; what the client sends was not captured",
                    "the client never finished it, as in a flood, or its ACKs are lost",
                    "the client's packets: an ACK before a repeated SYN-ACK means a full accept queue"));
        } else if (server.handshakes > 1) {
            add(Finding.open(
                    Cause.FINAL_ACK_IGNORED,
                    "the SYN-ACK was repeated, and then the connection went on",
                    server.handshakes + " SYN-ACKs, then data; what the client sends was not captured",
                    "the first SYN-ACK or its ACK was lost, or TCP_DEFER_ACCEPT waited for data",
                    "the client's packets"));
        }
        ending();
        if (server.handshakes > 0) {
            add(Finding.certain(
                    Cause.ASYMMETRIC,
                    "only what the server sends was captured" + (server.dataSegments > 0 ? "; it was connected" : ""),
                    "a SYN-ACK without a SYN"));
        }
    }

    // -- no SYN-ACK

    private void refusedOrUnanswered() {
        if (it.icmpType >= 0 && it.fromServer.resetTime == 0) {
            icmp();
        } else if (it.fromServer.resetTime > 0) {
            refused();
        } else if (it.challenges > 0) {
            challenged(false);
        } else if (it.wrongSynAcks > 0) {
            wrongSynAck();
        } else if (it.fromClient.handshakes > 0) {
            unanswered("");
        }
        ignoredReset();
    }

    private void icmp() {
        String error =
                IcmpText.errno(it.icmpType, it.icmpCode, it.client.address().isIpv4());
        add(Finding.certain(
                Cause.ICMP_REFUSED,
                "ICMP refuses it: "
                        + IcmpText.what(
                                it.icmpType, it.icmpCode, it.client.address().isIpv4()) + "; connect() returns "
                        + error,
                it.icmpFrom
                        + (it.icmpFrom.equals(it.server.address().toString())
                                ? ", the server itself, says so"
                                : ", a router or firewall on the way, says so")));
    }

    private void refused() {
        Side server = it.fromServer;
        boolean plain = server.resetWindow == 0 && server.resetSeq == 0;
        boolean otherTtl = context.ttl >= 0 && Math.abs(context.ttl - server.resetTtl) > 1;
        if (otherTtl) {
            add(Finding.likely(
                    Cause.FIREWALL_RESET,
                    "refused by something on the way, in the name of the server",
                    "its RST has a time to live of " + server.resetTtl + ", the server's other packets of "
                            + context.ttl,
                    "the way back has changed",
                    "the same from a client in the server's own network"));
        } else if (!plain) {
            add(Finding.likely(
                    Cause.FIREWALL_RESET,
                    "refused, but not by a kernel such as Linux's",
                    "an RST with window " + server.resetWindow + " and sequence number "
                            + (server.resetSeq & 0xffff_ffffL) + ", where Linux has 0",
                    "a server with another stack on which nobody listens",
                    "the time to live of other packets of this server"));
        } else if (context.answersAnybody) {
            add(Finding.likely(
                    Cause.PORT_CLOSED,
                    "nobody listened at that time: connect() returns ECONNREFUSED",
                    "RST,ACK to the SYN; at other times the port answers: the program was not started yet, or is"
                            + " started again",
                    "a firewall that rejects with tcp-reset",
                    "ss -ltn at that time"));
        } else {
            add(Finding.likely(
                    Cause.PORT_CLOSED,
                    "nobody listens on port " + it.server.port() + ": connect() returns ECONNREFUSED",
                    "RST,ACK to the SYN, with sequence number and window 0",
                    "a firewall that rejects with tcp-reset",
                    "ss -ltn on the server"));
        }
    }

    private void ignoredReset() {
        if (it.ignoredResets > 0) {
            add(
                    Finding.certain(
                            Cause.IGNORED_RESET,
                            "an RST came and did not count: " + it.ignoredBecause
                                    + (it.isEstablished() ? "; connect() went on and succeeded" : ""),
                            "a client in SYN_SENT looks at the number that an RST acknowledges and the timestamp that it echoes"));
        }
    }

    /** The server answers with what belongs to a connection that it remembers. */
    private void challenged(boolean inTheEnd) {
        boolean timeWait = it.before != null && it.before.serverClosedFirst();
        String how = it.challenges + (it.challenges == 1 ? " SYN is" : " SYNs are")
                + " answered with an ACK of other numbers, which the client resets";
        if (timeWait) {
            boolean same = !it.fromClient.timestamps;
            add(Finding.certain(
                    Cause.TIME_WAIT_REFUSED,
                    "the server closed first and keeps these ports in TIME_WAIT, 60 s after that"
                            + (inTheEnd ? "; then it answered" : ""),
                    how + "; a SYN takes TIME_WAIT over only with a later timestamp or a larger number"
                            + (same ? ", and these have no timestamps" : "")
                            + (it.clientResetsAfterChallenge > 0
                                    ? "; the RSTs do not end TIME_WAIT: tcp_rfc1337=1, or no Linux"
                                    : "")
                            + "; cure: timestamps, another port, or tcp_rfc1337=0"));
        } else {
            add(Finding.likely(
                    Cause.OLD_CONNECTION,
                    "the server still has an old connection of this client's port"
                            + (inTheEnd ? ", until the client's RST ended it" : ""),
                    how,
                    "TIME_WAIT at the server, of a connection from before the capture",
                    "ss -tan on the server"));
        }
    }

    private void wrongSynAck() {
        add(Finding.certain(
                Cause.WRONG_SYN_ACK,
                "a SYN-ACK that acknowledges what the client did not send",
                it.wrongSynAcks + (it.wrongSynAcks == 1 ? " SYN-ACK does" : " SYN-ACKs do")
                        + " not acknowledge this SYN's number plus one: an answer to an older SYN, or something on the"
                        + " way that changes numbers in one direction"));
    }

    private void unanswered(String missing) {
        repeatedSyn(false);
        if (!missing.isEmpty() && !findings.isEmpty()) {
            Finding first = findings.removeFirst();
            findings.addFirst(Finding.open(
                    first.cause(),
                    first.sentence(),
                    first.because() + missing,
                    "it was answered, and that was not captured",
                    "a capture of both directions"));
        }
        String schedule = Schedule.text(Conversation.gaps(it.fromClient));
        if (it.fromClient.handshakes > 1 && it.attempts == 1) {
            double next = Schedule.next(Conversation.gaps(it.fromClient));
            long lastSyn = it.fromClient.handshakeTimes[it.fromClient.times() - 1];
            if (captureEnd - lastSyn > next * 1.3 * SECOND && it.fromClient.handshakes == it.fromClient.times()) {
                add(Finding.likely(
                        Cause.CONNECT_GAVE_UP,
                        String.format(
                                Locale.ROOT,
                                "connect() gave up after %d SYNs: ETIMEDOUT at about %.0f s, or the program's own"
                                        + " timeout before",
                                it.fromClient.handshakes,
                                (lastSyn - it.begin) / 1e9 + next),
                        "no SYN came when the next was due" + schedule,
                        "later SYNs were not captured",
                        "what connect() returned"));
            }
        }
    }

    /** Why one SYN or more had no answer, whether or not another had. */
    private void repeatedSyn(boolean connected) {
        Side client = it.fromClient;
        int without = client.times() - (it.fromServer.handshakes > 0 || connected ? 1 : 0);
        int answered = 0;
        int dropped = 0;
        boolean ignored = false;
        int halfOpen = 0;
        int finished = 0;
        for (int i = 0; i < Math.max(1, without); i++) {
            int[] near = context.others(it, client.handshakeTimes[i]);
            answered += near[0];
            dropped += near[1];
            ignored |= context.ignoredNear(client.handshakeTimes[i]);
            halfOpen = Math.max(halfOpen, context.halfOpenAt(client.handshakeTimes[i]));
            finished = Math.max(finished, context.finishedAt(client.handshakeTimes[i]));
        }
        if (isHurried()) {
            hurried();
            return;
        }
        String times = without + (without == 1 ? " SYN" : " SYNs") + " without an answer"
                + Schedule.text(Conversation.gaps(client));
        String others =
                "; of others' SYNs at that time " + dropped + " were not answered either, " + answered + " were";
        if (ignored) {
            add(Finding.likely(
                    Cause.ACCEPT_QUEUE_FULL,
                    "the accept queue was full: the listener dropped the SYNs",
                    times + "; at the same time final ACKs were ignored, which only a full accept queue does" + others,
                    "loss on the way",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else if (dropped >= 2 && answered <= dropped && halfOpen >= 4 && halfOpen > finished / 2) {
            add(Finding.likely(
                    Cause.SYN_QUEUE_FULL,
                    "the SYN queue was full and cookies are off: the listener dropped the SYNs",
                    times + "; " + halfOpen + " handshakes were under way that nobody finished" + others,
                    "three quarters of tcp_max_syn_backlog were taken, or the accept queue was full",
                    "TCPReqQFullDrop on the server (nstat)"));
        } else if (dropped >= 2 && answered <= dropped && context.answersAnybody) {
            add(Finding.likely(
                    Cause.ACCEPT_QUEUE_FULL,
                    "the accept queue was full: the listener dropped the SYNs",
                    times + "; it answers at other times" + others
                            + "; Linux since 4.10 drops every SYN while it is full",
                    "the way was interrupted for all of them",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else if (it.ecnFallback && it.fromServer.handshakes > 0) {
            ecnFallback(times);
        } else if (answered > dropped && without <= 2) {
            add(Finding.likely(
                    Cause.SYN_LOST,
                    "a SYN or its answer was lost on the way",
                    times + others,
                    "the queue was full for a moment",
                    "captures at both ends"));
        } else if (answered > dropped) {
            add(Finding.open(
                    Cause.PAWS,
                    "only this client is not answered",
                    times + others,
                    "a firewall that lets others through, or (before Linux 4.12) tcp_tw_recycle behind NAT: SYNs with"
                            + " timestamps that are older than its neighbour's",
                    "the client's timestamps beside those of others with the same address; a capture at the server"));
        } else if (context.answersAnybody && without == 1) {
            add(Finding.open(
                    Cause.SYN_LOST,
                    "a SYN or its answer was lost",
                    times + others,
                    "the listener's accept queue was full for a moment",
                    "ListenOverflows on the server (nstat)"));
        } else if (context.answersAnybody) {
            add(Finding.open(
                    Cause.ACCEPT_QUEUE_FULL,
                    "the listener dropped the SYNs: its accept queue was full for that long",
                    times + "; it answers at other times" + others,
                    "the way was interrupted",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else {
            add(Finding.open(
                    Cause.SYN_UNANSWERED,
                    context.hostAnswers
                            ? "this port never answers, while the host does: a firewall drops the SYNs"
                            : "nothing ever comes back from there: no such host, no way, or a firewall",
                    times,
                    "a listener whose accept queue is full all the time",
                    "ss -ltn and nstat on the server"));
        }
    }

    /** No timeout of a SYN is that short. */
    private boolean isHurried() {
        List<Double> gaps = Conversation.gaps(it.fromClient);
        return !gaps.isEmpty() && gaps.getFirst() < 0.3 && it.attempts == 1;
    }

    private void hurried() {
        add(Finding.open(
                Cause.WRONG_SYN_ACK,
                "the client repeated its SYN at once: something came that was no answer to it",
                String.format(
                        Locale.ROOT,
                        "the SYN again after %.0f ms",
                        Conversation.gaps(it.fromClient).getFirst() * 1000),
                "the SYN was duplicated on the way",
                "a capture at the client"));
    }

    private void ecnFallback(String times) {
        add(Finding.open(
                Cause.ECN_FALLBACK,
                "SYNs that ask for ECN got no answer, the one without it did",
                times + "; the repetition has no ECN, as Linux does it",
                "it was only lost",
                "another attempt with tcp_ecn=1: it happens each time if something on the way drops them"));
    }

    // -- a SYN-ACK

    private void answered() {
        if (it.challenges > 0) {
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
        finalAck();
        boolean late = it.fromServer.handshakes > 0
                && it.fromClient.handshakes > 1
                && it.fromClient.handshakeTimes[0] < it.fromServer.handshakeTimes[0]
                && it.fromServer.handshakeTimes[0] >= it.fromClient.handshakeTimes[1];
        if (late && it.challenges == 0 && it.wrongSynAcks == 0) {
            repeatedSyn(false);
        } else if (it.fromServer.handshakes > 1 && isHurried()) {
            hurried();
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
        cookies();
        fastOpen();
        ending();
        later();
    }

    private void finalAck() {
        Side server = it.fromServer;
        if (it.finalAck == 0) {
            if (server.handshakes > 0 && it.fromClient.resetTime == 0 && it.fromClient.handshakes <= 1) {
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
        } else if (it.served == 0 && it.fromClient.repeats >= 2 && it.fromServer.resetTime == 0
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
                            : Finding.open(
                                    Cause.COOKIE_IGNORED,
                                    "the client believes it is connected, and its data is ignored: a SYN cookie whose ACK"
                                            + " met a full accept queue",
                                    it.fromClient.repeats + " repetitions of data, and the SYN-ACK is not repeated",
                                    "the data is lost on the way, as with a path MTU that is smaller than it seems",
                                    "ListenOverflows and SyncookiesRecv on the server (nstat)"));
        }
    }

    private boolean isStripped() {
        return it.fromClient.handshakes > 0
                && !it.fromClient.optionsCut
                && it.fromClient.windowScale >= 0
                && it.fromServer.windowScale < 0
                && !it.fromServer.sack
                && it.fromClient.sack;
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
        } else if (lateData && it.synAcksAfterFinal <= 1
                || it.fromClient.dataSegments == 0 && it.synAcksAfterFinal == 1 && it.served > 0) {
            add(Finding.likely(
                    Cause.DEFER_ACCEPT,
                    "TCP_DEFER_ACCEPT: the server waited for data, and the bare ACK did not count",
                    what + "; the first data was taken at once",
                    "the accept queue was full for a moment, or that ACK was lost",
                    "the server's setting; TCPDeferAcceptDrop and ListenOverflows (nstat)"));
        } else if (it.synAcksAfterFinal >= 2) {
            add(Finding.likely(
                    Cause.FINAL_ACK_IGNORED,
                    "the accept queue was full: the client was connected, the server ignored its ACK",
                    what + ", each of which the client answered"
                            + (it.served > 0 ? "; then there was room" : "; it does not know that nobody has it"),
                    "the ACKs were lost on the way, or TCP_DEFER_ACCEPT with long deadlines",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else {
            add(Finding.open(
                    Cause.FINAL_ACK_IGNORED,
                    "the accept queue was full: the server ignored the final ACK",
                    what,
                    "that ACK was lost, or TCP_DEFER_ACCEPT",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        }
    }

    private void cookies() {
        if (context.isCookie(it)) {
            add(Finding.likely(
                    Cause.SYN_COOKIE,
                    "answered with a SYN cookie: the SYN queue was full, or tcp_syncookies is 2",
                    "the SYN-ACK's timestamp is " + it.timestampLag
                            + " ms behind the server's clock, as its next packet" + " shows, and so in "
                            + context.cookies() + " connections: a cookie keeps the options in it",
                    "the server's packets were all captured that much late",
                    "SyncookiesSent on the server (nstat)"));
        } else if (isStripped() && !it.fromServer.timestamps) {
            if (context.givesOptions() && !it.fromClient.timestamps) {
                add(Finding.likely(
                        Cause.SYN_COOKIE,
                        "answered with a SYN cookie: its options are lost for the connection's life",
                        "the SYN offers window scaling and SACK, the SYN-ACK has neither, and others got them",
                        "something on this client's way that removes options",
                        "SyncookiesSent on the server (nstat)"));
            } else {
                add(Finding.open(
                        Cause.OPTIONS_STRIPPED,
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

    // -- the end

    private void ending() {
        if (it.fromServer.resetTime > 0 && (it.isEstablished() || it.midLife || it.fromServer.handshakes > 0)) {
            serverReset();
        } else if (it.fromClient.resetTime > 0) {
            clientReset();
        }
    }

    private void clientReset() {
        boolean unread = it.fromServer.dataSegments > 0;
        if (it.isEstablished() || it.midLife) {
            add(Finding.likely(
                    Cause.RESET_BY_CLIENT,
                    "the client reset the connection" + (unread ? ": it closed with data unread, or was killed" : ""),
                    "an RST from the client",
                    "SO_LINGER 0, or something on the way that ends connections",
                    "the client's program"));
        } else if (it.fromServer.handshakes > 0) {
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
        } else if (!withAck && it.finalAck > 0 && it.served == 0) {
            notKnown();
        } else if (withAck) {
            boolean data = it.fromClient.dataSegments > 0;
            add(Finding.likely(
                    data ? Cause.RESET_UNREAD_DATA : Cause.RESET_BY_SERVER,
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

    /** An RST that answers the ACK: of a request that was given up, or of nothing that is known. */
    private void notKnown() {
        long after = it.fromServer.resetTime - it.finalAck;
        if (it.synAcksAfterFinal > 0 || after > 2 * SECOND) {
            add(Finding.likely(
                    Cause.RESET_UNKNOWN_CONNECTION,
                    "the server had ignored the handshake and then forgot it: reset",
                    String.format(
                            Locale.ROOT,
                            "an RST %.1f s after the final ACK; no data was ever acknowledged",
                            after / 1e9),
                    "the server was started again",
                    "ListenOverflows on the server (nstat)"));
        } else if (after < SOON) {
            boolean seen = context.ignoredNear(it.finalAck) || context.others(it, it.finalAck)[1] > 0;
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

    private void later() {
        window(it.fromServer, "server");
        window(it.fromClient, "client");
        boolean serverFin = it.fromServer.finTime > 0;
        boolean clientFin = it.fromClient.finTime > 0;
        boolean reset = it.fromServer.resetTime > 0 || it.fromClient.resetTime > 0;
        long fin = Math.max(it.fromServer.finTime, it.fromClient.finTime);
        if (serverFin != clientFin && !reset && captureEnd - fin > 10 * SECOND) {
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

package io.halfopen.app.explain;

import java.util.List;
import java.util.Locale;

/** Judges SYNs that had no answer, or another one than a SYN-ACK. */
final class Unanswered extends Reading {
    Unanswered(Reading other) {
        super(other);
    }

    void refusedOrUnanswered() {
        if (it.icmpType >= 0 && it.fromServer.resetTime == 0) {
            icmp();
        } else if (it.fromServer.resetTime > 0) {
            refused();
        } else if (it.challenges > 0 && !it.wrongSynAckFirst) {
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

    void refused() {
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
        } else if (context.answersAround(it, server.resetTime)) {
            add(Finding.likely(
                    Cause.FIREWALL_RESET,
                    Cause.PORT_CLOSED,
                    "refused, while others are served: a firewall rejects this client (tcp-reset)",
                    "RST,ACK to the SYN; others' SYNs were answered right before and right after it",
                    "the program was started again within that moment",
                    "the rules of the firewall on the server (nft list ruleset)"));
        } else if (context.answersAnybody) {
            add(Finding.likely(
                    Cause.PORT_CLOSED,
                    Cause.FIREWALL_RESET,
                    "nobody listened at that time: connect() returns ECONNREFUSED",
                    "RST,ACK to the SYN; at other times the port answers: the program was not started yet, or is"
                            + " started again",
                    "a firewall that rejects with tcp-reset",
                    "ss -ltn at that time"));
        } else {
            add(Finding.likely(
                    Cause.PORT_CLOSED,
                    Cause.FIREWALL_RESET,
                    "nobody listens on port " + it.server.port() + ": connect() returns ECONNREFUSED",
                    "RST,ACK to the SYN, with sequence number and window 0",
                    "a firewall that rejects with tcp-reset",
                    "ss -ltn on the server"));
        }
    }

    void unanswered(String missing) {
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
    void repeatedSyn(boolean connected) {
        Side client = it.fromClient;
        int without = client.times() - (it.fromServer.handshakes > 0 || connected ? 1 : 0);
        ListenerContext.Near near = ListenerContext.Near.NOTHING;
        boolean ignored = false;
        int halfOpen = 0;
        int finished = 0;
        for (int i = 0; i < Math.max(1, without); i++) {
            near = near.and(context.others(it, client.handshakeTimes[i]));
            ignored |= context.ignoredNear(client.handshakeTimes[i]);
            halfOpen = Math.max(halfOpen, context.halfOpenAt(client.handshakeTimes[i]));
            finished = Math.max(finished, context.finishedAt(client.handshakeTimes[i]));
        }
        if (isHurried()) {
            hurried();
            return;
        }
        int answered = near.answered();
        int dropped = near.dropped();
        boolean answeredInTheEnd = connected || it.fromServer.handshakes > 0;
        String times = without + (without == 1 ? " SYN" : " SYNs") + " without an answer"
                + Schedule.text(Conversation.gaps(client));
        String others =
                "; of others' SYNs at that time " + dropped + " were not answered either, " + answered + " were";
        if (ignored) {
            add(Finding.likely(
                    Cause.ACCEPT_QUEUE_FULL,
                    "the accept queue was full: the listener dropped the SYNs",
                    times + "; at the same time final ACKs were ignored or reset, which only a full accept queue does"
                            + others,
                    "loss on the way",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else if (dropped >= 2 && answered <= dropped && halfOpen >= 4 && halfOpen > finished / 2) {
            add(Finding.likely(
                    Cause.SYN_QUEUE_FULL,
                    "the SYN queue was full and cookies are off: the listener dropped the SYNs",
                    times + "; " + halfOpen + " handshakes were under way that nobody finished" + others,
                    "three quarters of tcp_max_syn_backlog were taken, or the accept queue was full",
                    "TCPReqQFullDrop on the server (nstat)"));
        } else if (it.ecnFallback && answeredInTheEnd && near.plain() == 0) {
            ecnFallback(times, dropped);
        } else if (dropped >= 2 && answered <= dropped && context.answersAnybody) {
            add(Finding.likely(
                    Cause.ACCEPT_QUEUE_FULL,
                    "the accept queue was full: the listener dropped the SYNs",
                    times + "; it answers at other times" + others
                            + "; Linux since 4.10 drops every SYN while it is full",
                    "the way was interrupted for all of them",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else if (answered > dropped && near.isNoChance(near.served())) {
            oftenDropped(times + others);
        } else if (answered > dropped && without <= 2 && !context.atServer) {
            add(Finding.likely(
                    Cause.SYN_LOST,
                    "a SYN or its answer was lost on the way",
                    times + others,
                    "the queue was full for a moment",
                    "captures at both ends"));
        } else if (answered > dropped && answeredInTheEnd && context.atServer) {
            droppedHere(times + others);
        } else if (near.later() > dropped) {
            add(Finding.open(
                    Cause.PAWS,
                    "only this client is not answered",
                    times + others,
                    "a firewall that lets others through, or (before Linux 4.12) tcp_tw_recycle behind NAT: SYNs with"
                            + " timestamps that are older than its neighbour's",
                    "the client's timestamps beside those of others with the same address; a capture at the server"));
        } else if (context.answersAnybody && without == 1 && !context.atServer) {
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

    private void oftenDropped(String because) {
        if (context.atServer) {
            add(Finding.likely(
                    Cause.ACCEPT_QUEUE_FULL,
                    "the accept queue was full again and again: the listener dropped the SYNs that came then",
                    because + "; they were captured at the server, so they were not lost on the way there",
                    "a limit of a firewall on the server",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        } else {
            add(Finding.either(
                    Cause.ACCEPT_QUEUE_FULL,
                    Cause.SYN_LOST,
                    "the accept queue was full again and again: the listener dropped the SYNs that came then",
                    because,
                    "a way that loses much",
                    "ListenOverflows on the server (nstat), or halfopen watch"));
        }
    }

    private void droppedHere(String because) {
        add(Finding.likely(
                Cause.ACCEPT_QUEUE_FULL,
                "the listener dropped the SYN: its accept queue was full for a moment",
                because + "; it was captured at the server, so it was not lost on the way there",
                "a firewall on the server dropped it, or what was sent instead was not captured",
                "ListenOverflows on the server (nstat), or halfopen watch"));
    }

    /** No timeout of a SYN is that short. */
    boolean isHurried() {
        List<Double> gaps = Conversation.gaps(it.fromClient);
        return !gaps.isEmpty() && gaps.getFirst() < 0.3 && it.attempts == 1;
    }

    void hurried() {
        add(Finding.either(
                Cause.WRONG_SYN_ACK,
                Cause.OLD_CONNECTION,
                "the client repeated its SYN at once: something came that was no answer to it",
                String.format(
                        Locale.ROOT,
                        "the SYN again after %.0f ms",
                        Conversation.gaps(it.fromClient).getFirst() * 1000),
                "the server answered for an old connection of this port; or the SYN was duplicated on the way",
                "a capture at the client"));
    }

    /** {@code others}: how many SYNs of others that ask for it were not answered either, and none that does not. */
    private void ecnFallback(String times, int others) {
        String what = "SYNs that ask for ECN got no answer, the one without it did";
        String because = times + "; the repetition has no ECN, as Linux does it";
        String tell = "another attempt with tcp_ecn=1: it happens each time if something on the way drops them";
        add(
                others >= 2
                        ? Finding.likely(
                                Cause.ECN_FALLBACK,
                                what,
                                because + "; so it was with " + others
                                        + " of others, and no SYN without ECN was dropped",
                                "the accept queue was full for a moment, each time",
                                tell)
                        : Finding.open(Cause.ECN_FALLBACK, what, because, "it was only lost", tell));
    }
}

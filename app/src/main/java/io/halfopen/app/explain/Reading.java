package io.halfopen.app.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A conversation beside the others of its listener, and what has been found out about it so far. */
abstract class Reading {
    static final long SECOND = 1_000_000_000L;

    final Conversation it;
    final ListenerContext context;
    final long captureEnd;
    final List<Finding> findings;

    Reading(Conversation it, ListenerContext context, long captureEnd) {
        this.it = it;
        this.context = context;
        this.captureEnd = captureEnd;
        findings = new ArrayList<>();
    }

    /** Goes on with what another has found. */
    Reading(Reading other) {
        it = other.it;
        context = other.context;
        captureEnd = other.captureEnd;
        findings = other.findings;
    }

    final void add(Finding finding) {
        findings.add(finding);
    }

    final void ignoredReset() {
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
    final void challenged(boolean inTheEnd) {
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

    final void wrongSynAck() {
        add(Finding.certain(
                Cause.WRONG_SYN_ACK,
                "a SYN-ACK that acknowledges what the client did not send",
                it.wrongSynAcks + (it.wrongSynAcks == 1 ? " SYN-ACK does" : " SYN-ACKs do")
                        + " not acknowledge this SYN's number plus one: an answer to an older SYN, or something on the"
                        + " way that changes numbers in one direction"));
    }

    /** {@code who} took so long to close after the other end had. */
    static Finding closedLate(String who, long nanos, String because) {
        return Finding.likely(
                Cause.HALF_CLOSED,
                String.format(
                        Locale.ROOT,
                        "the %s took %.0f s to close after the other end had: its program had not noticed",
                        who,
                        nanos / 1e9),
                because,
                "its program was at work for that long",
                "CLOSE-WAIT in ss -tan there, while it lasts");
    }

    /** The kernel has what was sent for so long, ns, and the program does not answer. */
    static Finding notAccepted(long nanos, String missing, String otherwise) {
        return Finding.open(
                Cause.NOT_ACCEPTED,
                "the server's kernel took the data, and its program does not answer, or has not called accept() yet",
                String.format(Locale.ROOT, "the data is acknowledged, and for %.0f s nothing else comes", nanos / 1e9)
                        + missing,
                otherwise,
                "Recv-Q of the listener in ss -ltn, and of the connection in ss -tn");
    }

    /** One side probes the window of the other, {@code whom}, which was not captured. */
    static Finding probed(Side side, String whom, String missing, String tell) {
        return Finding.likely(
                Cause.ZERO_WINDOW,
                "the " + whom + "'s program does not read: its window was 0",
                side.probes + " probes after the data, for "
                        + String.format(Locale.ROOT, "%.1f s or more", (side.lastProbe - side.firstProbe) / 1e9)
                        + missing,
                "keep-alive with a very short interval",
                tell);
    }

    final Finding overwritten() {
        return Finding.likely(
                Cause.OPTIONS_STRIPPED,
                "options were overwritten on the way",
                "the " + (it.fromClient.overwritten ? "SYN" : "SYN-ACK") + " has more fillers (NOP) in a row than any"
                        + " system sends",
                "a system that is not known here",
                "captures at both ends");
    }

    final Finding cookie() {
        return Finding.likely(
                Cause.SYN_COOKIE,
                "answered with a SYN cookie: the SYN queue was full, or tcp_syncookies is 2",
                "the SYN-ACK's timestamp is " + it.timestampLag
                        + " ms behind the server's clock, as its next packet shows, and so in " + context.cookies()
                        + " connections: a cookie keeps the options in it",
                "the server's packets were all captured that much late",
                "SyncookiesSent on the server (nstat)");
    }

    final boolean isStripped() {
        return it.fromClient.handshakes > 0
                && !it.fromClient.optionsCut
                && it.fromClient.windowScale >= 0
                && it.fromServer.windowScale < 0
                && !it.fromServer.sack
                && it.fromClient.sack;
    }
}

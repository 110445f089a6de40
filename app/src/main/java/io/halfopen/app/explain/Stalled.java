package io.halfopen.app.explain;

/** Judges a connection that came about, and in which something that was sent then came to nothing. */
final class Stalled extends Reading {
    private static final int MANY = 3;
    private static final long PATIENCE = 10 * SECOND;

    Stalled(Reading other) {
        super(other);
    }

    void judge() {
        boolean explained = findings.stream()
                .anyMatch(each -> each.cause() == Cause.FINAL_ACK_IGNORED
                        || each.cause() == Cause.COOKIE_IGNORED
                        || each.cause() == Cause.ZERO_WINDOW);
        if (explained || !it.isEstablished() || it.fromServer.packets == 0) {
            return;
        }
        inVain(it.fromClient, it.fromServer, "client", "server");
        inVain(it.fromServer, it.fromClient, "server", "client");
        notAnswered();
    }

    private void inVain(Side side, Side other, String who, String whom) {
        if (side.vain < MANY || other.resetTime > 0) {
            return;
        }
        boolean heard = other.lastBare > side.vainSince;
        String repeated = side.vain + " repetitions of the " + who + "'s last data";
        if (side.staleData >= MANY) {
            add(Finding.likely(
                    Cause.PAWS,
                    Cause.NOT_ACKNOWLEDGED,
                    "the " + whom + " drops what the " + who + " sends: its timestamps are older than they were",
                    repeated + ", " + side.staleData + " segments with a timestamp a second or more older than one"
                            + " before" + (heard ? "; the " + whom + " repeats its last ACK instead" : ""),
                    "they are lost on the way",
                    "PAWSEstab on the " + whom + " (nstat)"));
        } else if (heard) {
            add(Finding.either(
                    Cause.NOT_ACKNOWLEDGED,
                    Cause.PAWS,
                    "the " + whom + " hears of the " + who + "'s data, and does not take it",
                    repeated + "; the " + whom + " repeats its last ACK instead",
                    "timestamps that something on the way has changed (PAWS); what is in front of it is lost again and"
                            + " again: a path MTU that is smaller than it seems",
                    "PAWSEstab and TCPOFOQueue on the " + whom + " (nstat); captures at both ends"));
        } else {
            add(Finding.likely(
                    Cause.NOT_ACKNOWLEDGED,
                    "what the " + who + " sends does not reach the " + whom + ", or its ACKs do not come back",
                    repeated + ", and nothing of the " + whom + " since",
                    "the " + whom + "'s host is gone",
                    "a firewall or NAT that has forgotten the connection; a path MTU that is smaller than it seems:"
                            + " captures at both ends"));
        }
    }

    /** The kernel has it, and the program does not answer. */
    private void notAnswered() {
        Side client = it.fromClient;
        Side server = it.fromServer;
        boolean open = client.finTime == 0 && server.finTime == 0 && client.resetTime == 0 && server.resetTime == 0;
        if (open
                && it.served > 0
                && server.dataSegments == 0
                && client.vain == 0
                && captureEnd - client.lastData > PATIENCE) {
            add(notAccepted(captureEnd - client.lastData, "", "the protocol wants no answer"));
        }
    }
}

package io.halfopen.tcp;

/**
 * Linux 6.18's listen path in one page: two counts and what was measured of them, written down once more and without
 * looking at the stack. No time passes in it, every peer is unknown, and nobody sends anything but SYN and ACK.
 */
final class ReferenceListener {
    private final int syncookies;
    private final int somaxconn;
    private final int maxSynBacklog;
    private final boolean abort;
    private long backlog;
    private int halfOpen;
    private int queued;

    ReferenceListener(int syncookies, int backlog, int somaxconn, int maxSynBacklog, boolean abort) {
        this.syncookies = syncookies;
        this.somaxconn = somaxconn;
        this.maxSynBacklog = maxSynBacklog;
        this.abort = abort;
        listen(backlog);
    }

    /** The same backlog bounds both queues; a negative one is a huge one. */
    void listen(int wanted) {
        backlog = Math.min(wanted & 0xffff_ffffL, somaxconn);
    }

    void fill(int halfOpen, int queued) {
        this.halfOpen = halfOpen;
        this.queued = queued;
    }

    /** A new SYN: what is counted, and whether a SYN-ACK follows. */
    String syn() {
        boolean full = halfOpen > backlog;
        if (full && syncookies == 0) {
            return "ListenDrops+1 TCPReqQFullDrop+1";
        }
        boolean cookie = full || syncookies == 2;
        if (queued > backlog) {
            return "ListenOverflows+1 ListenDrops+1" + (cookie ? " TCPReqQFullDoCookies+1" : "");
        }
        if (cookie) {
            return "SyncookiesSent+1 TCPReqQFullDoCookies+1 -> SYN-ACK";
        }
        if (syncookies == 0 && maxSynBacklog - halfOpen < maxSynBacklog / 4) {
            return "ListenDrops+1";
        }
        halfOpen++;
        return " -> SYN-ACK";
    }

    /** The ACK of a SYN-ACK, with a cookie in it or not. */
    String ack(boolean cookie) {
        String brought = cookie ? "SyncookiesRecv+1 " : "";
        if (queued <= backlog) {
            queued++;
            halfOpen -= cookie ? 0 : 1;
            return cookie ? "PassiveOpens+1 SyncookiesRecv+1" : "PassiveOpens+1";
        }
        boolean reset = abort && !cookie;
        halfOpen -= reset ? 1 : 0;
        return reset
                ? "OutRsts+1 EmbryonicRsts+1 ListenOverflows+1 ListenDrops+1 -> RST"
                : brought + "ListenOverflows+1 ListenDrops+1";
    }

    void accept() {
        queued = Math.max(0, queued - 1);
    }

    String queues() {
        return halfOpen + " half-open, " + queued + " queued";
    }
}

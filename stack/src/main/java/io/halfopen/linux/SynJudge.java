package io.halfopen.linux;

/** Whether a listener has room for a SYN, in Linux's order (tcp_conn_request). */
public final class SynJudge {
    private SynJudge() {}

    /**
     * What becomes of a SYN. Who looks on from outside can ask as well as the listener itself.
     *
     * @param halfOpen the length of the SYN queue
     * @param young how many of its entries have sent their SYN-ACK once only
     * @param queued the length of the accept queue
     * @param backlog the effective one, which bounds both
     * @param vouched it ends a TIME_WAIT: such a peer is real, so the SYN queue's limits do not count
     */
    public static Rule judge(
            Kernel kernel,
            int halfOpen,
            int young,
            int queued,
            int backlog,
            int tcp_syncookies,
            int tcp_max_syn_backlog,
            boolean vouched) {
        if (kernel.queuesAreFull(halfOpen, queued, backlog)) {
            return Rule.BERKELEY_QUEUES_FULL;
        }
        boolean full = !vouched && kernel.synQueueIsFull(halfOpen, backlog, tcp_max_syn_backlog);
        boolean cookie = !vouched && kernel.sendsCookie(tcp_syncookies, full);
        if (full && !cookie) {
            return Rule.SYN_QUEUE_FULL;
        }
        if (kernel.refusesSyn(queued, backlog, young)) {
            return cookie ? Rule.COOKIE_ACCEPT_QUEUE_FULL : Rule.ACCEPT_QUEUE_FULL;
        }
        if (cookie) {
            return Rule.SYN_COOKIE_SENT;
        }
        boolean reserve = !vouched && tcp_syncookies == 0 && kernel.keepsReserve();
        return reserve && tcp_max_syn_backlog - halfOpen < tcp_max_syn_backlog >> 2
                ? Rule.SYN_BACKLOG_RESERVED
                : Rule.SYN_ANSWERED;
    }
}

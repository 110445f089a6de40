package io.halfopen.tcp;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import org.jspecify.annotations.Nullable;

/**
 * A socket in LISTEN: its two queues and the one number that bounds both.
 *
 * <pre>
 *   SYN --judgeSyn--> SynQueue --judgeFinalAck--> AcceptQueue --accept()--> a descriptor
 *                     (HalfOpen)                  (Connection)
 * </pre>
 *
 * The number is the effective backlog, B = min(backlog, somaxconn), both unsigned. Linux asks "more than B?" before it
 * adds, so each queue holds B + 1. On 6.18 a SYN is dropped while the accept queue is full, whatever
 * tcp_abort_on_overflow says; that knob acts only on handshakes that were let in before.
 */
final class Listener {
    final Socket socket;
    final SynQueue synQueue = new SynQueue();
    final AcceptQueue acceptQueue = new AcceptQueue();
    private int backlog;
    private int effectiveBacklog;
    private boolean closed;

    @Nullable
    Listener chained;

    Listener(Socket socket) {
        this.socket = socket;
    }

    /** listen(2), the first time or again: nothing that is queued already is dropped. */
    void listen(int backlog, int somaxconn) {
        this.backlog = backlog;
        this.effectiveBacklog = Integer.compareUnsigned(backlog, somaxconn) > 0 ? somaxconn : backlog;
    }

    /** What becomes of a SYN, in Linux's order (tcp_conn_request). */
    Rule judgeSyn(Kernel kernel, int maxSynBacklog) {
        int halfOpen = synQueue.length();
        int queued = acceptQueue.length();
        if (kernel.queuesAreFull(halfOpen, queued, effectiveBacklog)) {
            return Rule.BERKELEY_QUEUES_FULL;
        }
        if (kernel.synQueueIsFull(halfOpen, effectiveBacklog, maxSynBacklog)) {
            return Rule.SYN_QUEUE_FULL;
        }
        if (kernel.refusesSyn(queued, effectiveBacklog, synQueue.young())) {
            return Rule.ACCEPT_QUEUE_FULL;
        }
        if (kernel.keepsReserve() && maxSynBacklog - halfOpen < maxSynBacklog >> 2) {
            return Rule.SYN_BACKLOG_RESERVED;
        }
        return Rule.SYN_ANSWERED;
    }

    /** What becomes of the segment that finishes a handshake (tcp_v4_syn_recv_sock, tcp_check_req). */
    Rule judgeFinalAck(Kernel kernel, boolean abortOnOverflow) {
        if (!kernel.refusesFinalAck(acceptQueue.length(), effectiveBacklog)) {
            return Rule.FINAL_ACK_ACCEPTED;
        }
        return abortOnOverflow && kernel != Kernel.UNP ? Rule.FINAL_ACK_RESET : Rule.FINAL_ACK_IGNORED;
    }

    /** What listen() was called with. */
    int backlog() {
        return backlog;
    }

    /** B: each queue is full when it is longer than this. */
    int effectiveBacklog() {
        return effectiveBacklog;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }
}

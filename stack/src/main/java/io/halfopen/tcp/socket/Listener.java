package io.halfopen.tcp.socket;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SynJudge;
import io.halfopen.tcp.host.Timer;
import org.jspecify.annotations.Nullable;

/**
 * A socket in LISTEN: its two queues and the one number that bounds both.
 *
 * <pre>
 *   SYN --judgeSyn--> SynQueue --judgeFinalAck--> AcceptQueue --accept()--> a descriptor
 *                     (HalfOpen)                  (Dormant)
 * </pre>
 *
 * The number is the effective backlog, B = min(backlog, somaxconn), both unsigned. Linux asks "more than B?" before it
 * adds, so each queue holds B + 1 (the SYN queue of old kernels was another: Kernel.synQueueIsFull). On 6.18 a SYN is dropped while the accept queue is full, whatever
 * tcp_abort_on_overflow says; that knob acts only on handshakes that were let in before.
 */
public final class Listener {
    private static final long SECOND = 1_000_000_000L;

    /** How long a SYN cookie may be good, ns (TCP_SYNCOOKIE_VALID): two minutes. */
    public static final long COOKIE_LIFETIME = 120 * SECOND;

    public final Socket socket;
    public final SynQueue synQueue = new SynQueue();
    public final AcceptQueue acceptQueue = new AcceptQueue();
    public final FastOpenQueue fastOpen = new FastOpenQueue();
    private int backlog;
    private int effectiveBacklog;
    private long cookieAt = Timer.NEVER;
    private boolean closed;

    /**
     * The group that shares the SYNs by SO_REUSEPORT, and that takes over what this listener leaves once it is
     * closed.
     */
    @Nullable
    public ListenerGroup group;

    /** The kernel's log has a line about it already. */
    public boolean warnedOfFlood;

    @Nullable
    Listener chained;

    public Listener(Socket socket) {
        this.socket = socket;
    }

    /** After shutdown(2) it listens again, and its half-opens go on; of cookies it has forgotten. */
    public void open() {
        closed = false;
        group = null;
        cookieAt = Timer.NEVER;
    }

    /** listen(2), the first time or again: nothing that is queued already is dropped. */
    public void listen(int backlog, int somaxconn) {
        this.backlog = backlog;
        this.effectiveBacklog = Integer.compareUnsigned(backlog, somaxconn) > 0 ? somaxconn : backlog;
    }

    /** What becomes of a SYN, now that the queues are as they are. */
    public Rule judgeSyn(Kernel kernel, int tcp_syncookies, int maxSynBacklog, boolean vouched) {
        return SynJudge.judge(
                kernel,
                synQueue.length(),
                synQueue.young(),
                acceptQueue.length(),
                effectiveBacklog,
                tcp_syncookies,
                maxSynBacklog,
                vouched);
    }

    /** What becomes of a good cookie; tcp_abort_on_overflow does not matter (tcp_get_cookie_sock). */
    public Rule judgeCookie(Kernel kernel) {
        return kernel.refusesFinalAck(acceptQueue.length(), effectiveBacklog)
                ? Rule.COOKIE_ACK_IGNORED
                : Rule.COOKIE_ACCEPTED;
    }

    /** Noted once a second at most, so the last one may be later than is known here (tcp_synq_overflow). */
    public void sentCookie(long now) {
        if (cookieAt == Timer.NEVER || now - cookieAt > SECOND) {
            cookieAt = now;
        }
    }

    /** Whether any cookie can still be good: without one no ACK is worth the hashing (tcp_synq_no_recent_overflow). */
    public boolean hasSentCookie(long now) {
        return cookieAt != Timer.NEVER && now - cookieAt <= COOKIE_LIFETIME;
    }

    public boolean isClogged(Kernel kernel, int maxSynBacklog) {
        return kernel.isClogged(synQueue.length(), effectiveBacklog, maxSynBacklog);
    }

    /** What becomes of the segment that finishes a handshake (tcp_v4_syn_recv_sock, tcp_check_req). */
    public Rule judgeFinalAck(Kernel kernel, boolean abortOnOverflow) {
        if (!kernel.refusesFinalAck(acceptQueue.length(), effectiveBacklog)) {
            return Rule.FINAL_ACK_ACCEPTED;
        }
        return abortOnOverflow ? Rule.FINAL_ACK_RESET : Rule.FINAL_ACK_IGNORED;
    }

    /** What listen() was called with. */
    public int backlog() {
        return backlog;
    }

    /** B: each queue is full when it is longer than this. */
    public int effectiveBacklog() {
        return effectiveBacklog;
    }

    public boolean isClosed() {
        return closed;
    }

    public void close() {
        closed = true;
    }
}

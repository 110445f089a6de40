package io.halfopen.tcp.handshake;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.FastOpenKeys;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.tcp.transmit.XmitTimer;
import io.halfopen.wire.FastOpenCookie;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/**
 * TCP Fast Open, the server's side (RFC 7413): a SYN that brings a cookie makes a connection at once, in SYN_RECV and in
 * the accept queue, and its data can be read before the final ACK. Until that comes, {@link Connection#fastOpen} has
 * what a half-open would know, and its segments are judged as those of a half-open first, like Linux does.
 */
public final class FastOpenInput {
    /** Bits of tcp_fastopen: servers may, and need no cookie. */
    private static final int SERVER = 2;

    private static final int SERVER_WITHOUT_COOKIE = 0x200;

    private final Core core;
    private final Output output;
    private final HalfOpenInput halfOpenInput;
    private final ConnectionInput connectionInput;
    private final Promotion promotion;
    private final XmitTimer xmitTimer;
    private final FastOpenCookie cookie = new FastOpenCookie();

    public FastOpenInput(
            Core core,
            Output output,
            HalfOpenInput halfOpenInput,
            ConnectionInput connectionInput,
            Promotion promotion,
            XmitTimer xmitTimer) {
        this.core = core;
        this.output = output;
        this.halfOpenInput = halfOpenInput;
        this.connectionInput = connectionInput;
        this.promotion = promotion;
        this.xmitTimer = xmitTimer;
    }

    /** What a SYN is that will be answered: in the order of tcp_try_fastopen. */
    Rule judge(Listener listener, Segment syn) {
        int bits = core.sysctls.get(Sysctl.tcp_fastopen);
        boolean asks = syn.cookieLength() >= 0 || syn.payloadLength() > 0;
        if ((bits & SERVER) == 0 || !asks || listener.fastOpen.limit() == 0) {
            return Rule.SYN_ANSWERED;
        }
        if (!listener.fastOpen.hasRoom(core.now())) {
            return Rule.FAST_OPEN_QUEUE_FULL;
        }
        if ((bits & SERVER_WITHOUT_COOKIE) != 0 || listener.socket.opening.fastOpenNoCookie) {
            return Rule.SYN_FAST_OPENED;
        }
        if (syn.cookieLength() <= 0) {
            return syn.cookieLength() == 0 ? Rule.FAST_OPEN_COOKIE_SENT : Rule.SYN_ANSWERED;
        }
        FastOpenKeys keys = keys(listener);
        if (keys.isCookie(syn)) {
            return Rule.SYN_FAST_OPENED;
        }
        return keys.isOldCookie(syn) ? Rule.SYN_FAST_OPENED_BY_OLD_KEY : Rule.FAST_OPEN_BAD_COOKIE;
    }

    private FastOpenKeys keys(Listener listener) {
        FastOpenKeys own = listener.socket.opening.fastOpenKeys;
        return own == null ? core.fastOpenKeys() : own;
    }

    /** What the SYN-ACK brings the client for the next time. */
    @Nullable
    FastOpenCookie cookieFor(Listener listener, Segment syn, Rule rule) {
        return switch (rule) {
            case FAST_OPEN_COOKIE_SENT, FAST_OPEN_BAD_COOKIE, SYN_FAST_OPENED_BY_OLD_KEY -> {
                cookie.set(keys(listener).cookie(syn), syn.isCookieExperimental());
                yield cookie;
            }
            default -> null;
        };
    }

    /** A connection from nothing but a SYN (tcp_fastopen_create_child); the half-open is in no table. */
    void open(HalfOpen half, Segment syn, Rule rule) {
        Listener listener = half.listener;
        FastOpenCookie next = cookieFor(listener, syn, rule);
        Connection c = promotion.fastOpen(half, syn);
        c.fastOpenSyn = half.irs;
        half.irs += syn.payloadLength();
        c.fastOpen = half;
        c.synDataTaken = syn.payloadLength() > 0;
        int set = listener.socket.options.synCount;
        c.fastOpenRetries = set == 0 ? core.sysctls.get(Sysctl.tcp_synack_retries) + 1 : set;
        listener.fastOpen.add(core.now());
        output.synAck(half, next, rule);
        startTimer(c, half);
        promotion.queue(c, listener);
    }

    private void startTimer(Connection c, HalfOpen half) {
        long interval = Math.min(core.kernel.synAckInterval(half.timeouts), c.sender.longestTimeout());
        c.sender.timer.set(Purpose.RETRANSMIT, core.due(core.now() + interval));
        c.arm();
    }

    /** A segment before the final ACK has come: tcp_check_req, then as for any connection in its state. */
    public Rule receive(Connection c, HalfOpen half, Segment segment) {
        Rule rule = halfOpenInput.limit(half, segment, judge(c, half, segment));
        switch (rule) {
            case SYN_DUPLICATE -> {
                half.answeredAt = core.stamp();
                half.retransmitted();
                c.sender.recovery.retransmits++;
                output.synAck(half, null, rule);
            }
            case HALF_OPEN_PAWS, HALF_OPEN_OUT_OF_WINDOW, HALF_OPEN_RST_CHALLENGED ->
                halfOpenInput.ack(half, segment, rule);
            case FAST_OPEN_SYN_RESET, SYN_RECV_BAD_ACK -> output.reset(segment, rule);
            case FAST_OPEN_RESET -> {
                core.endFastOpen(c, true);
                core.close(c, Errno.ECONNRESET);
            }
            case FAST_OPEN_ESTABLISHED -> {
                establish(c, half);
                connectionInput.receiveRest(c, segment);
            }
            case ACK_OF_UNSENT, ACK_TOO_OLD -> {
                return connectionInput.receive(c, segment);
            }
            default -> {} // dropped
        }
        return rule;
    }

    private Rule judge(Connection c, HalfOpen half, Segment segment) {
        Rule rule = halfOpenInput.judgeRequest(half, segment, c);
        if (rule != null) {
            return switch (rule) {
                case HALF_OPEN_RESET -> Rule.FAST_OPEN_RESET;
                case HALF_OPEN_SYN_RESET -> Rule.FAST_OPEN_SYN_RESET;
                default -> rule;
            };
        }
        boolean good = SeqNumber.between(segment.ack(), c.sender.una(), c.sender.nxt());
        if (good) {
            return Rule.FAST_OPEN_ESTABLISHED;
        }
        return c.state() == TcpState.SYN_RECV ? Rule.SYN_RECV_BAD_ACK : Rule.ACK_OF_UNSENT;
    }

    /** The handshake is done (tcp_rcv_synrecv_state_fastopen); what was sent meanwhile is now timed. */
    private void establish(Connection c, HalfOpen half) {
        if (half.retransmits == 0) {
            c.sender.timedHandshake(core.now() - half.sentAt, half.iss + 1, core);
        }
        core.endFastOpen(c, false);
        SynSentInput.answered(core, c, true);
        c.sender.timer.reset();
        if (c.sender.hasInFlight()) {
            xmitTimer.setRetransmit(c.sender);
        }
        c.spareTimestamps();
        if (c.state() == TcpState.SYN_RECV) {
            c.sender.delivery.delivered++;
            c.enter(TcpState.ESTABLISHED);
            if (c.sender.finQueued()) {
                c.enter(TcpState.FIN_WAIT1); // shutdown() was called before
            }
        }
        core.wake(c);
    }

    /** No final ACK: the SYN-ACK again, and nothing else is retransmitted (tcp_fastopen_synack_timer). */
    public void onTimer(Connection c, HalfOpen half) {
        c.sender.timer.stop();
        if (half.timeouts >= c.fastOpenRetries) {
            core.count(Rule.FAST_OPEN_TIMED_OUT);
            if (c.state() == TcpState.SYN_RECV) {
                core.count(Counter.AttemptFails);
            }
            core.timeOut(c);
            return;
        }
        core.count(Rule.SYN_ACK_RETRANSMITTED);
        half.timeouts++;
        half.retransmitted();
        c.sender.recovery.retransmits++;
        core.statistics.of(c.sender).timedOut(half.timeouts == 1, core.now());
        output.synAck(half, null, Rule.SYN_ACK_RETRANSMITTED);
        startTimer(c, half);
    }
}

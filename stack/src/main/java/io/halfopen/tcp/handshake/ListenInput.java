package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.Segment;

/** What a segment does to a listener that has no handshake with its sender yet: RFC 9293, section 3.10.7.2. */
public final class ListenInput {
    private final Core core;
    private final Output output;
    private final CookieInput cookieInput;
    private final FastOpenInput fastOpenInput;

    public ListenInput(Core core, Output output, Promotion promotion, FastOpenInput fastOpenInput) {
        this.core = core;
        this.output = output;
        this.fastOpenInput = fastOpenInput;
        cookieInput = new CookieInput(core, output, promotion);
    }

    /** {@code isn} is what a connection that was here before leaves as the next initial sequence number, if any. */
    public Rule receive(Listener listener, Segment segment, int isn) {
        Rule rule = judge(listener, segment, isn != Host.ANY_ISN);
        switch (rule) {
            case SYN_ANSWERED,
                    FAST_OPEN_COOKIE_SENT,
                    FAST_OPEN_BAD_COOKIE,
                    FAST_OPEN_QUEUE_FULL,
                    SYN_FAST_OPENED,
                    SYN_FAST_OPENED_BY_OLD_KEY -> answer(listener, segment, isn, rule);
            case SYN_COOKIE_SENT -> cookieInput.answer(listener, segment);
            case COOKIE_ACCEPTED -> cookieInput.accept(listener, segment);
            case LISTENER_ACK_RESET, COOKIE_FAILED, COOKIE_OPTIONS_REFUSED -> output.reset(segment, rule);
            default -> {} // dropped: ListenDrops and the like are counted with the rule
        }
        warnOfFlood(listener, segment, rule);
        return rule;
    }

    /** In Linux's order (tcp_rcv_state_process): RST before ACK before SYN. */
    private Rule judge(Listener listener, Segment segment, boolean vouched) {
        if (segment.has(RST)) {
            return segment.has(SYN) ? Rule.LISTENER_SYN_RST_FIN_IGNORED : Rule.LISTENER_RST_IGNORED;
        }
        if (segment.has(ACK)) {
            return cookieInput.judge(listener, segment);
        }
        if (!segment.has(SYN)) {
            return Rule.LISTENER_NOTHING_IGNORED;
        }
        if (segment.has(FIN)) {
            return Rule.LISTENER_SYN_RST_FIN_IGNORED;
        }
        int cookies = core.sysctls.get(Sysctl.tcp_syncookies);
        Rule rule = listener.judgeSyn(core.kernel, cookies, core.sysctls.get(Sysctl.tcp_max_syn_backlog), vouched);
        boolean answered = rule == Rule.SYN_ANSWERED || rule == Rule.SYN_BACKLOG_RESERVED && isProven(segment);
        return answered ? fastOpenInput.judge(listener, segment) : rule;
    }

    /** A broadcast for a listener. The reset that it may deserve is counted, and has no address that it could come from. */
    public Rule receiveForAll(Segment segment) {
        Rule rule = judgeForAll(segment);
        if (rule == Rule.LISTENER_ACK_RESET) {
            core.count(Counter.OutSegs);
            core.count(Counter.OutRsts);
        }
        return rule;
    }

    private static Rule judgeForAll(Segment segment) {
        if (segment.has(RST)) {
            return segment.has(SYN) ? Rule.LISTENER_SYN_RST_FIN_IGNORED : Rule.LISTENER_RST_IGNORED;
        }
        if (segment.has(ACK)) {
            return Rule.LISTENER_ACK_RESET;
        }
        if (!segment.has(SYN)) {
            return Rule.LISTENER_NOTHING_IGNORED;
        }
        return segment.has(FIN) ? Rule.LISTENER_SYN_RST_FIN_IGNORED : Rule.SYN_BROADCAST;
    }

    private boolean isProven(Segment segment) {
        return core.metrics.isProven(
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourceHigh(),
                segment.sourceLow(),
                core.now());
    }

    /** Once in a listener's life, unless cookies are the rule (tcp_syn_flood_action). */
    private void warnOfFlood(Listener listener, Segment segment, Rule rule) {
        boolean drops = rule == Rule.SYN_QUEUE_FULL;
        boolean cookies = rule == Rule.SYN_COOKIE_SENT || rule == Rule.COOKIE_ACCEPT_QUEUE_FULL;
        if ((drops || cookies) && !listener.warnedOfFlood && core.sysctls.get(Sysctl.tcp_syncookies) != 2) {
            listener.warnedOfFlood = true;
            Socket socket = listener.socket;
            String action = drops ? "Dropping request" : "Sending cookies";
            core.log.floodWarning(socket.local, socket.localPort, segment, action, core.now());
        }
    }

    /** The handshake begins: keep what the final ACK will need, and answer. */
    private void answer(Listener listener, Segment segment, int isn, Rule rule) {
        HalfOpen half = core.pools.halfOpen(listener);
        half.take(segment, core);
        long secret = core.secret(half);
        HandshakeOptions.negotiate(core, half, segment, secret);
        half.iss = isn == Host.ANY_ISN ? core.isn(secret) : isn;
        half.sentAt = core.now();
        half.answeredAt = Host.NO_STAMP;
        half.timeouts = 0;
        half.retransmits = 0;
        if (segment.cookieLength() == 0) {
            core.count(Counter.TCPFastOpenCookieReqd);
        }
        if (rule == Rule.SYN_FAST_OPENED || rule == Rule.SYN_FAST_OPENED_BY_OLD_KEY) {
            fastOpenInput.open(half, segment, rule);
            return;
        }
        core.flows.insertHashed(half);
        listener.synQueue.add();
        output.synAck(half, fastOpenInput.cookieFor(listener, segment, rule), rule);
        core.wheel.schedule(half, core.due(core.now() + core.kernel.synAckInterval(0)));
    }
}

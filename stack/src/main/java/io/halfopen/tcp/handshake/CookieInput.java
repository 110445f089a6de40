package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.Segment;

/** A handshake of which nothing is kept: the cookie goes out with the SYN-ACK and comes back with the final ACK. */
final class CookieInput {
    private final Core core;
    private final Output output;
    private final Promotion promotion;
    private final SynCookies cookies;

    CookieInput(Core core, Output output, Promotion promotion) {
        this.core = core;
        this.output = output;
        this.promotion = promotion;
        cookies = new SynCookies(core.keys.cookies);
    }

    /** Without timestamps there is no place for other options than the MSS (cookie_init_sequence). */
    void answer(Listener listener, Segment syn) {
        HalfOpen half = core.pools.halfOpen(listener);
        half.take(syn, core);
        long secret = core.secret(half);
        HandshakeOptions.negotiate(core, half, syn, secret);
        if (!half.has(HalfOpen.TIMESTAMPS)) {
            half.agree(false, false, false);
            half.ourWindowScale = -1;
        }
        half.iss = cookies.isn(secret, half, half.peerMss, core.now());
        int now = core.timestamp(0);
        output.synAck(half, SynCookies.timestamp(now, half) + half.tsOffset, null, Rule.SYN_COOKIE_SENT);
        listener.sentCookie(core.now());
        core.pools.give(half);
    }

    /** An ACK that belongs to no handshake we know: in the order of cookie_v4_check. */
    Rule judge(Listener listener, Segment segment) {
        if (segment.has(SYN) || core.sysctls.get(Sysctl.tcp_syncookies) == 0 || !listener.hasSentCookie(core.now())) {
            return Rule.LISTENER_ACK_RESET;
        }
        HalfOpen half = restore(listener, segment);
        Rule rule = judge(half, segment);
        core.pools.give(half);
        return rule;
    }

    private Rule judge(HalfOpen half, Segment segment) {
        if (half.peerMss == 0) {
            return Rule.COOKIE_FAILED;
        }
        if (half.has(HalfOpen.TIMESTAMPS) && !isAllowed(segment, half)) {
            return Rule.COOKIE_OPTIONS_REFUSED;
        }
        Rule rule = half.listener.judgeCookie(core.kernel);
        return rule == Rule.COOKIE_ACCEPTED && core.flows.find(segment) != null ? Rule.COOKIE_DUPLICATE : rule;
    }

    private boolean isAllowed(Segment segment, HalfOpen half) {
        int echo = echo(segment, half);
        return (core.sysctls.isOn(Sysctl.tcp_sack) || !SynCookies.hasSack(echo))
                && (core.sysctls.isOn(Sysctl.tcp_window_scaling) || !SynCookies.hasScale(echo));
    }

    void accept(Listener listener, Segment segment) {
        HalfOpen half = restore(listener, segment);
        restoreOptions(half, segment);
        core.flows.insertHashed(half);
        promotion.promote(half, listener, segment);
    }

    /** What a half-open would have kept, out of the final ACK; a peer's MSS of 0 says that this is no cookie. */
    private HalfOpen restore(Listener listener, Segment segment) {
        HalfOpen half = core.pools.halfOpen(listener);
        half.take(segment, core);
        half.iss = segment.ack() - 1;
        long secret = core.secret(half);
        half.peerMss = (char) cookies.mss(secret, half, core.now());
        half.sentAt = Timer.NEVER; // nobody knows
        half.timeouts = 0;
        half.retransmits = 0;
        boolean timestamps = segment.hasTimestamps() && core.sysctls.isOn(Sysctl.tcp_timestamps);
        half.agree(timestamps, false, false);
        half.tsRecent = timestamps ? segment.tsValue() : 0;
        half.tsOffset = timestamps ? core.timestampOffset(secret) : 0;
        return half;
    }

    private void restoreOptions(HalfOpen half, Segment segment) {
        int echo = echo(segment, half);
        boolean timestamps = half.has(HalfOpen.TIMESTAMPS);
        boolean scaling = timestamps && SynCookies.hasScale(echo);
        boolean ecn = timestamps && SynCookies.hasEcn(echo) && core.sysctls.get(Sysctl.tcp_ecn) != 0;
        half.agree(timestamps, timestamps && SynCookies.hasSack(echo), ecn);
        half.tsSent = timestamps ? segment.tsEcho() : 0;
        HandshakeOptions.setHeader(core, half, segment);
        half.peerWindowScale = scaling ? SynCookies.scale(echo) : 0;
        HandshakeOptions.setWindow(core, half, scaling, half.peerMss);
    }

    /** The timestamp that is echoed, without the offset; 0 is taken as it is. */
    private static int echo(Segment segment, HalfOpen half) {
        return segment.tsEcho() == 0 ? 0 : segment.tsEcho() - half.tsOffset;
    }
}

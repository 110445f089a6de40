package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.receive.Paws;
import io.halfopen.tcp.receive.ReceiveWindow;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/** What a segment, or the timer, does to a handshake under way: tcp_check_req and reqsk_timer_handler of Linux. */
public final class HalfOpenInput {
    private final Core core;
    private final Output output;
    private final Promotion promotion;
    private final Migration migration;

    public HalfOpenInput(Core core, Output output, Promotion promotion, Migration migration) {
        this.core = core;
        this.output = output;
        this.promotion = promotion;
        this.migration = migration;
    }

    /** {@code listener} is the half-open's own, or that which takes over since its own is closed. */
    public Rule receive(HalfOpen half, Listener listener, Segment segment) {
        Rule rule = limit(half, segment, judge(half, listener, segment));
        if (rule == Rule.HALF_OPEN_RST_CHALLENGED && !core.mayChallenge()) {
            half.answeredAt = core.stamp();
            rule = Rule.CHALLENGE_LIMITED;
        }
        noteTimestamp(half, segment, rule);
        switch (rule) {
            case SYN_DUPLICATE -> {
                half.answeredAt = core.stamp();
                half.retransmitted();
                output.synAck(half, rule);
                startTimer(half);
            }
            case HALF_OPEN_PAWS, HALF_OPEN_BAD_ECHO, HALF_OPEN_OUT_OF_WINDOW, HALF_OPEN_RST_CHALLENGED ->
                ack(half, segment, rule);
            case HALF_OPEN_RESET -> remove(half);
            case HALF_OPEN_SYN_RESET, FINAL_ACK_RESET -> {
                output.reset(segment, rule);
                remove(half);
            }
            case FINAL_ACK_DEFERRED, FINAL_ACK_IGNORED -> half.acked();
            case FINAL_ACK_ACCEPTED -> {
                end(half);
                promotion.promote(half, listener, segment);
            }
            default -> {} // dropped
        }
        if (listener != half.listener) {
            countMigration(rule);
        }
        return rule;
    }

    private void countMigration(Rule rule) {
        switch (rule) {
            case FINAL_ACK_ACCEPTED -> core.count(Counter.TCPMigrateReqSuccess);
            case FINAL_ACK_IGNORED, FINAL_ACK_RESET -> core.count(Counter.TCPMigrateReqFailure);
            default -> {} // it stays what its own listener left
        }
    }

    /** In the order of tcp_check_req, as measured (docs/linux-6.18.md, segments for a half-open). */
    private Rule judge(HalfOpen half, Listener listener, Segment segment) {
        Rule rule = judgeRequest(half, segment, null);
        if (rule != null) {
            return rule;
        }
        if (half.timeouts < listener.socket.opening.deferTimeouts && segment.endSeq() == half.rcvNxt()) {
            return Rule.FINAL_ACK_DEFERRED;
        }
        return listener.judgeFinalAck(core.kernel, core.sysctls.isOn(Sysctl.tcp_abort_on_overflow));
    }

    /**
     * All but the room in the accept queue: null for what may be the final ACK. A Fast Open connection has its place
     * there, and its ACK may be of data, too, so that and the echo are judged later.
     */
    @Nullable
    Rule judgeRequest(HalfOpen half, Segment segment, @Nullable Connection fastOpen) {
        int syn = fastOpen == null ? half.irs : fastOpen.fastOpenSyn;
        boolean old = half.has(HalfOpen.TIMESTAMPS)
                && segment.hasTimestamps()
                && Paws.isOld(half.tsRecent, segment.tsValue());
        if (segment.seq() == syn && segment.has(SYN) && !segment.has(ACK) && !segment.has(RST) && !old) {
            return Rule.SYN_DUPLICATE;
        }
        Rule unacceptable = judgeNumbers(half, segment, old, fastOpen != null);
        if (unacceptable != null) {
            return unacceptable;
        }
        if (segment.has(RST)) {
            return segment.seq() == half.rcvNxt() ? Rule.HALF_OPEN_RESET : Rule.HALF_OPEN_RST_CHALLENGED;
        }
        if (segment.has(SYN)) {
            return Rule.HALF_OPEN_SYN_RESET;
        }
        return segment.has(ACK) ? null : Rule.HALF_OPEN_NO_ACK;
    }

    private @Nullable Rule judgeNumbers(HalfOpen half, Segment segment, boolean old, boolean fastOpen) {
        boolean rst = segment.has(RST);
        if (!fastOpen && segment.has(ACK) && !rst && segment.ack() != half.iss + 1) {
            return Rule.HALF_OPEN_BAD_ACK;
        }
        if (old) {
            return rst ? Rule.HALF_OPEN_RST_PAWS : Rule.HALF_OPEN_PAWS;
        }
        boolean asked = !fastOpen && core.kernel.checksEchoOfHandshake();
        if (asked
                && half.has(HalfOpen.TIMESTAMPS)
                && segment.hasTimestamps()
                && !isEchoPossible(half, segment.tsEcho())) {
            return rst ? Rule.HALF_OPEN_RST_BAD_ECHO : Rule.HALF_OPEN_BAD_ECHO;
        }
        if (!ReceiveWindow.isTouchedBy(segment, half.rcvNxt(), half.rcvNxt() + half.toldWindow())) {
            return rst ? Rule.HALF_OPEN_RST_OUT_OF_WINDOW : Rule.HALF_OPEN_OUT_OF_WINDOW;
        }
        return null;
    }

    /** The answers to what makes no sense are limited, but data is always answered (tcp_oow_rate_limited). */
    Rule limit(HalfOpen half, Segment segment, Rule rule) {
        if (isUnlimited(segment, rule) || !core.isTooSoon(half.answeredAt)) {
            return rule;
        }
        return switch (rule) {
            case SYN_DUPLICATE -> Rule.SYN_DUPLICATE_SKIPPED;
            case HALF_OPEN_PAWS -> Rule.HALF_OPEN_PAWS_SKIPPED;
            case HALF_OPEN_BAD_ECHO -> Rule.HALF_OPEN_BAD_ECHO_SKIPPED;
            case HALF_OPEN_OUT_OF_WINDOW -> Rule.HALF_OPEN_OUT_OF_WINDOW_SKIPPED;
            case HALF_OPEN_RST_CHALLENGED -> Rule.HALF_OPEN_CHALLENGE_SKIPPED;
            default -> rule;
        };
    }

    private static boolean isUnlimited(Segment segment, Rule rule) {
        return ConnectionInput.isData(segment) && rule != Rule.HALF_OPEN_RST_CHALLENGED;
    }

    /** The peer can only echo what our SYN-ACKs said, from the first one to the last. */
    private static boolean isEchoPossible(HalfOpen half, int echo) {
        int first = (int) (half.sentAt / 1_000_000L) + half.tsOffset;
        return echo == 0 || SeqNumber.between(echo, first, half.tsSent);
    }

    /** What is in sequence is echoed from now on (RFC 7323, section 4.3), on old kernels even if it is not let in. */
    private void noteTimestamp(HalfOpen half, Segment segment, Rule rule) {
        boolean refused = rule == Rule.FINAL_ACK_IGNORED || rule == Rule.FINAL_ACK_DEFERRED;
        boolean valid = rule == Rule.FINAL_ACK_ACCEPTED || refused && core.kernel.echoesRefusedAcks();
        if (valid && half.has(HalfOpen.TIMESTAMPS) && segment.hasTimestamps() && segment.seq() == half.rcvNxt()) {
            half.tsRecent = segment.tsValue();
        }
    }

    void ack(HalfOpen half, Segment segment, Rule why) {
        half.answeredAt = isUnlimited(segment, why) ? half.answeredAt : core.stamp();
        output.ack(half, segment.trafficClass() & ~IpHeader.ECN_MASK, why);
    }

    /** No final ACK in time: the SYN-ACK again, until patience ends. */
    public void onTimer(HalfOpen half) {
        Listener listener = migration.heir(half);
        if (listener == null) {
            migration.giveUp(half);
            remove(half);
            return;
        }
        boolean migrates = listener != half.listener;
        if (migrates) {
            half.listener.synQueue.remove(half.isYoung());
            half.listener = listener;
            listener.synQueue.adopt(half.isYoung());
        }
        Rule rule = judgeTimeout(half);
        core.count(rule);
        if (migrates) {
            boolean expired = rule == Rule.HALF_OPEN_EXPIRED;
            core.count(expired ? Counter.TCPMigrateReqFailure : Counter.TCPMigrateReqSuccess);
        }
        if (rule == Rule.HALF_OPEN_EXPIRED) {
            remove(half);
            return;
        }
        if (half.isYoung()) {
            half.listener.synQueue.grownOld();
        }
        half.timeouts++;
        if (rule == Rule.SYN_ACK_RETRANSMITTED) {
            half.retransmitted();
            output.synAck(half, rule);
        }
        startTimer(half);
    }

    /**
     * syn_ack_recalc: one whose ACK came lives as long as it is deferred, too, and hears nothing but the SYN-ACK of the
     * last timeout: the chance to answer once more, and be let in.
     */
    private Rule judgeTimeout(HalfOpen half) {
        Socket socket = half.listener.socket;
        int set = socket.options.synCount == 0 ? core.sysctls.get(Sysctl.tcp_synack_retries) : socket.options.synCount;
        boolean clogged = half.listener.isClogged(core.kernel, core.sysctls.get(Sysctl.tcp_max_syn_backlog));
        int retries = half.listener.synQueue.retries(core.kernel.synAckRetries(set), clogged);
        int deferral = half.has(HalfOpen.ACKED) ? socket.opening.deferTimeouts : 0;
        if (half.timeouts >= retries && half.timeouts >= deferral) {
            return Rule.HALF_OPEN_EXPIRED;
        }
        return half.timeouts < deferral - 1 ? Rule.SYN_ACK_MUTED : Rule.SYN_ACK_RETRANSMITTED;
    }

    /** Anew, also for the answer to a repeated SYN: that costs no retry, so such a client keeps its half-open alive. */
    private void startTimer(HalfOpen half) {
        core.wheel.schedule(half, core.due(core.now() + core.kernel.synAckInterval(half.timeouts)));
    }

    public void remove(HalfOpen half) {
        end(half);
        core.flows.remove(half);
        core.pools.give(half);
    }

    private void end(HalfOpen half) {
        half.listener.synQueue.remove(half.isYoung());
        core.wheel.cancel(half);
    }
}

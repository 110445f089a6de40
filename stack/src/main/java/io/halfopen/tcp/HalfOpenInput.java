package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/** What a segment, or the timer, does to a handshake under way: tcp_check_req and reqsk_timer_handler of Linux. */
final class HalfOpenInput {
    private final Core core;
    private final ConnectionInput connectionInput;

    HalfOpenInput(Core core, ConnectionInput connectionInput) {
        this.core = core;
        this.connectionInput = connectionInput;
    }

    Rule receive(HalfOpen half, Segment segment) {
        Rule rule = judge(half, segment);
        noteTimestamp(half, segment, rule);
        switch (rule) {
            case SYN_DUPLICATE -> {
                half.retransmitted = true;
                core.output.synAck(half, rule);
                startTimer(half);
            }
            case HALF_OPEN_PAWS, HALF_OPEN_BAD_ECHO, HALF_OPEN_OUT_OF_WINDOW, HALF_OPEN_RST_CHALLENGED ->
                ack(half, rule);
            case HALF_OPEN_RESET -> remove(half);
            case HALF_OPEN_SYN_RESET, FINAL_ACK_RESET -> {
                core.output.reset(segment, rule);
                remove(half);
            }
            case HALF_OPEN_BAD_ACK -> core.output.reset(segment, rule);
            case FINAL_ACK_ACCEPTED -> promote(half, segment);
            default -> {} // dropped
        }
        return rule;
    }

    /** In the order of tcp_check_req, as measured (docs/linux-6.18.md, segments for a half-open). */
    private Rule judge(HalfOpen half, Segment segment) {
        if (segment.seq() == half.irs && segment.has(SYN) && !segment.has(ACK) && !segment.has(RST)) {
            return Rule.SYN_DUPLICATE;
        }
        Rule unacceptable = judgeNumbers(half, segment);
        if (unacceptable != null) {
            return unacceptable;
        }
        if (segment.has(RST)) {
            return segment.seq() == half.rcvNxt() ? Rule.HALF_OPEN_RESET : Rule.HALF_OPEN_RST_CHALLENGED;
        }
        if (segment.has(SYN)) {
            return Rule.HALF_OPEN_SYN_RESET;
        }
        if (!segment.has(ACK)) {
            return Rule.HALF_OPEN_NO_ACK;
        }
        return half.listener.judgeFinalAck(core.kernel, core.sysctls.isOn(Sysctl.tcp_abort_on_overflow));
    }

    private @Nullable Rule judgeNumbers(HalfOpen half, Segment segment) {
        if (segment.has(ACK) && !segment.has(RST) && segment.ack() != half.iss + 1) {
            return Rule.HALF_OPEN_BAD_ACK;
        }
        boolean stamped = half.timestamps && segment.hasTimestamps() && !segment.has(RST);
        if (stamped && half.tsRecent - segment.tsValue() > 0) {
            return Rule.HALF_OPEN_PAWS;
        }
        if (stamped && segment.has(ACK) && !isEchoPossible(half, segment.tsEcho())) {
            return Rule.HALF_OPEN_BAD_ECHO;
        }
        if (!isInWindow(segment, half.rcvNxt(), half.rcvNxt() + half.window)) {
            return segment.has(RST) ? Rule.HALF_OPEN_RST_OUT_OF_WINDOW : Rule.HALF_OPEN_OUT_OF_WINDOW;
        }
        return null;
    }

    /** Any part of it, or an empty segment at either edge (tcp_in_window). */
    private static boolean isInWindow(Segment segment, int left, int right) {
        int seq = segment.seq();
        int end = segment.endSeq();
        return seq == left || SeqNumber.after(end, left) && SeqNumber.before(seq, right) || seq == right && seq == end;
    }

    /** The peer can only echo what our SYN-ACKs said, from the first one's time until now. */
    private boolean isEchoPossible(HalfOpen half, int echo) {
        int now = core.timestamp(half.tsOffset);
        int first = now - (int) ((core.now() - half.sentAt) / 1_000_000L + 1);
        return echo == 0 || SeqNumber.between(echo, first, now);
    }

    /** What is in sequence is echoed from now on, even if it is not let in (RFC 7323, section 4.3). */
    private static void noteTimestamp(HalfOpen half, Segment segment, Rule rule) {
        boolean valid = rule == Rule.FINAL_ACK_IGNORED || rule == Rule.FINAL_ACK_ACCEPTED;
        if (valid && half.timestamps && segment.hasTimestamps() && segment.seq() == half.rcvNxt()) {
            half.tsRecent = segment.tsValue();
        }
    }

    private void ack(HalfOpen half, Rule why) {
        int window = half.window >>> Math.max(0, half.ourWindowScale);
        core.output.bare(
                half, ACK, half.iss + 1, half.rcvNxt(), window, half.timestamps, half.tsOffset, half.tsRecent, why);
    }

    /** The handshake is done: a connection takes the half-open's place and joins the accept queue. */
    private void promote(HalfOpen half, Segment segment) {
        Listener listener = half.listener;
        PortUse portUse = core.ports.of(half.localPort());
        Connection c = core.pools.connection(portUse);
        c.copyTuple(half);
        c.timestamps = half.timestamps;
        c.sack = half.sack;
        c.tsOffset = half.tsOffset;
        c.tsRecent = half.tsRecent;
        c.announcedMss = HandshakeOptions.mssToAnnounce(core, half, listener.socket);
        c.startIds(half.iss >>> 16 ^ half.irs);
        int space = HandshakeOptions.establishedSpace(core, listener.socket, c.announcedMss);
        c.receiver.start(half.rcvNxt(), half.window, space, Math.max(0, half.ourWindowScale));
        c.receiver.established(c.announcedMss);
        int mss = HandshakeOptions.mssToSend(c, half.peerMss);
        c.sender.start(half.iss);
        c.sender.established(
                half.iss + 1, segment.window() << half.peerWindowScale, segment.seq(), mss, half.peerWindowScale);
        c.receiver.acks.start(mss);
        if (!half.retransmitted) {
            c.sender.roundTrip.sample(core.now() - half.sentAt, half.iss + 1, half.iss + 1);
        }
        remove(half);
        c.insertHashed();
        c.enter(TcpState.ESTABLISHED);
        c.listener = listener;
        listener.acceptQueue.add(c);
        core.ready.add(listener.socket);
        Rule further = connectionInput.receive(c, segment);
        if (further != Rule.ACK_ACCEPTED) {
            core.count(further); // data or FIN came with the ACK, and has a rule of its own
        }
    }

    /** No final ACK in time: the SYN-ACK again, until patience ends. */
    void onTimer(HalfOpen half) {
        if (half.listener.isClosed()) {
            forget(half);
            return;
        }
        Socket socket = half.listener.socket;
        int set = socket.synCount == 0 ? core.sysctls.get(Sysctl.tcp_synack_retries) : socket.synCount;
        if (half.timeouts >= core.kernel.synAckRetries(set)) {
            core.count(Rule.HALF_OPEN_EXPIRED);
            remove(half);
            return;
        }
        core.count(Rule.SYN_ACK_RETRANSMITTED);
        if (half.isYoung()) {
            half.listener.synQueue.grownOld();
        }
        half.timeouts++;
        half.retransmitted = true;
        core.output.synAck(half, Rule.SYN_ACK_RETRANSMITTED);
        startTimer(half);
    }

    /** Anew, also for the answer to a repeated SYN: that costs no retry, so such a client keeps its half-open alive. */
    private void startTimer(HalfOpen half) {
        core.wheel.schedule(half, core.now() + core.kernel.synAckInterval(half.timeouts));
    }

    private void remove(HalfOpen half) {
        half.listener.synQueue.remove(half);
        forget(half);
    }

    /** Without a word to its listener, which is closed. */
    void forget(HalfOpen half) {
        core.wheel.cancel(half);
        core.flows.remove(half);
        core.pools.give(half);
    }
}

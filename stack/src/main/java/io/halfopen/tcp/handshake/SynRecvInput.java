package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.connection.DuplicateSacks;
import io.halfopen.tcp.receive.DelayedAcks;
import io.halfopen.tcp.receive.Paws;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.tcp.transmit.XmitTimer;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/**
 * A connection in SYN_RECV: both ends sent a SYN (RFC 9293, section 3.5, figure 7), or one to itself. Ours is not
 * acknowledged yet. In the order of tcp_rcv_state_process.
 */
public final class SynRecvInput {
    private final Core core;
    private final Output output;
    private final Transmission transmission;
    private final XmitTimer xmitTimer;
    private final ConnectionInput connectionInput;
    private final DuplicateSacks duplicateSacks;

    public SynRecvInput(Core core, Output output, OutputPath outputPath, ConnectionInput connectionInput) {
        this.core = core;
        this.output = output;
        transmission = outputPath.transmission;
        xmitTimer = outputPath.xmitTimer;
        this.connectionInput = connectionInput;
        duplicateSacks = new DuplicateSacks(core);
    }

    public Rule receive(Connection c, Segment segment) {
        Rule rule = judge(c, segment);
        switch (rule) {
            case SYN_RECV_BAD_ACK -> output.reset(segment, rule);
            case SYN_RECV_RESET -> core.close(c, Errno.ECONNRESET);
            case SYN_RECV_ESTABLISHED -> {
                establish(c, segment);
                proceed(c, segment);
            }
            default -> {
                return connectionInput.refuse(c, segment, rule);
            }
        }
        return rule;
    }

    private Rule judge(Connection c, Segment segment) {
        if (!segment.has(ACK) && !segment.has(RST) && !segment.has(SYN)) {
            return Rule.NO_ACK_FLAG;
        }
        Rule rule = connectionInput.validate(c, segment);
        return switch (rule) {
            case RST_ACCEPTED -> Rule.SYN_RECV_RESET;
            case SYN_CHALLENGED -> answersBoth(c, segment) ? Rule.SYN_RECV_ESTABLISHED : rule;
            case null -> acknowledges(c, segment) ? Rule.SYN_RECV_ESTABLISHED : Rule.SYN_RECV_BAD_ACK;
            default -> rule;
        };
    }

    /** The other end has our SYN, too, and answers it with its own: the one SYN that is no challenge. */
    private static boolean answersBoth(Connection c, Segment segment) {
        boolean stale = c.timestamps && segment.hasTimestamps() && Paws.isStale(c.tsRecent, segment.tsValue());
        return segment.has(ACK)
                && !stale
                && segment.seqLength() == 1
                && segment.endSeq() == c.receiver.nxt()
                && segment.ack() == c.sender.nxt();
    }

    /** Measured: also an ACK of nothing, iss itself, is taken. */
    private static boolean acknowledges(Connection c, Segment segment) {
        return SeqNumber.between(segment.ack(), c.sender.una(), c.sender.nxt());
    }

    private void establish(Connection c, Segment segment) {
        Sender sender = c.sender;
        long timed = sender.timedSyn(core.now());
        long echo = core.sinceEcho(c, segment);
        long rtt = timed >= 0 && (segment.ack() == sender.nxt() || echo < 0) ? timed : echo;
        if (rtt >= 0) {
            sender.timedHandshake(rtt, sender.nxt(), core);
        } else {
            sender.roundTrip.unknown();
        }
        if (segment.has(SYN) && c.timestamps && segment.hasTimestamps() && !Paws.isOld(c.tsRecent, segment.tsValue())) {
            c.tsRecent = segment.tsValue();
        }
        SynSentInput.answered(core, c, core.echoes(c, segment, sender.timer.firstAt));
        // measured: also the window of a SYN-ACK is scaled
        start(c, segment.ack(), segment.window() << sender.windowScale(), segment.seq());
        sender.delivery.delivered++; // Linux counts the SYN twice, here and among what is acknowledged
        c.enter(TcpState.ESTABLISHED);
        core.wake(c);
    }

    private void start(Connection c, int ack, int window, int seq) {
        Sender sender = c.sender;
        sender.opened(core.sysctls, ack, window, seq, sender.size.full(), sender.windowScale());
        core.tellAcknowledged(c);
        core.count(Counter.TCPDelivered, sender.delivery.delivered);
        if (c.socket != null) {
            SendBuffers.start(core, c, c.socket);
            core.startSilence(c, c.socket.options);
        }
        core.startSending(c);
        sender.timer.reset();
        if (sender.hasInFlight()) {
            xmitTimer.setRetransmit(sender);
        }
        c.startReceiving();
        c.receiver.acks.start(sender.mss(), c.receiver.window.size(), DelayedAcks.LONG_AGO);
    }

    /** close() does not wait until the SYN is acknowledged: the FIN follows it at once. */
    public void close(Connection c) {
        if (c.fastOpen == null) {
            start(c, c.sender.iss() + 1, c.sender.window(), c.receiver.nxt() - 1);
        }
        c.sender.queueFin();
        c.enter(TcpState.FIN_WAIT1);
        transmission.push(c, Rule.FIN_SENT);
        c.arm();
    }

    /** What the segment brings beside its ACK is taken in, as that of a final ACK is. */
    private void proceed(Connection c, Segment segment) {
        if (c.sender.finQueued()) {
            c.enter(TcpState.FIN_WAIT1); // shutdown() was called before
        }
        if (segment.has(SYN)) {
            duplicateSacks.old(c, segment);
            transmission.push(c, Rule.FIN_SENT);
            transmission.ack(c, Rule.SYN_RECV_ESTABLISHED);
            c.arm();
            return;
        }
        connectionInput.receiveRest(c, segment);
        if (c.state() == TcpState.FIN_WAIT1) {
            transmission.push(c, Rule.FIN_SENT); // if the segment was refused, nobody has yet
            c.arm();
        }
    }

    /** No ACK of our SYN: the SYN-ACK again, at intervals that double, until connect()'s patience ends. */
    public void onTimer(Connection c) {
        LossTimer timer = c.sender.timer;
        timer.stop();
        int retries = SynSentInput.retries(core, c);
        if (timer.retransmits >= core.kernel.synRetransmits(retries, 0) || SynSentInput.isLate(core, c, retries)) {
            core.count(Rule.SYN_TIMED_OUT);
            core.timeOut(c);
            return;
        }
        core.count(Rule.SYN_RETRANSMITTED);
        SynSentInput.repeated(core, c);
        timer.retransmits++;
        timer.timedOut(false);
        c.sender.stopTiming();
        output.synAck(c, Rule.SYN_RETRANSMITTED);
        long interval = Math.min(core.kernel.synInterval(timer.backoff, 0), c.sender.longestTimeout());
        timer.set(
                Purpose.RETRANSMIT,
                core.due(core.kernel.patientUntil(core.now(), interval, c.patienceEnd(timer.firstAt))));
        c.arm();
    }

    /** A SYN came while ours is out: both are answered now (tcp_rcv_synsent_state_process). */
    void cross(Connection c, Segment segment) {
        c.timestamps &= segment.hasTimestamps();
        c.tsRecent = c.timestamps ? segment.tsValue() : 0;
        c.sack &= segment.sackPermitted();
        c.ecn &= segment.has(ECE) && segment.has(CWR);
        c.receiver.startAt(segment.seq() + 1);
        boolean scaling = segment.windowScale() >= 0 && c.receiver.window.offersScaling();
        int mss = HandshakeOptions.mssToSend(core, c, c.socket, HandshakeOptions.mssOf(c, segment));
        c.receiver.window.cross(scaling);
        c.sender.crossed(segment.window(), segment.seq(), mss, scaling ? segment.windowScale() : 0);
        c.receiver.acks.start(c.sender.mss(), c.receiver.window.size(), DelayedAcks.LONG_AGO);
        int linear = core.sysctls.get(Sysctl.tcp_syn_linear_timeouts);
        c.sender.timer.backoff = Math.max(0, c.sender.timer.retransmits - linear);
        c.sender.timer.doublings = c.sender.timer.backoff;
        c.enter(TcpState.SYN_RECV);
        c.sender.retimeSyn(core.now());
        output.synAck(c, Rule.SYN_SENT_CROSSED); // to Linux no new segment, but the SYN again
    }
}

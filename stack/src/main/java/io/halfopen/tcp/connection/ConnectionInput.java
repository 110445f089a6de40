package io.halfopen.tcp.connection;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;
import static io.halfopen.wire.TcpHeader.URG;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.receive.Paws;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/** What a segment does to a connection that is, or was, ESTABLISHED: RFC 9293, section 3.10.7.4. */
public final class ConnectionInput {
    private final Core core;
    private final Output output;
    private final Transmission transmission;
    private final TimeWaitInput timeWaitInput;
    private final DuplicateSacks duplicateSacks;
    private final AckInput ackInput;
    private final DataInput dataInput;

    public ConnectionInput(Core core, Output output, OutputPath outputPath, TimeWaitInput timeWaitInput) {
        this.core = core;
        this.output = output;
        this.timeWaitInput = timeWaitInput;
        transmission = outputPath.transmission;
        duplicateSacks = new DuplicateSacks(core);
        ackInput = new AckInput(core, outputPath);
        dataInput = new DataInput(core, output, transmission, duplicateSacks);
    }

    /** An ACK that waited is due. */
    public void onAckTimer(Connection c) {
        dataInput.onTimer(c);
    }

    public Rule receive(Connection c, Segment segment) {
        Rule refused = validate(c, segment);
        if (refused == null) {
            noteCapability(c, segment);
            refused = ackInput.judge(c.sender, segment.ack());
        }
        if (refused == Rule.ACK_TOO_OLD && core.kernel.transfer.predictsOldAcks() && isPredicted(c, segment)) {
            takePredicted(c, segment);
        }
        if (refused != null) {
            return refuse(c, segment, refused);
        }
        Rule rule = process(c, segment);
        c.arm();
        return rule;
    }

    /** The segment that ended the handshake may be more than an ACK: data, a FIN. That has a rule of its own, which counts. */
    public void receiveRest(Connection c, Segment segment) {
        Rule further = receive(c, segment);
        if (further != Rule.ACK_ACCEPTED) {
            core.count(further);
        }
    }

    /**
     * Just what comes most of the time, in order and with nothing new but data (header prediction). Data is not if Linux
     * has no memory set aside for it (sk_forward_alloc), as before the first.
     */
    private boolean isPredicted(Connection c, Segment segment) {
        return c.state() == TcpState.ESTABLISHED
                && !segment.has(FIN)
                && segment.seq() == c.receiver.nxt()
                && !c.receiver.hasGap()
                && (segment.payloadLength() == 0 || SendBuffers.hasSetAside(core, c, segment.packetLength()))
                && segment.window() << c.sender.windowScale() == c.sender.window();
    }

    /**
     * Data that was predicted, with the ACK that was there before: Linux takes only the data, if it has memory set aside.
     * It shows while the peer's window is shut, for this does not put the next probe off.
     */
    private boolean isAckUnheard(Connection c, Segment segment) {
        return c.sender.timer.purpose == Purpose.WINDOW_PROBE
                && segment.payloadLength() > 0
                && segment.ack() == c.sender.una()
                && isPredicted(c, segment)
                && !segment.has(URG | ECE | CWR)
                && segment.headerLength() == TcpHeader.LENGTH + (c.timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0);
    }

    /** An ACK of less than the last one: its timestamp is old, too, unless it was taken before that was seen (tcp_ack). */
    private boolean isOvertaken(Connection c, Segment segment) {
        return core.kernel.transfer.predictsOldAcks()
                && SeqNumber.before(segment.ack(), c.sender.una())
                && (segment.sackBlocks() > 0 || !isPredicted(c, segment));
    }

    /** Linux takes in such a segment's timestamp and data before it finds its ACK too old. */
    private void takePredicted(Connection c, Segment segment) {
        boolean stamped = c.timestamps && segment.hasTimestamps();
        boolean acknowledged = segment.seq() == c.receiver.window.announcedAt();
        if (stamped && acknowledged && !Paws.isOld(c.tsRecent, segment.tsValue())) {
            c.tsRecent = segment.tsValue();
        }
        if (segment.payloadLength() > 0) {
            core.count(dataInput.accept(c, segment));
        }
    }

    /** What is done about a segment that is not acceptable, or is a reset. */
    public Rule refuse(Connection c, Segment segment, Rule judged) {
        Rule rule = ration(limit(c, segment, ofKernel(c, judged)));
        if (judged == Rule.SYN_CHALLENGED && c.state() == TcpState.ESTABLISHED) {
            core.count(Counter.InErrs);
        }
        switch (rule) {
            case PAWS_REJECTED, OUT_OF_WINDOW, BEYOND_WINDOW -> {
                duplicateSacks.old(c, segment);
                c.senselessAt = isData(segment) ? c.senselessAt : core.stamp();
                transmission.ack(c, rule);
            }
            case RST_CHALLENGED, SYN_CHALLENGED, ACK_TOO_OLD, ACK_OF_UNSENT -> {
                c.senselessAt = core.stamp();
                transmission.ack(c, rule);
            }
            case CHALLENGE_LIMITED, SYN_CHALLENGE_LIMITED -> c.senselessAt = core.stamp();
            case RST_ACCEPTED -> core.close(c, c.state() == TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET);
            default -> {} // dropped
        }
        c.arm();
        return rule;
    }

    private Rule ofKernel(Connection c, Rule judged) {
        boolean answers = c.state() != TcpState.ESTABLISHED || core.kernel.answersAckOfUnsent();
        return judged == Rule.ACK_OF_UNSENT && !answers ? Rule.ACK_OF_UNSENT_DROPPED : judged;
    }

    /** In the order of tcp_validate_incoming; null if only its ACK is to be judged yet. */
    @Nullable
    public Rule validate(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean rst = segment.has(RST);
        if (!segment.has(ACK) && !rst && !segment.has(SYN)) {
            return Rule.NO_ACK_FLAG;
        }
        if (c.timestamps && segment.hasTimestamps() && Paws.isStale(c.tsRecent, segment.tsValue()) && !rst) {
            Rule stale = judgeStale(c, segment);
            if (stale != null) {
                return stale;
            }
        }
        boolean strict = core.kernel.refusesOvershoot();
        boolean old = receiver.window.isOld(segment.endSeq());
        if (old || receiver.isBeyond(segment.seq(), segment.seq() + segment.payloadLength(), strict)) {
            Rule outside = old || !strict ? Rule.OUT_OF_WINDOW : Rule.BEYOND_WINDOW;
            Rule reset = isJustBeforeFin(c, segment) ? Rule.RST_ACCEPTED : Rule.RST_OUT_OF_WINDOW;
            return rst ? reset : segment.has(SYN) ? Rule.SYN_CHALLENGED : outside;
        }
        if (rst) {
            return resets(c, segment) ? Rule.RST_ACCEPTED : Rule.RST_CHALLENGED;
        }
        return segment.has(SYN) ? Rule.SYN_CHALLENGED : null;
    }

    /** RFC 5961, section 3.2, and Linux's two additions: before a FIN, and beyond all that the last SACK told of. */
    private boolean resets(Connection c, Segment segment) {
        int seq = segment.seq();
        boolean told = c.sack && core.kernel.takesResetAtSackEdge() && seq == c.receiver.lastTold();
        return seq == c.receiver.nxt() || told || isJustBeforeFin(c, segment);
    }

    /** Some send their RST with the number of the FIN that they have sent before (tcp_reset_check). */
    private boolean isJustBeforeFin(Connection c, Segment segment) {
        return core.kernel.takesResetAtFin()
                && segment.seq() == c.receiver.nxt() - 1
                && switch (c.state()) {
                    case CLOSE_WAIT, LAST_ACK, CLOSING -> true;
                    default -> false;
                };
    }

    /** An old timestamp is forgiven to an ACK that repeats the last one, having been overtaken (tcp_disordered_ack_check). */
    private @Nullable Rule judgeStale(Connection c, Segment segment) {
        if (segment.has(SYN) && core.kernel.challengesOldSyn()) {
            return Rule.SYN_CHALLENGED;
        }
        int nxt = c.receiver.nxt();
        if (!segment.has(ACK) || segment.seqLength() > 0 || SeqNumber.after(segment.seq(), nxt)) {
            return Rule.PAWS_REJECTED;
        }
        if (segment.seq() != nxt) {
            return core.kernel.knowsOldAcks() ? Rule.PAWS_OLD_ACK : Rule.PAWS_REJECTED;
        }
        long replayWindow = c.sender.timeout() * 6 / 5 / 1_000_000;
        boolean repeats = segment.ack() == c.sender.una() && !c.sender.mayUpdateWindow(segment, core.kernel);
        return repeats && c.tsRecent - segment.tsValue() <= replayWindow ? null : Rule.PAWS_REJECTED;
    }

    /** Data is never part of two ends' disagreement, so it is always answered (tcp_oow_rate_limited). */
    private Rule limit(Connection c, Segment segment, Rule rule) {
        if (!core.isTooSoon(c.senselessAt)) {
            return rule;
        }
        return switch (rule) {
            case PAWS_REJECTED -> isData(segment) ? rule : Rule.PAWS_SKIPPED;
            case OUT_OF_WINDOW -> isData(segment) ? rule : Rule.OUT_OF_WINDOW_SKIPPED;
            case BEYOND_WINDOW -> isData(segment) ? rule : Rule.BEYOND_WINDOW_SKIPPED;
            case RST_CHALLENGED, ACK_TOO_OLD, ACK_OF_UNSENT -> Rule.CHALLENGE_SKIPPED;
            case SYN_CHALLENGED -> Rule.SYN_CHALLENGE_SKIPPED;
            default -> rule;
        };
    }

    /** There may be enough challenge ACKs in this second already, whoever got them. */
    private Rule ration(Rule rule) {
        return switch (rule) {
            case RST_CHALLENGED, ACK_TOO_OLD, ACK_OF_UNSENT -> core.mayChallenge() ? rule : Rule.CHALLENGE_LIMITED;
            case SYN_CHALLENGED -> core.mayChallenge() ? rule : Rule.SYN_CHALLENGE_LIMITED;
            default -> rule;
        };
    }

    public static boolean isData(Segment segment) {
        return segment.seqLength() > 0 && !segment.has(SYN);
    }

    private static boolean isOld(Connection c, Segment segment) {
        return !segment.has(FIN) && SeqNumber.upTo(segment.endSeq(), c.receiver.nxt());
    }

    /** Who uses no ECN notes all the same that it could (tcp_ecn_received_counters). */
    private static void noteCapability(Connection c, Segment segment) {
        boolean capable = (segment.trafficClass() & IpHeader.ECN_MASK) != 0;
        c.ecnSeen |= capable && !c.ecn && c.state() == TcpState.ESTABLISHED;
    }

    private Rule process(Connection c, Segment segment) {
        boolean stamped = c.timestamps && segment.hasTimestamps();
        if (stamped
                && SeqNumber.upTo(segment.seq(), c.receiver.window.announcedAt())
                && !isOvertaken(c, segment)
                && !Paws.isOld(c.tsRecent, segment.tsValue())) {
            c.tsRecent = segment.tsValue();
        }
        if (isAckUnheard(c, segment)) {
            c.sender.updateWindow(segment, core.kernel);
        } else {
            ackInput.accept(c, segment);
        }
        if (c.state() == TcpState.CLOSE) {
            return Rule.ACK_ACCEPTED; // that ACK of our FIN was the last thing to happen
        }
        if (c.state() == TcpState.TIME_WAIT) {
            timeWaitInput.enter(c);
            return Rule.ACK_ACCEPTED; // so it was after CLOSING: neither its data nor its urgent pointer is looked at
        }
        if (c.linger2 < 0 && c.state() == TcpState.FIN_WAIT2 && c.isOrphan()) {
            output.reset(segment, Rule.ENDED_BY_LINGER2);
            core.close(c, 0);
            return Rule.ENDED_BY_LINGER2;
        }
        if (c.state() == TcpState.FIN_WAIT2 && c.isOrphan() && isOld(c, segment)) {
            timeWaitInput.enter(c);
            return Rule.ACK_ACCEPTED; // nobody is left whom it could tell anything
        }
        Rule rule = dataInput.accept(c, segment);
        if (c.state() == TcpState.CLOSE) {
            return rule;
        }
        transmission.push(c, Rule.DATA_SENT);
        SendBuffers.tellWriter(core, c);
        dataInput.acknowledge(c);
        timeWaitInput.enterIfOver(c, segment);
        return rule;
    }
}

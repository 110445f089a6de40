package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.LossTimer.Purpose;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/** What a segment does to a connection that is, or was, ESTABLISHED: RFC 9293, section 3.10.7.4. */
final class ConnectionInput {
    private final Core core;
    private final Transmission transmission;
    private final TimeWaits timeWaits;
    private final Repetitions repetitions;

    ConnectionInput(Core core, Transmission transmission, TimeWaits timeWaits) {
        this.core = core;
        this.timeWaits = timeWaits;
        this.transmission = transmission;
        repetitions = new Repetitions(core);
    }

    Rule receive(Connection c, Segment segment) {
        Rule rule = validate(c, segment);
        if (rule == Rule.ACK_ACCEPTED) {
            rule = judgeAck(c.sender, segment.ack());
        }
        if (rule == Rule.ACK_TOO_OLD && isPredicted(c, segment)) {
            takePredicted(c, segment);
        }
        if (rule != Rule.ACK_ACCEPTED) {
            return refuse(c, segment, rule);
        }
        rule = process(c, segment);
        c.arm();
        return rule;
    }

    /** Just what comes most of the time, in order and with nothing new but data (header prediction). */
    private static boolean isPredicted(Connection c, Segment segment) {
        return c.state() == TcpState.ESTABLISHED
                && !segment.has(FIN)
                && segment.seq() == c.receiver.announcedAt()
                && !c.receiver.hasGap()
                && segment.window() << c.sender.windowScale() == c.sender.window();
    }

    /** Linux takes in such a segment's timestamp and data before it finds its ACK too old. */
    private void takePredicted(Connection c, Segment segment) {
        if (c.timestamps && segment.hasTimestamps() && !Paws.isOld(c.tsRecent, segment.tsValue())) {
            c.tsRecent = segment.tsValue();
        }
        if (segment.payloadLength() > 0) {
            core.count(receiveData(c, segment));
        }
    }

    /** What is done about a segment that is not acceptable, or is a reset. */
    Rule refuse(Connection c, Segment segment, Rule judged) {
        Rule rule = ration(limit(c, segment, judged));
        if (judged == Rule.SYN_CHALLENGED && c.state() == TcpState.ESTABLISHED) {
            core.count(Counter.InErrs);
        }
        switch (rule) {
            case PAWS_REJECTED, OUT_OF_WINDOW, BEYOND_WINDOW -> {
                repetitions.old(c, segment);
                c.receiver.acks.demand();
                c.senselessAt = isData(segment) ? c.senselessAt : core.stamp();
                transmission.ack(c, rule);
            }
            case RST_CHALLENGED, SYN_CHALLENGED, ACK_TOO_OLD, ACK_OF_UNSENT -> {
                c.senselessAt = core.stamp();
                transmission.ack(c, rule);
            }
            case CHALLENGE_LIMITED, SYN_CHALLENGE_LIMITED -> c.senselessAt = core.stamp();
            case RST_ACCEPTED -> c.close(c.state() == TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET);
            default -> {} // dropped
        }
        c.arm();
        return rule;
    }

    /** In the order of tcp_validate_incoming; ACK_ACCEPTED if only its ACK is to be judged yet. */
    Rule validate(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean rst = segment.has(RST);
        if (!segment.has(ACK) && !rst && !segment.has(SYN)) {
            return Rule.NO_ACK_FLAG;
        }
        if (c.timestamps && segment.hasTimestamps() && Paws.isStale(c.tsRecent, segment.tsValue()) && !rst) {
            Rule stale = judgeStale(c, segment);
            if (stale != Rule.ACK_ACCEPTED) {
                return stale;
            }
        }
        boolean strict = core.kernel.refusesOvershoot();
        boolean old = receiver.isOld(segment.endSeq());
        if (old || receiver.isBeyond(segment.seq(), segment.seq() + segment.payloadLength(), strict)) {
            Rule outside = old || !strict ? Rule.OUT_OF_WINDOW : Rule.BEYOND_WINDOW;
            return rst ? Rule.RST_OUT_OF_WINDOW : segment.has(SYN) ? Rule.SYN_CHALLENGED : outside;
        }
        if (rst) {
            return segment.seq() == receiver.nxt() ? Rule.RST_ACCEPTED : Rule.RST_CHALLENGED;
        }
        return segment.has(SYN) ? Rule.SYN_CHALLENGED : Rule.ACK_ACCEPTED;
    }

    /** An old timestamp is forgiven to an ACK that repeats the last one, having been overtaken (tcp_disordered_ack_check). */
    private Rule judgeStale(Connection c, Segment segment) {
        boolean modern = core.kernel.knowsOldAcks();
        if (modern && segment.has(SYN)) {
            return Rule.SYN_CHALLENGED;
        }
        int nxt = c.receiver.nxt();
        if (!segment.has(ACK) || segment.seqLength() > 0 || SeqNumber.after(segment.seq(), nxt)) {
            return Rule.PAWS_REJECTED;
        }
        if (segment.seq() != nxt) {
            return modern ? Rule.PAWS_OLD_ACK : Rule.PAWS_REJECTED;
        }
        long replayWindow = c.sender.timeout() * 6 / 5 / 1_000_000;
        boolean repeats = segment.ack() == c.sender.una() && !c.sender.mayUpdateWindow(segment);
        return repeats && c.tsRecent - segment.tsValue() <= replayWindow ? Rule.ACK_ACCEPTED : Rule.PAWS_REJECTED;
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

    static boolean isData(Segment segment) {
        return segment.seqLength() > 0 && !segment.has(SYN);
    }

    private Rule judgeAck(Sender sender, int ack) {
        if (SeqNumber.after(ack, sender.max())) {
            return Rule.ACK_OF_UNSENT;
        }
        // RFC 5961, section 5.2: an ACK from before the largest window ever is a guess at best.
        int oldest = sender.una() - core.kernel.oldestAck(sender.greatestWindow(), sender.acknowledged());
        return SeqNumber.before(ack, oldest) ? Rule.ACK_TOO_OLD : Rule.ACK_ACCEPTED;
    }

    private Rule process(Connection c, Segment segment) {
        boolean stamped = c.timestamps && segment.hasTimestamps();
        if (stamped
                && SeqNumber.upTo(segment.seq(), c.receiver.announcedAt())
                && !Paws.isOld(c.tsRecent, segment.tsValue())) {
            c.tsRecent = segment.tsValue();
        }
        acknowledge(c, segment);
        advanceClosing(c);
        if (c.state() == TcpState.CLOSE) {
            return Rule.ACK_ACCEPTED; // that ACK of our FIN was the last thing to happen
        }
        Rule rule = receiveData(c, segment);
        if (c.state() == TcpState.CLOSE) {
            return rule;
        }
        transmission.push(c, Rule.DATA_SENT);
        acknowledgeData(c, segment);
        if (c.state() == TcpState.FIN_WAIT2 && c.isOrphan() || c.state() == TcpState.TIME_WAIT) {
            timeWaits.enter(c);
        }
        return rule;
    }

    private void acknowledge(Connection c, Segment segment) {
        Sender sender = c.sender;
        int ack = segment.ack();
        c.softError = 0; // something got through
        boolean windowChanged = sender.updateWindow(segment);
        if (!SeqNumber.after(ack, sender.una())) {
            if (ack == sender.una()
                    && sender.hasInFlight()
                    && segment.payloadLength() == 0
                    && !windowChanged
                    && !segment.has(FIN)) {
                onDuplicateAck(c);
            } else if (!sender.hasInFlight()) {
                onProbeAnswered(c);
            }
            return;
        }
        measure(c, segment);
        int inFlight = sender.inFlight();
        int acknowledged = sender.acknowledge(ack);
        sender.timer.progress();
        if (!SeqNumber.before(ack, sender.timer.probeEnd)) {
            sender.timer.probed = false;
        }
        onProgress(c, ack, acknowledged, inFlight);
        transmission.restartTimer(c);
        if (c.writerWaits && sender.queued() <= SendBuffers.limit(core, c) * 2L / 3) {
            c.writerWaits = false;
            c.wake();
        }
    }

    /** The peer is there, even if its window is still closed; once a segment fits, push() sends it (tcp_ack_probe). */
    private void onProbeAnswered(Connection c) {
        Sender sender = c.sender;
        LossTimer timer = sender.timer;
        timer.retransmits = 0;
        if (timer.purpose != Purpose.WINDOW_PROBE) {
            return;
        }
        if (Math.min(sender.pending(), sender.mss()) <= sender.window()) {
            timer.stop();
            timer.progress();
        } else {
            long end = c.patienceEnd(timer.probingSince);
            timer.set(Purpose.WINDOW_PROBE, core.due(core.kernel.patientUntil(core.now(), sender.timeout(), end)));
        }
    }

    private void measure(Connection c, Segment segment) {
        Sender sender = c.sender;
        long rtt = sender.timed(segment.ack(), core.now());
        if (rtt < 0 && sender.timer.retransmits > 0) {
            // Karn does not bind an ACK that says which sending it answers (RFC 7323, section 4.1).
            rtt = core.sinceEcho(c, segment);
        }
        if (rtt >= 0) {
            sender.roundTrip.sample(rtt, segment.ack(), sender.max());
        }
    }

    private void onProgress(Connection c, int ack, int acknowledged, int inFlight) {
        Sender sender = c.sender;
        sender.noDuplicate();
        if (!sender.isRecovering()) {
            sender.congestion.onAck(acknowledged, inFlight - acknowledged);
        } else if (sender.endsRecovery(ack)) {
            sender.congestion.onRecovered();
        } else {
            core.count(Rule.FAST_RETRANSMITTED); // NewReno: the next hole (RFC 6582)
            transmission.retransmitFirst(c, Rule.FAST_RETRANSMITTED);
        }
    }

    private void onDuplicateAck(Connection c) {
        Sender sender = c.sender;
        if (sender.isRecovering()) {
            sender.congestion.onDuplicateAck();
        } else if (sender.duplicateAck() == 3 && sender.timer.retransmits == 0) {
            sender.startRecovery();
            sender.congestion.onLoss(sender.inFlight());
            core.count(Rule.FAST_RETRANSMITTED);
            transmission.retransmitFirst(c, Rule.FAST_RETRANSMITTED);
            transmission.restartTimer(c);
        }
    }

    /** Our FIN was acknowledged: one state further. */
    private void advanceClosing(Connection c) {
        if (!c.sender.isFinAcknowledged()) {
            return;
        }
        switch (c.state()) {
            case FIN_WAIT1 -> {
                c.enter(TcpState.FIN_WAIT2);
                c.wake();
            }
            case CLOSING -> c.enter(TcpState.TIME_WAIT);
            case LAST_ACK -> {
                core.metrics.update(core, c);
                c.close(0);
            }
            default -> {}
        }
    }

    private Rule receiveData(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean old = segment.seqLength() > 0 && SeqNumber.before(segment.seq(), receiver.nxt());
        if (!c.state().canReceive() && !old) {
            return Rule.ACK_ACCEPTED;
        }
        if (isUnwelcome(c, segment)) {
            core.output.reset(segment, Rule.DATA_AFTER_CLOSE);
            c.close(c.state() == TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET);
            return Rule.DATA_AFTER_CLOSE;
        }
        if (!c.state().canReceive()) {
            repetitions.old(c, segment);
            receiver.acks.demand();
            return Rule.DATA_DUPLICATE;
        }
        int length = segment.payloadLength();
        repetitions.within(c, segment);
        if (c.ecn && length > 0) {
            noteCongestion(c, segment);
        }
        Rule rule = receiver.accept(segment, segment.has(FIN));
        if (length > 0) {
            receiver.acks.onData(length, receiver.window(), c.announcedMss, core.now(), c.sender.timeout());
        }
        switch (rule) {
            case DATA_ACCEPTED -> {
                if (length >= receiver.acks.segmentSize()) {
                    receiver.grow(c.announcedMss);
                }
                c.wake();
            }
            case DATA_DUPLICATE -> {
                repetitions.old(c, segment);
                receiver.acks.demand();
            }
            case DATA_OUT_OF_ORDER, DATA_TOO_MANY_GAPS, DATA_NO_ROOM -> receiver.acks.demand();
            case FIN_ACCEPTED -> finish(c);
            default -> {}
        }
        return rule;
    }

    /** Every ACK says that a packet was marked until the peer says that it sends less (RFC 3168, section 6.1.3). */
    private static void noteCongestion(Connection c, Segment segment) {
        boolean marked = (segment.trafficClass() & IpHeader.ECN_MASK) == IpHeader.CONGESTION_EXPERIENCED;
        if (marked && !c.ecnEcho) {
            c.receiver.acks.demand();
        }
        c.ecnEcho = marked || c.ecnEcho && !segment.has(CWR);
    }

    /** RFC 9293, section 3.6.1: data that nobody will read, once either end has closed, is answered with a reset. */
    private static boolean isUnwelcome(Connection c, Segment segment) {
        boolean unread = c.readShutdown || c.receiver.isFinished();
        int end = segment.seq() + segment.payloadLength();
        return unread
                && c.state() != TcpState.ESTABLISHED
                && segment.seqLength() > 0
                && SeqNumber.after(end, c.receiver.nxt());
    }

    /** The peer's FIN, with everything before it, is here (tcp_fin). */
    private void finish(Connection c) {
        c.wake();
        c.receiver.acks.onFin();
        switch (c.state()) {
            case ESTABLISHED -> c.enter(TcpState.CLOSE_WAIT);
            case FIN_WAIT1 -> {
                c.receiver.acks.demand();
                c.enter(TcpState.CLOSING);
            }
            case FIN_WAIT2 -> {
                c.receiver.acks.demand();
                c.enter(TcpState.TIME_WAIT);
            }
            default -> {}
        }
    }

    private void acknowledgeData(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean repeated = segment.seqLength() > 0;
        int unacknowledged = receiver.nxt() - receiver.announcedAt();
        if (unacknowledged == 0 && !(repeated && receiver.acks.isDemanded())) {
            return;
        }
        if (receiver.acks.isDueNow(unacknowledged, receiver.hasGap(), core)) {
            transmission.ack(c, Rule.ACK_ACCEPTED);
        }
    }
}

package io.halfopen.tcp.connection;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.recovery.FlightInput;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.recovery.RecoveryInput;
import io.halfopen.tcp.recovery.Retransmission;
import io.halfopen.tcp.recovery.SackInput;
import io.halfopen.tcp.recovery.WindowReduction;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.AckState.Resend;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Chrono;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.tcp.transmit.XmitTimer;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/** What the ACK of an acceptable segment does to the sending half, and to closing: tcp_ack. */
final class AckInput {
    private enum ProbeFate {
        UNKNOWN,
        /** Nothing was lost. */
        NEEDLESS,
        /** The original was lost, and the probe has made up for it. */
        REPAIRED
    }

    private final Core core;
    private final Transmission transmission;
    private final XmitTimer xmitTimer;
    private final WindowReduction reduction;
    private final Retransmission retransmission;
    private final SackInput sackInput;
    private final FlightInput flightInput;
    private final RecoveryInput recoveryInput;

    /** What is known of the ACK that is being taken in. */
    private final AckState ack = new AckState();

    AckInput(Core core, OutputPath outputPath) {
        this.core = core;
        transmission = outputPath.transmission;
        xmitTimer = outputPath.xmitTimer;
        reduction = outputPath.reduction;
        retransmission = outputPath.retransmission;
        sackInput = new SackInput(core, outputPath.detection);
        flightInput = new FlightInput(core, outputPath.detection);
        recoveryInput = new RecoveryInput(core, outputPath);
    }

    /** Why an ACK is refused; null if it is not. */
    @Nullable
    Rule judge(Sender sender, int ack) {
        if (!SeqNumber.before(ack, sender.una())) {
            return SeqNumber.after(ack, sender.nxt()) ? Rule.ACK_OF_UNSENT : null;
        }
        // RFC 5961, section 5.2: an ACK from before the largest window ever is a guess at best.
        int oldest = sender.una() - core.kernel.oldestAck(sender.greatestWindow(), sender.acknowledged());
        return SeqNumber.before(ack, oldest) ? Rule.ACK_TOO_OLD : null;
    }

    /** Takes it in; afterwards the connection may be over. */
    void accept(Connection c, Segment segment) {
        if (isRepeated(c.sender, segment)) {
            updateWindow(c, segment);
            onProbeAnswered(c);
        } else {
            ack.begin(c.sender, segment, c.sack, c.timestamps, c.ecn);
            if (SeqNumber.before(segment.ack(), c.sender.una())) {
                acceptOld(c, segment);
            } else {
                acknowledge(c, segment);
            }
        }
        advanceClosing(c);
    }

    /**
     * Nothing is in flight, and it says what the one before said, as with all data of a peer that is sent nothing: of what
     * {@link #acknowledge} does only the window and the answer to a probe are left.
     */
    private static boolean isRepeated(Sender sender, Segment segment) {
        return sender.flight.isEmpty()
                && segment.ack() == sender.una()
                && segment.sackBlocks() == 0
                && !sender.recovery.probing;
    }

    /** An ACK that a later one has overtaken: only its SACK blocks can be news. */
    private void acceptOld(Connection c, Segment segment) {
        if (c.sack && segment.sackBlocks() > 0) {
            sackInput.accept(c, segment, ack);
            recoveryInput.accept(c, ack);
            countDelivered(c.sender);
            send(c);
        }
    }

    /** In the order of tcp_ack. */
    private void acknowledge(Connection c, Segment segment) {
        Sender sender = c.sender;
        update(c, segment);
        if (ack.packets == 0) {
            onNothingInFlight(c);
            return;
        }
        flightInput.clean(c, ack);
        if (sender.flight.isEmpty()) {
            core.statistics.unlimited(sender, Chrono.Limit.BUSY, sender.pending() == 0);
        }
        sender.recovery.rack.adapt(core.sysctls, ack.rate.priorDelivered, sender.delivery.delivered);
        settleProbe(sender);
        if (RecoveryInput.isDubious(sender, ack)) {
            ack.duplicates = ack.advanced || ack.isNoDuplicate() || ack.duplicateSacked ? 0 : 1;
            recoveryInput.accept(c, ack);
        }
        if (ack.setTimer) {
            xmitTimer.restart(c);
        }
        ack.rate.generate(sender, ack, core.now());
        countDelivered(sender);
        adaptWindow(sender);
        send(c);
    }

    /** What the header and its options say, before anything is done about it. */
    private void update(Connection c, Segment segment) {
        Sender sender = c.sender;
        if (ack.advanced) {
            sender.timer.retransmits = 0;
        }
        ack.windowUpdate = updateWindow(c, segment);
        sender.acknowledge(segment.ack());
        core.tellAcknowledged(c);
        if (c.urgent != null) {
            c.urgent.acknowledged(segment.ack());
        }
        if (c.sack && segment.sackBlocks() > 0) {
            sackInput.accept(c, segment, ack);
        }
        sender.delivery.add(ack.sackDelivered, ack.congestionEcho);
    }

    /** The peer is there, and has this window; false if the ACK is too old to tell. */
    private boolean updateWindow(Connection c, Segment segment) {
        int before = c.sender.window();
        boolean updated = c.sender.updateWindow(segment, core.kernel);
        if (c.sender.window() != before) {
            transmission.windowChanged(c);
        }
        c.softError = 0; // something got through
        c.onAnswer();
        return updated;
    }

    /** tcp_newly_delivered. */
    private void countDelivered(Sender sender) {
        int packets = sender.delivery.delivered - ack.delivered;
        core.count(Counter.TCPDelivered, packets);
        if (ack.congestionEcho) {
            core.count(Counter.TCPDeliveredCE, packets);
        }
    }

    private void onNothingInFlight(Connection c) {
        if (ack.duplicateSacked) {
            recoveryInput.accept(c, ack);
            countDelivered(c.sender);
        }
        onProbeAnswered(c);
        settleProbe(c.sender);
    }

    /** What became of a tail loss probe, and so of the tail (RFC 8985, section 7.4; tcp_process_tlp_ack). */
    private ProbeFate judgeProbe(Recovery recovery) {
        if (!recovery.probing || SeqNumber.before(ack.ack, recovery.probeEnd)) {
            return ProbeFate.UNKNOWN;
        }
        if (!recovery.probeRetransmits || ack.duplicateOfProbe) {
            return ProbeFate.NEEDLESS; // it was new data, or came twice
        }
        if (SeqNumber.after(ack.ack, recovery.probeEnd)) {
            return ProbeFate.REPAIRED; // it came once
        }
        boolean duplicate = !ack.advanced && !ack.isNoDuplicate() && !ack.sacked;
        return duplicate ? ProbeFate.NEEDLESS : ProbeFate.UNKNOWN; // a duplicate ACK says that both came
    }

    private void settleProbe(Sender sender) {
        switch (judgeProbe(sender.recovery)) {
            case NEEDLESS -> sender.recovery.probing = false;
            case REPAIRED -> {
                reduction.start(sender);
                reduction.enter(sender, CaState.CWR);
                reduction.end(sender);
                reduction.keepOpen(sender);
                core.count(Counter.TCPLossProbeRecovery);
            }
            case UNKNOWN -> {}
        }
    }

    /** tcp_cong_control. */
    private void adaptWindow(Sender sender) {
        if (sender.control.controls()) {
            sender.control.control(sender, ack.rate, core.now());
            return;
        }
        if (sender.congestion.state.shrinks()) {
            reduction.reduce(sender, ack.rate.ackedSacked, ack.rate.losses, ack.advanced);
        } else if (mayRaise(sender)) {
            sender.control.avoid(sender, ack.rate.ackedSacked, core.now());
            sender.congestion.stampedAt = core.now();
        }
        core.controls.pace(sender);
    }

    /** Where packets are known to be reordered, what came out of order counts as well (tcp_may_raise_cwnd). */
    private boolean mayRaise(Sender sender) {
        boolean reorders = sender.recovery.reordering > core.sysctls.get(Sysctl.tcp_reordering);
        return ack.acked || reorders && ack.sacked;
    }

    /** tcp_xmit_recovery. */
    private void send(Connection c) {
        Recovery recovery = c.sender.recovery;
        if (ack.resend == Resend.NEW) {
            transmission.pushNow(c, Rule.DATA_SENT);
            if (SeqNumber.after(c.sender.nxt(), recovery.high)) {
                return;
            }
            recovery.frto = false;
        }
        if (ack.resend != Resend.NOTHING) {
            retransmission.sendLost(c);
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
        if (sender.headSize() <= sender.window()) {
            timer.stop();
            timer.opened();
        } else {
            long end = c.patienceEnd(timer.probingSince);
            timer.set(Purpose.WINDOW_PROBE, core.due(core.kernel.patientUntil(core.now(), sender.probeTimeout(), end)));
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
                core.wake(c);
            }
            case CLOSING -> c.enter(TcpState.TIME_WAIT);
            case LAST_ACK -> {
                core.metrics.update(core, c);
                core.close(c, 0);
            }
            default -> {}
        }
    }
}

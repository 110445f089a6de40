package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.FIN;

import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.LossTimer.Purpose;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/** What the ACK of an acceptable segment does to the sending half, and to closing: tcp_ack. */
final class AckInput {
    private final Core core;
    private final Transmission transmission;

    AckInput(Core core, Transmission transmission) {
        this.core = core;
        this.transmission = transmission;
    }

    Rule judge(Sender sender, int ack) {
        if (SeqNumber.after(ack, sender.max())) {
            return Rule.ACK_OF_UNSENT;
        }
        // RFC 5961, section 5.2: an ACK from before the largest window ever is a guess at best.
        int oldest = sender.una() - core.kernel.oldestAck(sender.greatestWindow(), sender.acknowledged());
        return SeqNumber.before(ack, oldest) ? Rule.ACK_TOO_OLD : Rule.ACK_ACCEPTED;
    }

    /** Takes it in; afterwards the connection may be over. */
    void accept(Connection c, Segment segment) {
        acknowledge(c, segment);
        advanceClosing(c);
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
        int acknowledged = sender.acknowledge(ack);
        sender.timer.progress();
        if (!SeqNumber.before(ack, sender.timer.probeEnd)) {
            sender.timer.probed = false;
        }
        onProgress(c, ack, acknowledged);
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

    private void onProgress(Connection c, int ack, int acknowledged) {
        Sender sender = c.sender;
        CongestionWindow window = sender.congestion;
        sender.noDuplicate();
        if (!sender.isRecovering()) {
            window.state = CaState.OPEN;
            sender.control.avoid(sender, sender.packets(acknowledged), core.now());
        } else if (sender.endsRecovery(ack)) {
            window.cwnd = window.ssthresh;
        } else {
            core.count(Rule.FAST_RETRANSMITTED); // NewReno: the next hole (RFC 6582)
            transmission.retransmitFirst(c, Rule.FAST_RETRANSMITTED);
        }
    }

    private void onDuplicateAck(Connection c) {
        Sender sender = c.sender;
        if (sender.isRecovering()) {
            sender.congestion.cwnd++; // one more has left the network (RFC 5681, section 3.2)
        } else if (sender.duplicateAck() == 3 && sender.timer.retransmits == 0) {
            sender.startRecovery();
            sender.congestion.ssthresh = sender.control.ssthresh(sender);
            sender.congestion.cwnd = sender.congestion.ssthresh + 3;
            sender.congestion.state = CaState.RECOVERY;
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
}

package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.LossTimer.Purpose;
import io.halfopen.wire.SeqNumber;

/** Sends packets of the {@link Flight} again. */
final class Retransmission {
    private final Core core;
    private final XmitTimer timer;
    private final LossDetection detection;
    private final WindowReduction reduction;

    Retransmission(Core core, XmitTimer timer, LossDetection detection, WindowReduction reduction) {
        this.core = core;
        this.timer = timer;
        this.detection = detection;
        this.reduction = reduction;
    }

    /** What is lost, the oldest first, as far as the congestion window lets it (tcp_xmit_retransmit_queue). */
    void sendLost(Connection c) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        boolean hole = false;
        boolean rearm = false;
        for (int i = flight.hintedIndex(); i < flight.packets(); i++) {
            int slot = flight.at(i);
            if (!core.controls.letsGo(sender)) {
                break;
            }
            if (!hole) {
                flight.hint(slot);
            }
            if (sender.isCwndFull() || flight.retransOut() >= flight.lostOut()) {
                break;
            }
            if (!flight.is(slot, Flight.LOST)) {
                hole |= !flight.is(slot, Flight.RETRANS | Flight.SACKED);
                continue;
            }
            if (flight.is(slot, Flight.RETRANS | Flight.SACKED)) {
                continue;
            }
            Rule why = whyAgain(sender);
            if (!send(c, i, why)) {
                break;
            }
            core.count(why);
            rearm |= i == 0 && sender.timer.purpose != Purpose.REORDER;
        }
        sender.pacing.settle(core.now());
        if (rearm) {
            timer.setRetransmit(sender);
        }
    }

    private static Rule whyAgain(Sender sender) {
        return sender.congestion.state == CaState.LOSS ? Rule.SLOW_START_RETRANSMITTED : Rule.FAST_RETRANSMITTED;
    }

    /** One packet of those that are lost; false if the peer's window does not let it (tcp_retransmit_skb). */
    boolean send(Connection c, int index, Rule why) {
        Sender sender = c.sender;
        if (!sendAgain(c, index, why)) {
            return false;
        }
        sender.flight.tagRetransmitted(sender.flight.at(index));
        sender.recovery.retransmitted(1, core.now());
        if (sender.congestion.state.shrinks()) {
            sender.recovery.prrOut++;
        }
        return true;
    }

    /** The last packet, in the hope of an ACK. */
    boolean probe(Connection c) {
        return sendAgain(c, c.sender.flight.packets() - 1, Rule.TAIL_LOSS_PROBED);
    }

    /** All that was not acknowledged is lost, and congestion is not why: it is sent again, and the window stays. */
    void sendAll(Connection c) {
        for (int i = 0; i < c.sender.flight.packets(); i++) {
            detection.lose(c.sender, c.sender.flight.at(i));
        }
        withoutCongestion(c);
    }

    /** The same of packets that have become too large for the path (tcp_simple_retransmit). */
    void sendLarge(Connection c) {
        Sender sender = c.sender;
        for (int i = 0; i < sender.flight.packets(); i++) {
            int slot = sender.flight.at(i);
            if (sender.flight.length(slot) > sender.mss()) {
                detection.lose(sender, slot);
            }
        }
        if (sender.flight.lostOut() == 0) {
            return;
        }
        if (!c.sack) {
            LossDetection.limitDuplicates(sender);
        }
        withoutCongestion(c);
    }

    /** tcp_non_congestion_loss_retransmit. */
    private void withoutCongestion(Connection c) {
        Sender sender = c.sender;
        if (sender.congestion.state != CaState.LOSS) {
            sender.recovery.high = sender.nxt();
            sender.congestion.ssthresh = sender.congestion.currentSsthresh();
            sender.congestion.priorSsthresh = 0;
            sender.recovery.undoable = false;
            reduction.enter(sender, CaState.LOSS);
        }
        sendLost(c);
    }

    /** __tcp_retransmit_skb: as much of it as fits a segment and the window, and perhaps of its successors. */
    private boolean sendAgain(Connection c, int index, Rule why) {
        Sender sender = c.sender;
        c.path.follow(core, c);
        Flight flight = sender.flight;
        int slot = flight.at(index);
        int room = sender.una() + sender.window() - flight.seq(slot);
        if (room <= 0 && flight.seq(slot) != sender.una()) {
            return false;
        }
        int length = room <= 0 ? c.currentMss() : Math.min(c.currentMss(), room);
        if (flight.length(slot) > length) {
            flight.split(index, length);
        } else if (flight.length(slot) < length) {
            collapse(sender, index, length);
        }
        transmit(c, flight.at(index), why);
        return true;
    }

    /** Small packets that follow are sent along, and are one packet with it from now on (tcp_retrans_try_collapse). */
    private void collapse(Sender sender, int index, int length) {
        Flight flight = sender.flight;
        if (!core.sysctls.isOn(Sysctl.tcp_retrans_collapse) || flight.is(flight.at(index), Flight.SACKED)) {
            return;
        }
        int end = sender.una() + sender.window();
        while (index + 1 < flight.packets()) {
            int next = flight.at(index + 1);
            boolean fits = flight.length(flight.at(index)) + flight.length(next) <= length;
            if (!fits || flight.is(next, Flight.SACKED) || SeqNumber.after(flight.end(next), end)) {
                return;
            }
            flight.merge(index);
        }
    }

    private void transmit(Connection c, int slot, Rule why) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        int length = flight.length(slot);
        int flags = ACK | (flight.is(slot, Flight.PUSH) ? PSH : 0) | (flight.is(slot, Flight.FIN) ? FIN : 0);
        core.count(Counter.RetransSegs);
        sender.recovery.retransmits++;
        sender.recovery.retransmittedOctets += length;
        core.output.segment(c, flags, flight.seq(slot), flight.seq(slot) - sender.una(), length, why);
        sender.sentAgain(slot, core.now());
    }
}

package io.halfopen.tcp.recovery;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Emitter;
import io.halfopen.tcp.transmit.MtuProbing;
import io.halfopen.tcp.transmit.PathMtuDiscovery;
import io.halfopen.tcp.transmit.XmitTimer;
import io.halfopen.wire.SeqNumber;

/** Sends packets of the {@link Flight} again. */
public final class Retransmission {
    private final Core core;
    private final Emitter emitter;
    private final XmitTimer timer;
    private final LossDetection detection;
    private final WindowReduction reduction;

    Retransmission(Core core, Emitter emitter, XmitTimer timer, LossDetection detection, WindowReduction reduction) {
        this.core = core;
        this.emitter = emitter;
        this.timer = timer;
        this.detection = detection;
        this.reduction = reduction;
    }

    /** What is lost, the oldest first, as far as the congestion window lets it (tcp_xmit_retransmit_queue). */
    public void sendLost(Connection c) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        int most = core.controls.burst(sender);
        boolean hole = false;
        boolean rearm = false;
        int sent;
        for (int i = flight.hintedIndex(); i < flight.packets(); i += sent) {
            int slot = flight.at(i);
            sent = 1;
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
            sent = send(c, i, Math.min(most, sender.congestion.cwnd - flight.inNetwork()), why);
            if (sent == 0) {
                break;
            }
            for (int counted = 0; counted < sent; counted++) {
                core.count(why);
            }
            rearm |= i == 0 && sender.timer.purpose != Purpose.REORDER;
        }
        if (rearm) {
            timer.setRetransmit(sender);
        }
    }

    private static Rule whyAgain(Sender sender) {
        return sender.congestion.state == CaState.LOSS ? Rule.SLOW_START_RETRANSMITTED : Rule.FAST_RETRANSMITTED;
    }

    /** The first of those that are lost; false if the peer's window does not let it. */
    boolean sendFirst(Connection c, Rule why) {
        return send(c, 0, 1, why) > 0;
    }

    /**
     * Sends up to so many packets of a lost burst again; returns how many the peer's window lets
     * (tcp_retransmit_skb).
     */
    private int send(Connection c, int index, int most, Rule why) {
        Sender sender = c.sender;
        int packets = sendAgain(c, index, most, why);
        for (int i = index; i < index + packets; i++) {
            sender.flight.tagRetransmitted(sender.flight.at(i));
        }
        if (packets > 0) {
            sender.recovery.retransmitted(packets, core.now());
        }
        if (sender.congestion.state.shrinks()) {
            sender.recovery.prrOut += packets;
        }
        return packets;
    }

    /** The last packet, in the hope of an ACK. */
    boolean probe(Connection c) {
        PathMtuDiscovery.follow(core, c);
        Flight flight = c.sender.flight;
        int mss = c.currentMss();
        int index = Resegmentation.first(flight, flight.packets() - 1);
        int before = (flight.packets() - index - 1) * mss;
        if (before > 0
                && Resegmentation.octets(flight, index) > before
                && Resegmentation.fragment(flight, index, before, mss)) {
            index += Resegmentation.packets(flight, index);
        }
        return sendAgain(c, index, 1, Rule.TAIL_LOSS_PROBED) > 0;
    }

    /** All that was not acknowledged is lost, and congestion is not why: it is sent again, and the window stays. */
    public void sendAll(Connection c) {
        for (int i = 0; i < c.sender.flight.packets(); i++) {
            detection.lose(c.sender, c.sender.flight.at(i));
        }
        withoutCongestion(c);
    }

    /** Packets that have become too large for the path count as lost, and are sent again (tcp_simple_retransmit). */
    public void sendLarge(Connection c) {
        Sender sender = c.sender;
        boolean large = false;
        for (int i = 0; i < sender.flight.packets(); i++) {
            int slot = sender.flight.at(i);
            boolean joined = i > 0 && sender.flight.is(slot, Flight.JOINED);
            large = joined ? large : sender.flight.length(slot) > sender.mss();
            if (large) {
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

    /**
     * Sends up to so many packets of what belongs together from here on, as many as the window lets, cut anew; and a small
     * one perhaps with its successors. Returns how many that are (__tcp_retransmit_skb).
     */
    private int sendAgain(Connection c, int index, int packets, Rule why) {
        Sender sender = c.sender;
        MtuProbing.onRetransmitted(c);
        if (core.outputBlocked) {
            reduction.enterCwr(sender);
            return 0;
        }
        PathMtuDiscovery.follow(core, c);
        Flight flight = sender.flight;
        int seq = SeqNumber.max(flight.seq(flight.at(index)), sender.una());
        flight.trim(flight.at(index), seq);
        int mss = c.currentMss();
        int room = sender.una() + sender.window() - seq;
        if (room <= 0 && seq != sender.una()) {
            return 0;
        }
        room = room <= 0 ? mss : room;
        int most = Math.min(mss * packets, room < mss ? room : room - room % mss);
        int octets = Resegmentation.octets(flight, index);
        if (octets > most) {
            if (!Resegmentation.fragment(flight, index, most, mss)) {
                return 0;
            }
        } else {
            Resegmentation.recut(flight, index, mss);
            if (octets < Math.min(mss, room)) {
                collapse(sender, index, Math.min(mss, room));
            }
        }
        int sent = Resegmentation.packets(flight, index);
        for (int i = index; i < index + sent; i++) {
            transmit(c, flight.at(i), sent > 1 && i == index + sent - 1, why);
        }
        emitter.endBurst(c);
        return sent;
    }

    /** Small packets that follow are sent along, and are one packet with it from now on (tcp_retrans_try_collapse). */
    private void collapse(Sender sender, int index, int length) {
        Flight flight = sender.flight;
        if (!core.sysctls.isOn(Sysctl.tcp_retrans_collapse) || flight.is(flight.at(index), Flight.SACKED)) {
            return;
        }
        int end = sender.una() + sender.window();
        while (index + 1 < flight.packets() && !flight.is(flight.at(index), Flight.END)) {
            int next = flight.at(index + 1);
            boolean fits = flight.length(flight.at(index)) + flight.length(next) <= length;
            if (!fits || flight.is(next, Flight.SACKED) || SeqNumber.after(flight.end(next), end)) {
                return;
            }
            flight.merge(index);
        }
    }

    /** {@code push}: it is the last of those that go to the interface as one. */
    private void transmit(Connection c, int slot, boolean push, Rule why) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        int length = flight.length(slot);
        int flags = ACK | (push || flight.is(slot, Flight.PUSH) ? PSH : 0) | (flight.is(slot, Flight.FIN) ? FIN : 0);
        sender.recovery.retransmits++;
        sender.recovery.retransmittedOctets += length;
        emitter.again(c, flags, flight.seq(slot), length, why);
        sender.sentAgain(slot, core.now());
    }
}

package io.halfopen.tcp.recovery;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Rack;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.SeqNumber;

/**
 * Which packets are lost: by time (RACK) where the peer has SACK, else by counting duplicate ACKs (NewReno), or what is
 * SACKed ({@link DuplicateThreshold}).
 */
final class LossDetection {
    private final Core core;
    final DuplicateThreshold threshold;

    LossDetection(Core core) {
        this.core = core;
        threshold = new DuplicateThreshold(core);
    }

    /** tcp_identify_packet_loss. */
    void run(Connection c, AckState ack) {
        Sender sender = c.sender;
        if (sender.flight.isEmpty()) {
            return;
        }
        if (!c.sack) {
            countDuplicates(sender, ack.advanced);
            return;
        }
        int before = sender.flight.retransOut();
        if (sender.recovery.rack.advanced && !threshold.isUsed(c)) {
            sender.recovery.rack.advanced = false;
            long wait = byTime(sender);
            if (wait > 0) {
                long delay = Math.min(wait + Kernel.TIMEOUT_MIN, sender.timeout());
                sender.timer.set(Purpose.REORDER, core.due(core.now() + delay));
                ack.setTimer = false;
            }
        }
        ack.lostRetransmission |= before > sender.flight.retransOut();
    }

    /** Marks those that are lost; returns how long the others have to be waited for, or 0, ns (tcp_rack_detect_loss). */
    long byTime(Sender sender) {
        Flight flight = sender.flight;
        Rack rack = sender.recovery.rack;
        long window = rack.window(sender, core.sysctls);
        long wait = 0;
        int slot = flight.sentFirst();
        while (slot != Flight.NOWHERE) {
            int next = flight.sentAfter(slot);
            boolean waiting = flight.is(slot, Flight.LOST) && !flight.is(slot, Flight.RETRANS);
            if (!waiting && !rack.isOvertaken(flight.sentAt(slot), flight.end(slot))) {
                break;
            }
            if (!waiting) {
                long patience = rack.patience(flight.sentAt(slot), window, core.now());
                if (patience <= 0) {
                    lose(sender, slot);
                    flight.unlink(slot);
                } else {
                    wait = Math.max(wait, patience);
                }
            }
            slot = next;
        }
        return wait;
    }

    /** The first packet is lost after so many duplicate ACKs; during recovery also whenever an ACK stops short (RFC 6582). */
    private void countDuplicates(Sender sender, boolean advanced) {
        Recovery recovery = sender.recovery;
        boolean enough = sender.congestion.state.compareTo(CaState.RECOVERY) < 0
                && sender.flight.sackedOut() >= recovery.reordering;
        if (enough || sender.congestion.state == CaState.RECOVERY && advanced) {
            int first = sender.flight.at(0);
            if (!sender.flight.is(first, Flight.LOST)) {
                if (sender.flight.packets() > 1) {
                    sender.flight.join(sender.flight.at(1), false); // it alone, not all that it left with
                }
                lose(sender, first);
            }
        }
    }

    /** A packet is lost, or its repetition is (tcp_mark_skb_lost). */
    void lose(Sender sender, int slot) {
        Flight flight = sender.flight;
        if (flight.is(slot, Flight.SACKED)) {
            return;
        }
        if (!flight.is(slot, Flight.LOST)) {
            flight.tagLost(slot);
            sender.delivery.lost++;
        } else if (flight.is(slot, Flight.RETRANS)) {
            flight.untagRetransmitted(slot);
            flight.wanted(slot);
            core.count(Counter.TCPLostRetransmit);
            sender.delivery.lost++;
        }
    }

    /** A packet was overtaken, and was not repeated: packets may be reordered so far (tcp_check_sack_reordering). */
    void checkReordering(Sender sender, int seq, Counter counter) {
        int highest = sender.flight.highestSacked(sender.una());
        if (!SeqNumber.before(seq, highest)) {
            return;
        }
        Recovery recovery = sender.recovery;
        int mss = sender.mss();
        int distance = highest - seq;
        if (mss > 0 && distance > (long) recovery.reordering * mss) {
            recovery.reordering = Math.min((distance + mss - 1) / mss, core.sysctls.get(Sysctl.tcp_max_reordering));
        }
        recovery.reorderingSeen++;
        core.count(counter);
    }

    /** More duplicate ACKs than packets that can have caused them: reordering (tcp_check_reno_reordering). */
    private void checkDuplicates(Sender sender, int added) {
        if (limitDuplicates(sender)) {
            Recovery recovery = sender.recovery;
            recovery.reordering =
                    Math.min(sender.flight.packets() + added, core.sysctls.get(Sysctl.tcp_max_reordering));
            recovery.reorderingSeen++;
            core.count(Counter.TCPRenoReorder);
        }
    }

    /** tcp_limit_reno_sacked. */
    static boolean limitDuplicates(Sender sender) {
        Flight flight = sender.flight;
        int holes = Math.min(Math.max(flight.lostOut(), 1), flight.packets());
        if (flight.sackedOut() + holes <= flight.packets()) {
            return false;
        }
        flight.setSackedOut(flight.packets() - holes);
        return true;
    }

    /** Without SACK: so many duplicate ACKs, each of a packet that arrived (tcp_add_reno_sack). */
    void addDuplicates(Sender sender, int duplicates, boolean congestionEcho) {
        if (duplicates == 0) {
            return;
        }
        int before = sender.flight.sackedOut();
        sender.flight.setSackedOut(before + duplicates);
        checkDuplicates(sender, 0);
        int delivered = sender.flight.sackedOut() - before;
        if (delivered > 0) {
            sender.delivery.add(delivered, congestionEcho);
        }
    }

    /** Without SACK: an ACK of so many packets ate as many duplicate ACKs less one (tcp_remove_reno_sacks). */
    void removeDuplicates(Sender sender, int acked, boolean congestionEcho) {
        if (acked > 0) {
            int sacked = sender.flight.sackedOut();
            sender.delivery.add(Math.max(acked - sacked, 1), congestionEcho);
            sender.flight.setSackedOut(Math.max(0, sacked - (acked - 1)));
        }
        checkDuplicates(sender, acked);
    }
}

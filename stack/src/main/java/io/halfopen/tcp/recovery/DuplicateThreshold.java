package io.halfopen.tcp.recovery;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.SeqNumber;

/**
 * Which packets are lost, by how many have arrived that were sent after them (RFC 6675). It takes the place of RACK on a
 * kernel that has both where the first bit of tcp_recovery says so.
 */
final class DuplicateThreshold {
    private final Core core;

    DuplicateThreshold(Core core) {
        this.core = core;
    }

    /** Whether packets are counted, not timed. */
    boolean isUsed(Connection c) {
        return c.sack && replacesRack();
    }

    /** Whether nothing is timed (tcp_is_rack). */
    boolean replacesRack() {
        return core.kernel.transfer.countsDuplicates(core.sysctls.get(Sysctl.tcp_recovery));
    }

    /** So many have arrived beyond a gap that what is missing is not only late (tcp_time_to_recover). */
    boolean isReached(Connection c) {
        return isUsed(c) && c.sender.flight.sackedOut() >= c.sender.recovery.reordering;
    }

    /** Marks what is lost by now; {@code first}: recovery begins with this ACK, for which the first packet will do. */
    void mark(Connection c, AckState ack, boolean first) {
        if (!isUsed(c) || !tellsOfLoss(c.sender, ack)) {
            return;
        }
        Flight flight = c.sender.flight;
        int beyond = flight.sackedOut() - c.sender.recovery.reordering;
        if (beyond >= 0) {
            markBefore(c.sender, beyond);
        } else if (first) {
            markHead(c.sender);
        }
    }

    /** A duplicate, or one that tells of a gap so wide that this is no reordering (do_lost in tcp_fastretrans_alert). */
    private static boolean tellsOfLoss(Sender sender, AckState ack) {
        Recovery recovery = sender.recovery;
        int edge = sender.una() + recovery.reordering * sender.mss();
        boolean wide = SeqNumber.after(sender.flight.highestSacked(sender.una()), edge);
        boolean stopsShort = sender.congestion.state == CaState.RECOVERY && ack.advanced;
        return stopsShort ? wide : ack.duplicates > 0 || ack.sacked && wide;
    }

    /** All beyond which more packets than these have arrived (tcp_mark_head_lost). */
    private static void markBefore(Sender sender, int packets) {
        Flight flight = sender.flight;
        int arrived = 0;
        for (int i = 0; i < flight.packets(); i++) {
            int slot = flight.at(i);
            arrived += flight.is(slot, Flight.SACKED) ? 1 : 0;
            if (arrived > packets) {
                return;
            }
            mark(sender, slot);
        }
    }

    /** The first packet, and those that left with it in one. */
    private static void markHead(Sender sender) {
        Flight flight = sender.flight;
        int i = 0;
        do {
            mark(sender, flight.at(i++));
        } while (i < flight.packets() && flight.is(flight.at(i), Flight.JOINED));
    }

    /** What was sent again is not lost once more: that only time tells. */
    private static void mark(Sender sender, int slot) {
        if (!sender.flight.is(slot, Flight.SACKED) && !sender.flight.is(slot, Flight.LOST)) {
            sender.flight.tagLost(slot);
            sender.delivery.lost++;
        }
    }
}

package io.halfopen.tcp.recovery;

import io.halfopen.linux.Counter;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.Recovery;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/**
 * What the SACK blocks of an ACK say (RFC 2018, RFC 2883): tcp_sacktag_write_queue. A block that cannot be true is
 * counted and ignored. A packet counts as arrived when one block has all of it.
 */
public final class SackInput {
    private static final int MOST = 4;

    private final Core core;
    private final LossDetection detection;
    private final int[] left = new int[MOST];
    private final int[] right = new int[MOST];
    private int count;

    /** Which of the blocks is a D-SACK, or -1. */
    private int duplicate;

    public SackInput(Core core, LossDetection detection) {
        this.core = core;
        this.detection = detection;
    }

    public void accept(Connection c, Segment segment, AckState ack) {
        Sender sender = c.sender;
        boolean repeated = findDuplicate(sender, segment, ack);
        if (SeqNumber.before(ack.ack, ack.una - sender.greatestWindow()) || sender.flight.isEmpty()) {
            return;
        }
        select(sender, segment, ack, repeated);
        sort();
        boolean known = sender.flight.sackedOut() > 0;
        for (int i = 0; i < count; i++) {
            walk(sender, ack, i, known);
        }
        sender.flight.slots().remember(left, right, count);
        if (sender.congestion.state != CaState.LOSS || sender.recovery.undoable) {
            detection.checkReordering(sender, ack.reordered, Counter.TCPSACKReorder);
        }
    }

    /** The first block is a D-SACK if it lies below the ACK, or within the second (tcp_check_dsack). */
    private boolean findDuplicate(Sender sender, Segment segment, AckState ack) {
        int from = segment.sackLeft(0);
        int until = segment.sackRight(0);
        if (SeqNumber.before(from, segment.ack())) {
            core.count(Counter.TCPDSACKRecv);
        } else if (segment.sackBlocks() > 1
                && SeqNumber.upTo(until, segment.sackRight(1))
                && SeqNumber.upTo(segment.sackLeft(1), from)) {
            core.count(Counter.TCPDSACKOfoRecv);
        } else {
            return false;
        }
        int packets = countDuplicate(sender, from, until, ack);
        if (packets == 0) {
            core.count(Counter.TCPDSACKIgnoredDubious);
            return false;
        }
        core.count(Counter.TCPDSACKRecvSegs, packets);
        Recovery recovery = sender.recovery;
        if (SeqNumber.upTo(until, ack.una) && SeqNumber.after(until, recovery.undoFrom)) {
            recovery.superfluous(packets);
        }
        return true;
    }

    /** How many packets came twice; 0 if that cannot be our doing (tcp_dsack_seen). */
    private static int countDuplicate(Sender sender, int from, int until, AckState ack) {
        int length = until - from;
        if (length <= 0 || length > sender.greatestWindow()) {
            return 0;
        }
        Recovery recovery = sender.recovery;
        int packets = Math.max(1, (length + sender.mss() - 1) / Math.max(1, sender.mss()));
        if (length <= sender.mss() && recovery.probing && recovery.probeEnd == until) {
            ack.duplicateOfProbe = true;
        }
        recovery.duplicates += packets;
        if (recovery.duplicates > recovery.retransmits) {
            return 0;
        }
        if (recovery.reorderingSeen > 0 && !ack.duplicateOfProbe) {
            recovery.rack.duplicateSeen = true;
        }
        ack.duplicateSacked = true;
        ack.sackDelivered += packets;
        return packets;
    }

    private void select(Sender sender, Segment segment, AckState ack, boolean repeated) {
        count = 0;
        duplicate = -1;
        for (int i = 0; i < Math.min(MOST, segment.sackBlocks()); i++) {
            boolean isDuplicate = i == 0 && repeated;
            int from = segment.sackLeft(i);
            int until = segment.sackRight(i);
            if (!isValid(sender, isDuplicate, from, until)) {
                countInvalid(sender, ack, isDuplicate, until);
            } else if (SeqNumber.after(until, ack.una)) {
                duplicate = isDuplicate ? count : duplicate;
                left[count] = from;
                right[count++] = until;
            }
        }
    }

    /** tcp_is_sackblock_valid: within what is in flight, or a D-SACK of the present episode. */
    private static boolean isValid(Sender sender, boolean isDuplicate, int from, int until) {
        if (SeqNumber.after(until, sender.nxt())
                || !SeqNumber.before(from, until)
                || !SeqNumber.before(from, sender.nxt())) {
            return false;
        }
        if (SeqNumber.after(from, sender.una())) {
            return true;
        }
        Recovery recovery = sender.recovery;
        if (!isDuplicate || !recovery.undoable || SeqNumber.after(until, sender.una())) {
            return false;
        }
        if (!SeqNumber.before(from, recovery.undoFrom)) {
            return true;
        }
        return SeqNumber.after(until, recovery.undoFrom) && !SeqNumber.before(from, until - sender.greatestWindow());
    }

    private void countInvalid(Sender sender, AckState ack, boolean isDuplicate, int until) {
        if (isDuplicate) {
            core.count(sender.recovery.undoable ? Counter.TCPDSACKIgnoredOld : Counter.TCPDSACKIgnoredNoUndo);
        } else if (ack.ack == sender.una() || SeqNumber.after(until, sender.una())) {
            core.count(Counter.TCPSACKDiscard); // what is merely old was overtaken by a newer ACK
        }
    }

    /** Lowest first; there are four at most. */
    private void sort() {
        for (int last = count - 1; last > 0; last--) {
            for (int i = 0; i < last; i++) {
                if (SeqNumber.after(left[i], left[i + 1])) {
                    swap(i, i + 1);
                }
            }
        }
    }

    private void swap(int a, int b) {
        int from = left[a];
        int until = right[a];
        left[a] = left[b];
        right[a] = right[b];
        left[b] = from;
        right[b] = until;
        duplicate = duplicate == a ? b : duplicate == b ? a : duplicate;
    }

    /** Tags what a block has; of what an earlier ACK had told already, only the rest is looked at. */
    private void walk(Sender sender, AckState ack, int block, boolean known) {
        Flight flight = sender.flight;
        boolean isDuplicate = block == duplicate;
        int from = left[block];
        int until = right[block];
        if (SeqNumber.before(from, flight.seq(flight.at(0))) && core.kernel.transfer.searchesBlocks()) {
            return; // nothing of the queue has this number
        }
        int start = known && !isDuplicate ? flight.slots().untoldFrom(from, until) : from;
        int stop = known && !isDuplicate ? flight.slots().untoldUntil(start, until) : until;
        int first = flight.indexOf(start);
        if (start == from) {
            Resegmentation.part(flight, first, from);
        }
        for (int i = first; i < flight.packets(); i++) {
            int slot = flight.at(i);
            if (!SeqNumber.before(flight.seq(slot), stop)) {
                return;
            }
            if (SeqNumber.upTo(from, flight.seq(slot)) && SeqNumber.upTo(flight.end(slot), stop)) {
                tag(sender, ack, slot, isDuplicate);
                Resegmentation.sacked(flight, i);
            }
        }
    }

    /** tcp_sacktag_one. */
    private void tag(Sender sender, AckState ack, int slot, boolean isDuplicate) {
        Flight flight = sender.flight;
        Recovery recovery = sender.recovery;
        int seq = flight.seq(slot);
        int end = flight.end(slot);
        boolean ever = flight.is(slot, Flight.RETRANS | Flight.EVER_RETRANS);
        if (isDuplicate && ever) {
            if (SeqNumber.after(end, recovery.undoFrom)) {
                recovery.superfluous(1);
            }
            if (flight.is(slot, Flight.SACKED)) {
                ack.reordered = SeqNumber.min(ack.reordered, seq);
            }
        }
        if (!SeqNumber.after(end, sender.una())) {
            return; // this ACK takes it out in a moment
        }
        if (!flight.is(slot, Flight.SACKED)) {
            recovery.rack.arrived(flight.sentAt(slot), end, ever, core.now(), sender.roundTrip.least());
            if (!ever) {
                tagOriginal(sender, ack, slot);
            }
            if (flight.is(slot, Flight.LOST)) {
                flight.untagLost(slot);
                flight.untagRetransmitted(slot);
            }
            flight.tagSacked(slot);
            ack.sacked = true;
            ack.sackDelivered++;
            ack.rate.delivered(sender, slot);
        }
        if (isDuplicate) {
            flight.untagRetransmitted(slot);
        }
    }

    /** Sent once, and here: if something sent later was here before, packets were reordered. */
    private static void tagOriginal(Sender sender, AckState ack, int slot) {
        Flight flight = sender.flight;
        int seq = flight.seq(slot);
        if (SeqNumber.before(seq, flight.highestSacked(sender.una()))) {
            ack.reordered = SeqNumber.min(ack.reordered, seq);
        }
        ack.originalArrived |= SeqNumber.upTo(flight.end(slot), sender.recovery.high);
        ack.lastSackedAt = flight.sentAt(slot);
        if (ack.firstSackedAt == Timer.NEVER) {
            ack.firstSackedAt = ack.lastSackedAt;
        }
    }
}

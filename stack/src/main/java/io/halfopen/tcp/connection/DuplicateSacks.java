package io.halfopen.tcp.connection;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.receive.DelayedAcks;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpHeader;

/** The peer is told what came twice (RFC 2883), so that it learns what it need not have sent again. */
public final class DuplicateSacks {
    private final Core core;

    public DuplicateSacks(Core core) {
        this.core = core;
    }

    /** A segment that is refused, or that brings nothing new, may begin with what was here before (tcp_send_dupack). */
    public void old(Connection c, Segment segment) {
        int nxt = c.receiver.nxt();
        if (segment.seqLength() > 0 && SeqNumber.before(segment.seq(), nxt)) {
            core.count(Counter.DelayedACKLost);
            c.receiver.acks.demand(c.receiver.window.size(), DelayedAcks.MOST_QUICK_ACKS);
            tell(c, segment.seq(), SeqNumber.min(segment.endSeq(), nxt));
        }
    }

    /** A segment that is about to be taken in: what of it is here (tcp_data_queue, tcp_ofo_queue, tcp_data_queue_ofo). */
    void within(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        int seq = segment.seq();
        int nxt = receiver.nxt();
        if (segment.seqLength() == 0 || !SeqNumber.after(segment.endSeq(), nxt)) {
            return;
        }
        if (SeqNumber.before(seq, nxt)) {
            tell(c, seq, nxt);
        } else if (seq == nxt) {
            withinGap(c, segment);
        } else {
            beyondGap(c, seq, segment.endSeq());
        }
    }

    /** What of it lies beyond the gap already: how it begins, or else the first that it reaches into (tcp_data_queue_ofo). */
    private void beyondGap(Connection c, int seq, int end) {
        Receiver receiver = c.receiver;
        int from = receiver.repeatedFrom(seq, end);
        int until = receiver.repeatedUntil(from, end);
        if (from != end) {
            tell(c, from, until);
        }
    }

    /**
     * A segment fills the gap and more: told is the first of what was there already. A FIN makes what is beyond it
     * void.
     */
    private void withinGap(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean overlaps = receiver.hasGap() && SeqNumber.before(receiver.gapEnd(), segment.endSeq());
        if (overlaps && !segment.has(TcpHeader.FIN)) {
            int until = SeqNumber.min(segment.endSeq(), receiver.firstBeyondGapEnd());
            tell(c, receiver.gapEnd(), until, Counter.TCPDSACKOldSent);
        }
    }

    private void tell(Connection c, int from, int until) {
        boolean old = SeqNumber.before(from, c.receiver.nxt());
        tell(c, from, until, old ? Counter.TCPDSACKOldSent : Counter.TCPDSACKOfoSent);
    }

    /** From now on until the next ACK (tcp_dsack_set). */
    private void tell(Connection c, int from, int until, Counter counter) {
        if (c.sack && core.sysctls.isOn(Sysctl.tcp_dsack)) {
            core.count(counter);
            c.receiver.repeated(from, until);
        }
    }
}

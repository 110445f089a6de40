package io.halfopen.tcp;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/** The peer is told what came twice (RFC 2883), so that it learns what it need not have sent again. */
final class Repetitions {
    private final Core core;

    Repetitions(Core core) {
        this.core = core;
    }

    /** A segment that is refused, or that brings nothing new, may begin with what was here before (tcp_send_dupack). */
    void old(Connection c, Segment segment) {
        int nxt = c.receiver.nxt();
        if (segment.seqLength() > 0 && SeqNumber.before(segment.seq(), nxt)) {
            core.count(Counter.DelayedACKLost);
            tell(c, segment.seq(), SeqNumber.min(segment.endSeq(), nxt));
        }
    }

    /** A segment that is about to be taken in: what of it is here (tcp_data_queue, tcp_data_queue_ofo). */
    void within(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        int seq = segment.seq();
        int nxt = receiver.nxt();
        if (segment.payloadLength() == 0 || !SeqNumber.after(segment.endSeq(), nxt)) {
            return;
        }
        int until = SeqNumber.before(seq, nxt) ? nxt : receiver.repeatedBeyondGap(seq, segment.endSeq());
        if (until != seq) {
            tell(c, seq, until);
        }
    }

    /** From now on until the next ACK (tcp_dsack_set). */
    void tell(Connection c, int from, int until) {
        if (c.sack && core.sysctls.isOn(Sysctl.tcp_dsack)) {
            boolean old = SeqNumber.before(from, c.receiver.nxt());
            core.count(old ? Counter.TCPDSACKOldSent : Counter.TCPDSACKOfoSent);
            c.receiver.repeated(from, until);
        }
    }
}

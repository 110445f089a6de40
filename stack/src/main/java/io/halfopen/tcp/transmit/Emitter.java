package io.halfopen.tcp.transmit;

import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Rule.Verdict;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.SeqNumber;

/**
 * The one place where the segments of connections leave, but for their SYNs: it announces the window, counts, and has
 * {@link Output} write the segment. The rule is counted here where each packet is a decision of the stack's own; an
 * answer is counted with the segment that it answers, and a retransmission or a tail loss probe, which may be many
 * packets, where it is decided.
 */
public final class Emitter {
    private final Core core;
    private final Output output;

    /** What the last segment told of the window. */
    private int window;

    public Emitter(Core core, Output output) {
        this.core = core;
        this.output = output;
    }

    /** A segment without data, alone. */
    void bare(Connection c, int flags, int seq, Rule why) {
        window = c.receiver.announce(core);
        emit(c, flags, seq, 0, false, why);
        core.count(Counter.OutSegs);
        core.count(Counter.OutRsts, (flags & RST) == 0 ? 0 : 1);
        if (why.verdict() == Verdict.SEND) {
            core.count(why);
        }
        c.receiver.told();
    }

    /**
     * New data, or a FIN, as part of a burst: {@code length} octets from where the next begin. The first of the burst announces
     * the window for all of it, as of the one packet that it is to Linux.
     */
    void next(Connection c, int flags, int length, boolean joined, Rule why) {
        if (!joined) {
            window = c.receiver.announce(core);
        }
        emit(c, flags, c.sender.nxt(), length, joined, why);
        core.count(Counter.OutSegs);
        if (why == Rule.DATA_SENT || why == Rule.FIN_SENT || why == Rule.MTU_PROBED) {
            core.count(why);
        }
    }

    /** What was sent before, as part of a burst. */
    public void again(Connection c, int flags, int seq, int length, Rule why) {
        window = c.receiver.announce(core);
        emit(c, flags, seq, length, false, why);
        core.count(Counter.RetransSegs);
    }

    /** What goes to the interface as one has left: all of it told the same, and what comes next has to keep its pace. */
    public void endBurst(Connection c) {
        c.receiver.told();
        c.sender.pacing.settle(core.now());
    }

    private void emit(Connection c, int flags, int seq, int length, boolean joined, Rule why) {
        c.sender.transmittedAt = core.now();
        core.statistics.count(c.sender, length);
        int echoing = c.ecnEcho && (flags & RST) == 0 ? flags | ECE : flags;
        boolean markable = c.ecn && length > 0 && !SeqNumber.before(seq, c.sender.nxt());
        if (markable && c.sender.congestion.takeCwr()) { // what is sent again is not (RFC 3168, section 6.1.5)
            echoing |= CWR;
        }
        if (c.sender.notices != null && length > 0) {
            core.tellSent(c, seq, length);
        }
        if (!joined || !output.join(c, echoing, seq, length)) {
            output.segment(c, echoing, markable, seq, length, window, why);
        }
    }
}

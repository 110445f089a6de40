package io.halfopen.tcp.connection;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.receive.Paws;
import io.halfopen.tcp.receive.ReceiveWindow;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/** Connections in TIME_WAIT, and closed ones in FIN_WAIT2: how they come, what they answer, how they go. */
public final class TimeWaitInput {
    /** TCP_TIMEWAIT_LEN: a minute, whatever the standard's two segment lifetimes would be. */
    private static final long LENGTH = 60_000_000_000L;

    /** One that does not last longer counts as killed (inet_twsk_schedule). */
    private static final long SHORT = 4_000_000_000L;

    private static final long SECOND = 1_000_000_000L;

    private final Core core;
    private final Output output;
    private int count;

    public TimeWaitInput(Core core, Output output) {
        this.core = core;
        this.output = output;
    }

    public int count() {
        return count;
    }

    /** The connection is over for the process, or is in TIME_WAIT: its tuple goes on as a TimeWait. */
    public void enter(Connection c) {
        enter(c, false);
    }

    /**
     * The segment has been taken in: perhaps it was the last that the process, or the socket, was needed for. If with the ACK
     * of our FIN came a FIN that was not taken, Linux keeps the socket all the time that a TimeWait would have stood for it:
     * the FIN might have been lost otherwise (tcp_rcv_state_process).
     */
    void enterIfOver(Connection c, Segment segment) {
        boolean finWait2 = c.state() == TcpState.FIN_WAIT2 && c.isOrphan();
        if (finWait2 || c.state() == TcpState.TIME_WAIT) {
            enter(c, finWait2 && segment.has(FIN));
        }
    }

    private void enter(Connection c, boolean keeps) {
        boolean finWait2 = c.state() == TcpState.FIN_WAIT2;
        if (finWait2 && isKept(c)) {
            return;
        }
        long time = finWait2 ? finTime(c) : LENGTH;
        if (time <= LENGTH && !keeps) {
            enter(c, time);
        } else {
            // for so long it keeps its socket
            core.keepAlive(c).waitForFin(core, time > LENGTH ? time - LENGTH : time);
        }
    }

    private static boolean isKept(Connection c) {
        return c.keepAlive != null && c.keepAlive.isWaitingForFin();
    }

    /** A FIN_WAIT2 has kept its socket long enough; false if no time is left for a TimeWait (tcp_keepalive_timer). */
    boolean enterLate(Connection c) {
        long left = finTime(c) - LENGTH;
        if (left <= 0) {
            return false;
        }
        enter(c, left);
        return true;
    }

    /** TCP_LINGER2 or tcp_fin_timeout, but at least so long that a retransmission is answered (tcp_fin_time), ns. */
    private long finTime(Connection c) {
        int seconds = c.linger2 > 0 ? c.linger2 : core.sysctls.get(Sysctl.tcp_fin_timeout);
        return Math.max(seconds * SECOND, retransmissions(c));
    }

    /** Three and a half timeouts. */
    private static long retransmissions(Connection c) {
        return c.sender.timeout() * 7 / 2;
    }

    private void enter(Connection c, long time) {
        boolean finWait2 = c.state() == TcpState.FIN_WAIT2;
        long stay = finWait2 ? Math.max(time, retransmissions(c)) : LENGTH;
        core.metrics.update(core, c);
        boolean room = count < core.sysctls.get(Sysctl.tcp_max_tw_buckets);
        TimeWait rest = room ? of(c) : null;
        core.close(c, 0);
        if (rest == null) {
            core.count(Counter.TCPTimeWaitOverflow);
            return;
        }
        count++;
        core.count(stay <= SHORT ? Counter.TWKilled : Counter.TW);
        rest.substate = finWait2 ? TcpState.FIN_WAIT2 : TcpState.TIME_WAIT;
        core.flows.insertHashed(rest);
        core.wheel.schedule(rest, core.due(core.now() + stay));
    }

    private TimeWait of(Connection c) {
        TimeWait rest = core.pools.timeWait(c.portUse);
        rest.copyTuple(c);
        rest.answeredAt = Host.NO_STAMP;
        rest.enteredAt = core.stamp();
        rest.rcvNxt = c.receiver.nxt();
        rest.sndNxt = c.sender.nxt();
        rest.rcvWindow = c.receiver.remainingWindow();
        rest.rcvWindowScale = (byte) c.receiver.window.scale();
        rest.timestamps = c.timestamps;
        rest.tsRecent = c.tsRecent;
        rest.tsOffset = c.tsOffset;
        rest.tos = c.tos;
        rest.label = c.label;
        rest.reuseAddress = c.reuseAddress;
        rest.reusePort = c.reusePort;
        return rest;
    }

    /**
     * A segment for it (tcp_timewait_state_process). TIME_WAIT_SYN means: gone, let the listener have the segment;
     * without one a SYN is answered like anything else.
     */
    public Rule receive(TimeWait rest, Segment segment, boolean listening) {
        Rule rule = limit(rest, segment, judge(rest, segment, listening));
        switch (rule) {
            case TIME_WAIT_ACKED, TIME_WAIT_PAWS -> {
                rest.answeredAt = ConnectionInput.isData(segment) ? rest.answeredAt : core.stamp();
                output.ack(rest, rule);
            }
            case TIME_WAIT_RESET, TIME_WAIT_SYN -> remove(rest);
            case TIME_WAIT_DATA_RESET -> {
                output.reset(segment, rule);
                remove(rest);
            }
            case TIME_WAIT_FIN -> finish(rest, segment);
            case TIME_WAIT_IGNORED, TIME_WAIT_RST_HARMLESS -> noteTimestamp(rest, segment);
            default -> {} // dropped
        }
        if (waitsAnew(rest, segment, rule)) {
            core.wheel.schedule(rest, core.due(core.now() + LENGTH));
        }
        return rule;
    }

    /** Whatever shows that the peer is still at it, but not what may be somebody else's: an old SYN, a RST. */
    private static boolean waitsAnew(TimeWait rest, Segment segment, Rule rule) {
        if (rest.substate != TcpState.TIME_WAIT) {
            return false;
        }
        return switch (rule) {
            case TIME_WAIT_IGNORED, TIME_WAIT_PAWS, TIME_WAIT_PAWS_SKIPPED -> true;
            case TIME_WAIT_ACKED, TIME_WAIT_SKIPPED -> segment.has(ACK) || isOld(rest, segment);
            default -> false;
        };
    }

    private static boolean isOld(TimeWait rest, Segment segment) {
        return rest.timestamps && segment.hasTimestamps() && Paws.isOld(rest.tsRecent, segment.tsValue());
    }

    private static void noteTimestamp(TimeWait rest, Segment segment) {
        if (rest.substate == TcpState.TIME_WAIT && rest.timestamps && segment.hasTimestamps()) {
            rest.tsRecent = segment.tsValue();
        }
    }

    /** The tuple is free; the caller goes on where this one ended. */
    public void reuse(TimeWait rest) {
        core.count(Rule.TIME_WAIT_REUSED);
        remove(rest);
    }

    private Rule limit(TimeWait rest, Segment segment, Rule rule) {
        if (ConnectionInput.isData(segment) || !core.isTooSoon(rest.answeredAt)) {
            return rule;
        }
        boolean waits = rest.substate == TcpState.TIME_WAIT;
        return switch (rule) {
            case TIME_WAIT_ACKED -> waits ? Rule.TIME_WAIT_SKIPPED : Rule.FIN_WAIT2_SKIPPED;
            case TIME_WAIT_PAWS -> waits ? Rule.TIME_WAIT_PAWS_SKIPPED : Rule.FIN_WAIT2_SKIPPED;
            default -> rule;
        };
    }

    private Rule judge(TimeWait rest, Segment segment, boolean listening) {
        boolean old = isOld(rest, segment);
        if (rest.substate == TcpState.FIN_WAIT2) {
            boolean inside = ReceiveWindow.isTouchedBy(segment, rest.rcvNxt, rest.rcvNxt + rest.rcvWindow);
            return judgeFinWait2(rest, segment, old || !inside);
        }
        boolean repeats = segment.seq() == rest.rcvNxt && (segment.seqLength() == 0 || segment.has(RST));
        if (!old && repeats) {
            return segment.has(RST) ? judgeReset() : Rule.TIME_WAIT_IGNORED;
        }
        if (listening && mayStartAnew(rest, segment, old)) {
            return Rule.TIME_WAIT_SYN;
        }
        if (segment.has(RST)) {
            return old ? Rule.TIME_WAIT_RST_PAWS : Rule.TIME_WAIT_RST_IGNORED;
        }
        return old ? Rule.TIME_WAIT_PAWS : Rule.TIME_WAIT_ACKED;
    }

    /** RFC 1337: an RST may be an old one, and without TIME_WAIT more that is old would be taken in. */
    private Rule judgeReset() {
        return core.sysctls.isOn(Sysctl.tcp_rfc1337) ? Rule.TIME_WAIT_RST_HARMLESS : Rule.TIME_WAIT_RESET;
    }

    /** RFC 9293, section 3.10.7.4: a SYN that cannot be an old duplicate may open the connection again. */
    private static boolean mayStartAnew(TimeWait rest, Segment segment, boolean old) {
        boolean newer = SeqNumber.after(segment.seq(), rest.rcvNxt)
                || rest.timestamps && segment.hasTimestamps() && rest.tsRecent - segment.tsValue() < 0;
        return segment.has(SYN) && !segment.has(RST) && !segment.has(ACK) && !old && newer;
    }

    private static Rule judgeFinWait2(TimeWait rest, Segment segment, boolean unacceptable) {
        if (unacceptable) {
            return Rule.TIME_WAIT_ACKED; // even a reset, other than in TIME_WAIT
        }
        if (segment.has(RST)) {
            return Rule.TIME_WAIT_RESET;
        }
        if (segment.has(SYN) && !SeqNumber.before(segment.seq(), rest.rcvNxt)) {
            return Rule.TIME_WAIT_DATA_RESET;
        }
        boolean something = segment.seqLength() > 0 && SeqNumber.after(segment.endSeq(), rest.rcvNxt);
        if (!segment.has(ACK) || !something) {
            return Rule.TIME_WAIT_IGNORED;
        }
        boolean onlyFin = segment.has(FIN) && segment.endSeq() == rest.rcvNxt + 1;
        return onlyFin ? Rule.TIME_WAIT_FIN : Rule.TIME_WAIT_DATA_RESET;
    }

    private void finish(TimeWait rest, Segment segment) {
        rest.substate = TcpState.TIME_WAIT;
        rest.enteredAt = core.stamp();
        rest.rcvNxt = segment.endSeq();
        if (rest.timestamps && segment.hasTimestamps()) {
            rest.tsRecent = segment.tsValue();
        }
        core.wheel.schedule(rest, core.due(core.now() + LENGTH));
        output.ack(rest, Rule.TIME_WAIT_FIN);
    }

    public void expire(TimeWait rest) {
        boolean waited = rest.substate == TcpState.TIME_WAIT;
        core.count(waited ? Rule.TIME_WAIT_EXPIRED : Rule.FIN_WAIT2_EXPIRED);
        remove(rest);
    }

    private void remove(TimeWait rest) {
        core.wheel.cancel(rest);
        core.flows.remove(rest);
        core.pools.give(rest);
        count--;
    }
}

package io.halfopen.tcp.connection;

import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.URG;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.receive.DelayedAcks;
import io.halfopen.tcp.receive.ReceiveWindow;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.receive.Urgent;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/** What the data and the FIN of an acceptable segment do to the receiving half, and when they are acknowledged: tcp_data_queue. */
final class DataInput {
    /** Segments at least this long, octets, make the window grow. */
    private static final int NOT_TINY = 128;

    /** ACKs at once after a sign of congestion. */
    private static final int QUICK_AT_CONGESTION = 2;

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Core core;
    private final Output output;
    private final Transmission transmission;
    private final DuplicateSacks duplicateSacks;
    private final Pruning pruning;

    DataInput(Core core, Output output, Transmission transmission, DuplicateSacks duplicateSacks) {
        this.core = core;
        this.output = output;
        this.transmission = transmission;
        this.duplicateSacks = duplicateSacks;
        pruning = new Pruning(core);
    }

    Rule accept(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean old = segment.seqLength() > 0 && SeqNumber.before(segment.seq(), receiver.nxt());
        if (c.state() == TcpState.ESTABLISHED) {
            measureEcho(c, segment);
        }
        if (segment.has(URG) || c.urgent != null && c.urgent.isAwaited()) {
            lookForUrgent(c, segment);
        }
        if (!c.state().canReceive() && !old) {
            return Rule.ACK_ACCEPTED;
        }
        if (isUnwelcome(c, segment)) {
            output.reset(segment, Rule.DATA_AFTER_CLOSE);
            core.close(c, c.state() == TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET);
            return Rule.DATA_AFTER_CLOSE;
        }
        if (segment.seqLength() > 0) {
            receiver.told();
        }
        boolean furtherFin = SeqNumber.after(segment.endSeq(), receiver.nxt()); // measured: is taken, one number later
        if (!c.state().canReceive() && !furtherFin) {
            duplicateSacks.old(c, segment);
            receiver.acks.schedule();
            return Rule.DATA_DUPLICATE;
        }
        noteReduction(c, segment);
        duplicateSacks.within(c, segment);
        return take(c, segment, receiver.judge(segment));
    }

    private Rule take(Connection c, Segment segment, Rule judged) {
        DelayedAcks acks = c.receiver.acks;
        return switch (judged) {
            case DATA_ACCEPTED -> takeInOrder(c, segment);
            case DATA_OUT_OF_ORDER -> takeBeyondGap(c, segment);
            case DATA_DUPLICATE -> {
                duplicateSacks.old(c, segment);
                acks.schedule();
                yield judged;
            }
            case DATA_OVER_WINDOW, DATA_NO_ROOM -> {
                acks.demand(c.receiver.window.size(), DelayedAcks.MOST_QUICK_ACKS);
                acks.schedule();
                yield judged;
            }
            default -> judged;
        };
    }

    private Rule takeInOrder(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        int length = segment.payloadLength();
        if (!receiver.isReachable(segment) || !pruning.makesRoom(receiver, segment.seq(), c.announcedMss)) {
            receiver.acks.refuseForMemory();
            core.wake(c);
            if (receiver.readable() > 0 && length > 0) {
                return Rule.DATA_NO_MEMORY;
            }
        }
        boolean gap = receiver.hasGap();
        Rule rule = receiver.acceptInOrder(segment);
        receiver.acks.schedule();
        if (length > 0) {
            learn(c, segment);
        }
        if (rule == Rule.FIN_ACCEPTED) {
            finish(c);
        }
        if (gap && !receiver.hasGap() && !segment.has(FIN)) {
            receiver.acks.atOnce();
        }
        if (c.isReadable()) {
            core.wake(c, Poll.POLLIN);
        }
        return rule;
    }

    /** What data in order tells of the peer and of the path (tcp_event_data_recv). */
    private void learn(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        measure(c, segment);
        receiver.tuning.onData(receiver.nxt(), receiver.window.size(), core.now());
        receiver.acks.onData(receiver.window.size(), core.now(), c.sender.timeout());
        noteCongestion(c, segment);
        if (segment.payloadLength() >= NOT_TINY) {
            growWindow(c, segment);
        }
    }

    private void measure(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean longer = receiver.acks.measure(segment, c.announcedMss, c.timestamps);
        if (longer && receiver.buffer.learnRatio(segment.payloadLength(), segment.packetLength())) {
            receiver.window.follow(core.kernel.transfer.offersByOverhead());
            receiver.tuning.limit(receiver.window.clamp());
        }
    }

    private static void growWindow(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        int segmentSize = receiver.acks.segmentSize();
        int mss = c.announcedMss;
        if (receiver.window.grow(segment.payloadLength(), segment.packetLength(), segmentSize, mss)) {
            receiver.acks.onGrowth();
        }
    }

    /** tcp_urg. */
    private void lookForUrgent(Connection c, Segment segment) {
        Urgent urgent = c.urgent();
        if (segment.has(URG)) {
            boolean inline = c.socket != null && c.socket.options.urgentInline;
            urgent.point(c.receiver, segment, core.sysctls.isOn(Sysctl.tcp_stdurg), inline);
        }
        if (urgent.take(segment)) {
            core.wake(c);
        }
    }

    private void measureEcho(Connection c, Segment segment) {
        if (c.timestamps && segment.hasTimestamps()) {
            Receiver receiver = c.receiver;
            boolean full = segment.seqLength() >= receiver.acks.segmentSize();
            long age = core.sinceEcho(c, segment);
            receiver.tuning.onEcho(segment.tsEcho(), age / NANOS_PER_MILLI, full, receiver.readable() > 0);
        }
    }

    /** tcp_data_queue_ofo. */
    private Rule takeBeyondGap(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        noteCongestion(c, segment);
        if (!receiver.isReachable(segment) || !pruning.makesRoom(receiver, segment.seq(), c.announcedMss)) {
            core.wake(c);
            return Rule.DATA_TOO_MANY_GAPS;
        }
        boolean known = receiver.knows(segment);
        Rule rule = receiver.acceptBeyondGap(segment);
        if (rule != Rule.DATA_OUT_OF_ORDER) {
            return rule;
        }
        if (core.kernel.transfer.measuresGaps()) {
            measure(c, segment);
        }
        receiver.acks.schedule();
        if (receiver.hidesBlock(segment) && receiver.acks.sacks.isCollecting()) {
            tellCollected(c); // before this one is told of, which then waits for the next
        }
        receiver.tellOf(segment);
        if (c.sack && !known) {
            growWindow(c, segment); // without SACK the peer counts duplicate ACKs, and a new window makes it none
        }
        if (c.socket != null && core.kernel.transfer.growsBeyondGaps()) {
            receiver.tuning.onGap(core, receiver.buffer, receiver.window, receiver.beyond());
        }
        return rule;
    }

    /** tcp_sack_compress_send_ack. */
    void tellCollected(Connection c) {
        c.receiver.acks.sacks.tell();
        transmission.ack(c, Rule.SACKS_COLLECTED);
    }

    /** The peer sends less: it need not be told of congestion again, and may wait for this ACK (tcp_ecn_accept_cwr). */
    private static void noteReduction(Connection c, Segment segment) {
        if (c.ecn && segment.has(CWR) && segment.seqLength() > 0) {
            c.ecnEcho = false;
            c.receiver.acks.atOnce();
        }
    }

    /**
     * Every ACK says that a packet was marked until the peer says that it sends less (RFC 3168, section 6.1.3). One that
     * cannot be marked, after others that could, is likely a retransmission (tcp_data_ecn_check).
     */
    private static void noteCongestion(Connection c, Segment segment) {
        if (!c.ecn) {
            return;
        }
        int mark = segment.trafficClass() & IpHeader.ECN_MASK;
        boolean marked = mark == IpHeader.CONGESTION_EXPERIENCED;
        if (marked && !c.ecnEcho || mark == 0 && c.ecnSeen) {
            c.receiver.acks.demand(c.receiver.window.size(), QUICK_AT_CONGESTION);
        }
        c.ecnEcho |= marked;
        c.ecnSeen |= mark != 0;
    }

    /** RFC 9293, section 3.6.1: data that nobody will read, once either end has closed, is answered with a reset. */
    private static boolean isUnwelcome(Connection c, Segment segment) {
        boolean unread = c.readShutdown || c.receiver.isFinished();
        int end = segment.seq() + segment.payloadLength();
        return unread
                && c.state() != TcpState.ESTABLISHED
                && segment.seqLength() > 0
                && SeqNumber.after(end, c.receiver.nxt());
    }

    /** The peer's FIN, with everything before it, is here (tcp_fin). */
    private void finish(Connection c) {
        core.wake(c);
        switch (c.state()) {
            case ESTABLISHED -> {
                c.receiver.acks.expectAnswers(core);
                c.enter(TcpState.CLOSE_WAIT);
            }
            case FIN_WAIT1 -> {
                transmission.ack(c, Rule.ACK_ACCEPTED); // which still tells of what lies beyond
                c.enter(TcpState.CLOSING);
            }
            case FIN_WAIT2 -> {
                transmission.ack(c, Rule.ACK_ACCEPTED);
                c.enter(TcpState.TIME_WAIT);
            }
            default -> {}
        }
        c.receiver.forgetBeyondFin();
    }

    /** A delayed ACK is due, or those of a gap that were collected (tcp_delack_timer_handler, tcp_compressed_ack_kick). */
    void onTimer(Connection c) {
        DelayedAcks acks = c.receiver.acks;
        boolean delayed = acks.due <= core.now();
        if (acks.sacks.isCollecting() && (delayed || acks.sacks.due <= core.now())) {
            tellCollected(c);
        } else if (delayed && acks.expire(core, c.sender.timeout())) {
            transmission.ack(c, Rule.ACK_DELAYED);
        }
    }

    /** After a segment, and what it let go: tcp_ack_snd_check. */
    void acknowledge(Connection c) {
        if (c.receiver.acks.isScheduled() && isDueNow(c)) {
            transmission.ack(c, Rule.ACK_ACCEPTED);
        }
    }

    private boolean isDueNow(Connection c) {
        Receiver receiver = c.receiver;
        DelayedAcks acks = receiver.acks;
        ReceiveWindow window = receiver.window;
        boolean much = receiver.nxt() - window.announcedAt() > acks.segmentSize();
        if (much && (receiver.readable() < c.lowWater() || window.select(acks) >= window.size())) {
            return true; // else read() acknowledges it
        }
        if (acks.isHurried(core)) {
            return true;
        }
        long smoothed = c.sender.roundTrip.smoothed();
        if (!receiver.hasGap()) {
            return acks.delay(core, smoothed, c.sender.roundTrip.shortest());
        }
        return !c.sack || acks.sacks.isDueNow(core, receiver.nxt(), smoothed / 125, receiver.tuning.roundTrip8());
    }
}

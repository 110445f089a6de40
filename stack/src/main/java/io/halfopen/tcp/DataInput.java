package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.FIN;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/** What the data and the FIN of an acceptable segment do to the receiving half, and when they are acknowledged: tcp_data_queue. */
final class DataInput {
    private final Core core;
    private final Transmission transmission;
    private final Repetitions repetitions;

    DataInput(Core core, Transmission transmission, Repetitions repetitions) {
        this.core = core;
        this.transmission = transmission;
        this.repetitions = repetitions;
    }

    Rule accept(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean old = segment.seqLength() > 0 && SeqNumber.before(segment.seq(), receiver.nxt());
        if (!c.state().canReceive() && !old) {
            return Rule.ACK_ACCEPTED;
        }
        if (isUnwelcome(c, segment)) {
            core.output.reset(segment, Rule.DATA_AFTER_CLOSE);
            c.close(c.state() == TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET);
            return Rule.DATA_AFTER_CLOSE;
        }
        if (!c.state().canReceive()) {
            repetitions.old(c, segment);
            receiver.acks.demand();
            return Rule.DATA_DUPLICATE;
        }
        int length = segment.payloadLength();
        repetitions.within(c, segment);
        if (c.ecn && length > 0) {
            noteCongestion(c, segment);
        }
        boolean gap = receiver.hasGap();
        Rule rule = receiver.accept(segment, segment.has(FIN));
        if (length > 0) {
            receiver.acks.onData(length, receiver.window(), c.announcedMss, core.now(), c.sender.timeout());
        }
        if (gap && !receiver.hasGap() && !segment.has(FIN)) {
            receiver.acks.atOnce();
        }
        conclude(c, segment, rule);
        return rule;
    }

    private void conclude(Connection c, Segment segment, Rule rule) {
        Receiver receiver = c.receiver;
        switch (rule) {
            case DATA_ACCEPTED -> {
                if (segment.payloadLength() >= receiver.acks.segmentSize()) {
                    receiver.grow(c.announcedMss);
                }
                c.wake();
            }
            case DATA_DUPLICATE -> {
                repetitions.old(c, segment);
                receiver.acks.demand();
            }
            case DATA_OUT_OF_ORDER, DATA_TOO_MANY_GAPS, DATA_OVER_WINDOW, DATA_NO_ROOM -> receiver.acks.demand();
            case FIN_ACCEPTED -> finish(c);
            default -> {}
        }
    }

    /** Every ACK says that a packet was marked until the peer says that it sends less (RFC 3168, section 6.1.3). */
    private static void noteCongestion(Connection c, Segment segment) {
        boolean marked = (segment.trafficClass() & IpHeader.ECN_MASK) == IpHeader.CONGESTION_EXPERIENCED;
        if (marked && !c.ecnEcho) {
            c.receiver.acks.demand();
        }
        c.ecnEcho = marked || c.ecnEcho && !segment.has(CWR);
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
        c.wake();
        c.receiver.acks.onFin();
        switch (c.state()) {
            case ESTABLISHED -> c.enter(TcpState.CLOSE_WAIT);
            case FIN_WAIT1 -> {
                c.receiver.acks.demand();
                c.enter(TcpState.CLOSING);
            }
            case FIN_WAIT2 -> {
                c.receiver.acks.demand();
                c.enter(TcpState.TIME_WAIT);
            }
            default -> {}
        }
    }

    void acknowledge(Connection c, Segment segment) {
        Receiver receiver = c.receiver;
        boolean repeated = segment.seqLength() > 0;
        int unacknowledged = receiver.nxt() - receiver.announcedAt();
        if (unacknowledged == 0 && !(repeated && receiver.acks.isDemanded())) {
            return;
        }
        if (receiver.acks.isDueNow(unacknowledged, receiver.hasGap(), core)) {
            transmission.ack(c, Rule.ACK_ACCEPTED);
        }
    }
}

package io.halfopen.tcp.recovery;

import io.halfopen.linux.Counter;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.RoundTrip;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.MtuProbing;
import io.halfopen.wire.SeqNumber;

/** Takes what an ACK acknowledges out of the scoreboard, and measures the round trip: tcp_clean_rtx_queue. */
public final class FlightInput {
    /** What an echo of this very millisecond means, ns. */
    private static final long LEAST_ECHO = 1_000_000L;

    private final Core core;
    private final LossDetection detection;

    /** When the first and the last packet were sent, of those acknowledged that were sent once; ns, or NEVER. */
    private long firstSentAt;

    private long lastSentAt;

    /** The lowest number of those. */
    private int lowest;

    public FlightInput(Core core, LossDetection detection) {
        this.core = core;
        this.detection = detection;
    }

    public void clean(Connection c, AckState ack) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        flight.expectAsMany();
        firstSentAt = Timer.NEVER;
        lastSentAt = Timer.NEVER;
        lowest = sender.nxt();
        int packets = 0;
        while (!flight.isEmpty() && SeqNumber.upTo(flight.end(flight.at(0)), sender.una())) {
            remove(c, ack, flight.at(0));
            packets++;
        }
        if (!flight.isEmpty()) {
            packets += trim(c, ack, flight.is(flight.at(0), Flight.JOINED));
        }
        ack.acked = packets > 0;
        ack.reneging = !flight.isEmpty() && flight.is(flight.at(0), Flight.SACKED);
        measure(c, ack, packets);
        sender.control.onAcked(sender, packets, ack.rate.roundTrip, core.now());
    }

    private void remove(Connection c, AckState ack, int slot) {
        note(c, ack, slot, 1);
        c.sender.flight.removeFirst(c.sack);
    }

    /**
     * The rest of what left as one is cut anew from here, and may make a packet less: that is acknowledged (tcp_tso_acked).
     * What left alone stays as it is until it is sent again. {@code rest}: it is the last of several.
     */
    private int trim(Connection c, AckState ack, boolean rest) {
        Flight flight = c.sender.flight;
        int head = flight.at(0);
        flight.join(head, false);
        boolean whole = !SeqNumber.before(flight.seq(head), c.sender.una());
        if (whole || !rest && Resegmentation.packets(flight, 0) == 1) {
            return 0;
        }
        int mss = flight.length(head);
        flight.trim(head, c.sender.una());
        int packets = Resegmentation.recut(flight, 0, mss);
        if (packets > 0) {
            note(c, ack, flight.at(0), packets);
        }
        return packets;
    }

    private void note(Connection c, AckState ack, int slot, int packets) {
        Sender sender = c.sender;
        Flight flight = sender.flight;
        boolean ever = flight.is(slot, Flight.RETRANS | Flight.EVER_RETRANS);
        long sentAt = flight.sentAt(slot);
        if (ever) {
            ack.retransmittedAcked = true;
        } else if (!flight.is(slot, Flight.SACKED)) {
            lastSentAt = sentAt;
            firstSentAt = Math.min(firstSentAt, sentAt);
            lowest = SeqNumber.min(lowest, flight.seq(slot));
            ack.originalArrived |= SeqNumber.upTo(flight.end(slot), sender.recovery.high);
        }
        if (c.sack && !flight.is(slot, Flight.SACKED)) {
            sender.delivery.add(packets, ack.congestionEcho);
            boolean spurious = ever && ack.echoesBefore(core.timestamp(c, sentAt));
            if (!spurious) {
                sender.recovery.rack.arrived(sentAt, flight.end(slot), ever, core.now(), sender.roundTrip.least());
            }
        }
        ack.rate.delivered(sender, slot);
    }

    private void measure(Connection c, AckState ack, int packets) {
        Sender sender = c.sender;
        long now = core.now();
        long first = -1;
        if (firstSentAt != Timer.NEVER && !ack.retransmittedAcked) {
            first = now - firstSentAt;
            ack.rate.roundTrip = now - lastSentAt;
            ack.maybeDelayed = packets == 1
                    && ack.sackedOut == 0
                    && sender.una() - ack.una < sender.mss()
                    && ack.rate.priorDelivered + 1 == sender.delivery.delivered
                    && !ack.alerts();
        }
        long sacked = ack.firstSackedAt == Timer.NEVER ? -1 : now - ack.firstSackedAt;
        if (sacked >= 0) {
            ack.rate.roundTrip = now - ack.lastSackedAt;
        }
        boolean measured = update(c, ack, first >= 0 ? first : sacked);
        if (ack.acked) {
            ack.setTimer = true;
            MtuProbing.onAcked(core, c);
            noteOrder(c, ack, packets);
        } else if (measured && sacked >= 0 && !sender.flight.isEmpty()) {
            // what was sent since the oldest packet was sent again shall not put its timeout off (tcp_clean_rtx_queue)
            ack.setTimer = sacked > now - sender.flight.sentAt(sender.flight.at(0));
        }
    }

    /** Packets that were sent again tell no time (Karn), but their timestamps do (RFC 7323; tcp_ack_update_rtt). */
    private boolean update(Connection c, AckState ack, long timed) {
        Sender sender = c.sender;
        long rtt = timed;
        if (rtt < 0 && ack.stamped && ack.acked) {
            rtt = core.sinceEcho(c.tsOffset, ack.echo);
            rtt = rtt == 0 ? LEAST_ECHO : rtt;
            ack.rate.roundTrip = rtt;
        }
        if (rtt < 0) {
            return false;
        }
        RoundTrip roundTrip = sender.roundTrip;
        if (!ack.maybeDelayed || ack.rate.roundTrip <= roundTrip.least()) {
            roundTrip.sampleLeast(ack.rate.roundTrip, core.now(), core.leastRoundTripWindow());
        }
        roundTrip.sample(rtt, sender.una(), sender.nxt());
        sender.timer.measured();
        return true;
    }

    private void noteOrder(Connection c, AckState ack, int packets) {
        if (!c.sack) {
            detection.removeDuplicates(c.sender, packets, ack.congestionEcho);
            ack.originalArrived &= !ack.retransmittedAcked;
        } else if (SeqNumber.before(lowest, ack.highestSacked)) {
            detection.checkReordering(c.sender, lowest, Counter.TCPSACKReorder);
        }
    }
}

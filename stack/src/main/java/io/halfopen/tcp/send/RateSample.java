package io.halfopen.tcp.send;

import io.halfopen.tcp.host.Timer;

/**
 * What the network delivered between the sending of a packet and its acknowledgment: struct rate_sample. One is used for
 * all ACKs; it takes its numbers from the packet that was sent last of those that an ACK is about.
 */
public final class RateSample {
    /** Packets that had been delivered when that packet was sent, and of those with ECN's mark; 0: there is no sample. */
    public int priorDelivered;

    int priorDeliveredCe;

    /** When the last of them was delivered, ns. */
    long priorAt;

    /** How long the sending of what was delivered since took, ns. */
    long interval;

    public boolean isAppLimited;
    boolean isRetransmission;
    int lastEnd;

    /** The round trip of the last packet that was acknowledged, ns, or -1. */
    public long roundTrip;

    /** What was in the network before the ACK. */
    public int priorInFlight;

    /** Packets that it says arrived, and packets that it let be found lost. */
    public int ackedSacked;

    public int losses;

    /** The peer may have held the ACK back, so that its round trip is no least one. */
    public boolean isAckDelayed;

    /** Packets delivered since that packet was sent, or -1: no sample; and of those with ECN's mark. */
    public int delivered;

    int deliveredCe;

    public void begin() {
        ackedSacked = 0;
        losses = 0;
        delivered = -1;
        deliveredCe = 0;
        isAckDelayed = false;
        priorInFlight = 0;
        priorDelivered = 0;
        priorDeliveredCe = 0;
        priorAt = Timer.NEVER;
        interval = -1;
        isAppLimited = false;
        isRetransmission = false;
        lastEnd = 0;
        roundTrip = -1;
    }

    /** A packet of the scoreboard has arrived (tcp_rate_skb_delivered). */
    public void delivered(Sender sender, int slot) {
        FlightSlots slots = sender.flight.slots();
        if (slots.deliveredAt[slot] == Timer.NEVER) {
            return;
        }
        long sentAt = slots.sentAt[slot];
        if (priorDelivered == 0 || Rack.isLater(sentAt, slots.end[slot], sender.delivery.firstSentAt, lastEnd)) {
            priorDelivered = slots.delivered[slot];
            priorDeliveredCe = slots.deliveredCe[slot];
            priorAt = slots.deliveredAt[slot];
            isAppLimited = sender.flight.is(slot, Flight.APP_LIMITED);
            isRetransmission = sender.flight.is(slot, Flight.RETRANS | Flight.EVER_RETRANS);
            lastEnd = slots.end[slot];
            sender.delivery.firstSentAt = sentAt;
            interval = sentAt - slots.firstSentAt[slot];
        }
        slots.deliveredAt[slot] = Timer.NEVER; // when it is acknowledged as well it says nothing new
    }

    /** Whether it tells a bandwidth. */
    public boolean isValid() {
        return delivered >= 0 && micros() > 0;
    }

    /** How long the delivery took, microseconds; not positive where that is not known. */
    public long micros() {
        return interval / 1000;
    }

    /**
     * The ACK is taken in. Its packets took as long as their sending or their acknowledging, whichever was longer: ACKs
     * that were held up and came together tell no bandwidth (tcp_rate_gen).
     */
    public void generate(Sender sender, AckState ack, long now) {
        ackedSacked = sender.delivery.delivered - ack.delivered;
        losses = sender.delivery.lost - ack.lost;
        priorInFlight = ack.inNetwork;
        isAckDelayed = ack.maybeDelayed;
        if (sender.delivery.appLimited != 0 && sender.delivery.delivered - sender.delivery.appLimited > 0) {
            sender.delivery.appLimited = 0;
        }
        if (ackedSacked > 0) {
            sender.delivery.deliveredAt = now;
        }
        if (priorAt == Timer.NEVER || ack.reneged) {
            interval = -1;
            return;
        }
        delivered = sender.delivery.delivered - priorDelivered;
        deliveredCe = sender.delivery.deliveredCe - priorDeliveredCe;
        interval = Math.max(interval, now - priorAt);
        if (interval < sender.roundTrip.least()) {
            interval = -1;
            return;
        }
        sender.delivery.take(this);
    }
}

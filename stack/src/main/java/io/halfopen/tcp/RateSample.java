package io.halfopen.tcp;

/**
 * What the network delivered between the sending of a packet and its acknowledgment: struct rate_sample. One is used for
 * all ACKs; it takes its numbers from the packet that was sent last of those that an ACK is about.
 */
final class RateSample {
    /** Packets that had been delivered when that packet was sent, and of those with ECN's mark; 0: there is no sample. */
    int priorDelivered;

    int priorDeliveredCe;

    /** When the last of them was delivered, ns. */
    long priorAt;

    /** How long the sending of what was delivered since took, ns. */
    long interval;

    boolean isAppLimited;
    boolean isRetransmission;
    int lastEnd;

    /** The round trip of the last packet that was acknowledged, ns, or -1. */
    long roundTrip;

    void begin() {
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
    void delivered(Sender sender, int slot) {
        FlightSlots slots = sender.flight.slots();
        if (slots.deliveredAt[slot] == Timer.NEVER) {
            return;
        }
        long sentAt = slots.sentAt[slot];
        if (priorDelivered == 0 || Rack.isLater(sentAt, slots.end[slot], sender.firstSentAt, lastEnd)) {
            priorDelivered = slots.delivered[slot];
            priorDeliveredCe = slots.deliveredCe[slot];
            priorAt = slots.deliveredAt[slot];
            isAppLimited = sender.flight.is(slot, Flight.APP_LIMITED);
            isRetransmission = sender.flight.is(slot, Flight.RETRANS | Flight.EVER_RETRANS);
            lastEnd = slots.end[slot];
            sender.firstSentAt = sentAt;
            interval = sentAt - slots.firstSentAt[slot];
        }
        slots.deliveredAt[slot] = Timer.NEVER; // when it is acknowledged as well it says nothing new
    }
}

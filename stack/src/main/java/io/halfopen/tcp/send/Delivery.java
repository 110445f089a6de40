package io.halfopen.tcp.send;

import io.halfopen.tcp.host.SavedState;

/**
 * What has been delivered of what a sender sent, and how fast: the part of tcp_sock that rate samples need
 * (draft-cheng-iccrg-delivery-rate-estimation).
 */
public final class Delivery {
    /** Packets delivered so far, the SYN included, and those of them with ECN's mark. */
    public int delivered;

    public int deliveredCe;

    /** Packets found lost. */
    public int lost;

    /** What will have been delivered when all is that was in flight as there was no more to send; 0: there is enough. */
    public int appLimited;

    /** When the last packet was delivered, and when the first of those in flight then was sent, ns. */
    public long deliveredAt;

    long firstSentAt;

    /** tcpi_delivery_rate: packets and microseconds of the last sample that was not for want of data, or a greater one since. */
    private int ratePackets;

    private int rateMicros;

    /** There was not enough to send for it to be the path's (tcpi_delivery_rate_app_limited). */
    public boolean rateAppLimited = true;

    void reset() {
        delivered = 0;
        deliveredCe = 0;
        lost = 0;
        appLimited = 0;
        ratePackets = 0;
        rateMicros = 0;
        rateAppLimited = true;
    }

    /** The handshake is done. */
    void start() {
        delivered = 1; // the SYN
        appLimited = -1; // until the first ACK
    }

    void keep(SavedState k) {
        delivered = k.at(delivered);
        deliveredCe = k.at(deliveredCe);
        lost = k.at(lost);
        appLimited = k.at(appLimited);
        deliveredAt = k.time(deliveredAt);
        firstSentAt = k.time(firstSentAt);
        ratePackets = k.at(ratePackets);
        rateMicros = k.at(rateMicros);
        rateAppLimited = k.at(rateAppLimited);
    }

    /** So many packets more have arrived (tcp_count_delivered). */
    public void add(int packets, boolean congestionEcho) {
        delivered += packets;
        deliveredCe += congestionEcho ? packets : 0;
    }

    /** A packet leaves now, {@code first} if nothing was in flight: what had been delivered is put down (tcp_rate_skb_sent). */
    void note(FlightSlots slots, int slot, boolean first, long now) {
        if (first) {
            firstSentAt = now;
            deliveredAt = now;
        }
        slots.firstSentAt[slot] = firstSentAt;
        slots.deliveredAt[slot] = deliveredAt;
        slots.delivered[slot] = delivered;
        slots.deliveredCe[slot] = deliveredCe;
    }

    /** There is no more to send than what is in the network now, so many packets: it tells no bandwidth. */
    public void limitByProgram(int inNetwork) {
        int end = delivered + inNetwork;
        appLimited = end == 0 ? 1 : end;
    }

    void take(RateSample sample) {
        boolean greater = (long) sample.delivered * rateMicros >= (long) ratePackets * sample.micros();
        if (!sample.isAppLimited || greater) {
            ratePackets = sample.delivered;
            rateMicros = (int) Math.min(sample.micros(), Integer.MAX_VALUE);
            rateAppLimited = sample.isAppLimited;
        }
    }

    /** Octets per second; 0 if nothing was measured. */
    public long octetsPerSecond(int mss) {
        return rateMicros <= 0 ? 0 : (long) ratePackets * mss * 1_000_000 / rateMicros;
    }
}

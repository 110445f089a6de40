package io.halfopen.tcp;

/** The last bandwidth that was measured while there was enough to send, or a greater one since: tcpi_delivery_rate. */
final class DeliveryRate {
    private int packets;
    private int micros;

    /** There was not enough to send for it to be the path's (tcpi_delivery_rate_app_limited). */
    boolean appLimited = true;

    void reset() {
        packets = 0;
        micros = 0;
        appLimited = true;
    }

    void take(RateSample sample) {
        boolean greater = (long) sample.delivered * micros >= (long) packets * sample.micros();
        if (!sample.isAppLimited || greater) {
            packets = sample.delivered;
            micros = (int) Math.min(sample.micros(), Integer.MAX_VALUE);
            appLimited = sample.isAppLimited;
        }
    }

    /** Octets per second; 0 if nothing was measured. */
    long octetsPerSecond(int mss) {
        return micros <= 0 ? 0 : (long) packets * mss * 1_000_000 / micros;
    }
}

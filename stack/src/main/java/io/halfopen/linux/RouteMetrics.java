package io.halfopen.linux;

/**
 * What ip-route(8) sets of a route for connections that take it; 0 is what is usual.
 *
 * @param mtu the path's MTU, octets, instead of the interface's; 68 to 65535
 * @param mtuLocked whether it stays, whatever routers say; then they may cut up what is larger for them
 * @param advmss the MSS that SYNs and SYN-ACKs announce, octets, instead of what fits the MTU; at most 65535
 * @param initcwnd the congestion window that connections begin with, segments, instead of 10
 */
public record RouteMetrics(int mtu, boolean mtuLocked, int advmss, int initcwnd) {
    /** Nothing is set. */
    public static final RouteMetrics USUAL = new RouteMetrics(0, false, 0, 0);

    private static final int LEAST_MTU = 68;
    private static final int GREATEST = 65535;

    /** Refuses numbers that are out of range. */
    public RouteMetrics {
        check("an MTU", mtu, LEAST_MTU, GREATEST);
        check("advmss", advmss, 1, GREATEST);
        check("initcwnd", initcwnd, 1, Integer.MAX_VALUE);
    }

    private static void check(String what, int value, int least, int most) {
        if (value != 0 && (value < least || value > most)) {
            throw new IllegalArgumentException(what + " is " + least + " to " + most + ", or 0 for none, not " + value);
        }
    }
}

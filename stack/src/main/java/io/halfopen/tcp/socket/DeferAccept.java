package io.halfopen.tcp.socket;

/**
 * TCP_DEFER_ACCEPT is set in seconds and kept as a number of SYN-ACK timeouts: a finished handshake is not for accept()
 * until data comes or that many have passed. Linux rounds up (secs_to_retrans), so getsockopt() tells another time than
 * setsockopt() was given: 1, 3, 7, 15, 31, 63, 127 s, then steps of 120 s.
 */
public final class DeferAccept {
    /** Linux keeps the number in an octet. */
    private static final int MOST_TIMEOUTS = 255;

    /** No interval between two SYN-ACKs is longer, seconds. */
    private static final int LONGEST_INTERVAL = 120;

    private DeferAccept() {}

    /** The fewest timeouts that take that long; 0 if it is not positive. */
    public static int timeouts(int seconds) {
        int timeouts = 0;
        while (timeouts < MOST_TIMEOUTS && seconds(timeouts) < seconds) {
            timeouts++;
        }
        return timeouts;
    }

    /** How long they take: 1 s, 2 s, 4 s and so on, one after the other. */
    public static int seconds(int timeouts) {
        int seconds = 0;
        for (int i = 0; i < timeouts; i++) {
            seconds += Math.min(1 << Math.min(i, Integer.SIZE - 2), LONGEST_INTERVAL);
        }
        return seconds;
    }
}

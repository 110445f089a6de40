package io.halfopen.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How long this machine's kernel has been running, as far as that matters to what it does. */
final class Uptime {
    private static final Path FILE = Path.of("/proc/uptime");
    private static final double TURN = 300;
    private static final double COOKIE_LIFETIME = 120;
    private static final double MARGIN = 10;

    private Uptime() {}

    /**
     * Jiffies begin five minutes before 0, and 0 is also what a listener has that never sent a SYN cookie: from then on until
     * a cookie would be too old, any ACK to a listener is looked at as one, and counts SyncookiesFailed
     * (tcp_synq_no_recent_overflow; seen on 6.18, five minutes after boot).
     */
    static boolean isNearTheTurnOfJiffies() {
        try {
            String text = Files.readString(FILE);
            double seconds = Double.parseDouble(text.substring(0, text.indexOf(' ')));
            return isNearTheTurnOfJiffies(seconds);
        } catch (IOException | NumberFormatException | StringIndexOutOfBoundsException unknown) {
            return false; // no Linux, and so no kernel to compare with
        }
    }

    static boolean isNearTheTurnOfJiffies(double seconds) {
        return seconds > TURN - MARGIN && seconds < TURN + COOKIE_LIFETIME + MARGIN;
    }
}

package io.halfopen.tcp.send;

import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;

/**
 * How many octets of data a full segment has: what path and peer take, but not more than half of the largest window that
 * the peer ever had, so that two can be under way (tcp_bound_to_half_wnd).
 */
public final class SegmentSize {
    /** Octets with the TCP header: what RFC 791 has every path take. */
    private static final int LEAST_SEGMENT = 68;

    /** The largest segment that path and peer take. */
    private int full;

    /** The part of it that the windows let (mss_cache). */
    private char mss;

    /** No window makes segments smaller than this. */
    private byte least;

    /** The largest window so far (max_window). */
    private int greatestWindow;

    void reset() {
        greatestWindow = 0;
    }

    void keep(SavedState k) {
        full = k.at(full);
        mss = k.at(mss);
        least = k.at(least);
        greatestWindow = k.at(greatestWindow);
    }

    public int full() {
        return full;
    }

    int mss() {
        return mss;
    }

    public int greatestWindow() {
        return greatestWindow;
    }

    /** So many octets of options are in every segment. */
    public void start(int options) {
        least = (byte) (LEAST_SEGMENT - TcpHeader.LENGTH - options);
    }

    /** Path and peer take another size. */
    public void resize(int octets) {
        full = octets;
        mss = (char) boundToHalfWindow(octets);
    }

    /** The peer has this window now. */
    void onWindow(int window) {
        if (window > greatestWindow) {
            greatestWindow = window;
            mss = (char) boundToHalfWindow(full);
        }
    }

    /** The greatest window was another, which the size does not follow until there is a larger one. */
    void correct(int window) {
        greatestWindow = window;
    }

    /** What is larger becomes half of the window; a tiny window is not halved. */
    public int boundToHalfWindow(int octets) {
        boolean tiny = greatestWindow <= TcpOptions.DEFAULT_MSS;
        int most = tiny ? greatestWindow : greatestWindow >> 1;
        return most == 0 || octets <= most ? octets : Math.max(most, least);
    }
}

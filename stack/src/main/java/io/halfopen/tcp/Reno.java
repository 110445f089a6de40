package io.halfopen.tcp;

/** Slow start, congestion avoidance, fast recovery: RFC 5681, with the initial window of ten segments of RFC 6928. */
final class Reno implements CongestionControl {
    private static final int INITIAL_SEGMENTS = 10;
    private static final int UNLIMITED = 1 << 30;

    private int mss;
    private int window;
    private int threshold;
    private int acknowledgedInRound;

    @Override
    public void start(int mss) {
        this.mss = mss;
        window = INITIAL_SEGMENTS * mss;
        threshold = UNLIMITED;
        acknowledgedInRound = 0;
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public void onAck(int acknowledged, int inFlight) {
        // RFC 7661's idea in its simplest form: a window that was not used must not grow.
        if (inFlight + acknowledged < window / 2 || window >= UNLIMITED) {
            return;
        }
        if (window < threshold) {
            window += Math.min(acknowledged, 2 * mss);
            return;
        }
        acknowledgedInRound += acknowledged;
        if (acknowledgedInRound >= window) {
            acknowledgedInRound -= window;
            window += mss;
        }
    }

    @Override
    public void onLoss(int inFlight) {
        threshold = Math.max(inFlight / 2, 2 * mss);
        window = threshold + 3 * mss;
    }

    @Override
    public void onDuplicateAck() {
        window += mss;
    }

    @Override
    public void onRecovered() {
        window = threshold;
    }

    @Override
    public void onTimeout(int inFlight, boolean first) {
        if (first) {
            threshold = Math.max(inFlight / 2, 2 * mss);
        }
        window = mss;
        acknowledgedInRound = 0;
    }
}

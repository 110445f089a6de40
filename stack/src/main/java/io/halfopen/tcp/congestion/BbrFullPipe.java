package io.halfopen.tcp.congestion;

/** Whether the pipe is full: three rounds in a row brought less than a quarter more (bbr_check_full_bw_reached). */
final class BbrFullPipe {
    private static final int THRESHOLD = Bbr.UNIT * 5 / 4;
    private static final int ROUNDS = 3;

    private long bandwidth;
    private int rounds;
    private boolean reached;

    void reset() {
        lookAgain(true);
        reached = false;
    }

    boolean isReached() {
        return reached;
    }

    /** What was measured while a loss was believed in is no measure. */
    void lookAgain(boolean fromTheStart) {
        bandwidth = 0;
        rounds = fromTheStart ? 0 : rounds;
    }

    /** A round is over in which there was enough to send. */
    void round(long maxBandwidth) {
        if (reached) {
            return;
        }
        if (maxBandwidth >= bandwidth * THRESHOLD >> Bbr.SCALE) {
            bandwidth = maxBandwidth;
            rounds = 0;
            return;
        }
        rounds++;
        reached = rounds >= ROUNDS;
    }
}

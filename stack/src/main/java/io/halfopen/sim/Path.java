package io.halfopen.sim;

/**
 * What a packet meets on its way from one host to another; every direction has its own luck. A path with no delay, as
 * a host's to itself has none, delivers within the call that sent.
 *
 * @param delay one way, ns
 * @param jitter added to the delay at random, from 0 to this, ns; packets may overtake each other
 * @param loss probability that a packet disappears, 0 to 1
 * @param duplication probability that it arrives twice, 0 to 1
 * @param reordering probability that it is held back for one more delay, 0 to 1
 * @param bitsPerSecond how fast packets follow each other; 0 means at once
 */
public record Path(long delay, long jitter, double loss, double duplication, double reordering, long bitsPerSecond) {

    /** No delay, no loss. */
    public static final Path DIRECT = new Path(0, 0, 0, 0, 0, 0);

    public Path {
        if (delay < 0 || jitter < 0 || bitsPerSecond < 0) {
            throw new IllegalArgumentException("delay, jitter and rate are not negative");
        }
        if (!isProbability(loss) || !isProbability(duplication) || !isProbability(reordering)) {
            throw new IllegalArgumentException("a probability is 0 to 1");
        }
    }

    public static Path ofDelay(long delay) {
        return new Path(delay, 0, 0, 0, 0, 0);
    }

    public Path withLoss(double probability) {
        return new Path(delay, jitter, probability, duplication, reordering, bitsPerSecond);
    }

    private static boolean isProbability(double value) {
        return value >= 0 && value <= 1;
    }
}

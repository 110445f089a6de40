package io.halfopen.sim;

import java.time.Duration;

/**
 * All that can happen to a packet on its way from one host to another; every direction has its own luck, of its own
 * seed. A path with no delay, as a host's to itself has none, delivers within the call that sent.
 *
 * <p>A packet meets, in this order: an outage, the queue, loss, the MTU, a congestion mark, corruption, the rate, the
 * delay, reordering, duplication. What the fields leave 0 does not happen. {@link World#connect} may change a path at
 * any time: that is how an MTU changes, or a network is parted for good.
 *
 * @param delay one way, ns
 * @param jitter added to the delay at random, from 0 to this, ns; packets may overtake each other
 * @param loss probability that a packet disappears, 0 to 1
 * @param duplication probability that it arrives twice, 0 to 1
 * @param reordering probability that it is held back for one more delay, 0 to 1
 * @param bitsPerSecond how fast packets follow each other; 0 means at once
 * @param queue octets that may wait for the rate; a packet beyond them is dropped; 0 means no limit
 * @param burst probability that losing several packets in a row begins with this one, 0 to 1
 * @param burstLength how many packets are lost in a row then, on average, 1 or more where there are bursts
 * @param corruption probability that a bit of it is flipped, of a fragment's header only, or its end cut off, 0 to 1
 * @param marking probability that a packet that may be marked is marked "congestion experienced", 0 to 1
 * @param mtu longer packets do not pass, octets: whoever may not be fragmented is answered with an ICMP error; 0 means
 *     no limit
 * @param silent no router sends such an error: longer packets disappear (RFC 2923, section 2.1)
 * @param outageEvery time between two outages, on average, ns; during one no packet passes; 0 means never
 * @param outageLength how long each is, on average, ns
 */
public record Path(
        long delay,
        long jitter,
        double loss,
        double duplication,
        double reordering,
        long bitsPerSecond,
        long queue,
        double burst,
        double burstLength,
        double corruption,
        double marking,
        int mtu,
        boolean silent,
        long outageEvery,
        long outageLength) {

    /** No delay, no loss. */
    public static final Path DIRECT = new Path(0, 0, 0, 0, 0, 0);

    public Path {
        if (delay < 0 || jitter < 0 || bitsPerSecond < 0) {
            throw new IllegalArgumentException("delay, jitter and rate are not negative");
        }
        if (queue < 0 || mtu < 0 || outageEvery < 0 || outageLength < 0) {
            throw new IllegalArgumentException("queue, MTU and outages are not negative");
        }
        if (!isProbability(loss) || !isProbability(duplication) || !isProbability(reordering)) {
            throw new IllegalArgumentException("a probability is 0 to 1");
        }
        if (!isProbability(burst) || !isProbability(corruption) || !isProbability(marking)) {
            throw new IllegalArgumentException("a probability is 0 to 1");
        }
        if (burst > 0 && !(burstLength >= 1)) {
            throw new IllegalArgumentException("a burst has one packet or more");
        }
    }

    public Path(long delay, long jitter, double loss, double duplication, double reordering, long bitsPerSecond) {
        this(delay, jitter, loss, duplication, reordering, bitsPerSecond, 0, 0, 0, 0, 0, 0, false, 0, 0);
    }

    /** So long one way, ns, and nothing else. */
    public static Path ofDelay(long delay) {
        return new Path(delay, 0, 0, 0, 0, 0);
    }

    /** So long one way, and nothing else: {@code Path.ofDelay(Duration.ofMillis(20))} is a round trip of 40 ms. */
    public static Path ofDelay(Duration delay) {
        return ofDelay(delay.toNanos());
    }

    public Path withLoss(double probability) {
        return with(probability, mtu);
    }

    public Path withMtu(int octets) {
        return with(loss, octets);
    }

    private Path with(double probability, int octets) {
        return new Path(
                delay,
                jitter,
                probability,
                duplication,
                reordering,
                bitsPerSecond,
                queue,
                burst,
                burstLength,
                corruption,
                marking,
                octets,
                silent,
                outageEvery,
                outageLength);
    }

    private static boolean isProbability(double value) {
        return value >= 0 && value <= 1;
    }
}

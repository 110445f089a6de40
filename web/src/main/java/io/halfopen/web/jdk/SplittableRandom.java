package io.halfopen.web.jdk;

/**
 * The generator that java.util.SplittableRandom documents (SplitMix64, by Steele, Lea and Flood): a seed gives the same numbers. Only
 * the methods that the simulator and the lab use.
 */
public final class SplittableRandom {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1.0p-53;

    private long seed;

    public SplittableRandom(long seed) {
        this.seed = seed;
    }

    private long nextSeed() {
        seed += GOLDEN_GAMMA;
        return seed;
    }

    public long nextLong() {
        long z = nextSeed();
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    public int nextInt() {
        long z = nextSeed();
        z = (z ^ z >>> 33) * 0x62a9d9ed799705f5L;
        return (int) ((z ^ z >>> 28) * 0xcb24d0a5c88c35b3L >>> 32);
    }

    public double nextDouble() {
        return (nextLong() >>> 11) * UNIT;
    }

    /** From 0 up to the bound, each as likely: what would favour some is thrown away. */
    public int nextInt(int bound) {
        int random = nextInt();
        int mask = bound - 1;
        if ((bound & mask) == 0) {
            return random & mask;
        }
        int positive = random >>> 1;
        random = positive % bound;
        while (positive + mask - random < 0) {
            positive = nextInt() >>> 1;
            random = positive % bound;
        }
        return random;
    }

    public long nextLong(long bound) {
        long random = nextLong();
        long mask = bound - 1;
        if ((bound & mask) == 0) {
            return random & mask;
        }
        long positive = random >>> 1;
        random = positive % bound;
        while (positive + mask - random < 0) {
            positive = nextLong() >>> 1;
            random = positive % bound;
        }
        return random;
    }

    public boolean nextBoolean() {
        return nextInt() < 0;
    }
}

package io.halfopen.link.ether;

import org.jspecify.annotations.Nullable;

/**
 * Those neighbours of which something is known, or has been asked: so many and no more, whatever addresses are made up.
 * A row of a few has those whose addresses meet in it; a new one takes the place of the one who is missed least.
 */
final class Neighbours {
    private static final int ROW = 4;
    private static final int ROWS = 256;

    private final Neighbour[] all = new Neighbour[ROW * ROWS];
    private final long secret;
    private @Nullable Neighbour last;

    /** {@code secret}: where addresses meet is nothing that others can compute. */
    Neighbours(long secret) {
        this.secret = secret;
        for (int i = 0; i < all.length; i++) {
            all[i] = new Neighbour();
        }
    }

    /** The one with this address, or null. */
    @Nullable
    Neighbour find(long high, long low) {
        Neighbour before = last;
        if (before != null && before.is(high, low)) {
            return before;
        }
        int row = row(high, low);
        for (int i = row; i < row + ROW; i++) {
            if (all[i].is(high, low)) {
                last = all[i];
                return all[i];
            }
        }
        return null;
    }

    /** The same; if there is none yet, a new one. */
    Neighbour findOrAdd(long high, long low, long now) {
        Neighbour found = find(high, low);
        if (found != null) {
            return found;
        }
        int row = row(high, low);
        Neighbour least = all[row];
        for (int i = row + 1; i < row + ROW; i++) {
            least = all[i].isBelow(least) ? all[i] : least;
        }
        least.reset(high, low, now);
        return least;
    }

    private int row(long high, long low) {
        long hash = (high ^ secret) * 0x9e37_79b9_7f4a_7c15L;
        hash = (hash ^ hash >>> 32 ^ low) * 0xbf58_476d_1ce4_e5b9L ^ secret;
        hash = (hash ^ hash >>> 29) * 0x94d0_49bb_1331_11ebL;
        return (int) (hash >>> 56) * ROW;
    }
}

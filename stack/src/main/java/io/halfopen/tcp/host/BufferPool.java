package io.halfopen.tcp.host;

import java.util.Arrays;

/** Byte arrays of powers of two, handed out and taken back: a connection has one only while it has octets to keep. */
public final class BufferPool {
    private static final int SMALLEST_SHIFT = 10;
    private static final int CLASSES = 21;

    /** The most octets that one array can have: a power of two. */
    public static final int LARGEST = 1 << SMALLEST_SHIFT + CLASSES - 1;

    /** What is kept of one size, octets; more than this goes to the garbage collector. */
    private static final int KEPT = 64 << 20;

    private final byte[][][] free = new byte[CLASSES][16][];
    private final int[] counts = new int[CLASSES];
    private int lent;
    private long lentOctets;

    /** An array of at least this many octets, of any content. */
    public byte[] take(int atLeast) {
        int index = classOf(atLeast);
        lent++;
        lentOctets += 1L << index + SMALLEST_SHIFT;
        if (counts[index] == 0) {
            return new byte[1 << index + SMALLEST_SHIFT];
        }
        return free[index][--counts[index]];
    }

    public void give(byte[] buffer) {
        int index = classOf(buffer.length);
        lent--;
        lentOctets -= buffer.length;
        if ((long) counts[index] * buffer.length >= KEPT) {
            return;
        }
        if (counts[index] == free[index].length) {
            free[index] = Arrays.copyOf(free[index], counts[index] * 2);
        }
        free[index][counts[index]++] = buffer;
    }

    /** How many arrays were handed out and have not come back. */
    public int lent() {
        return lent;
    }

    public long lentOctets() {
        return lentOctets;
    }

    private static int classOf(int octets) {
        return Math.max(0, 32 - Integer.numberOfLeadingZeros(octets - 1) - SMALLEST_SHIFT);
    }
}

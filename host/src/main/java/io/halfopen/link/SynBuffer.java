package io.halfopen.link;

import java.util.Arrays;

/**
 * SYNs that wait until everything else that has arrived is served: in a flood those who have a connection, or are about to,
 * do not stand in line behind the flood. First come, first served among themselves. It grows to {@link #MOST}, more than a
 * TUN interface keeps, so that nothing is lost by this that was not lost before; what comes then is.
 */
final class SynBuffer {
    static final int MOST = 1 << 13;

    /** Larger than a SYN with all options: one with Fast Open's data is no SYN of a flood, and does not wait. */
    static final int LARGEST = 128;

    private byte[] bytes = new byte[16 * LARGEST];
    private int[] lengths = new int[16];
    private int first;
    private int size;
    private long lost;

    boolean isEmpty() {
        return size == 0;
    }

    /** How many found no room. */
    long lost() {
        return lost;
    }

    /** Takes a copy. */
    void add(byte[] packet, int length) {
        if (size == MOST) {
            lost++;
            return;
        }
        if (size == lengths.length) {
            grow();
        }
        int slot = first + size++ & lengths.length - 1;
        System.arraycopy(packet, 0, bytes, slot * LARGEST, length);
        lengths[slot] = length;
    }

    /** Copies the first one to {@code packet}, and returns its length. */
    int take(byte[] packet) {
        int length = lengths[first];
        System.arraycopy(bytes, first * LARGEST, packet, 0, length);
        first = first + 1 & lengths.length - 1;
        size--;
        return length;
    }

    /** Twice the room, and the first one at the beginning of it. */
    private void grow() {
        int before = lengths.length;
        byte[] more = new byte[2 * before * LARGEST];
        int tail = (before - first) * LARGEST;
        System.arraycopy(bytes, first * LARGEST, more, 0, tail);
        System.arraycopy(bytes, 0, more, tail, first * LARGEST);
        int[] turned = Arrays.copyOfRange(lengths, first, first + 2 * before);
        System.arraycopy(lengths, 0, turned, before - first, first);
        bytes = more;
        lengths = turned;
        first = 0;
    }
}

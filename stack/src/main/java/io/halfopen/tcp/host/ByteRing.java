package io.halfopen.tcp.host;

import org.jspecify.annotations.Nullable;

/**
 * Octets in order, on an array from the {@link BufferPool} that grows by doubling and goes back when the last octet
 * is taken; the next array is at once as large as this one had to be. Positions count from the first octet kept;
 * writing beyond the end leaves a hole that a later write fills.
 */
public final class ByteRing {
    private final BufferPool pool;
    private byte @Nullable [] data;
    private int head;
    private int length;

    /** The room that was needed on this array, and on the one before it, octets. */
    private int peak;

    private int usual;

    public ByteRing(BufferPool pool) {
        this.pool = pool;
    }

    /** The octets from the first to the end; holes that {@link #write} left are not counted. */
    public int length() {
        return length;
    }

    public void append(byte[] source, int offset, int count) {
        write(length, source, offset, count);
        length += count;
    }

    /** Puts octets at a position without moving the end. */
    public void write(int position, byte[] source, int offset, int count) {
        if (count == 0) {
            return;
        }
        byte[] ring = ensure(position + count);
        peak = Math.max(peak, position + count);
        int at = head + position & ring.length - 1;
        int first = Math.min(count, ring.length - at);
        System.arraycopy(source, offset, ring, at, first);
        if (first < count) {
            System.arraycopy(source, offset + first, ring, 0, count - first);
        }
    }

    /** Moves the end over octets that {@link #write} has put there. */
    public void extend(int count) {
        length += count;
    }

    public void copyTo(int position, byte[] target, int offset, int count) {
        byte[] ring = data;
        if (ring == null || count == 0) {
            return;
        }
        int at = head + position & ring.length - 1;
        int first = Math.min(count, ring.length - at);
        System.arraycopy(ring, at, target, offset, first);
        if (first < count) {
            System.arraycopy(ring, 0, target, offset + first, count - first);
        }
    }

    /** Forgets the first octets; {@code keepArray} says that there is something beyond the end. */
    public void discard(int count, boolean keepArray) {
        length -= count;
        if (length == 0 && !keepArray) {
            giveBack();
        } else if (data != null) {
            head = head + count & data.length - 1;
        }
    }

    public void clear() {
        giveBack();
        usual = 0;
    }

    public void keep(SavedState k) {
        usual = k.at(usual);
    }

    private void giveBack() {
        if (data != null) {
            pool.give(data);
            data = null;
            usual = peak;
            peak = 0;
        }
        head = 0;
        length = 0;
    }

    private byte[] ensure(int capacity) {
        byte[] ring = data;
        if (ring != null && capacity <= ring.length) {
            return ring;
        }
        byte[] wider = pool.take(ring == null ? Math.max(capacity, usual) : capacity);
        if (ring != null) {
            int first = ring.length - head;
            System.arraycopy(ring, head, wider, 0, first);
            System.arraycopy(ring, 0, wider, first, head);
            pool.give(ring);
        }
        head = 0;
        data = wider;
        return wider;
    }
}

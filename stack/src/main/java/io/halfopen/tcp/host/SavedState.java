package io.halfopen.tcp.host;

import java.util.Arrays;

/**
 * The numbers of an object put down in few octets, or read back. Each part says once what it has, for both directions:
 * {@code count = k.at(count)} puts the value down and returns it, or returns what was put down then.
 *
 * <p>Most connections of a server have most of it in common, whatever it is: so the first that is put down says what is usual, and of
 * each that follows a bit says whether a number is the usual one, and only of one that is not the difference is there. Times
 * are kept by their distance to a moment, sequence numbers by theirs to {@link #base}.
 */
public final class SavedState {
    private byte[] octets = new byte[256];
    private boolean reads;
    private int position;

    /** What the first one had, by the order in which its numbers came, and how many these are. */
    private long[] usual = new long[256];

    private int usualCount;
    private boolean learns;

    /** How many numbers have come, and where the bits of these eight are. */
    private int count;

    private int bits;
    private long moment;
    private int base;

    /** Whether something has to be put down first only to {@link #learn} what is usual. */
    public boolean knowsNothing() {
        return usualCount == 0;
    }

    /** What comes now is usual from now on. Nothing may have been put down yet. */
    public void learn(long moment) {
        begin(false, moment);
        learns = true;
    }

    /** From now on it puts down; times are near this moment, ns. */
    public void write(long moment) {
        begin(false, moment);
    }

    /** From now on it reads what {@link #octets} returned, with the moment of then. */
    public void read(byte[] kept, long moment) {
        begin(true, moment);
        octets = kept;
    }

    private void begin(boolean reads, long moment) {
        this.reads = reads;
        this.moment = moment;
        learns = false;
        position = 0;
        count = 0;
        base = 0;
    }

    /** What was put down. */
    public byte[] octets() {
        return Arrays.copyOf(octets, position);
    }

    public long at(long value) {
        if (learns) {
            learnUsual(value);
            return value;
        }
        if (count % Byte.SIZE == 0) {
            bits = position;
            writeOctet(0);
        }
        long expected = count < usualCount ? usual[count] : 0;
        int bit = 1 << count++ % Byte.SIZE;
        if (!reads && value != expected) {
            octets[bits] |= (byte) bit;
            writeNumber(value - expected);
            return value;
        }
        return reads && (octets[bits] & bit) != 0 ? expected + readNumber() : expected;
    }

    private void learnUsual(long value) {
        usual = usualCount == usual.length ? Arrays.copyOf(usual, 2 * usualCount) : usual;
        usual[usualCount++] = value;
    }

    public int at(int value) {
        return (int) at((long) value);
    }

    public byte at(byte value) {
        return (byte) at((long) value);
    }

    public short at(short value) {
        return (short) at((long) value);
    }

    public char at(char value) {
        return (char) at((long) value);
    }

    public boolean at(boolean value) {
        return at(value ? 1L : 0L) != 0;
    }

    /** A number that is not negative, or Integer.MAX_VALUE for none. */
    public int limit(int value) {
        int kept = at(value == Integer.MAX_VALUE ? -1 : value);
        return kept == -1 ? Integer.MAX_VALUE : kept;
    }

    /** A time in the past, ns, or {@link Timer#NEVER}. */
    public long time(long value) {
        long age = at(value == Timer.NEVER ? -1 : moment - value);
        return age == -1 ? Timer.NEVER : moment - age;
    }

    /** A sequence number to which those that follow are near. */
    public int base(int seq) {
        base = at(seq);
        return base;
    }

    public int seq(int value) {
        return base + at(value - base);
    }

    /** Seven bits an octet, the lowest first; small negative numbers are small, too. */
    private void writeNumber(long value) {
        long rest = value << 1 ^ value >> Long.SIZE - 1;
        while ((rest & ~0x7fL) != 0) {
            writeOctet((int) rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        writeOctet((int) rest);
    }

    private long readNumber() {
        long rest = 0;
        int shift = 0;
        byte octet = octets[position++];
        while (octet < 0) {
            rest |= (octet & 0x7fL) << shift;
            shift += 7;
            octet = octets[position++];
        }
        rest |= (long) octet << shift;
        return rest >>> 1 ^ -(rest & 1);
    }

    private void writeOctet(int octet) {
        if (!reads) {
            octets = position == octets.length ? Arrays.copyOf(octets, 2 * position) : octets;
            octets[position] = (byte) octet;
        }
        position++;
    }
}

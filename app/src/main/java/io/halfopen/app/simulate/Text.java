package io.halfopen.app.simulate;

/** Octets that say where they belong: what is lost, repeated or in the wrong place or connection does not match. */
final class Text {
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    private Text() {}

    /** Every direction of every connection has a text of its own; so does each number. */
    private static long key(long text) {
        return (text ^ text >>> 1) * 0xd1342543de82ef95L;
    }

    static void write(long text, long position, byte[] target, int count) {
        long key = key(text);
        for (int i = 0; i < count; i++) {
            target[i] = (byte) ((position + i + key) * FACTOR >>> 56);
        }
    }

    /** How many of the octets are those that belong at a position. */
    static int matching(long text, long position, byte[] found, int count) {
        long key = key(text);
        for (int i = 0; i < count; i++) {
            if (found[i] != (byte) ((position + i + key) * FACTOR >>> 56)) {
                return i;
            }
        }
        return count;
    }
}

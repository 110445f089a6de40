package io.halfopen.web.jdk;

/** {@link io.halfopen.wire.Bytes} octet by octet: there is no VarHandle. */
public final class Bytes {
    private Bytes() {}

    public static int getByte(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    public static int getShort(byte[] bytes, int at) {
        return getByte(bytes, at) << 8 | getByte(bytes, at + 1);
    }

    public static int getInt(byte[] bytes, int at) {
        return getShort(bytes, at) << 16 | getShort(bytes, at + 2);
    }

    public static long getLong(byte[] bytes, int at) {
        return (long) getInt(bytes, at) << 32 | getInt(bytes, at + 4) & 0xffff_ffffL;
    }

    public static void putShort(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    public static void putInt(byte[] bytes, int at, int value) {
        putShort(bytes, at, value >>> 16);
        putShort(bytes, at + 2, value);
    }

    public static void putLong(byte[] bytes, int at, long value) {
        putInt(bytes, at, (int) (value >>> 32));
        putInt(bytes, at + 4, (int) value);
    }
}

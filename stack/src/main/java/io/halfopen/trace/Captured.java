package io.halfopen.trace;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import java.util.HexFormat;

/**
 * The bytes of a packet that are really there, which may be fewer than its headers claim; positions count from its
 * start. Ask {@link #has} first: a get beyond the end may read a neighbour's bytes.
 */
final class Captured {
    private final byte[] bytes;
    private final int start;
    private final int size;

    Captured(byte[] bytes, int start, int size) {
        this.bytes = bytes;
        this.start = start;
        this.size = size;
    }

    int size() {
        return size;
    }

    boolean has(int at, int count) {
        return count <= size - at;
    }

    /** The part from {@code at} on, at most {@code length} bytes; {@code at} must be inside. */
    Captured slice(int at, int length) {
        return new Captured(bytes, start + at, Math.min(length, size - at));
    }

    int getByte(int at) {
        return Bytes.getByte(bytes, start + at);
    }

    int getShort(int at) {
        return Bytes.getShort(bytes, start + at);
    }

    int getInt(int at) {
        return Bytes.getInt(bytes, start + at);
    }

    IpAddress getIpv6(int at) {
        return new IpAddress(Bytes.getLong(bytes, start + at), Bytes.getLong(bytes, start + at + 8));
    }

    String hex(int at, int length) {
        return HexFormat.of().formatHex(bytes, start + at, start + at + length);
    }
}

package io.halfopen.wire;

import org.jspecify.annotations.Nullable;

/**
 * TCP options, written in Linux's order and padding (6.18 and 3.10 agree): MSS; then SACK-permitted and timestamps
 * fused into twelve octets; then NOP and window scale; then a Fast Open cookie. Reading them is {@link Segment}'s work.
 *
 * <pre>
 *  |  2  |  4  |    mss    |                                       only on SYN
 *  |  4  |  2  |  8  | 10  |   TS value   |   TS echo reply   |    "sackOK,TS"; without SACK the first two are NOPs
 *  |  1  |  3  |  3  |shift|                                       "nop,wscale"
 * </pre>
 */
public final class TcpOptions {
    static final int END = 0;
    static final int NOP = 1;
    static final int MSS = 2;
    static final int WINDOW_SCALE = 3;
    static final int SACK_PERMITTED = 4;
    static final int SACK = 5;
    static final int TIMESTAMP = 8;
    static final int MD5 = 19;
    static final int AO = 29;

    /** The octets of an MD5 signature (RFC 2385); an authentication option has at least one beyond its head (RFC 5925). */
    static final int MD5_LENGTH = 18;

    static final int AO_HEAD = 4;

    /** RFC 7323, section 2.3: a greater shift is taken as this one. */
    public static final int MAX_WINDOW_SCALE = 14;

    /** The octets of a timestamp option with its padding, on every segment of a connection that uses them. */
    public static final int TIMESTAMP_LENGTH = 12;

    /** What a peer without an MSS option can take (RFC 9293, section 3.7.1). */
    public static final int DEFAULT_MSS = 536;

    private static final int NOP_NOP = NOP << 24 | NOP << 16;
    private static final int SACK_PERMITTED_2 = SACK_PERMITTED << 24 | 2 << 16;
    private static final int TIMESTAMP_10 = TIMESTAMP << 8 | 10;

    /** The first word of the options that an ordinary segment has, and the length of its whole header (RFC 7323, A). */
    static final int NOP_NOP_TIMESTAMP = NOP_NOP | TIMESTAMP_10;

    static final int STAMPED = TcpHeader.LENGTH + TIMESTAMP_LENGTH;

    /** Of a SYN with all that {@link #writeSyn} can write: the length of its header, and what its words begin with. */
    static final int USUAL_SYN = TcpHeader.LENGTH + 20;

    static final int MSS_4 = MSS << 8 | 4;
    static final int SACK_TIMESTAMP = SACK_PERMITTED_2 | TIMESTAMP_10;
    static final int NOP_SCALE_3 = NOP << 16 | WINDOW_SCALE << 8 | 3;

    private static final long LOW = 0xffff_ffffL;

    private TcpOptions() {}

    /** The octets that {@link #writeSyn} writes. */
    public static int synLength(boolean sack, boolean timestamps, int windowScale) {
        return 4 + (timestamps ? 12 : sack ? 4 : 0) + (windowScale >= 0 ? 4 : 0);
    }

    /**
     * Writes the options of a SYN or SYN-ACK, {@link #synLength} octets; a negative {@code windowScale} means none. Returns
     * the sum of their words, as {@link Checksum} has it before it is folded.
     */
    public static long writeSyn(
            byte[] packet,
            int offset,
            int mss,
            boolean sack,
            boolean timestamps,
            int tsValue,
            int tsEcho,
            int windowScale) {
        int size = MSS_4 << 16 | mss;
        Bytes.putInt(packet, offset, size);
        int at = offset + 4;
        long sum = size;
        if (timestamps) {
            int kinds = (sack ? SACK_PERMITTED_2 : NOP_NOP) | TIMESTAMP_10;
            Bytes.putInt(packet, at, kinds);
            Bytes.putInt(packet, at + 4, tsValue);
            Bytes.putInt(packet, at + 8, tsEcho);
            sum += kinds + (tsValue & LOW) + (tsEcho & LOW);
            at += TIMESTAMP_LENGTH;
        } else if (sack) {
            int kinds = NOP_NOP | SACK_PERMITTED << 8 | 2;
            Bytes.putInt(packet, at, kinds);
            sum += kinds;
            at += 4;
        }
        if (windowScale >= 0) {
            int scale = NOP_SCALE_3 << 8 | windowScale;
            Bytes.putInt(packet, at, scale);
            sum += scale;
        }
        return sum;
    }

    /** The octets of a Fast Open option; 0 without one. */
    public static int fastOpenLength(@Nullable FastOpenCookie cookie) {
        return cookie == null ? 0 : cookie.optionLength();
    }

    /** Writes a Fast Open option, the last of a SYN's, and returns the sum of its words. */
    public static long writeFastOpen(byte[] packet, int offset, @Nullable FastOpenCookie cookie) {
        if (cookie == null || cookie.length() < 0) {
            return 0;
        }
        cookie.write(packet, offset);
        return Checksum.sum(packet, offset, cookie.optionLength());
    }

    /** Writes NOP NOP TS, the options of an ordinary segment, and returns the sum of their words. */
    public static long writeTimestamp(byte[] packet, int offset, int tsValue, int tsEcho) {
        Bytes.putInt(packet, offset, NOP_NOP_TIMESTAMP);
        Bytes.putInt(packet, offset + 4, tsValue);
        Bytes.putInt(packet, offset + 8, tsEcho);
        return NOP_NOP_TIMESTAMP + (tsValue & LOW) + (tsEcho & LOW);
    }

    /** Writes NOP NOP SACK and room for {@code blocks} blocks; their edges follow by {@link #writeSackBlock}. */
    public static void writeSackHeader(byte[] packet, int offset, int blocks) {
        Bytes.putInt(packet, offset, NOP_NOP | SACK << 8 | sackLength(blocks) - 2);
    }

    public static void writeSackBlock(byte[] packet, int offset, int index, int left, int right) {
        Bytes.putInt(packet, offset + 4 + 8 * index, left);
        Bytes.putInt(packet, offset + 8 + 8 * index, right);
    }

    /** The octets of a SACK option with its padding. */
    public static int sackLength(int blocks) {
        return blocks == 0 ? 0 : 4 + 8 * blocks;
    }
}

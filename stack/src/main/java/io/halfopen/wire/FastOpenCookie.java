package io.halfopen.wire;

import java.util.Arrays;

/**
 * The cookie of TCP Fast Open (RFC 7413, section 4.1.1), as an option of a SYN or SYN-ACK carries it: 4 to 16 octets,
 * or none where a client asks for one. It is changed in place.
 *
 * <pre>
 *  |  34  | 2 + n |  cookie, n octets
 *  | 254  | 4 + n |  0xf9  | 0x89  |  cookie, n octets            experimental, before there was a number
 * </pre>
 */
public final class FastOpenCookie {
    public static final int NONE = -1;
    static final int SHORTEST = 4;
    static final int LONGEST = 16;
    static final int KIND = 34;
    static final int KIND_EXPERIMENTAL = 254;
    static final int MAGIC = 0xf989;

    private final byte[] octets = new byte[LONGEST];
    private int length = NONE;
    private boolean experimental;

    /** None, until one is set. */
    public FastOpenCookie() {}

    /** Octets of the cookie; 0 asks for one, {@link #NONE} is no option at all. */
    public int length() {
        return length;
    }

    public boolean isExperimental() {
        return experimental;
    }

    public void clear() {
        length = NONE;
        experimental = false;
    }

    /** Asks for a cookie. */
    public void request(boolean experimental) {
        length = 0;
        this.experimental = experimental;
    }

    /** One of 8 octets, the first of them the highest of the number. */
    public void set(long cookie, boolean experimental) {
        Bytes.putLong(octets, 0, cookie);
        length = 8;
        this.experimental = experimental;
    }

    public void set(FastOpenCookie other) {
        System.arraycopy(other.octets, 0, octets, 0, LONGEST);
        length = other.length;
        experimental = other.experimental;
    }

    /** That of a segment; {@link #NONE} where it has none. */
    public void read(Segment segment) {
        length = segment.cookieLength();
        experimental = segment.isCookieExperimental();
        if (length > 0) {
            System.arraycopy(segment.bytes(), segment.cookieOffset(), octets, 0, length);
        }
    }

    /** The octets of the option with its padding; 0 for none. */
    int optionLength() {
        return length < 0 ? 0 : length + (experimental ? 4 : 2) + 3 & ~3;
    }

    /** Writes the option and its padding. */
    void write(byte[] packet, int offset) {
        int at = offset;
        if (experimental) {
            Bytes.putInt(packet, at, KIND_EXPERIMENTAL << 24 | length + 4 << 16 | MAGIC);
            at += 4;
        } else {
            Bytes.putShort(packet, at, KIND << 8 | length + 2);
            at += 2;
        }
        System.arraycopy(octets, 0, packet, at, length);
        Arrays.fill(packet, at + length, offset + optionLength(), (byte) TcpOptions.NOP);
    }
}

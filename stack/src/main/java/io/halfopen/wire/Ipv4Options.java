package io.halfopen.wire;

/**
 * The options of an IPv4 header (RFC 791, section 3.1), judged as __ip_options_compile does: what is malformed is
 * answered, a source route is refused, the rest has no effect.
 */
final class Ipv4Options {
    static final int GOOD = -1;
    static final int SOURCE_ROUTE = -2;

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int RECORD_ROUTE = 7;
    private static final int TIMESTAMP = 68;
    private static final int LOOSE_ROUTE = 131;
    private static final int STRICT_ROUTE = 137;
    private static final int ROUTER_ALERT = 148;

    private Ipv4Options() {}

    /** Returns {@link #GOOD}, {@link #SOURCE_ROUTE}, or where the problem is, from the beginning of the header. */
    static int judge(byte[] bytes, int header, int end) {
        int at = header + IpHeader.V4_LENGTH;
        boolean routed = false;
        while (at < end && bytes[at] != END) {
            if (bytes[at] == NOP) {
                at++;
                continue;
            }
            int length = at + 1 < end ? Bytes.getByte(bytes, at + 1) : 0;
            if (length < 2 || length > end - at) {
                return at - header;
            }
            int problem = problemIn(bytes, at, length, routed);
            if (problem >= 0) {
                return at + problem - header;
            }
            int kind = Bytes.getByte(bytes, at);
            routed |= kind == LOOSE_ROUTE || kind == STRICT_ROUTE;
            at += length;
        }
        return routed ? SOURCE_ROUTE : GOOD;
    }

    /** The octet of the option that is wrong, or -1. */
    private static int problemIn(byte[] bytes, int at, int length, boolean routed) {
        return switch (Bytes.getByte(bytes, at)) {
            case LOOSE_ROUTE, STRICT_ROUTE -> length < 3 ? 1 : Bytes.getByte(bytes, at + 2) < 4 ? 2 : routed ? 0 : -1;
            case RECORD_ROUTE -> pointerProblem(bytes, at, length, 3, 4);
            case TIMESTAMP -> pointerProblem(bytes, at, length, 4, 5);
            case ROUTER_ALERT -> length < 4 ? 1 : -1;
            default -> -1;
        };
    }

    /** Where the next address or time would go: after the head, and with room for it. */
    private static int pointerProblem(byte[] bytes, int at, int length, int leastLength, int least) {
        if (length < leastLength) {
            return 1;
        }
        int pointer = Bytes.getByte(bytes, at + 2);
        return pointer < least || pointer <= length && pointer + 3 > length ? 2 : -1;
    }
}

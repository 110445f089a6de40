package io.halfopen.app.capture;

import io.halfopen.wire.Bytes;

/** Where in a captured frame the IP header is, by the link layer's number (tcpdump.org/linktypes.html). */
final class LinkLayer {
    private static final int NULL = 0;
    private static final int ETHERNET = 1;
    private static final int RAW_BSD = 12;
    private static final int RAW_OPENBSD = 14;
    private static final int RAW = 101;
    private static final int LOOP = 108;
    private static final int LINUX_SLL = 113;
    private static final int IPV4 = 228;
    private static final int IPV6 = 229;
    private static final int LINUX_SLL2 = 276;

    private static final int MOST_TAGS = 4;

    /** -1 where there is none. */
    int ipOffset(int link, byte[] frame, int length) {
        return switch (link) {
            case RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6 -> length > 0 ? 0 : -1;
            case NULL, LOOP -> length > 4 ? 4 : -1;
            case ETHERNET -> afterTags(frame, length, 12);
            case LINUX_SLL -> length > 16 ? afterTags(frame, length, 14) : -1;
            case LINUX_SLL2 -> length > 20 && isIp(Bytes.getShort(frame, 0)) ? 20 : -1;
            default -> -1;
        };
    }

    /** {@code at} is where the kind of what follows stands; VLAN tags come in between. */
    private static int afterTags(byte[] frame, int length, int at) {
        int kind = at;
        for (int tags = 0; tags <= MOST_TAGS && kind + 2 < length; tags++) {
            int type = Bytes.getShort(frame, kind);
            if (isIp(type)) {
                return kind + 2;
            }
            if (type != 0x8100 && type != 0x88a8 && type != 0x9100) {
                return -1;
            }
            kind += 4;
        }
        return -1;
    }

    private static boolean isIp(int type) {
        return type == 0x0800 || type == 0x86dd;
    }
}

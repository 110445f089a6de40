package io.halfopen.wire;

/**
 * An IPv6 address as two longs; an IPv4 address is the mapped one, {@code ::ffff:a.b.c.d} (RFC 4291, section
 * 2.5.5.2). So every table, key and checksum has one case.
 */
public record IpAddress(long high, long low) {
    private static final long MAPPED = 0xffff_0000_0000L;

    /** The wildcard of IPv6, {@code ::}. */
    public static final IpAddress ANY_V6 = new IpAddress(0, 0);

    /** The wildcard of IPv4, {@code 0.0.0.0}. */
    public static final IpAddress ANY_V4 = ofIpv4(0);

    public static IpAddress ofIpv4(int address) {
        return new IpAddress(0, mapped(address));
    }

    /** The low half of the mapped form of an IPv4 address; its high half is 0. */
    public static long mapped(int ipv4) {
        return MAPPED | ipv4 & 0xffff_ffffL;
    }

    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** Whether this is one of the two wildcards. */
    public static boolean isAny(long high, long low) {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** 127.0.0.0/8 or ::1. */
    public static boolean isLoopback(long high, long low) {
        return isIpv4(high, low) ? (low >>> 24 & 0xff) == 127 : high == 0 && low == 1;
    }

    /** 224.0.0.0/4, 255.255.255.255 or ff00::/8: no TCP peer has such an address. */
    public static boolean isMulticast(long high, long low) {
        if (isIpv4(high, low)) {
            return (low >>> 28 & 0xf) == 0xe || (low & 0xffff_ffffL) == 0xffff_ffffL;
        }
        return high >>> 56 == 0xff;
    }

    /** ff00::/16 and ff01::/16, with whatever flags: a group of this scope has no member elsewhere (RFC 4291, 2.7). */
    public static boolean staysOnHost(long high) {
        return high >>> 56 == 0xff && (high >>> 48 & 0xf) <= 1;
    }

    /** 255.255.255.255, 224.0.0.1 or ff02::1: every host of the link. */
    public static boolean isAllHosts(long high, long low) {
        return isIpv4(high, low)
                ? (int) low == -1 || (int) low == 0xe000_0001
                : high == 0xff02_0000_0000_0000L && low == 1;
    }

    /** fe80::/10, which is part of every link. */
    public static boolean isLinkLocal(long high) {
        return high >>> 54 == 0x3fa;
    }

    public boolean isLinkLocal() {
        return isLinkLocal(high);
    }

    public boolean isIpv4() {
        return isIpv4(high, low);
    }

    public boolean isAny() {
        return isAny(high, low);
    }

    public boolean isLoopback() {
        return isLoopback(high, low);
    }

    /** The address as its 4 or 16 bytes. */
    public byte[] toBytes() {
        byte[] bytes = new byte[isIpv4() ? 4 : 16];
        if (isIpv4()) {
            Bytes.putInt(bytes, 0, (int) low);
        } else {
            Bytes.putLong(bytes, 0, high);
            Bytes.putLong(bytes, 8, low);
        }
        return bytes;
    }

    /**
     * Reads {@code 192.0.2.1} or {@code 2001:db8::1}.
     *
     * @throws IllegalArgumentException if the text is neither; host names are never looked up
     */
    public static IpAddress parse(String text) {
        return AddressText.parse(text);
    }

    /** The text before a colon and a port: IPv6 in brackets (RFC 3986, section 3.2.2). */
    public String toHostString() {
        return isIpv4() ? toString() : "[" + this + "]";
    }

    /** The text that tcpdump prints: dotted, or the canonical form of RFC 5952. */
    @Override
    public String toString() {
        return AddressText.format(this);
    }
}

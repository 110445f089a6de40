package io.halfopen.link.ether;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;

/**
 * The header of an Ethernet frame. A station's address is the low 48 bits of a long.
 *
 * <pre>
 *  destination 6 | source 6 | type 2
 * </pre>
 */
public final class EtherFrame {
    /** Of the header, octets. */
    public static final int LENGTH = 14;

    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    public static final int IPV6 = 0x86dd;

    /** The address of all stations. */
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    /** No station's address. */
    static final long NONE = 0;

    private static final int SOURCE = 6;
    private static final int TYPE = 12;
    private static final long GROUP = 0x0100_0000_0000L;
    private static final long OURS = 0x0248_0000_0000L;
    private static final long MULTICAST_V6 = 0x3333_0000_0000L;
    private static final long LOW = 0xffff_ffffL;

    private EtherFrame() {}

    /**
     * The station that a stack with this address is: 02:48 and the address, or the end of one of IPv6. It is not the
     * interface's own, so that what comes for the stack is nothing to the kernel, and the same each time, so that
     * neighbours need not learn it anew.
     */
    public static long stationOf(IpAddress address) {
        return OURS | address.low() & LOW;
    }

    /** Where packets to an IPv6 group go (RFC 2464, section 7). */
    static long groupV6(long low) {
        return MULTICAST_V6 | low & LOW;
    }

    /** Whether it is one station's: not a group's, and not none. */
    static boolean isStation(long address) {
        return (address & GROUP) == 0 && address != NONE;
    }

    public static int type(byte[] bytes, int frame) {
        return Bytes.getShort(bytes, frame + TYPE);
    }

    static long source(byte[] bytes, int frame) {
        return station(bytes, frame + SOURCE);
    }

    static long station(byte[] bytes, int at) {
        return (long) Bytes.getShort(bytes, at) << 32 | Bytes.getInt(bytes, at + 2) & LOW;
    }

    static void putStation(byte[] bytes, int at, long station) {
        Bytes.putShort(bytes, at, (int) (station >>> 32));
        Bytes.putInt(bytes, at + 2, (int) station);
    }

    public static void write(byte[] bytes, int frame, long destination, long source, int type) {
        putStation(bytes, frame, destination);
        putStation(bytes, frame + SOURCE, source);
        Bytes.putShort(bytes, frame + TYPE, type);
    }

    /** As ip(8) prints it. */
    public static String text(long station) {
        return "%012x".formatted(station).replaceAll("(..)(?!$)", "$1:");
    }
}

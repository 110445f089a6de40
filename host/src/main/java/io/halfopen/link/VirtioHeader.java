package io.halfopen.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What a kernel and a device tell each other of a packet, in front of it: struct virtio_net_hdr of linux/virtio_net.h,
 * in the order of the machine.
 *
 * <pre>
 *  flags 1 | gso_type 1 | hdr_len 2 | gso_size 2 | csum_start 2 | csum_offset 2
 * </pre>
 */
final class VirtioHeader {
    static final int LENGTH = 10;

    private static final int GSO_TYPE = 1;
    private static final int HDR_LEN = 2;
    private static final int GSO_SIZE = 4;
    private static final int CSUM_START = 6;
    private static final int CSUM_OFFSET = 8;

    private static final byte NEEDS_CSUM = 1;
    private static final byte GSO_NONE = 0;
    private static final byte GSO_TCPV4 = 1;
    private static final byte GSO_TCPV6 = 4;

    /** Of the checksum in the TCP header. */
    private static final int TCP_CHECKSUM = 16;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder())
            .withInvokeExactBehavior();

    private VirtioHeader() {}

    /** A packet as it is, with its checksum; {@code header}: so much of it should be in one piece of memory, at least. */
    static void writePlain(byte[] bytes, int header) {
        bytes[0] = 0;
        bytes[GSO_TYPE] = GSO_NONE;
        SHORT.set(bytes, HDR_LEN, (short) header);
        SHORT.set(bytes, GSO_SIZE, (short) 0);
        SHORT.set(bytes, CSUM_START, (short) 0);
        SHORT.set(bytes, CSUM_OFFSET, (short) 0);
    }

    /** A packet of TCP that stands for several with {@code size} octets of data each. */
    static void writeLarge(byte[] bytes, boolean ipv4, int tcp, int header, int size) {
        bytes[0] = NEEDS_CSUM;
        bytes[GSO_TYPE] = ipv4 ? GSO_TCPV4 : GSO_TCPV6;
        SHORT.set(bytes, HDR_LEN, (short) header);
        SHORT.set(bytes, GSO_SIZE, (short) size);
        SHORT.set(bytes, CSUM_START, (short) tcp);
        SHORT.set(bytes, CSUM_OFFSET, (short) TCP_CHECKSUM);
    }

    /** Whether its checksum is only that of its pseudo-header. */
    static boolean needsChecksum(byte[] bytes) {
        return (bytes[0] & NEEDS_CSUM) != 0;
    }

    static boolean isLarge(byte[] bytes) {
        return bytes[GSO_TYPE] == GSO_TCPV4 || bytes[GSO_TYPE] == GSO_TCPV6;
    }

    static int size(byte[] bytes) {
        return (short) SHORT.get(bytes, GSO_SIZE) & 0xffff;
    }

    /** Where the sum begins: at the TCP header, or that of another protocol; from the IP header. */
    static int checksumStart(byte[] bytes) {
        return (short) SHORT.get(bytes, CSUM_START) & 0xffff;
    }

    /** Where it is written to, from there. */
    static int checksumOffset(byte[] bytes) {
        return (short) SHORT.get(bytes, CSUM_OFFSET) & 0xffff;
    }
}

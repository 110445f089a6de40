package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;

/** struct ifreq of netdevice(7): the name of an interface, and a union of what can be asked and told about it. */
final class Ifreq {
    static final int SIZE = 40;
    /** Where the union begins: ifr_flags, ifr_mtu, ifr_ifindex and ifr_addr. */
    static final int UNION = 16;

    private static final int LONGEST_NAME = UNION - 1;

    private Ifreq() {}

    static MemorySegment of(SegmentAllocator allocator, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment ifreq = allocator.allocate(SIZE, 8);
        MemorySegment.copy(bytes, 0, ifreq, JAVA_BYTE, 0, bytes.length);
        return ifreq;
    }

    static String name(MemorySegment ifreq) {
        return ifreq.getString(0);
    }

    /** What the kernel takes for a name: dev_valid_name() in net/core/dev.c. */
    static void requireValid(String name) throws LinkException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        boolean odd = name.equals(".")
                || name.equals("..")
                || name.chars().anyMatch(c -> c == '/' || c == ':' || c == 0 || Character.isWhitespace(c));
        if (length == 0 || length > LONGEST_NAME || odd) {
            throw new LinkException("'" + name + "' is no name for a network interface: 1 to " + LONGEST_NAME
                    + " characters, without '/', ':' and white space");
        }
    }
}

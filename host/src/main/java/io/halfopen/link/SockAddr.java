package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** struct sockaddr_in of ip(7) and sockaddr_in6 of ipv6(7). */
final class SockAddr {
    /** Room for either. */
    static final int LARGEST = 28;

    private static final int IN_SIZE = 16;
    private static final int IN6_SIZE = 28;
    private static final int PORT = 2;
    private static final int SIN_ADDR = 4;
    private static final int SIN6_ADDR = 8;
    private static final ValueLayout.OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private SockAddr() {}

    /** For a socket of that family; an IPv4 address is a mapped one to a socket of IPv6. */
    static byte[] of(int family, IpAddress address, int port) {
        boolean v4 = address.isIpv4() && family != Libc.AF_INET6;
        byte[] bytes = new byte[v4 ? IN_SIZE : IN6_SIZE];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) (v4 ? Libc.AF_INET : Libc.AF_INET6));
        Bytes.putShort(bytes, PORT, port);
        if (v4) {
            Bytes.putInt(bytes, SIN_ADDR, (int) address.low());
        } else {
            Bytes.putLong(bytes, SIN6_ADDR, address.high());
            Bytes.putLong(bytes, SIN6_ADDR + 8, address.low());
        }
        return bytes;
    }

    static KernelHost.Name read(int result, MemorySegment sockaddr) {
        int port = Short.toUnsignedInt(sockaddr.get(NETWORK_SHORT, PORT));
        byte[] bytes = sockaddr.toArray(JAVA_BYTE);
        IpAddress address = switch (sockaddr.get(JAVA_SHORT, 0)) {
            case Libc.AF_INET -> IpAddress.ofIpv4(Bytes.getInt(bytes, SIN_ADDR));
            case Libc.AF_INET6 -> new IpAddress(Bytes.getLong(bytes, SIN6_ADDR), Bytes.getLong(bytes, SIN6_ADDR + 8));
            default -> IpAddress.ANY_V4;
        };
        return new KernelHost.Name(result, address, port);
    }
}

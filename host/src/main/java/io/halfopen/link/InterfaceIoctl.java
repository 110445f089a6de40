package io.halfopen.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.halfopen.linux.Errno;
import io.halfopen.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The ioctls of netdevice(7) on one interface, in the network namespace of the thread. */
final class InterfaceIoctl {
    // linux/sockios.h
    static final long SIOCGIFADDR = 0x8915;
    static final long SIOCSIFADDR = 0x8916;
    static final long SIOCGIFNETMASK = 0x891b;
    static final long SIOCSIFNETMASK = 0x891c;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final long SIOCGIFHWADDR = 0x8927;

    private static final long SIOCADDRT = 0x890b;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCGIFTXQLEN = 0x8942;
    private static final long SIOCSIFTXQLEN = 0x8943;

    static final int IFF_UP = 1;
    static final int IFF_RUNNING = 0x40;

    // struct sockaddr_in { sa_family_t sin_family; in_port_t sin_port; struct in_addr sin_addr; }
    private static final int SIN_ADDR = Ifreq.UNION + 4;
    private static final ValueLayout.OfInt NETWORK_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

    // struct in6_ifreq { struct in6_addr ifr6_addr; __u32 ifr6_prefixlen; int ifr6_ifindex; }, linux/ipv6.h
    private static final int IN6_IFREQ_SIZE = 24;
    private static final int IFR6_PREFIXLEN = 16;
    private static final int IFR6_IFINDEX = 20;

    private static final short RTF_UP = 1;
    private static final int RTENTRY_SIZE = 120;
    private static final int RT_DST = 8;
    private static final int RT_GENMASK = 40;
    private static final int RT_FLAGS = 56;
    private static final int RT_DEV = 88;
    private static final int IN6_RTMSG_SIZE = 80;
    private static final int RTMSG_DST_LEN = 52;
    private static final int RTMSG_METRIC = 56;
    private static final int RTMSG_FLAGS = 72;
    private static final int RTMSG_IFINDEX = 76;

    private final Libc libc = new Libc();
    private final MemorySegment ifreq;
    private final String name;

    InterfaceIoctl(String name) throws LinkException {
        Ifreq.requireValid(name);
        this.name = name;
        ifreq = Ifreq.of(Arena.ofAuto(), name);
    }

    int flags() throws LinkException {
        ioctl(SIOCGIFFLAGS);
        return ifreq.get(JAVA_SHORT, Ifreq.UNION);
    }

    void setFlags(int flags) throws LinkException {
        ifreq.set(JAVA_SHORT, Ifreq.UNION, (short) flags);
        ioctl(SIOCSIFFLAGS);
    }

    int mtu() throws LinkException {
        ioctl(SIOCGIFMTU);
        return ifreq.get(JAVA_INT, Ifreq.UNION);
    }

    void setMtu(int mtu) throws LinkException {
        ifreq.set(JAVA_INT, Ifreq.UNION, mtu);
        ioctl(SIOCSIFMTU);
    }

    /** Packets that may wait in it. */
    int queue() throws LinkException {
        ioctl(SIOCGIFTXQLEN);
        return ifreq.get(JAVA_INT, Ifreq.UNION);
    }

    /** Leaves it as it is where that is not permitted. */
    void tryQueue(int packets) throws LinkException {
        ifreq.set(JAVA_INT, Ifreq.UNION, packets);
        int result = call(Libc.AF_INET, SIOCSIFTXQLEN, ifreq);
        if (result != -Libc.EPERM) {
            check(result);
        }
    }

    /** The address or the mask; 0 where there is no address. */
    int getV4(long request) throws LinkException {
        int error = call(Libc.AF_INET, request, ifreq);
        if (error == -Errno.EADDRNOTAVAIL) {
            return 0;
        }
        check(error);
        return ifreq.get(NETWORK_INT, SIN_ADDR);
    }

    void setV4(long request, int addressOrMask) throws LinkException {
        ifreq.set(JAVA_SHORT, Ifreq.UNION, (short) Libc.AF_INET);
        ifreq.set(NETWORK_INT, SIN_ADDR, addressOrMask);
        ioctl(request);
    }

    int index() throws LinkException {
        ioctl(SIOCGIFINDEX);
        return ifreq.get(JAVA_INT, Ifreq.UNION);
    }

    /** What kind of hardware it is, or is taken for: linux/if_arp.h. */
    int hardware() throws LinkException {
        ioctl(SIOCGIFHWADDR);
        return ifreq.get(JAVA_SHORT, Ifreq.UNION) & 0xffff;
    }

    /** Whether it is up; throws where it is gone. {@code socket} is of the namespace where it is, or was. */
    boolean isUp(int socket) throws LinkException {
        int result = libc.ioctl(socket, SIOCGIFFLAGS, ifreq);
        if (result < 0) {
            throw new LinkException(
                    result == -Libc.ENODEV
                            ? "the interface " + name + " was deleted"
                            : "cannot use the interface " + name + ": " + Libc.message(result));
        }
        return (ifreq.get(JAVA_SHORT, Ifreq.UNION) & IFF_UP) != 0;
    }

    void addV6(IpAddress address, int prefix) throws LinkException {
        int index = index();
        MemorySegment request = Arena.ofAuto().allocate(IN6_IFREQ_SIZE, 8);
        MemorySegment.copy(address.toBytes(), 0, request, JAVA_BYTE, 0, 16);
        request.set(JAVA_INT, IFR6_PREFIXLEN, prefix);
        request.set(JAVA_INT, IFR6_IFINDEX, index);
        check(call(Libc.AF_INET6, SIOCSIFADDR, request));
    }

    /** struct rtentry of linux/route.h, in6_rtmsg of linux/ipv6_route.h. */
    void addRoute(IpAddress network, int prefix) throws LinkException {
        try (Arena arena = Arena.ofConfined()) {
            check(network.isIpv4() ? addV4Route(arena, network, prefix) : addV6Route(arena, network, prefix));
        }
    }

    private int addV4Route(Arena arena, IpAddress network, int prefix) throws LinkException {
        MemorySegment route = arena.allocate(RTENTRY_SIZE, 8);
        putV4(route, RT_DST, (int) network.low());
        putV4(route, RT_GENMASK, prefix == 0 ? 0 : -1 << 32 - prefix);
        route.set(JAVA_SHORT, RT_FLAGS, RTF_UP);
        route.set(ADDRESS, RT_DEV, arena.allocateFrom(name));
        return call(Libc.AF_INET, SIOCADDRT, route);
    }

    private int addV6Route(Arena arena, IpAddress network, int prefix) throws LinkException {
        MemorySegment route = arena.allocate(IN6_RTMSG_SIZE, 8);
        MemorySegment.copy(network.toBytes(), 0, route, JAVA_BYTE, 0, 16);
        route.set(JAVA_SHORT, RTMSG_DST_LEN, (short) prefix);
        route.set(JAVA_INT, RTMSG_METRIC, 1);
        route.set(JAVA_INT, RTMSG_FLAGS, RTF_UP);
        route.set(JAVA_INT, RTMSG_IFINDEX, index());
        return call(Libc.AF_INET6, SIOCADDRT, route);
    }

    private static void putV4(MemorySegment struct, int sockaddr, int address) {
        struct.set(JAVA_SHORT, sockaddr, (short) Libc.AF_INET);
        struct.set(NETWORK_INT, sockaddr + 4, address);
    }

    private void ioctl(long request) throws LinkException {
        check(call(Libc.AF_INET, request, ifreq));
    }

    /** Any socket of the right family will do: it stands for the namespace, not for a connection. */
    private int call(int family, long request, MemorySegment argument) throws LinkException {
        int socket = libc.datagramSocket(family);
        if (socket < 0) {
            return socket;
        }
        try {
            return libc.ioctl(socket, request, argument);
        } finally {
            Libc.close(socket);
        }
    }

    private void check(int result) throws LinkException {
        if (result >= 0) {
            return;
        }
        throw new LinkException(
                switch (-result) {
                    case Libc.ENODEV -> "there is no interface " + name;
                    case Libc.EPERM ->
                        "no permission to set up the interface " + name + ": be root, have CAP_NET_ADMIN, or let root"
                                + " run 'ip addr add ADDRESS/PREFIX dev " + name + "' and 'ip link set " + name
                                + " up'";
                    default -> "cannot set up the interface " + name + ": " + Libc.message(result);
                });
    }
}

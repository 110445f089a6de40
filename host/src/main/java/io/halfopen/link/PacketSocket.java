package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.halfopen.link.ether.Neighbourhood;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A socket of packet(7) on one interface, with rings for frames in memory that it shares with the kernel, TPACKET_V2: see
 * packet_mmap.rst of the kernel's documentation. A {@link VirtioHeader} is in front of each frame.
 */
final class PacketSocket {
    // linux/if_packet.h
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final short ETH_P_ALL = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_COPY_THRESH = 7;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_TX_RING = 13;
    private static final int PACKET_LOSS = 14;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_MR_MULTICAST = 0;
    private static final int PACKET_MR_UNICAST = 3;
    private static final int TPACKET_V2 = 1;

    // asm-generic/socket.h
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;

    private static final int EAFNOSUPPORT = 97;
    private static final int ENOPROTOOPT = 92;
    private static final int SOCKADDR_LL = 20;
    private static final int SLL_IFINDEX = 4;
    private static final int REQUEST = 16;
    private static final int PACKET_MREQ = 16;
    private static final int STATION = 6;

    /** For what waits beside the rings: large packets that have come, and all that is about to leave. */
    private static final int ROOM = 32 << 20;

    private final int fd;
    private final MemorySegment memory;
    private final Waiter waiter;
    private long lost;

    private PacketSocket(int fd, MemorySegment memory, Waiter waiter) {
        this.fd = fd;
        this.memory = memory;
        this.waiter = waiter;
    }

    /** For what this host is sent on this interface; what it is, and that it is up, is looked at elsewhere. */
    static PacketSocket open(String name, Neighbourhood.Host host, ReceiveRing.Shape in) throws LinkException {
        int index = new InterfaceIoctl(name).index();
        int fd = SocketLibc.socket(AF_PACKET, SOCK_RAW | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinkException(
                    switch (-fd) {
                        case Libc.EPERM ->
                            "no permission to send and receive frames on " + name + ": be root, or have CAP_NET_RAW";
                        case EAFNOSUPPORT -> "this kernel has no packet sockets (CONFIG_PACKET)";
                        default -> "cannot open a packet socket: " + Libc.message(fd);
                    });
        }
        boolean ready = false;
        try {
            configure(fd, name);
            check(name, BpfProgram.attach(fd, EtherFilter.of(host)));
            MemorySegment memory = rings(fd, name, in);
            join(fd, name, index, PACKET_MR_UNICAST, host.station());
            if (!host.address().isIpv4()) {
                join(fd, name, index, PACKET_MR_MULTICAST, host.group());
            }
            check(name, bind(fd, index));
            PacketSocket socket = new PacketSocket(fd, memory, new Waiter(fd));
            ready = true;
            return socket;
        } finally {
            if (!ready) {
                Libc.close(fd);
            }
        }
    }

    private static void configure(int fd, String name) throws LinkException {
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_VERSION, TPACKET_V2));
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, 1));
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_COPY_THRESH, 1));
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_LOSS, 1));
        int result = KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
        if (result == -ENOPROTOOPT) {
            throw new LinkException("frames of an interface need Linux 4.20 or newer");
        }
        check(name, result);
        setRoom(fd, SO_RCVBUFFORCE, SO_RCVBUF);
        setRoom(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    }

    /** Who may not have that much has what the machine allows anybody. */
    private static void setRoom(int fd, int forced, int asked) {
        if (KernelSockets.setsockopt(fd, OptionNumber.SOL_SOCKET, forced, ROOM) < 0) {
            KernelSockets.setsockopt(fd, OptionNumber.SOL_SOCKET, asked, ROOM);
        }
    }

    /** One mapping for both: the receiving one is its beginning. */
    private static MemorySegment rings(int fd, String name, ReceiveRing.Shape in) throws LinkException {
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request(in.slot(), in.slots())));
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_TX_RING, request(SendRing.SLOT, SendRing.SLOTS)));
        MemorySegment memory = SocketLibc.map(fd, in.size() + SendRing.SIZE);
        if (memory.byteSize() == 0) {
            throw new LinkException("cannot use the interface " + name + ": no memory for its rings");
        }
        return memory;
    }

    /** struct tpacket_req, with blocks that are as large as the largest slot. */
    private static byte[] request(int slot, int slots) {
        int block = Math.max(slot, SendRing.SLOT);
        return ByteBuffer.allocate(REQUEST)
                .order(ByteOrder.nativeOrder())
                .putInt(block)
                .putInt(slots / (block / slot))
                .putInt(slot)
                .putInt(slots)
                .array();
    }

    /** Has the interface take in frames to this station, or group, for as long as the socket is open. */
    private static void join(int fd, String name, int index, int type, long station) throws LinkException {
        byte[] request = ByteBuffer.allocate(PACKET_MREQ)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .putShort((short) type)
                .putShort((short) STATION)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(station << 16)
                .array();
        check(name, KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request));
    }

    private static int bind(int fd, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_LL, 8);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, ETH_P_ALL);
            address.set(JAVA_INT, SLL_IFINDEX, index);
            return SocketLibc.bind(fd, address);
        }
    }

    private static void check(String name, int result) throws LinkException {
        if (result < 0) {
            throw new LinkException("cannot use the interface " + name + ": " + Libc.message(result));
        }
    }

    int fd() {
        return fd;
    }

    Waiter waiter() {
        return waiter;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Takes the error that it has, so that the next wait has none. */
    void clearError() {
        KernelSockets.getsockopt(fd, OptionNumber.SOL_SOCKET, SO_ERROR);
    }

    /** How many frames came while the ring was full. */
    long lost() {
        byte[] statistics = new byte[8];
        if (KernelSockets.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics) > 0) {
            lost += Integer.toUnsignedLong(KernelSockets.intAt(statistics, 4));
        }
        return lost;
    }

    void close() {
        waiter.close();
        SocketLibc.unmap(memory);
        Libc.close(fd);
    }
}

package io.halfopen.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The packets of one interface of a {@link KernelHost}, as tcpdump sees them: packet(7). Each comes once: on lo, which
 * shows each twice, only as it arrives. A checksum that the kernel left to the hardware is filled in, so that what
 * is seen is what a wire would carry. One thread at a time; only {@link #wakeUp} may be called by others.
 */
public final class PacketCapture implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int LARGEST = 1 << 16;
    private static final int ROOM = 64 << 20;

    // linux/if_packet.h, asm-generic/socket.h
    private static final int AF_PACKET = 17;
    private static final int SOCK_DGRAM = 2;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_OUTGOING = 4;
    private static final int TP_STATUS_CSUMNOTREADY = 8;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int SO_RCVBUFFORCE = 33;

    // struct sockaddr_ll
    private static final int SOCKADDR_LL = 20;
    private static final int SLL_IFINDEX = 4;
    private static final int SLL_PKTTYPE = 10;

    // struct msghdr, with 64-bit pointers
    private static final int MSGHDR = 56;
    private static final int MSG_CONTROLLEN = 40;
    private static final int CONTROL = 256;
    private static final int CMSGHDR = 16;

    private static final int V4_PROTOCOL = 9;
    private static final int V6_NEXT_HEADER = 6;
    private static final int TCP_CHECKSUM = 16;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment packet = arena.allocate(LARGEST, 64);
    private final MemorySegment from = arena.allocate(SOCKADDR_LL, 8);
    private final MemorySegment control = arena.allocate(CONTROL, 8);
    private final MemorySegment message = arena.allocate(MSGHDR, 8);
    private final int fd;
    private final boolean onlyArriving;
    private final Waiter waiter;
    private boolean closed;
    private boolean unfinished;
    private boolean outgoing;
    private long time;
    private long dropped;

    /** To be made on the namespace's thread. */
    PacketCapture(String name) throws LinkException {
        onlyArriving = name.equals("lo");
        int index = new InterfaceIoctl(name).index();
        fd = SocketLibc.socket(AF_PACKET, SOCK_DGRAM | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinkException("cannot capture packets: " + Libc.message(fd));
        }
        KernelSockets.setsockopt(fd, OptionNumber.SOL_SOCKET, SO_RCVBUFFORCE, ROOM);
        KernelSockets.setsockopt(fd, OptionNumber.SOL_SOCKET, SO_TIMESTAMPNS, 1);
        KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, 1);
        int error = bind(index);
        if (error < 0) {
            Libc.close(fd);
            throw new LinkException("cannot capture packets of " + name + ": " + Libc.message(error));
        }
        waiter = new Waiter(fd);
        MemorySegment iovec = arena.allocate(16, 8);
        iovec.set(ADDRESS, 0, packet);
        iovec.set(JAVA_LONG, 8, LARGEST);
        message.set(ADDRESS, 0, from);
        message.set(ADDRESS, 16, iovec);
        message.set(JAVA_LONG, 24, 1);
        message.set(ADDRESS, 32, control);
    }

    private int bind(int index) {
        MemorySegment address = arena.allocate(SOCKADDR_LL, 8);
        address.set(JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) ETH_P_ALL);
        address.set(JAVA_INT, SLL_IFINDEX, index);
        return SocketLibc.bind(fd, address);
    }

    /** Takes the next packet: its length, what does not fit being cut off, or 0 if there is none. Never waits. */
    public int receive(byte[] buffer) throws LinkException {
        int length = closed ? 0 : next();
        while (length > 0 && onlyArriving && outgoing) {
            length = next();
        }
        int taken = Math.min(length, buffer.length);
        MemorySegment.copy(packet, JAVA_BYTE, 0, buffer, 0, taken);
        if (unfinished && length > 0 && taken == length) {
            finish(buffer, length);
        }
        return taken;
    }

    private int next() throws LinkException {
        message.set(JAVA_INT, 8, SOCKADDR_LL);
        message.set(JAVA_LONG, MSG_CONTROLLEN, CONTROL);
        int length = SocketLibc.recvmsg(fd, message, 0);
        if (length < 0) {
            if (length == -Libc.EAGAIN || length == -Libc.EINTR) {
                return 0;
            }
            throw new LinkException("cannot capture packets: " + Libc.message(length));
        }
        outgoing = from.get(JAVA_BYTE, SLL_PKTTYPE) == PACKET_OUTGOING;
        readControl(message.get(JAVA_LONG, MSG_CONTROLLEN));
        return length;
    }

    private void readControl(long length) {
        unfinished = false;
        long at = 0;
        while (at + CMSGHDR <= length) {
            int level = control.get(JAVA_INT, at + 8);
            int type = control.get(JAVA_INT, at + 12);
            if (level == OptionNumber.SOL_SOCKET && type == SO_TIMESTAMPNS) {
                time = control.get(JAVA_LONG, at + CMSGHDR) * NANOS_PER_SECOND
                        + control.get(JAVA_LONG, at + CMSGHDR + 8);
            } else if (level == SOL_PACKET && type == PACKET_AUXDATA) {
                unfinished = (control.get(JAVA_INT, at + CMSGHDR) & TP_STATUS_CSUMNOTREADY) != 0;
            }
            at += Math.max(CMSGHDR, control.get(JAVA_LONG, at) + 7 & -8);
        }
    }

    /** What the kernel leaves to the hardware has the sum of the pseudo-header in its checksum field already. */
    private static void finish(byte[] bytes, int length) {
        boolean v4 = IpHeader.version(bytes, 0) == 4;
        int header = v4 ? (bytes[0] & 0xf) << 2 : IpHeader.V6_LENGTH;
        int protocol = bytes[v4 ? V4_PROTOCOL : V6_NEXT_HEADER];
        if (protocol == IpHeader.TCP && header + TCP_CHECKSUM + 2 <= length) {
            int sum = Checksum.sum(bytes, header, length - header);
            Bytes.putShort(bytes, header + TCP_CHECKSUM, Checksum.complement(0, sum));
        }
    }

    /** To be waited for together with others. */
    public int descriptor() {
        return fd;
    }

    /** When the last packet passed the interface, ns since the epoch: the kernel's stamp, not the time of the call. */
    public long time() {
        return time;
    }

    /** Whether the last packet left this host; on lo none does. */
    public boolean isOutgoing() {
        return outgoing;
    }

    /** How many packets came faster than they were taken, and are lost to the capture. */
    public long dropped() {
        byte[] statistics = new byte[8];
        if (!closed && KernelSockets.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics) > 0) {
            dropped += KernelSockets.intAt(statistics, 4);
        }
        return dropped;
    }

    /** Waits until there is a packet, {@link #wakeUp} was called or the time is over, ns; or for no reason. */
    public void await(long nanos) throws LinkException {
        if (!closed) {
            waiter.await(nanos);
        }
    }

    /** Ends the wait, or the next one. */
    public void wakeUp() {
        waiter.wakeUp();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            waiter.close();
            Libc.close(fd);
        }
    }
}

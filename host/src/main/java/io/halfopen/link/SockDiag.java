package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** All TCP sockets of a namespace, as ss asks for them: sock_diag(7). */
final class SockDiag implements AutoCloseable {
    /**
     * A socket as the kernel describes it.
     *
     * @param timer which one runs: {@link #RETRANSMISSION}, {@link #WINDOW_PROBE} or one that sends nothing
     * @param retransmits of the SYN-ACK, where it is half-open
     * @param inode 0 where no process has a descriptor
     */
    record Entry(SocketRow row, int timer, int retransmits, long inode) {}

    static final int RETRANSMISSION = 1;
    static final int WINDOW_PROBE = 4;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int HEADER = 16;
    private static final int REQUEST = HEADER + 56;
    private static final int BUFFER = 1 << 16;

    private static final int ALL_STATES = -1;
    /** A half-open is a request, number 12, or with Fast Open a socket already, number 3. */
    private static final int HALF_OPEN = 1 << 3 | 1 << 12;

    // struct inet_diag_msg, linux/inet_diag.h; the addresses are 16 bytes each
    private static final int STATE = HEADER + 1;
    private static final int TIMER = HEADER + 2;
    private static final int RETRANS = HEADER + 3;
    private static final int SPORT = HEADER + 4;
    private static final int DPORT = HEADER + 6;
    private static final int SRC = HEADER + 8;
    private static final int DST = HEADER + 24;
    private static final int RQUEUE = HEADER + 56;
    private static final int WQUEUE = HEADER + 60;
    private static final int INODE = HEADER + 68;

    private final byte[] buffer = new byte[BUFFER];
    private int fd;

    /** To be made on the namespace's thread. */
    SockDiag() throws LinkException {
        fd = SocketLibc.socket(AF_NETLINK, SOCK_RAW | Libc.O_CLOEXEC, NETLINK_SOCK_DIAG);
        if (fd < 0) {
            throw new LinkException("cannot list sockets: " + Libc.message(fd));
        }
    }

    synchronized List<Entry> all() {
        return dump(ALL_STATES);
    }

    synchronized List<Entry> halfOpen() {
        return dump(HALF_OPEN);
    }

    private List<Entry> dump(int states) {
        List<Entry> entries = new ArrayList<>();
        dump(Libc.AF_INET, states, entries);
        dump(Libc.AF_INET6, states, entries);
        return entries;
    }

    private void dump(int family, int states, List<Entry> entries) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocateFrom(JAVA_BYTE, request(family, states));
            SocketLibc.sendto(fd, request, 0, MemorySegment.NULL);
            MemorySegment answer = arena.allocate(BUFFER, 8);
            boolean more = true;
            while (more) {
                int length = SocketLibc.recv(fd, answer, 0);
                MemorySegment.copy(answer, JAVA_BYTE, 0, buffer, 0, Math.max(0, length));
                more = length > 0 && read(family, length, entries);
            }
        }
    }

    private static byte[] request(int family, int states) {
        return ByteBuffer.allocate(REQUEST)
                .order(ByteOrder.nativeOrder())
                .putInt(REQUEST)
                .putShort((short) SOCK_DIAG_BY_FAMILY)
                .putShort((short) (NLM_F_REQUEST | NLM_F_DUMP))
                .putLong(0)
                .put((byte) family)
                .put((byte) OptionNumber.IPPROTO_TCP)
                .putShort((short) 0)
                .putInt(states)
                .array();
    }

    /** The messages of one datagram; false after the last of all. */
    private boolean read(int family, int length, List<Entry> entries) {
        MemorySegment message = MemorySegment.ofArray(buffer);
        int at = 0;
        while (at + HEADER <= length) {
            int size = intAt(message, at);
            int type = message.get(JAVA_BYTE, at + 4);
            if (type == NLMSG_DONE || type == NLMSG_ERROR || size < HEADER) {
                return false;
            }
            entries.add(entry(family, message, at));
            at += size + 3 & -4;
        }
        return true;
    }

    private Entry entry(int family, MemorySegment message, int at) {
        SocketRow row = new SocketRow(
                state(buffer[at + STATE]),
                intAt(message, at + RQUEUE),
                intAt(message, at + WQUEUE),
                address(family, at + SRC),
                Bytes.getShort(buffer, at + SPORT),
                address(family, at + DST),
                Bytes.getShort(buffer, at + DPORT),
                -1);
        return new Entry(
                row, buffer[at + TIMER], buffer[at + RETRANS], Integer.toUnsignedLong(intAt(message, at + INODE)));
    }

    private static int intAt(MemorySegment message, int at) {
        return message.get(JAVA_INT_UNALIGNED, at);
    }

    private IpAddress address(int family, int at) {
        return family == Libc.AF_INET
                ? IpAddress.ofIpv4(Bytes.getInt(buffer, at))
                : new IpAddress(Bytes.getLong(buffer, at), Bytes.getLong(buffer, at + 8));
    }

    /** The kernel counts them from 1, in the order of {@link TcpState}; 12 is a request that is not shown as such. */
    static TcpState state(int number) {
        TcpState[] all = TcpState.values();
        return number >= 1 && number <= all.length ? all[number - 1] : TcpState.SYN_RECV;
    }

    @Override
    public synchronized void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
        }
    }
}

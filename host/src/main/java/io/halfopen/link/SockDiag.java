package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

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
import org.jspecify.annotations.Nullable;

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
    private static final int FLAGS = 6;
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
    private static final int INTERFACE = HEADER + 40;
    private static final int UID = HEADER + 64;
    private static final int INODE = HEADER + 68;
    private static final int ATTRIBUTES = HEADER + 72;

    // what else may be asked for, and how it is numbered in the answer
    private static final int INET_DIAG_SKMEMINFO = 7;
    private static final int INET_DIAG_SKV6ONLY = 11;
    private static final int SK_MEMINFO_DROPS = 8;
    private static final int TCP_LISTEN = 10;
    private static final long NO_COOKIE = -1;

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

    /** The sockets in LISTEN. */
    synchronized List<ListenSocket> listeners() {
        List<ListenSocket> found = new ArrayList<>();
        for (int family : new int[] {Libc.AF_INET, Libc.AF_INET6}) {
            ByteBuffer request = request(family, NLM_F_REQUEST | NLM_F_DUMP, 1 << TCP_LISTEN);
            ask(request, (message, at, size) -> found.add(listener(family, message, at, size)));
        }
        return found;
    }

    /** How the socket of a flow stands: LISTEN where there is none of its own, null where nobody listens either. */
    synchronized @Nullable TcpState stateOf(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        int family = local.isIpv4() ? Libc.AF_INET : Libc.AF_INET6;
        ByteBuffer request = request(family, NLM_F_REQUEST, ALL_STATES).order(ByteOrder.BIG_ENDIAN);
        request.putShort((short) localPort).putShort((short) remotePort);
        putAddress(request, local);
        putAddress(request, remote);
        request.putInt(0).putLong(NO_COOKIE);
        TcpState[] found = new TcpState[1];
        ask(request, (message, at, size) -> found[0] = state(buffer[at + STATE]));
        return found[0];
    }

    private static void putAddress(ByteBuffer request, IpAddress address) {
        int end = request.position() + 16;
        if (address.isIpv4()) {
            request.putInt((int) address.low());
        } else {
            request.putLong(address.high()).putLong(address.low());
        }
        request.position(end);
    }

    private List<Entry> dump(int states) {
        List<Entry> entries = new ArrayList<>();
        for (int family : new int[] {Libc.AF_INET, Libc.AF_INET6}) {
            ByteBuffer request = request(family, NLM_F_REQUEST | NLM_F_DUMP, states);
            ask(request, (message, at, size) -> entries.add(entry(family, message, at)));
        }
        return entries;
    }

    /** One socket of an answer, whose message of {@code size} octets begins at {@code at}. */
    private interface Answer {
        void on(MemorySegment message, int at, int size);
    }

    private void ask(ByteBuffer request, Answer handler) {
        byte[] question = new byte[REQUEST];
        request.get(0, question);
        boolean whole = (MemorySegment.ofArray(question).get(JAVA_SHORT_UNALIGNED, FLAGS) & NLM_F_DUMP) != 0;
        try (Arena arena = Arena.ofConfined()) {
            SocketLibc.sendto(fd, arena.allocateFrom(JAVA_BYTE, question), 0, MemorySegment.NULL);
            MemorySegment answer = arena.allocate(BUFFER, 8);
            boolean more = true;
            while (more) {
                int length = SocketLibc.recv(fd, answer, 0);
                MemorySegment.copy(answer, JAVA_BYTE, 0, buffer, 0, Math.max(0, length));
                more = length > 0 && read(length, handler) && whole;
            }
        }
    }

    /** Up to the flow's identity, which a question about all leaves empty. */
    private static ByteBuffer request(int family, int flags, int states) {
        return ByteBuffer.allocate(REQUEST)
                .order(ByteOrder.nativeOrder())
                .putInt(REQUEST)
                .putShort((short) SOCK_DIAG_BY_FAMILY)
                .putShort((short) flags)
                .putLong(0)
                .put((byte) family)
                .put((byte) OptionNumber.IPPROTO_TCP)
                .put((byte) (1 << INET_DIAG_SKMEMINFO - 1))
                .put((byte) 0)
                .putInt(states);
    }

    private ListenSocket listener(int family, MemorySegment message, int at, int size) {
        long drops = 0;
        boolean only6 = false;
        int attribute = at + ATTRIBUTES;
        while (attribute + 4 <= at + size) {
            int length = message.get(JAVA_SHORT_UNALIGNED, attribute) & 0xffff;
            int kind = message.get(JAVA_SHORT_UNALIGNED, attribute + 2);
            if (kind == INET_DIAG_SKMEMINFO && length >= 4 + 4 * (SK_MEMINFO_DROPS + 1)) {
                drops = Integer.toUnsignedLong(intAt(message, attribute + 4 + 4 * SK_MEMINFO_DROPS));
            } else if (kind == INET_DIAG_SKV6ONLY) {
                only6 = buffer[attribute + 4] != 0;
            }
            attribute += Math.max(4, length + 3 & -4);
        }
        return new ListenSocket(
                address(family, at + SRC),
                Bytes.getShort(buffer, at + SPORT),
                intAt(message, at + INTERFACE),
                family == Libc.AF_INET6 && !only6,
                intAt(message, at + RQUEUE),
                intAt(message, at + WQUEUE),
                drops,
                Integer.toUnsignedLong(intAt(message, at + INODE)),
                intAt(message, at + UID));
    }

    /** The messages of one datagram; false after the last of all. */
    private boolean read(int length, Answer handler) {
        MemorySegment message = MemorySegment.ofArray(buffer);
        int at = 0;
        while (at + HEADER <= length) {
            int size = intAt(message, at);
            int type = message.get(JAVA_BYTE, at + 4);
            if (type == NLMSG_DONE || type == NLMSG_ERROR || size < HEADER) {
                return false;
            }
            handler.on(message, at, size);
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

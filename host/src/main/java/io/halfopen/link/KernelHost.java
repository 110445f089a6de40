package io.halfopen.link;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Ioctl;
import io.halfopen.linux.KernelRelease;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * This machine's own kernel in a fresh network namespace, with the surface of {@link io.halfopen.tcp.Stack}: the same
 * calls with the same results, counters, knobs, rows and queues; and what only a real kernel needs, interfaces, routes
 * and captures. Time is real, and calls block where the descriptor does.
 *
 * <p>Any thread may call. The namespace has no name; it, its interfaces and all descriptors that were opened here
 * are gone after {@link #close}, and when the process ends.
 */
public final class KernelHost implements AutoCloseable {
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_NONBLOCK = Libc.O_NONBLOCK;

    private static final int MSG_NOSIGNAL = 0x4000;
    /** The sysctl for a new socket's congestion control, and Linux's own default: a distribution may have another. */
    private static final String CONGESTION_CONTROL = "net.ipv4.tcp_congestion_control";

    private static final String USUAL_CONTROL = "cubic";

    private static final Path SYSCTLS = Path.of("/proc/sys");
    private static final int ALL_EVENTS = Poll.POLLIN | Poll.POLLPRI | Poll.POLLOUT | Poll.POLLRDHUP;
    // struct tcp_info, linux/tcp.h
    private static final int TCPI_UNACKED = 24;
    private static final int TCPI_SACKED = 28;

    /**
     * An address, and the result of the call that asked for it.
     *
     * @param result 0 or a descriptor, or -errno, where the address means nothing
     */
    public record Name(int result, IpAddress address, int port) {}

    private final NamespaceThread inside;
    private final ProcCounters counters;
    private final SockDiag diag;
    private final OpenSockets open = new OpenSockets();
    private volatile boolean usualControl = true;

    private KernelHost(NamespaceThread inside) throws LinkException {
        this.inside = inside;
        counters = inside.call(ProcCounters::new);
        diag = inside.call(SockDiag::new);
    }

    /**
     * A new namespace with nothing in it but lo, which is up.
     *
     * @throws LinkException where this is no Linux, or we have not the right: root, or CAP_SYS_ADMIN
     */
    public static KernelHost open() throws LinkException {
        NamespaceThread inside = NamespaceThread.start();
        try {
            return new KernelHost(inside);
        } catch (LinkException | RuntimeException failed) {
            inside.close();
            throw failed;
        }
    }

    /** Runs something on the namespace's own thread and waits for it: what it opens or reads in /proc is inside. */
    public <T> T call(Callable<T> action) throws LinkException {
        return inside.call(action);
    }

    // ---- calls: 0 or more, or -errno

    /** A socket that does not block, as a stack's do not. */
    public int socket(int family) {
        return socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    }

    /**
     * socket(2); without {@link #SOCK_NONBLOCK} in the type its calls block. Its congestion control is CUBIC, as a
     * stack's, until that sysctl is set.
     */
    public int socket(int family, int type, int protocol) {
        try {
            int fd = inside.call(() -> SocketLibc.socket(family, type | Libc.O_CLOEXEC, protocol));
            if (fd >= 0 && usualControl) { // only the first namespace may have it as its default
                byte[] name = USUAL_CONTROL.getBytes(StandardCharsets.US_ASCII);
                KernelSockets.setsockopt(fd, OptionNumber.IPPROTO_TCP, OptionNumber.TCP_CONGESTION, name);
            }
            return open.add(fd);
        } catch (LinkException closed) {
            throw new IllegalStateException(closed);
        }
    }

    public int bind(int fd, IpAddress address, int port) {
        return KernelSockets.bind(fd, KernelSockets.sockaddr(fd, address, port));
    }

    /** bind(2) with any struct sockaddr. */
    public int bind(int fd, byte[] sockaddr) {
        return KernelSockets.bind(fd, sockaddr);
    }

    public int listen(int fd, int backlog) {
        return SocketLibc.listen(fd, backlog);
    }

    /** The new descriptor does not block. */
    public int accept(int fd) {
        return accept(fd, SOCK_NONBLOCK).result();
    }

    /** accept4(2): the new descriptor and its peer, which the kernel tells even if the peer has reset since. */
    public Name accept(int fd, int flags) {
        Name accepted = KernelSockets.accept(fd, flags | Libc.O_CLOEXEC);
        open.add(accepted);
        return accepted;
    }

    public int connect(int fd, IpAddress address, int port) {
        int result = KernelSockets.connect(fd, KernelSockets.sockaddr(fd, address, port));
        if (result == -Errno.EINPROGRESS) {
            open.connecting(fd, new Name(0, address, port));
        }
        return result;
    }

    /** connect(2) with any struct sockaddr, AF_UNSPEC for example. */
    public int connect(int fd, byte[] sockaddr) {
        return KernelSockets.connect(fd, sockaddr);
    }

    public int read(int fd, byte[] target, int offset, int length) {
        return KernelSockets.read(fd, target, offset, length);
    }

    /** recv(2) with MSG_ flags. */
    public int recv(int fd, byte[] target, int offset, int length, int flags) {
        return KernelSockets.recv(fd, target, offset, length, flags);
    }

    /** write(2) without SIGPIPE, which nobody here wants. */
    public int write(int fd, byte[] source, int offset, int length) {
        return send(fd, source, offset, length, 0);
    }

    /** send(2) with MSG_ flags; MSG_NOSIGNAL is among them always. */
    public int send(int fd, byte[] source, int offset, int length, int flags) {
        return KernelSockets.sendto(fd, source, offset, length, flags | MSG_NOSIGNAL, new byte[0]);
    }

    public int sendto(int fd, byte[] source, int offset, int length, int flags, IpAddress address, int port) {
        byte[] to = KernelSockets.sockaddr(fd, address, port);
        return KernelSockets.sendto(fd, source, offset, length, flags | MSG_NOSIGNAL, to);
    }

    /** A file of so many zeros, which nobody else knows of. */
    public int openZeros(int length) {
        return open.add(FileCalls.zeros(length));
    }

    /** pipe(2): the end to read from and the one to write to. */
    public int pipe(int[] ends) {
        int result = FileCalls.pipe(ends);
        for (int i = 0; i < ends.length && result == 0; i++) {
            open.add(ends[i]);
        }
        return result;
    }

    /** sendfile(2); a negative offset is the file's own position. */
    public int sendfile(int out, int in, long offset, int count) {
        return FileCalls.sendfile(out, in, offset, count);
    }

    /** splice(2) between descriptors that have no position. */
    public int splice(int in, int out, int count, int flags) {
        return FileCalls.splice(in, out, count, flags);
    }

    /** sendto(2) with any struct sockaddr. */
    public int sendto(int fd, byte[] source, int flags, byte[] sockaddr) {
        return KernelSockets.sendto(fd, source, 0, source.length, flags | MSG_NOSIGNAL, sockaddr);
    }

    /** sendmsg(2) of zeros, in arrays of these lengths; MSG_NOSIGNAL is among the flags always. */
    public int sendmsg(int fd, int[] lengths, int flags) {
        return MessageCalls.send(fd, lengths, flags | MSG_NOSIGNAL);
    }

    /** recvmsg(2): into one array, and what the kernel tells beside it. */
    public Message recvmsg(int fd, int length, int flags) {
        return MessageCalls.receive(fd, length, flags);
    }

    /** What recvmsg(2) has: octets or -errno, flags, and control messages. */
    public record Message(int result, int flags, List<Control> control) {}

    /** A control message: struct cmsghdr, and what follows it. */
    public record Control(int level, int type, byte[] data) {}

    public int shutdown(int fd, int how) {
        return SocketLibc.shutdown(fd, how);
    }

    /** Only of descriptors opened here: any other number may be a file of the JVM. */
    public int close(int fd) {
        return open.close(fd);
    }

    public int setsockopt(int fd, SocketOption option, int value) {
        return KernelSockets.setsockopt(fd, option, value);
    }

    /** setsockopt(2) by numbers. */
    public int setsockopt(int fd, int level, int name, byte[] value) {
        return KernelSockets.setsockopt(fd, level, name, value);
    }

    public int getsockopt(int fd, SocketOption option) {
        return KernelSockets.getsockopt(fd, option);
    }

    /** getsockopt(2) by numbers; returns how much of {@code value} the kernel has filled, or -errno. */
    public int getsockopt(int fd, int level, int name, byte[] value) {
        return KernelSockets.getsockopt(fd, level, name, value);
    }

    /** struct tcp_info as this kernel fills it; empty if the descriptor has none. */
    public byte[] tcpInfo(int fd) {
        byte[] info = new byte[512];
        int length = KernelSockets.getsockopt(fd, OptionNumber.IPPROTO_TCP, OptionNumber.TCP_INFO, info);
        return Arrays.copyOf(info, Math.max(0, length));
    }

    public Name getsockname(int fd) {
        return KernelSockets.getsockname(fd);
    }

    public Name getpeername(int fd) {
        return KernelSockets.getpeername(fd);
    }

    public int fcntl(int fd, int command, long argument) {
        return SocketLibc.fcntl(fd, command, argument);
    }

    /** ioctl(2) that asks for a number: {@link Ioctl}. */
    public int ioctl(int fd, long request) {
        return KernelSockets.inquire(fd, request);
    }

    /** The events that hold now, or -EBADF. */
    public int poll(int fd) {
        return KernelSockets.poll(fd, ALL_EVENTS);
    }

    /**
     * poll(2): fills {@code revents}, returns how many are ready.
     *
     * @param nanos how long at most; {@link Long#MAX_VALUE} is for ever
     */
    public int poll(int[] fds, int[] events, int[] revents, long nanos) {
        return KernelSockets.poll(fds, events, revents, nanos);
    }

    /** epoll_create1(2). */
    public int epollCreate(int flags) {
        return open.add(SocketLibc.epollCreate(flags | Libc.O_CLOEXEC));
    }

    /** epoll_ctl(2); the data of the event is one long. */
    public int epollCtl(int epoll, int operation, int fd, int events, long data) {
        return EpollCalls.ctl(epoll, operation, fd, events, data);
    }

    /** epoll_wait(2): fills events and data, returns how many; -1 ms is for ever. */
    public int epollWait(int epoll, int[] events, long[] data, int milliseconds) {
        return EpollCalls.await(epoll, events, data, milliseconds);
    }

    // ---- looking inside

    /** Addresses, state and queues of a descriptor; of a peer that getpeername(2) does not tell what accept(2)
     * or connect(2) said. */
    public SocketRow row(int fd) {
        byte[] info = tcpInfo(fd);
        TcpState state = info.length == 0 ? TcpState.CLOSE : SockDiag.state(info[0]);
        boolean listens = state == TcpState.LISTEN;
        Name local = getsockname(fd);
        Name peer = open.peer(fd, getpeername(fd));
        return new SocketRow(
                state,
                listens ? KernelSockets.intAt(info, TCPI_UNACKED) : Math.max(0, ioctl(fd, Ioctl.SIOCINQ)),
                listens ? KernelSockets.intAt(info, TCPI_SACKED) : Math.max(0, ioctl(fd, Ioctl.SIOCOUTQ)),
                local.address(),
                local.port(),
                peer.address(),
                peer.port(),
                fd);
    }

    /** Every TCP socket of the namespace, as ss lists them: listeners first, then by port and peer. */
    public List<SocketRow> snapshot() {
        return open.rows(diag);
    }

    /** The half-open connections of {@link #snapshot}, at less cost. */
    public List<SocketRow> halfOpen() {
        return diag.halfOpen().stream().map(SockDiag.Entry::row).toList();
    }

    /** No timer runs that would send something; those of TIME_WAIT do not. A delayed ACK, 200 ms at most, does not show. */
    public boolean isQuiet() {
        return diag.all().stream()
                .allMatch(entry -> entry.timer() != SockDiag.RETRANSMISSION && entry.timer() != SockDiag.WINDOW_PROBE);
    }

    /**
     * A listener's two queues. Linux keeps no peaks: they are the lengths of this moment. What is half-open is counted
     * by the listener's port, and is young while its SYN-ACK was not sent again.
     */
    public ListenQueues queues(int fd) {
        byte[] info = tcpInfo(fd);
        if (info.length == 0 || SockDiag.state(info[0]) != TcpState.LISTEN) {
            throw new IllegalArgumentException("descriptor " + fd + " is no listener");
        }
        int port = getsockname(fd).port();
        int halfOpen = 0;
        int young = 0;
        for (SockDiag.Entry entry : diag.halfOpen()) {
            if (entry.row().localPort() == port) {
                halfOpen++;
                young += entry.retransmits() == 0 ? 1 : 0;
            }
        }
        int acceptQueue = KernelSockets.intAt(info, TCPI_UNACKED);
        int backlog = KernelSockets.intAt(info, TCPI_SACKED);
        return new ListenQueues(backlog, backlog, acceptQueue, acceptQueue, halfOpen, young, halfOpen);
    }

    public long counter(Counter counter) {
        return counters.read().getOrDefault(ProcCounters.nameOf(counter), 0L);
    }

    /** Every counter of snmp, netstat and snmp6, by the name nstat gives it: {@code TcpExtListenDrops}. */
    public Map<String, Long> counters() {
        return counters.read();
    }

    /** Those of TcpExt and IpExt, at less cost. */
    public Map<String, Long> extendedCounters() {
        return counters.readExtended();
    }

    /** A sysctl by its full name, {@code net.ipv4.tcp_rmem}, as the kernel writes it, or what we do instead. */
    public String sysctl(String fullName) throws LinkException {
        if (usualControl && fullName.equals(CONGESTION_CONTROL)) {
            return USUAL_CONTROL;
        }
        return inside.call(() -> NamespaceThread.read(file(fullName))).replace('\t', ' ');
    }

    /**
     * The version of this machine's kernel.
     *
     * @throws IllegalArgumentException where it is no Linux
     */
    public static KernelRelease release() {
        return KernelRelease.parse(System.getProperty("os.version", ""));
    }

    /** Whether a namespace of this kernel has a sysctl of this full name. */
    public boolean hasSysctl(String fullName) throws LinkException {
        return inside.call(() -> Files.exists(file(fullName)));
    }

    /** Sets a sysctl of the namespace by its full name; those that all namespaces share are refused by the kernel. */
    public void setSysctl(String fullName, String value) throws LinkException {
        inside.call(() -> {
            NamespaceThread.write(file(fullName), value);
            usualControl &= !fullName.equals(CONGESTION_CONTROL);
            return value;
        });
    }

    public void set(Sysctl sysctl, int... numbers) throws LinkException {
        setSysctl(sysctl.fullName(), sysctl.format(numbers));
    }

    private static Path file(String fullName) throws LinkException {
        if (!fullName.matches("net(\\.[A-Za-z0-9_-]+)+")) {
            throw new LinkException("'" + fullName + "' is no sysctl of a network namespace");
        }
        return SYSCTLS.resolve(fullName.replace('.', '/'));
    }

    // ---- packets

    /** A TUN interface of this namespace; the caller closes it. */
    public Tun openTun(String name) throws LinkException {
        return inside.call(() -> Tun.open(name));
    }

    /** The same, which takes packets that a network card has made of several. */
    public OffloadTun openOffloadTun(String name) throws LinkException {
        return inside.call(() -> OffloadTun.open(name));
    }

    /** See {@link Interface#setUp}. */
    public void assign(String name, IpAddress address, int prefix) throws LinkException {
        inside.call(() -> {
            Interface kernelEnd = new Interface(name);
            kernelEnd.setUp(address, prefix);
            return kernelEnd;
        });
    }

    /** Sends what goes to these addresses into an interface, without a gateway. */
    public void route(IpAddress network, int prefix, String name) throws LinkException {
        inside.call(() -> {
            new Interface(name).route(network, prefix);
            return name;
        });
    }

    /** What passes an interface from now on; the caller closes it. */
    public PacketCapture capture(String name) throws LinkException {
        return inside.call(() -> new PacketCapture(name));
    }

    /** Closes all descriptors that were opened here, whoever waits in a call on one, and ends the namespace. */
    @Override
    public void close() {
        open.closeAll();
        diag.close();
        counters.close();
        inside.close();
    }
}

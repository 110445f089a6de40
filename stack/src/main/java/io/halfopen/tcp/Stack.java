package io.halfopen.tcp;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Message;
import io.halfopen.linux.RouteMetrics;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctls;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.call.Closing;
import io.halfopen.tcp.call.DataCalls;
import io.halfopen.tcp.call.Descriptors;
import io.halfopen.tcp.call.FastOpenOptions;
import io.halfopen.tcp.call.OpenCalls;
import io.halfopen.tcp.call.Options;
import io.halfopen.tcp.call.ReceiveCalls;
import io.halfopen.tcp.call.SocketCalls;
import io.halfopen.tcp.ip.InputPath;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.send.SendNotices;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One host's kernel, without the network: packets, calls and time go in; packets, readiness and a deadline come out.
 * Nothing here does I/O, reads a clock or blocks: a call that would block returns -EAGAIN, connect() -EINPROGRESS, and
 * {@link #drainReady} tells when to try again. Calls return 0 or more, or a negated {@link Errno}, as the manual's
 * section 2 says of the real ones.
 *
 * <p><b>One mutation, then drain everything, then wait</b>: after each {@link #onPacket}, call or {@link #onTimeout},
 * take what {@link #drainPackets} and {@link #drainReady} have, then wait until {@link #nextTimeout}. Handlers must not
 * call the stack.
 *
 * <p>{@code now} is in nanoseconds on any clock that never goes back. One thread at a time owns a Stack.
 *
 * <pre>{@code
 * Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
 * stack.addAddress(IpAddress.parse("10.0.0.1"), 1500);
 * int listener = stack.socket(Stack.AF_INET);
 * stack.bind(listener, IpAddress.ANY_V4, 8080);
 * stack.listen(listener, 128);
 * while (running) {
 *     Rule rule = stack.onPacket(now, packet, 0, packet.length); // or a call, or onTimeout(now)
 *     stack.drainPackets((why, bytes, offset, length) -> send(bytes, offset, length));
 *     stack.drainReady((fd, events) -> ...);
 *     // then wait for a packet, but not beyond stack.nextTimeout()
 * }
 * }</pre>
 */
public final class Stack {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;
    public static final int MSG_DONTWAIT = Message.MSG_DONTWAIT;
    public static final int MSG_NOSIGNAL = Message.MSG_NOSIGNAL;
    public static final int MSG_MORE = Message.MSG_MORE;
    public static final int MSG_FASTOPEN = Message.MSG_FASTOPEN;

    private static final int SEND_FLAGS =
            MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE | Message.MSG_EOR | Message.MSG_ZEROCOPY | Message.MSG_OOB;
    /** Takes a packet that is to be sent: valid only during the call. */
    public interface PacketHandler {
        void onPacket(Rule why, byte[] bytes, int offset, int length);

        /**
         * Takes one of up to 65,535 octets that a network card is to cut into segments with so much data each but the last, and to
         * give checksums: its own is only the sum of the pseudo-header. Comes after {@link Stack#offload} alone.
         */
        default void onLarge(Rule why, byte[] bytes, int offset, int length, int segmentSize) {
            throw new UnsupportedOperationException("offload() is for handlers that cut");
        }
    }

    /** Takes a descriptor about which there is news; {@code events} are those of {@link io.halfopen.linux.Poll}. */
    public interface ReadyHandler {
        void onReady(int fd, int events);
    }

    private final Core core;
    private final Output output;
    private final Descriptors descriptors = new Descriptors();
    private final InputPath inputPath;
    private final Options options;
    private final SocketCalls socketCalls;
    private final OpenCalls openCalls;
    private final DataCalls dataCalls;
    private final ReceiveCalls receiveCalls;

    public Stack(Kernel kernel, Secrets secrets) {
        this(kernel, secrets, Timers.EXACT);
    }

    public Stack(Kernel kernel, Secrets secrets, Timers timers) {
        core = new Core(kernel, secrets.keys(), timers);
        output = new Output(core);
        OutputPath outputPath = new OutputPath(core, output);
        inputPath = new InputPath(core, output, outputPath);
        openCalls = new OpenCalls(core, inputPath.synSentInput, inputPath.timeWaitInput, inputPath.fastOpenClient);
        Closing closing = new Closing(core, outputPath.transmission, inputPath.synRecvInput, inputPath.timeWaitInput);
        socketCalls = new SocketCalls(core, inputPath.migration, closing);
        receiveCalls = new ReceiveCalls(core, outputPath.transmission);
        options = new Options(core, receiveCalls, outputPath.transmission);
        dataCalls = new DataCalls(core, outputPath.transmission, openCalls);
    }

    /** Gives this host an address; peers other than itself are reached with this MTU, octets (68 to 65536). */
    public void addAddress(IpAddress address, int mtu) {
        if (mtu < 68 || mtu > 65536) {
            throw new IllegalArgumentException("an MTU is 68 to 65536 octets, not " + mtu);
        }
        core.addresses.add(address, mtu);
    }

    /** Sets what ip-route(8) can of the way to a network, of which so many bits are told: 0.0.0.0 and 0 are all of IPv4. */
    public void setRoute(IpAddress network, int bits, RouteMetrics metrics) {
        inputPath.dormancy.wakeAll();
        core.routes.set(network, bits, metrics);
    }

    /** Tells of the broadcast address of a network that this host is in, such as 192.0.2.255: it is one of the host's, too. */
    public void addBroadcast(IpAddress address) {
        core.addresses.addBroadcast(address);
    }

    /**
     * Whether the interface takes no packet, as with a queueing discipline that is full: whatever is sent is dropped before it
     * leaves, and connections know that and try again in half a second.
     */
    public void blockOutput(boolean blocked) {
        core.outputBlocked = blocked;
    }

    /** Takes in a packet from the network; the rule says what became of it. */
    public Rule onPacket(long now, byte[] packet, int offset, int length) {
        core.setNow(now);
        return inputPath.ipInput.receive(packet, offset, length, false);
    }

    /**
     * Takes in a packet that a network card has made of consecutive segments of a connection (GRO), each with {@code segmentSize} octets of
     * data but the last. The card has looked at their checksums; that of the packet says nothing.
     */
    public Rule onMerged(long now, byte[] packet, int offset, int length, int segmentSize) {
        core.setNow(now);
        return inputPath.ipInput.receiveMerged(packet, offset, length, segmentSize);
    }

    /** Takes in a packet that this host has sent to itself, and that never was on a wire. */
    public Rule onLooped(long now, byte[] packet, int offset, int length) {
        core.setNow(now);
        return inputPath.ipInput.receive(packet, offset, length, true);
    }

    /**
     * Where several stacks share an address, each with a part of the flows: whether a packet is about a flow that is not here. That
     * can only be asked of what may have come to the wrong one: an error of ICMP, or what {@link #giveStrays} has given away.
     */
    public boolean isStray(byte[] packet, int offset, int length) {
        return inputPath.ipInput.strays.isStray(packet, offset, length);
    }

    /**
     * Where several stacks share an address: what was put together from fragments, and is about a flow that is not here, goes to
     * this handler, which must not call the stack. Fragments have no ports by which they could have come to the right one.
     */
    public void giveStrays(PacketHandler others) {
        inputPath.ipInput.strays.giveTo((whole, length) -> others.onPacket(Rule.REASSEMBLED, whole, 0, length));
    }

    /** Whether a packet of the stack goes to this host itself: then it must not leave, but come back by onLooped. */
    public boolean isToItself(byte[] packet, int offset) {
        return core.addresses.isLocal(
                IpHeader.destinationHigh(packet, offset), IpHeader.destinationLow(packet, offset));
    }

    /** Fires the one timer that is due first; does nothing if none is due. Call again while {@link #nextTimeout} is. */
    public void onTimeout(long now) {
        core.setNow(now);
        inputPath.timerInput.fire();
    }

    /** Before this time {@link #onTimeout} has nothing to do; {@link Long#MAX_VALUE} if it never will have. */
    public long nextTimeout() {
        return core.wheel.nextDeadline();
    }

    /** From now on data that leaves together is handed over as one packet, by {@link PacketHandler#onLarge} (TSO). */
    public void offload() {
        output.offload();
    }

    /** Hands over the packets to be sent, in order; returns how many. */
    public int drainPackets(PacketHandler handler) {
        int count = output.packets();
        for (int i = 0; i < count; i++) {
            int size = output.size(i);
            if (size == 0) {
                handler.onPacket(output.why(i), output.bytes(), output.start(i), output.length(i));
            } else {
                output.seal(i);
                handler.onLarge(output.why(i), output.bytes(), output.start(i), output.length(i), size);
            }
        }
        output.clear(count);
        return count;
    }

    /** Hands over the descriptors with news, in the order of the news; returns how many. */
    public int drainReady(ReadyHandler handler) {
        int count = 0;
        Socket socket = core.ready.poll();
        while (socket != null) {
            handler.onReady(socket.fd, socketCalls.poll(socket));
            count++;
            socket = core.ready.poll();
        }
        return count;
    }

    /** What {@link #drainReady} reported last was about: bits of Poll. EPOLLET has no edge for others. */
    public int news(int fd) {
        Socket socket = descriptors.get(fd);
        return socket == null ? -Errno.EBADF : socket.told;
    }

    /**
     * Connections that have been idle for so long, ns, are kept in a third of the memory until they are needed again. It
     * looks at a few thousand at a time, in a millisecond at most: to be called now and then. Returns how many it found.
     */
    public int sleep(long now, long idle) {
        core.setNow(now);
        return inputPath.dormancy.sleep(idle);
    }

    /** How many connections take their full memory now. */
    public int awake() {
        return core.pools.awake();
    }

    /** No timer runs but those of TIME_WAIT: nothing will be sent until somebody calls or a packet comes. */
    public boolean isQuiet() {
        return core.wheel.size() == inputPath.timeWaitInput.count();
    }

    /** socket(2), SOCK_STREAM: {@link #AF_INET} or {@link #AF_INET6}. -EAFNOSUPPORT, -EMFILE. */
    public int socket(int family) {
        if (family != AF_INET && family != AF_INET6) {
            return -Errno.EAFNOSUPPORT;
        }
        if (descriptors.isFull()) {
            return -Errno.EMFILE;
        }
        return descriptors.open(socketCalls.open(family == AF_INET6));
    }

    /** bind(2); port 0 takes a free one. -EADDRINUSE, -EADDRNOTAVAIL, -EAFNOSUPPORT, -EINVAL if bound already. */
    public int bind(int fd, IpAddress address, int port) {
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : socketCalls.bind(socket, address, port);
    }

    /** listen(2), any number of times; a negative backlog is a huge one. -EINVAL if connected, -EADDRINUSE. */
    public int listen(int fd, int backlog) {
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : socketCalls.listen(socket, backlog);
    }

    /** accept(2): a new descriptor for the connection that finished first. -EAGAIN, -EMFILE, -EINVAL if no listener. */
    public int accept(int fd) {
        Socket socket = descriptors.get(fd);
        return socket == null ? -Errno.EBADF : socketCalls.accept(socket, descriptors);
    }

    /** connect(2): -EINPROGRESS, and readiness tells; again: -EALREADY, then 0 or the error; -EISCONN, and others. */
    public int connect(long now, int fd, IpAddress address, int port) {
        core.setNow(now);
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : openCalls.connect(socket, address, port);
    }

    /**
     * sendto(2). With {@link #MSG_FASTOPEN} it opens the connection, and the octets that go with the SYN are what it
     * returns; -EINPROGRESS if none may: then readiness tells, and they are to be written. -EOPNOTSUPP if tcp_fastopen
     * has clients off; what connect() says. Without it the address means nothing, as in {@link #send}.
     */
    public int sendto(long now, int fd, byte[] source, int offset, int length, int flags, IpAddress address, int port) {
        core.setNow(now);
        Socket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        if ((flags & MSG_FASTOPEN) == 0) {
            return send(now, fd, source, offset, length, flags);
        }
        if ((flags & ~(MSG_FASTOPEN | SEND_FLAGS)) != 0) {
            return -Errno.EOPNOTSUPP;
        }
        int opened = openCalls.sendFastOpen(socket, source, offset, length, address, port);
        return opened == 0
                ? dataCalls.write(socket, source, offset, length, flags)
                : dataCalls.sentWithSyn(socket, opened, flags);
    }

    /** read(2): octets read, 0 at the end, -EAGAIN, -ENOTCONN, -ECONNRESET and whatever ended the connection. */
    public int read(long now, int fd, byte[] target, int offset, int length) {
        return length == 0 ? 0 : recv(now, fd, target, offset, length, 0);
    }

    /**
     * Whether a thread is blocked in write() or sendto() until the handshake of {@code fd} is done. Calls here never
     * block, and so do not know; Linux then lets the data that will follow carry the ACK of the SYN-ACK.
     */
    public void writerBlocks(int fd, boolean blocks) {
        Socket socket = find(fd);
        if (socket != null && socket.connection != null) {
            socket.connection.writerBlocks = blocks;
        }
    }

    /** recv(2): read() with flags of {@link io.halfopen.linux.Message}; others mean nothing. -EINVAL where there is no urgent octet. */
    public int recv(long now, int fd, byte[] target, int offset, int length, int flags) {
        core.setNow(now);
        Socket socket = flags == 0 ? find(fd, false) : find(fd);
        return socket == null ? -Errno.EBADF : receiveCalls.receive(socket, target, offset, length, flags);
    }

    /** ioctl(2) with SIOCINQ, SIOCOUTQNSD or SIOCATMARK: octets to read before the urgent one, or not sent; 1 if that is next. -EINVAL for others. */
    public int ioctl(int fd, int request) {
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : receiveCalls.inquire(socket, request);
    }

    /** write(2): octets taken, -EAGAIN if there is no room, -EPIPE, and whatever ended the connection. */
    public int write(long now, int fd, byte[] source, int offset, int length) {
        return send(now, fd, source, offset, length, 0);
    }

    /** send(2): write() with flags: MSG_MORE is TCP_CORK for this call, MSG_OOB makes the last octet urgent, MSG_EOR the last of a segment; others: -EOPNOTSUPP. */
    public int send(long now, int fd, byte[] source, int offset, int length, int flags) {
        core.setNow(now);
        Socket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        if ((flags & ~SEND_FLAGS) != 0) {
            return -Errno.EOPNOTSUPP;
        }
        return dataCalls.write(socket, source, offset, length, flags);
    }

    /** sendmsg(2): as {@link #send}, of octets that lie in several arrays; only with MSG_ZEROCOPY does that make a difference. */
    public int sendmsg(long now, int fd, byte[] source, int[] lengths, int flags) {
        core.setNow(now);
        Socket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        return (flags & ~SEND_FLAGS) != 0 ? -Errno.EOPNOTSUPP : dataCalls.write(socket, source, lengths, flags);
    }

    /** recvmsg(2) with MSG_ERRQUEUE: the oldest notice about what was sent, or null where Linux says EAGAIN. */
    public @Nullable ErrorNotice readErrorQueue(int fd) {
        Socket socket = find(fd);
        Connection c = socket == null ? null : socket.connection;
        SendNotices notices = c == null ? null : c.sender.notices;
        if (c == null || notices == null || !notices.hasUnread()) {
            return null;
        }
        ErrorNotice notice = ErrorNotice.take(notices);
        c.receiver.buffer.chargeNotices(notices.charged());
        return notice;
    }

    /** What TCP_INQ has recvmsg(2) tell: octets that are left to read, or 1 where the end is. */
    public int unread(int fd) {
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : ReceiveCalls.unread(socket);
    }

    /** shutdown(2); of a listener, SHUT_RD stops it and SHUT_WR does nothing. -ENOTCONN, -EINVAL. */
    public int shutdown(long now, int fd, int how) {
        core.setNow(now);
        Socket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        boolean read = how == SHUT_RD || how == SHUT_RDWR;
        boolean write = how == SHUT_WR || how == SHUT_RDWR;
        return read || write ? socketCalls.shutdown(socket, read, write) : -Errno.EINVAL;
    }

    /** close(2): the descriptor is free at once; the connection ends in its own time. */
    public int close(long now, int fd) {
        core.setNow(now);
        Socket socket = find(fd, true);
        if (socket == null) {
            return -Errno.EBADF;
        }
        descriptors.close(socket);
        socketCalls.close(socket);
        return 0;
    }

    /** setsockopt(2). -EINVAL, -ENOPROTOOPT. */
    public int setsockopt(int fd, SocketOption option, int value) {
        Socket socket = findToSet(fd);
        return socket == null ? -Errno.EBADF : options.set(socket, option, value);
    }

    /** setsockopt(2) with TCP_FASTOPEN_KEY, 16 octets or 32: another key than tcp_fastopen_key's. -EINVAL. */
    public int setFastOpenKey(int fd, byte[] key) {
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : FastOpenOptions.setKey(socket, key);
    }

    /** setsockopt(2) with TCP_CONGESTION: the name of one of {@link CongestionAlgorithm}. -ENOENT, -EINVAL. */
    public int setCongestionControl(int fd, String name) {
        Socket socket = findToSet(fd);
        return socket == null ? -Errno.EBADF : options.setCongestionControl(socket, name);
    }

    /** getsockopt(2) with TCP_CONGESTION; null where the descriptor is none. */
    public @Nullable CongestionAlgorithm congestionControl(int fd) {
        Socket socket = find(fd);
        if (socket == null) {
            return null;
        }
        return socket.connection == null ? socket.options.congestion : socket.connection.sender.control.algorithm();
    }

    /** getsockopt(2): the value, or -EBADF; SO_LINGER's "off" is -1. */
    public int getsockopt(int fd, SocketOption option) {
        Socket socket = find(fd);
        return socket == null ? -Errno.EBADF : options.get(socket, option);
    }

    /** poll(2) of one descriptor without waiting: the events that hold now, or -EBADF. */
    public int poll(int fd) {
        Socket socket = descriptors.get(fd);
        return socket == null ? -Errno.EBADF : socketCalls.poll(socket);
    }

    /** What ss shows of a descriptor, addresses and queues included; state CLOSE where there is no connection. */
    public SocketRow row(int fd) {
        return Snapshot.of(descriptors.require(fd));
    }

    /** getsockopt(TCP_INFO), {@code tcpi_rto} for one, and TCP_CC_INFO of BBR, {@code bbr_min_rtt}; empty if there is no such socket. */
    public Map<String, Long> tcpInfo(long now, int fd) {
        core.setNow(now);
        return TcpInfo.ofNullable(core, find(fd));
    }

    /** What it holds right now: {@link Holdings#NOTHING} once everything is closed and over. */
    public Holdings holdings() {
        return Holdings.of(core);
    }

    /** What must hold between any two calls and does not, as a sentence, or null; it looks at every connection. */
    public @Nullable String selfCheck() {
        return SelfCheck.run(core);
    }

    public Kernel kernel() {
        return core.kernel;
    }

    /** The knobs, to be read and set at any time between two calls. */
    public Sysctls sysctls() {
        return core.sysctls;
    }

    /** Forgets what earlier connections have learned of their peers, Fast Open's cookies too: ip tcp_metrics flush all. */
    public void forgetPeers() {
        core.metrics.forget();
    }

    /** Of a counter that the imitated kernel does not have: 0. */
    public long counter(Counter counter) {
        return core.kernel.lacks(counter) ? 0 : core.counter(counter);
    }

    /** How often a rule has decided. */
    public long counted(Rule rule) {
        return core.counted(rule);
    }

    /** The kernel's log, as dmesg(1) prints it: {@code [    1.000000] TCP: request_sock_TCP: Possible SYN flooding ...}. */
    public List<String> dmesg() {
        return core.log.lines();
    }

    /** Every socket there is, as ss and netstat list them: listeners first, then by port and peer. */
    public List<SocketRow> snapshot() {
        return Snapshot.of(core, descriptors);
    }

    /** A listener's two queues. IllegalArgumentException where the descriptor is no listener's. */
    public ListenQueues queues(int fd) {
        Listener listener = descriptors.require(fd).listener;
        if (listener == null) {
            throw new IllegalArgumentException("descriptor " + fd + " is no listener");
        }
        return ListenQueues.of(listener);
    }

    /** For calls that need to know more of a connection than that nothing has happened to it since its handshake. */
    private @Nullable Socket find(int fd) {
        Socket socket = descriptors.get(fd);
        if (socket != null && socket.dormant != null) {
            inputPath.dormancy.wake(socket.dormant);
        }
        return socket;
    }

    /** For calls that need not wake one that has ended, or just that. */
    private @Nullable Socket find(int fd, boolean ended) {
        Socket socket = descriptors.get(fd);
        return socket == null || socket.dormant == null || socket.dormant.ended == ended ? socket : find(fd);
    }

    /** What a listener's socket is set to is not for connections whose handshake is done. */
    private @Nullable Socket findToSet(int fd) {
        Socket socket = find(fd);
        if (socket != null && socket.listener != null) {
            inputPath.dormancy.wakeAll(socket.listener);
        }
        return socket;
    }
}

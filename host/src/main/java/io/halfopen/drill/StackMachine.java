package io.halfopen.drill;

import static io.halfopen.linux.Message.MSG_EOR;
import static io.halfopen.linux.Message.MSG_OOB;
import static io.halfopen.linux.Message.MSG_ZEROCOPY;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Effect;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Ioctl;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.RouteMetrics;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stack in virtual time: every timer fires at its nanosecond. */
final class StackMachine implements Machine {
    private static final int KNOWN_FLAGS = Stack.MSG_DONTWAIT
            | Stack.MSG_NOSIGNAL
            | Stack.MSG_MORE
            | Stack.MSG_FASTOPEN
            | MSG_EOR
            | MSG_OOB
            | MSG_ZEROCOPY;
    private static final int LOOPBACK_MTU = 65_536;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_MPTCP = 262;

    /** IPPROTO_MAX. */
    private static final int PROTOCOLS = 263;

    /** Somewhere in the life of a kernel, so that nothing depends on the clock being near 0. */
    private static final long START = 1_000_000_000_000L;

    /**
     * On every machine it takes time to write, ns, and so no round trip is to the nanosecond what a script says. One that is makes a
     * tie that no kernel has, as of the last and the least round trip (tcp_rack_advance).
     */
    private static final long WRITING = 1_000L;

    private final Stack stack;
    private final StackEpolls epolls;
    private final Set<String> ignored = new LinkedHashSet<>();
    private final StackFiles files;
    private final StackOptions options;
    private final Deque<Captured> sent = new ArrayDeque<>();
    private final Deque<byte[]> toItself = new ArrayDeque<>();
    private final IpAddress local;

    /** 0 where every time is to be exact. */
    private final long writing;

    private long now = START;
    private long lastTimer;

    StackMachine(Kernel kernel, Settings settings) {
        stack = new Stack(kernel, Secrets.ofSeed(1));
        local = settings.local();
        writing = settings.tolerance() == 0 ? 0 : WRITING;
        stack.addAddress(local, settings.mtu());
        stack.addAddress(IpAddress.parse("127.0.0.1"), LOOPBACK_MTU);
        stack.addAddress(IpAddress.parse("::1"), LOOPBACK_MTU);
        epolls = new StackEpolls(stack);
        files = new StackFiles(stack);
        options = new StackOptions(stack, ignored);
    }

    @Override
    public String name() {
        return "stack";
    }

    // ---- time and packets

    @Override
    public long now() {
        return now;
    }

    @Override
    public void advance(long until, boolean waiting) {
        long next = stack.nextTimeout();
        if (next > until) {
            now = Math.max(now, until);
            return;
        }
        now = Math.max(now, next);
        long before = timersSeen();
        stack.onTimeout(now);
        drain();
        lastTimer = timersSeen() == before ? lastTimer : now;
    }

    /** Every timer that anybody can notice sends something, or counts this. */
    private long timersSeen() {
        return stack.counter(Counter.OutRequests) + stack.counter(Counter.TCPTimeouts);
    }

    /** Whether a timer has fired in so many nanoseconds before now; or may in so many after, if not for sure. */
    boolean isTimerNear(long before, long after) {
        return now - lastTimer < before || stack.nextTimeout() - now < after;
    }

    @Override
    public @Nullable Captured poll() {
        return sent.poll();
    }

    @Override
    public Rule inject(byte[] packet, int segmentSize) {
        Rule rule = segmentSize == 0
                ? stack.onPacket(now, packet, 0, packet.length)
                : stack.onMerged(now, packet, 0, packet.length, segmentSize);
        drain();
        return rule;
    }

    /** What it sends to itself comes back at once, as on Linux's loopback; the rest is what scripts see. */
    private int drain(int result) {
        collect();
        while (!toItself.isEmpty()) {
            byte[] packet = toItself.remove();
            stack.onLooped(now, packet, 0, packet.length);
            collect();
        }
        return result;
    }

    private void drain() {
        drain(0);
    }

    private void collect() {
        stack.drainPackets((why, bytes, offset, length) -> {
            byte[] packet = Arrays.copyOfRange(bytes, offset, offset + length);
            if (isToItself(packet)) {
                toItself.add(packet);
            } else {
                sent.add(new Captured(now, packet, why));
            }
        });
        stack.drainReady((fd, events) -> epolls.onNews(fd, stack.news(fd)));
    }

    private boolean isToItself(byte[] packet) {
        boolean ipv4 = IpHeader.version(packet, 0) == 4;
        IpAddress to = ipv4
                ? IpAddress.ofIpv4(Bytes.getInt(packet, 16))
                : new IpAddress(Bytes.getLong(packet, 24), Bytes.getLong(packet, 32));
        return to.equals(local) || to.isLoopback();
    }

    // ---- calls

    @Override
    public int socket(int family, int type, int protocol) throws Stop {
        if (protocol == IPPROTO_MPTCP) {
            throw Stop.unsupported("IPPROTO_MPTCP on the stack");
        }
        if (protocol < 0 || protocol >= PROTOCOLS) {
            return -Errno.EINVAL;
        }
        return protocol == 0 || protocol == IPPROTO_TCP ? stack.socket(family) : -Errno.EPROTONOSUPPORT;
    }

    @Override
    public int bind(int fd, IpAddress address, int port) {
        return stack.bind(fd, address, port);
    }

    @Override
    public int listen(int fd, int backlog) {
        return stack.listen(fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return drain(stack.accept(fd));
    }

    @Override
    public int connect(int fd, @Nullable IpAddress address, int port) throws Stop {
        if (address == null) {
            throw Stop.unsupported("connect() to AF_UNSPEC on the stack");
        }
        return drain(stack.connect(now, fd, address, port));
    }

    @Override
    public int receive(int fd, int length, int flags) throws Stop {
        byte[] target = new byte[Math.max(0, length)];
        return drain(stack.recv(now, fd, target, 0, target.length, flags));
    }

    @Override
    public int send(int fd, int length, int flags) throws Stop {
        byte[] data = new byte[Math.max(0, length)];
        return written(drain(stack.send(now, fd, data, 0, data.length, flags)), flags);
    }

    /** What is written takes time; and the stack refuses flags that it has not. */
    private int written(int result, int flags) throws Stop {
        int unknown = flags & ~KNOWN_FLAGS;
        if (result == -Errno.EOPNOTSUPP && unknown != 0) {
            throw Stop.unsupported(Symbols.flags("MSG_", unknown) + " on the stack");
        }
        now += result > 0 ? writing : 0;
        return result;
    }

    @Override
    public int sendPieces(int fd, int[] lengths, int flags) throws Stop {
        byte[] data = new byte[Arrays.stream(lengths).sum()];
        return written(drain(stack.sendmsg(now, fd, data, lengths, flags)), flags);
    }

    @Override
    public Message receiveMessage(int fd, int length, int flags) throws Stop {
        return (flags & io.halfopen.linux.Message.MSG_ERRQUEUE) == 0
                ? StackMessages.withUnread(stack, fd, receive(fd, length, flags))
                : StackMessages.ofErrorQueue(stack, fd, length);
    }

    @Override
    public int sendTo(int fd, int length, int flags, @Nullable IpAddress address, int port) throws Stop {
        if (address == null || (flags & Stack.MSG_FASTOPEN) == 0) {
            return send(fd, length, flags);
        }
        byte[] data = new byte[Math.max(0, length)];
        return written(drain(stack.sendto(now, fd, data, 0, data.length, flags, address, port)), flags);
    }

    @Override
    public void writerBlocks(int fd, boolean blocks) {
        stack.writerBlocks(fd, blocks);
    }

    @Override
    public Name getsockname(int fd) {
        SocketRow row = stack.row(fd);
        return new Name(0, row.localAddress(), row.localPort());
    }

    /** inet_getname(): who only tries to connect, or is not connected any more, has no peer. */
    @Override
    public Name getpeername(int fd) {
        SocketRow row = stack.row(fd);
        boolean connected = row.remotePort() != 0
                && row.state() != TcpState.CLOSE
                && row.state() != TcpState.SYN_SENT
                && row.state() != TcpState.LISTEN;
        return new Name(connected ? 0 : -Errno.ENOTCONN, row.remoteAddress(), row.remotePort());
    }

    @Override
    public int shutdown(int fd, int how) {
        return drain(stack.shutdown(now, fd, how));
    }

    @Override
    public int close(int fd) {
        if (files.has(fd)) {
            return files.close(fd);
        }
        return epolls.isEpoll(fd) ? epolls.close(fd) : drain(stack.close(now, fd));
    }

    @Override
    public int setsockopt(int fd, int level, int number, String option, byte[] value) throws Stop {
        return drain(options.set(fd, option, value));
    }

    @Override
    public int getsockopt(int fd, int level, int number, String option, byte[] value) throws Stop {
        return options.get(fd, option, value);
    }

    @Override
    public Set<String> ignored() {
        return ignored;
    }

    @Override
    public int ioctl(int fd, long request) throws Stop {
        SocketRow row = stack.row(fd);
        if (request == Ioctl.SIOCINQ || request == Ioctl.SIOCATMARK || request == Ioctl.SIOCOUTQNSD) {
            return stack.ioctl(fd, (int) request);
        }
        if (request == Ioctl.SIOCOUTQ) {
            return row.sendQueue();
        }
        throw Stop.unsupported("ioctl() 0x" + Long.toHexString(request) + " on the stack");
    }

    @Override
    public int poll(int fd) {
        return stack.poll(fd);
    }

    @Override
    public int epollCreate() {
        return epolls.create();
    }

    @Override
    public int epollCtl(int epoll, int operation, int fd, int events, long data) {
        return epolls.control(epoll, operation, fd, events, data);
    }

    @Override
    public int epollWait(int epoll, int[] events, long[] data) {
        return epolls.collect(epoll, events, data);
    }

    @Override
    public int openFile(int length) {
        return files.open(length);
    }

    @Override
    public int pipe(int[] ends) {
        ends[0] = files.open(0);
        ends[1] = files.open(0);
        return 0;
    }

    @Override
    public int sendFile(int out, int in, long offset, int count) {
        return drain(files.sendfile(now, out, in, offset, count));
    }

    @Override
    public int splice(int in, int out, int count, int flags) throws Stop {
        if (files.has(in) || !files.has(out)) {
            throw Stop.unsupported("splice() other than from a socket into a pipe on the stack");
        }
        return drain(files.splice(now, in, count));
    }

    // ---- looking inside

    @Override
    public SocketRow row(int fd) {
        return stack.row(fd);
    }

    @Override
    public ListenQueues queues(int fd) {
        return stack.queues(fd);
    }

    @Override
    public Map<Counter, Long> counters() {
        Map<Counter, Long> all = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            all.put(counter, stack.counter(counter));
        }
        return all;
    }

    @Override
    public Map<String, Long> info(int fd) {
        return stack.tcpInfo(now, fd);
    }

    /** Whether a rule has decided anything. */
    boolean decided(Rule rule) {
        return stack.counted(rule) > 0;
    }

    @Override
    public void sysctl(String name, String value) throws Stop {
        Sysctl sysctl;
        try {
            sysctl = Sysctl.named(name);
        } catch (IllegalArgumentException unknown) {
            throw Stop.unsupported("the sysctl " + name + " on the stack");
        }
        try {
            stack.sysctls().set(sysctl, sysctl.parse(value));
            if (sysctl.effect() == Effect.IGNORED) {
                ignored.add(sysctl.fullName());
            }
        } catch (IllegalArgumentException bad) {
            throw Stop.failed(String.valueOf(bad.getMessage()));
        }
    }

    @Override
    public void forgetPeers() {
        stack.forgetPeers();
    }

    @Override
    public void route(IpAddress network, int bits, RouteMetrics metrics) {
        stack.setRoute(network, bits, metrics);
    }

    @Override
    public void blockOutput(boolean blocked) {
        stack.blockOutput(blocked);
    }

    @Override
    public List<String> procNet(String path) {
        return ProcNet.lines(path, stack.snapshot());
    }

    @Override
    public Process start(Path folder, String... command) throws Stop {
        throw Stop.unsupported("a command on the stack");
    }

    @Override
    public void close() {
        // it is gone with its last reference
    }
}

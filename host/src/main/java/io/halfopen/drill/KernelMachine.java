package io.halfopen.drill;

import io.halfopen.link.Interface;
import io.halfopen.link.KernelHost;
import io.halfopen.link.Link;
import io.halfopen.link.LinkException;
import io.halfopen.link.OffloadLink;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Ioctl;
import io.halfopen.linux.RouteMetrics;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This machine's kernel in a namespace of its own, in real time. Its sockets do not block: a call that the script wants
 * to block is tried again until it has a result, which needs no threads.
 */
final class KernelMachine implements Machine {
    private static final String INTERFACE = "tun0";
    private static final int SOCKADDR = 16;
    private static final int LARGEST_PACKET = 1 << 16;

    /** How often a call that waits is tried again. */
    private static final long RETRY = 500_000L;

    private final KernelHost host;
    private final Link tun;
    private final Settings settings;
    private final Deque<Captured> sent = new ArrayDeque<>();
    private final byte[] buffer = new byte[LARGEST_PACKET];

    KernelMachine(Settings settings) throws LinkException {
        this.settings = settings;
        host = KernelHost.open();
        Link opened = null;
        try {
            opened = settings.mss() > 0 ? host.openOffloadTun(INTERFACE) : host.openTun(INTERFACE);
            setUp();
        } catch (LinkException | RuntimeException failed) {
            if (opened != null) {
                opened.close();
            }
            host.close();
            throw failed;
        }
        tun = opened;
    }

    /** All addresses but its own are behind the interface: scripts may send from any. */
    private void setUp() throws LinkException {
        boolean ipv4 = settings.isIpv4OnTheWire();
        host.setSysctl("net.ipv6.conf." + INTERFACE + ".accept_dad", "0");
        host.assign(INTERFACE, settings.local(), ipv4 ? 16 : 48);
        host.route(ipv4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6, 0, INTERFACE);
        host.call(() -> {
            new Interface(INTERFACE).setMtu(settings.mtu());
            return INTERFACE;
        });
    }

    @Override
    public String name() {
        return "kernel";
    }

    // ---- time and packets

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public void advance(long until, boolean waiting) throws Stop {
        try {
            long nanos = until - System.nanoTime();
            if (nanos > 0 && !receive()) {
                tun.await(waiting ? Math.min(nanos, RETRY) : nanos);
            }
            while (receive()) {
                // all there are
            }
        } catch (LinkException failed) {
            throw Stop.failed(String.valueOf(failed.getMessage()));
        }
    }

    private boolean receive() throws LinkException {
        int length = tun.receive(buffer);
        if (length <= 0) {
            return false;
        }
        sent.add(new Captured(System.nanoTime(), Arrays.copyOf(buffer, length), null));
        return true;
    }

    @Override
    public @Nullable Captured poll() throws Stop {
        try {
            while (sent.isEmpty() && receive()) {
                // one is enough
            }
        } catch (LinkException failed) {
            throw Stop.failed(String.valueOf(failed.getMessage()));
        }
        return sent.poll();
    }

    @Override
    public @Nullable Rule inject(byte[] packet, int segmentSize) throws Stop {
        if (segmentSize > 0 && tun instanceof OffloadLink card) {
            card.sendLarge(packet, 0, packet.length, segmentSize);
        } else {
            tun.send(packet, 0, packet.length);
        }
        flush();
        return null;
    }

    /** What a network card has waits for more of its kind. */
    private void flush() throws Stop {
        if (tun instanceof OffloadLink card) {
            try {
                card.await(0);
            } catch (LinkException failed) {
                throw Stop.failed(String.valueOf(failed.getMessage()));
            }
        }
    }

    // ---- calls

    @Override
    public int socket(int family, int type, int protocol) {
        return host.socket(family, type | KernelHost.SOCK_NONBLOCK, protocol);
    }

    @Override
    public int bind(int fd, IpAddress address, int port) {
        return host.bind(fd, address, port);
    }

    @Override
    public int listen(int fd, int backlog) {
        return host.listen(fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return host.accept(fd);
    }

    @Override
    public int connect(int fd, @Nullable IpAddress address, int port) {
        return address == null ? host.connect(fd, new byte[SOCKADDR]) : host.connect(fd, address, port);
    }

    @Override
    public int receive(int fd, int length, int flags) {
        return host.recv(fd, new byte[Math.max(0, length)], 0, Math.max(0, length), flags);
    }

    @Override
    public int send(int fd, int length, int flags) {
        boolean lends = (flags & io.halfopen.linux.Message.MSG_ZEROCOPY) != 0;
        return lends
                ? sendPieces(fd, new int[] {length}, flags)
                : host.send(fd, new byte[Math.max(0, length)], 0, Math.max(0, length), flags);
    }

    @Override
    public int sendPieces(int fd, int[] lengths, int flags) {
        return host.sendmsg(fd, lengths, flags);
    }

    @Override
    public Message receiveMessage(int fd, int length, int flags) {
        return KernelControls.read(host.recvmsg(fd, length, flags));
    }

    @Override
    public int sendTo(int fd, int length, int flags, @Nullable IpAddress address, int port) throws Stop {
        if (address == null) {
            return host.sendto(fd, new byte[Math.max(0, length)], flags, new byte[SOCKADDR]); // AF_UNSPEC
        }
        return host.sendto(fd, new byte[Math.max(0, length)], 0, Math.max(0, length), flags, address, port);
    }

    @Override
    public Name getsockname(int fd) {
        KernelHost.Name name = host.getsockname(fd);
        return new Name(name.result(), name.address(), name.port());
    }

    @Override
    public Name getpeername(int fd) {
        KernelHost.Name name = host.getpeername(fd);
        return new Name(name.result(), name.address(), name.port());
    }

    @Override
    public int shutdown(int fd, int how) {
        return host.shutdown(fd, how);
    }

    @Override
    public int close(int fd) {
        return host.close(fd);
    }

    @Override
    public int setsockopt(int fd, int level, int number, String option, byte[] value) {
        return host.setsockopt(fd, level, number, value);
    }

    @Override
    public int getsockopt(int fd, int level, int number, String option, byte[] value) {
        return host.getsockopt(fd, level, number, value);
    }

    @Override
    public int ioctl(int fd, long request) {
        return host.ioctl(fd, request);
    }

    @Override
    public int poll(int fd) {
        return host.poll(fd);
    }

    @Override
    public int epollCreate() {
        return host.epollCreate(0);
    }

    @Override
    public int epollCtl(int epoll, int operation, int fd, int events, long data) {
        return host.epollCtl(epoll, operation, fd, events, data);
    }

    @Override
    public int epollWait(int epoll, int[] events, long[] data) {
        return host.epollWait(epoll, events, data, 0);
    }

    @Override
    public int openFile(int length) {
        return host.openZeros(length);
    }

    @Override
    public int pipe(int[] ends) {
        return host.pipe(ends);
    }

    @Override
    public int sendFile(int out, int in, long offset, int count) {
        return host.sendfile(out, in, offset, count);
    }

    /** At the urgent octet a socket that blocks says 0, and one that does not, as all here are, EAGAIN. */
    @Override
    public int splice(int in, int out, int count, int flags) {
        int result = host.splice(in, out, count, flags);
        return result == -Errno.EAGAIN && host.ioctl(in, Ioctl.SIOCATMARK) == 1 ? 0 : result;
    }

    // ---- looking inside

    @Override
    public SocketRow row(int fd) {
        return host.row(fd);
    }

    @Override
    public ListenQueues queues(int fd) {
        return host.queues(fd);
    }

    @Override
    public Map<Counter, Long> counters() {
        Map<String, Long> all = host.counters();
        Map<Counter, Long> known = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            known.put(counter, all.getOrDefault(counter.fullName(), 0L));
        }
        return known;
    }

    @Override
    public Map<String, Long> info(int fd) {
        return TcpInfoFields.parse(host.tcpInfo(fd));
    }

    @Override
    public void sysctl(String name, String value) throws Stop {
        try {
            host.setSysctl(name, value);
        } catch (LinkException refused) {
            throw Stop.failed(String.valueOf(refused.getMessage()));
        }
    }

    @Override
    public boolean hasSysctl(String name) {
        try {
            host.sysctl(name);
            return true;
        } catch (LinkException none) {
            return false;
        }
    }

    @Override
    public void forgetPeers() throws Stop {
        call("ip", "tcp_metrics", "flush", "all");
    }

    @Override
    public void route(IpAddress network, int bits, RouteMetrics metrics) throws Stop {
        List<String> command =
                new ArrayList<>(List.of("ip", "route", "replace", network + "/" + bits, "dev", INTERFACE));
        if (metrics.mtu() != 0) {
            command.add("mtu");
            command.addAll(metrics.mtuLocked() ? List.of("lock") : List.of());
            command.add(String.valueOf(metrics.mtu()));
        }
        if (metrics.advmss() != 0) {
            command.addAll(List.of("advmss", String.valueOf(metrics.advmss())));
        }
        if (metrics.initcwnd() != 0) {
            command.addAll(List.of("initcwnd", String.valueOf(metrics.initcwnd())));
        }
        call(command.toArray(String[]::new));
    }

    @Override
    public void blockOutput(boolean blocked) throws Stop {
        if (blocked) {
            call("tc", "qdisc", "replace", "dev", INTERFACE, "root", "pfifo", "limit", "0");
        } else {
            call("tc", "qdisc", "delete", "dev", INTERFACE, "root");
        }
    }

    /** A program that changes the namespace and nothing else. */
    private void call(String... command) throws Stop {
        try {
            Process process = start(Path.of("/"), command);
            if (process.waitFor() != 0) {
                throw Stop.failed(String.join(" ", command) + " exited with " + process.exitValue());
            }
        } catch (IOException | InterruptedException failed) {
            throw Stop.failed(command[0] + " could not be run: " + failed.getMessage());
        }
    }

    @Override
    public List<String> procNet(String path) throws Stop {
        try {
            return host.call(
                    () -> Files.readAllLines(Path.of("/proc/thread-self/net", path.substring("/proc/net".length()))));
        } catch (IOException failed) {
            throw Stop.failed(path + " cannot be read: " + failed.getMessage());
        }
    }

    @Override
    public Process start(Path folder, String... command) throws IOException {
        return host.call(() -> new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start());
    }

    @Override
    public void close() {
        tun.close();
        host.close();
    }
}

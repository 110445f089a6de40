package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Ioctl;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The calls of a stack, made by the kernel; expected values are those of docs/linux-6.18.md. */
class KernelHostTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1");
    private static final int PORT = 8000;
    private static final int EWOULDBLOCK = Errno.EAGAIN;

    @AutoClose
    private final KernelHost kernel = KernelHosts.open();

    private int listener(int backlog) {
        int fd = kernel.socket(Stack.AF_INET);
        assertThat(kernel.bind(fd, IpAddress.ANY_V4, PORT)).isZero();
        assertThat(kernel.listen(fd, backlog)).isZero();
        return fd;
    }

    private int connecting() {
        int fd = kernel.socket(Stack.AF_INET);
        assertThat(kernel.connect(fd, LOCAL, PORT)).isEqualTo(-Errno.EINPROGRESS);
        return fd;
    }

    @Test
    void aFreshNamespaceHasTheKernelsDefaultsAndNothingCounted() throws Exception {
        assertThat(kernel.sysctl("net.core.somaxconn")).isEqualTo("4096");
        assertThat(kernel.sysctl("net.ipv4.tcp_max_syn_backlog")).isEqualTo(ofTheHost("tcp_max_syn_backlog"));
        assertThat(kernel.sysctl("net.ipv4.tcp_rmem").split(" ", -1)).hasSize(3);
        assertThat(kernel.counter(Counter.InSegs)).isZero();
        assertThat(kernel.counters()).containsKeys("TcpExtListenDrops", "IpInReceives", "TcpActiveOpens");
        assertThat(kernel.snapshot()).isEmpty();
    }

    private static String ofTheHost(String sysctl) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of("/proc/sys/net/ipv4", sysctl))) {
            return new String(in.readNBytes(100), StandardCharsets.US_ASCII).strip();
        }
    }

    @Test
    void everyCounterOfTheStackIsOneOfTheKernels() {
        assertThat(kernel.counters().keySet())
                .containsAll(List.of(Counter.values()).stream()
                        .map(ProcCounters::nameOf)
                        .toList());
    }

    @Test
    void everySysctlOfTheStackIsOneOfTheKernels() throws LinkException {
        for (Sysctl sysctl : Sysctl.values()) {
            if (sysctl.isOfWholeHost()) {
                continue;
            }
            String value = kernel.sysctl(sysctl.fullName()).replaceAll("\\s+", " ");
            assertThat(sysctl.format(sysctl.parse(value))).as(sysctl.fullName()).isEqualTo(value);
        }
    }

    @Test
    void itsSysctlsAreNotTheHosts() throws Exception {
        String before = ofTheHost("tcp_synack_retries");

        kernel.set(Sysctl.tcp_synack_retries, 2);

        assertThat(kernel.sysctl("net.ipv4.tcp_synack_retries")).isEqualTo("2");
        assertThat(ofTheHost("tcp_synack_retries")).isEqualTo(before);
    }

    @Test
    void whatCannotBeSetIsRefusedInOneLine() {
        assertThatThrownBy(() -> kernel.setSysctl("net.ipv4.no_such_thing", "1"))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("No such file or directory");
        assertThatThrownBy(() -> kernel.setSysctl("kernel.hostname", "x"))
                .isInstanceOf(LinkException.class)
                .hasMessage("'kernel.hostname' is no sysctl of a network namespace");
        assertThatThrownBy(() -> kernel.setSysctl("net.ipv4.tcp_syn_retries", "1000"))
                .isInstanceOf(LinkException.class)
                .hasMessage("cannot set /proc/sys/net/ipv4/tcp_syn_retries to '1000': Invalid argument");
    }

    @Test
    void theAcceptQueueHoldsOneMoreThanTheBacklog() throws Exception {
        int listener = listener(1);
        for (int i = 0; i < 5; i++) {
            connecting();
        }

        ListenQueues queues = kernel.queues(listener);

        assertThat(queues.acceptQueue()).isEqualTo(2);
        assertThat(queues.effectiveBacklog()).isEqualTo(1);
        assertThat(kernel.counter(Counter.ListenOverflows)).isEqualTo(3);
        assertThat(kernel.row(listener).state()).isEqualTo(TcpState.LISTEN);
        assertThat(kernel.row(listener).receiveQueue()).isEqualTo(2);
        assertThat(kernel.snapshot().stream().map(SocketRow::state))
                .startsWith(TcpState.LISTEN)
                .hasSize(8)
                .contains(TcpState.SYN_SENT);
        assertThat(kernel.snapshot().getFirst().fd()).isEqualTo(listener);
    }

    @Test
    void aConnectionCarriesData() {
        int listener = listener(10);
        int client = connecting();
        assertThat(kernel.poll(client)).isEqualTo(Poll.POLLOUT);
        assertThat(kernel.connect(client, LOCAL, PORT)).isZero();
        assertThat(kernel.connect(client, LOCAL, PORT)).isEqualTo(-Errno.EISCONN);
        int server = kernel.accept(listener);
        assertThat(kernel.accept(listener)).isEqualTo(-EWOULDBLOCK);

        assertThat(kernel.write(client, "hello!".getBytes(StandardCharsets.US_ASCII), 0, 5))
                .isEqualTo(5);
        assertThat(kernel.ioctl(server, Ioctl.SIOCINQ)).isEqualTo(5);
        byte[] read = new byte[8];
        assertThat(kernel.read(server, read, 1, 7)).isEqualTo(5);
        assertThat(read).isEqualTo(new byte[] {0, 'h', 'e', 'l', 'l', 'o', 0, 0});
        assertThat(kernel.read(server, read, 0, 8)).isEqualTo(-EWOULDBLOCK);
        assertThat(kernel.row(server))
                .isEqualTo(new SocketRow(
                        TcpState.ESTABLISHED,
                        0,
                        0,
                        LOCAL,
                        PORT,
                        LOCAL,
                        kernel.getsockname(client).port(),
                        server));

        kernel.shutdown(client, Stack.SHUT_WR);
        assertThat(kernel.read(server, read, 0, 8)).isZero();
    }

    @Test
    void optionsAreThoseOfTheStack() {
        int fd = kernel.socket(Stack.AF_INET6);
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        int same = stack.socket(Stack.AF_INET6);

        for (SocketOption option : SocketOption.values()) {
            int expected = stack.getsockopt(same, option);
            int value = kernel.getsockopt(fd, option);
            assertThat(value < -1 ? value : 0).as(option.name()).isEqualTo(expected < -1 ? expected : 0);
        }
        assertThat(kernel.setsockopt(fd, SocketOption.SO_LINGER, 0)).isZero();
        assertThat(kernel.getsockopt(fd, SocketOption.SO_LINGER)).isZero();
        assertThat(kernel.setsockopt(fd, SocketOption.TCP_SYNCNT, 3)).isZero();
        assertThat(kernel.getsockopt(fd, SocketOption.TCP_SYNCNT)).isEqualTo(3);
        assertThat(kernel.setsockopt(fd, SocketOption.TCP_SYNCNT, 0)).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void ipv6IsThereToo() {
        int listener = kernel.socket(Stack.AF_INET6);
        assertThat(kernel.bind(listener, IpAddress.ANY_V6, PORT)).isZero();
        assertThat(kernel.listen(listener, 1)).isZero();
        int client = kernel.socket(Stack.AF_INET6);
        assertThat(kernel.connect(client, IpAddress.parse("::1"), PORT)).isEqualTo(-Errno.EINPROGRESS);

        KernelHost.Name accepted = kernel.accept(listener, 0);

        assertThat(accepted.address()).isEqualTo(IpAddress.parse("::1"));
        assertThat(kernel.bind(kernel.socket(Stack.AF_INET), IpAddress.ANY_V6, 1))
                .isEqualTo(-Errno.EAFNOSUPPORT);
    }

    @Test
    void blockingCallsOfSeveralThreadsKeepTheirErrorsApart() throws Exception {
        int listener = kernel.socket(Stack.AF_INET, KernelHost.SOCK_STREAM, 0);
        assertThat(kernel.bind(listener, IpAddress.ANY_V4, PORT)).isZero();
        assertThat(kernel.listen(listener, 5)).isZero();
        CompletableFuture<Integer> accepted = onAThread(() -> kernel.accept(listener));
        int[] alone = {0};
        CompletableFuture<Integer> refused = onAThread(() -> {
            int fd = kernel.socket(Stack.AF_INET, KernelHost.SOCK_STREAM, 0);
            return kernel.connect(fd, LOCAL, 1);
        });

        assertThat(refused.get(5, TimeUnit.SECONDS)).isEqualTo(-Errno.ECONNREFUSED);
        assertThat(kernel.poll(new int[] {listener}, new int[] {Poll.POLLIN}, alone, 0))
                .isZero();
        connecting();
        assertThat(accepted.get(5, TimeUnit.SECONDS)).isPositive();
    }

    private static CompletableFuture<Integer> onAThread(Supplier<Integer> call) {
        return CompletableFuture.supplyAsync(
                call, task -> Thread.ofPlatform().daemon().start(task));
    }

    /** A thread that a busy machine has not let into accept(2) before the end is given more time on the next host. */
    @Test
    void closingTheHostEndsBlockedCalls() throws Exception {
        int ended = -Errno.EBADF;
        for (long wait = 20_000_000; ended == -Errno.EBADF && wait < 5_000_000_000L; wait *= 2) {
            KernelHost host = KernelHosts.open();
            ended = closedWhileAccepting(host, wait);
            assertThatThrownBy(() -> host.sysctl("net.core.somaxconn")).hasMessage("the network namespace is closed");
        }
        assertThat(ended).isEqualTo(-Errno.EINVAL);
    }

    private static int closedWhileAccepting(KernelHost host, long wait) throws Exception {
        int listener = host.socket(Stack.AF_INET, KernelHost.SOCK_STREAM, 0);
        host.bind(listener, IpAddress.ANY_V4, PORT);
        host.listen(listener, 5);
        CompletableFuture<Integer> accepted = onAThread(() -> host.accept(listener));
        host.poll(new int[] {listener}, new int[] {Poll.POLLIN}, new int[1], wait);
        host.close();
        return accepted.get(5, TimeUnit.SECONDS);
    }

    @Test
    void epollTellsWhoIsReady() {
        int listener = listener(5);
        int epoll = kernel.epollCreate(0);
        assertThat(kernel.epollCtl(epoll, 1, listener, Poll.POLLIN, 4711)).isZero();
        int[] events = new int[4];
        long[] data = new long[4];
        assertThat(kernel.epollWait(epoll, events, data, 0)).isZero();

        connecting();

        assertThat(kernel.epollWait(epoll, events, data, 1000)).isOne();
        assertThat(events[0]).isEqualTo(Poll.POLLIN);
        assertThat(data[0]).isEqualTo(4711);
    }

    @Test
    void packetsOfLoAreCapturedOnceEachAndWithTheirChecksums() throws Exception {
        List<String> seen = new ArrayList<>();
        try (PacketCapture capture = kernel.capture("lo")) {
            listener(5);
            connecting();
            byte[] packet = new byte[1 << 16];
            Segment segment = new Segment();
            long before = 0;
            for (int i = 0; i < 3; i++) {
                int length = capture.receive(packet);
                assertThat(segment.parse(packet, 0, length)).isEqualTo(Segment.Defect.NONE);
                seen.add((segment.has(TcpHeader.SYN) ? "S" : "") + (segment.has(TcpHeader.ACK) ? "." : ""));
                assertThat(capture.time()).isGreaterThan(before);
                before = capture.time();
            }
            assertThat(capture.receive(packet)).isZero();
            assertThat(Math.abs(System.currentTimeMillis() - before / 1_000_000))
                    .isLessThan(60_000);
            assertThat(capture.dropped()).isZero();
        }
        assertThat(seen).containsExactly("S", "S.", ".");
    }

    @Test
    void aTunOfItsOwnTakesWhatIsRoutedThere() throws Exception {
        try (Tun tun = kernel.openTun("tun0")) {
            kernel.assign("tun0", IpAddress.parse("192.168.0.1"), 24);
            kernel.assign("tun0", IpAddress.parse("fd00::1"), 64);
            kernel.route(IpAddress.parse("10.0.0.0"), 8, "tun0");
            kernel.route(IpAddress.parse("fd01::"), 16, "tun0");
            int v4 = kernel.socket(Stack.AF_INET);
            assertThat(kernel.connect(v4, IpAddress.parse("10.1.2.3"), 80)).isEqualTo(-Errno.EINPROGRESS);
            int v6 = kernel.socket(Stack.AF_INET6);
            assertThat(kernel.connect(v6, IpAddress.parse("fd01::99"), 80)).isEqualTo(-Errno.EINPROGRESS);

            assertThat(destinations(tun)).contains("10.1.2.3", "fd01::99");
        }
    }

    private static List<String> destinations(Tun tun) throws LinkException {
        List<String> destinations = new ArrayList<>();
        byte[] packet = new byte[1 << 16];
        Segment segment = new Segment();
        int length = tun.receive(packet);
        while (length > 0) {
            if (segment.parse(packet, 0, length) == Segment.Defect.NONE) {
                destinations.add(new IpAddress(segment.destinationHigh(), segment.destinationLow()).toString());
            }
            length = tun.receive(packet);
        }
        return destinations;
    }

    @Test
    void nothingIsLeft() throws Exception {
        int before = descriptors();
        Path inside;
        try (KernelHost other = KernelHosts.open()) {
            inside = other.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
            other.socket(Stack.AF_INET);
        }
        assertThat(namespaces()).doesNotContain(inside);
        assertThat(descriptors()).isEqualTo(before);
    }

    private static int descriptors() throws Exception {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.toList().size();
        }
    }

    /** The namespaces of all threads of this process; its thread is given a moment to end. */
    private static List<Path> namespaces() throws Exception {
        TimeUnit.MILLISECONDS.sleep(100);
        List<Path> found = new ArrayList<>();
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                found.add(Files.readSymbolicLink(task.resolve("ns/net")));
            }
        }
        return found;
    }

    @Test
    void onlyItsOwnDescriptorsAreClosed() {
        assertThat(kernel.close(0)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void noRightToMakeANamespace() {
        assertThatThrownBy(() -> Rights.callWithout(KernelHost::open))
                .isInstanceOf(LinkException.class)
                .hasMessage("no permission to make a network namespace: be root, or run it in 'unshare -r'");
    }
}

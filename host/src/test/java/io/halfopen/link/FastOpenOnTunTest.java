package io.halfopen.link;

import static io.halfopen.linux.Errno.EINPROGRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fast Open between the stack and this machine's kernel, either way: ask for a cookie, then open with it. */
@Timeout(60)
class FastOpenOnTunTest {
    private static final int PORT = 80;
    private static final long TURN = 1_000_000L;
    private static final int TURNS = 100;
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    @AutoClose
    private final KernelHost kernel = KernelHosts.open();

    @AutoClose
    private final Tun tun = openTun();

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));

    /** Another, with the kernel's address: the server that the kernel is, or ought to be. */
    private final Stack twin = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));

    private final byte[] buffer = new byte[2048];
    private final Segment segment = new Segment();
    private String kernelCookie = "";
    private String twinCookie = "";

    private Tun openTun() {
        try {
            return kernel.openTun("half0");
        } catch (LinkException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void addresses() throws LinkException {
        for (String net : new String[] {"10.9.0.", "fd00:9::"}) {
            kernel.assign("half0", IpAddress.parse(net + 1), net.contains(":") ? 64 : 24);
            twin.addAddress(IpAddress.parse(net + 1), 1500);
            stack.addAddress(IpAddress.parse(net + 2), 1500);
        }
        kernel.set(Sysctl.tcp_fastopen, 3);
        stack.sysctls().set(Sysctl.tcp_fastopen, 0x403);
        twin.sysctls().set(Sysctl.tcp_fastopen, 0x403);
    }

    /** Carries packets both ways for a while. */
    private void exchange() throws LinkException {
        for (int i = 0; i < TURNS; i++) {
            tun.await(TURN);
            for (int length = tun.receive(buffer); length > 0; length = tun.receive(buffer)) {
                kernelCookie = segment.parse(buffer, 0, length) == Segment.Defect.NONE && segment.cookieLength() > 0
                        ? cookie()
                        : kernelCookie;
                stack.onPacket(System.nanoTime(), buffer, 0, length);
            }
            stack.drainPackets((why, bytes, offset, length) -> {
                tun.send(bytes, offset, length);
                twin.onPacket(System.nanoTime(), bytes, offset, length);
            });
            twin.drainPackets((why, bytes, offset, length) -> {
                segment.parse(bytes, offset, length);
                twinCookie = segment.cookieLength() > 0 ? cookie() : twinCookie;
            });
        }
    }

    private String cookie() {
        int at = segment.cookieOffset();
        return HexFormat.of().formatHex(Arrays.copyOfRange(segment.bytes(), at, at + segment.cookieLength()));
    }

    private static int listen(Stack stack) {
        int fd = stack.socket(Stack.AF_INET6);
        assertThat(stack.bind(fd, IpAddress.ANY_V6, PORT)).isZero();
        assertThat(stack.listen(fd, 10)).isZero();
        return fd;
    }

    private static int family(IpAddress address) {
        return address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6;
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void theKernelOpensFastToTheStack(String text) throws LinkException {
        IpAddress address = IpAddress.parse(text);
        int listener = listen(stack);
        for (int result : new int[] {-EINPROGRESS, HELLO.length}) {
            int fd = kernel.socket(family(address));
            assertThat(kernel.sendto(fd, HELLO, 0, HELLO.length, Stack.MSG_FASTOPEN, address, PORT))
                    .isEqualTo(result);
            exchange();
        }
        assertThat(stack.accept(listener)).isNotNegative();
        int accepted = stack.accept(listener);
        assertThat(stack.read(System.nanoTime(), accepted, buffer, 0, 9)).isEqualTo(HELLO.length);
        assertThat(stack.counter(Counter.TCPFastOpenPassive)).isEqualTo(1);
        assertThat(kernel.counter(Counter.TCPFastOpenActive)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.1", "fd00:9::1"})
    void theStackOpensFastToTheKernelAndTheirCookiesAreTheSame(String text) throws LinkException {
        IpAddress address = IpAddress.parse(text);
        int[] key = Sysctl.tcp_fastopen_key.parse("00112233-44556677-8899aabb-ccddeeff");
        kernel.set(Sysctl.tcp_fastopen_key, key);
        twin.sysctls().set(Sysctl.tcp_fastopen_key, key);
        listen(twin);
        int listener = kernel.socket(family(address));
        assertThat(kernel.bind(listener, address, PORT)).isZero();
        assertThat(kernel.setsockopt(listener, SocketOption.TCP_FASTOPEN, 5)).isZero();
        assertThat(kernel.listen(listener, 10)).isZero();
        for (int result : new int[] {-EINPROGRESS, HELLO.length}) {
            int fd = stack.socket(family(address));
            assertThat(stack.sendto(System.nanoTime(), fd, HELLO, 0, HELLO.length, Stack.MSG_FASTOPEN, address, PORT))
                    .isEqualTo(result);
            exchange();
        }
        assertThat(kernelCookie).hasSize(16).isEqualTo(twinCookie);
        assertThat(kernel.accept(listener)).isNotNegative();
        int accepted = kernel.accept(listener);
        assertThat(kernel.read(accepted, buffer, 0, 9)).isEqualTo(HELLO.length);
        assertThat(kernel.counter(Counter.TCPFastOpenPassive)).isEqualTo(1);
        assertThat(stack.counter(Counter.TCPFastOpenActive)).isEqualTo(1);
    }
}

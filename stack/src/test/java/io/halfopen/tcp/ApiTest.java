package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EADDRINUSE;
import static io.halfopen.linux.Errno.EADDRNOTAVAIL;
import static io.halfopen.linux.Errno.EAFNOSUPPORT;
import static io.halfopen.linux.Errno.EAGAIN;
import static io.halfopen.linux.Errno.EBADF;
import static io.halfopen.linux.Errno.ECONNABORTED;
import static io.halfopen.linux.Errno.ECONNREFUSED;
import static io.halfopen.linux.Errno.ECONNRESET;
import static io.halfopen.linux.Errno.EINPROGRESS;
import static io.halfopen.linux.Errno.EINVAL;
import static io.halfopen.linux.Errno.EISCONN;
import static io.halfopen.linux.Errno.ENETUNREACH;
import static io.halfopen.linux.Errno.ENOPROTOOPT;
import static io.halfopen.linux.Errno.ENOTCONN;
import static io.halfopen.linux.Errno.EPIPE;
import static io.halfopen.linux.Poll.POLLERR;
import static io.halfopen.linux.Poll.POLLHUP;
import static io.halfopen.linux.Poll.POLLIN;
import static io.halfopen.linux.Poll.POLLOUT;
import static io.halfopen.linux.Poll.POLLRDHUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.SocketOption;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the calls return, and what poll() says, where the other tests do not come by. */
class ApiTest {
    private static final IpAddress OTHER = IpAddress.parse("192.168.0.3");

    private final Scene scene = new Scene();
    private final Stack stack = scene.stack;
    private final Peer peer = scene.peer("192.0.2.9", 9);

    @Test
    void whatIsNoDescriptorIsBad() {
        for (int fd : new int[] {-1, 0, 3, 1 << 20}) {
            assertThat(stack.bind(fd, Scene.HOST, 80)).isEqualTo(-EBADF);
            assertThat(stack.listen(fd, 1)).isEqualTo(-EBADF);
            assertThat(scene.accept(fd)).isEqualTo(-EBADF);
            assertThat(scene.connect(fd, peer)).isEqualTo(-EBADF);
            assertThat(scene.read(fd)).isEqualTo("EBADF");
            assertThat(scene.write(fd, "x")).isEqualTo(-EBADF);
            assertThat(scene.shutdown(fd, Stack.SHUT_WR)).isEqualTo(-EBADF);
            assertThat(scene.close(fd)).isEqualTo(-EBADF);
            assertThat(stack.setsockopt(fd, SocketOption.TCP_NODELAY, 1)).isEqualTo(-EBADF);
            assertThat(stack.getsockopt(fd, SocketOption.TCP_NODELAY)).isEqualTo(-EBADF);
            assertThat(stack.poll(fd)).isEqualTo(-EBADF);
        }
    }

    @Test
    void theLowestFreeDescriptorIsNext() {
        assertThat(scene.socket()).isEqualTo(3);
        assertThat(scene.socket()).isEqualTo(4);
        assertThat(scene.socket()).isEqualTo(5);
        scene.close(4);
        scene.close(3);
        assertThat(scene.socket()).isEqualTo(3);
        assertThat(scene.socket()).isEqualTo(4);
        assertThat(scene.socket()).isEqualTo(6);
        assertThat(stack.socket(1)).isEqualTo(-EAFNOSUPPORT);
    }

    @Test
    void aFreshSocketCanDoLittle() {
        int fd = scene.socket();
        assertThat(stack.poll(fd)).isEqualTo(POLLOUT | POLLHUP);
        assertThat(scene.read(fd)).isEqualTo("ENOTCONN");
        assertThat(scene.write(fd, "x")).isEqualTo(-EPIPE);
        assertThat(scene.shutdown(fd, Stack.SHUT_RDWR)).isEqualTo(-ENOTCONN);
        assertThat(scene.shutdown(fd, 3)).isEqualTo(-EINVAL);
    }

    @Test
    void bindRefusesWhatCannotBe() {
        int fd = scene.socket();
        assertThat(stack.bind(fd, IpAddress.parse("9.9.9.9"), 80)).isEqualTo(-EADDRNOTAVAIL);
        assertThat(stack.bind(fd, Scene.HOST_V6, 80)).isEqualTo(-EAFNOSUPPORT);
        assertThat(stack.bind(fd, Scene.HOST, 65536)).isEqualTo(-EINVAL);
        assertThat(stack.bind(fd, Scene.HOST, 8000)).isZero();
        assertThat(stack.bind(fd, Scene.HOST, 8001)).as("bound already").isEqualTo(-EINVAL);
    }

    @Test
    void anAddressAndPortBelongsToOneSocket() {
        stack.addAddress(OTHER, 1500);
        assertThat(bind(Scene.HOST, false)).isZero();
        assertThat(bind(OTHER, false)).isZero();
        assertThat(bind(Scene.HOST, false)).isEqualTo(-EADDRINUSE);
        assertThat(bind(IpAddress.ANY_V4, false)).isEqualTo(-EADDRINUSE);
        assertThat(bind(Scene.HOST, true)).as("both must say SO_REUSEADDR").isEqualTo(-EADDRINUSE);
    }

    private int bind(IpAddress address, boolean reuse) {
        int fd = scene.socket();
        stack.setsockopt(fd, SocketOption.SO_REUSEADDR, reuse ? 1 : 0);
        return stack.bind(fd, address, 8000);
    }

    @Test
    void withReuseaddrSeveralMayBindButOnlyOneListen() {
        int first = scene.socket();
        int second = scene.socket();
        for (int fd : new int[] {first, second}) {
            stack.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
            assertThat(stack.bind(fd, IpAddress.ANY_V4, 8000)).isZero();
        }
        assertThat(stack.listen(first, 1)).isZero();
        assertThat(stack.listen(second, 1)).isEqualTo(-EADDRINUSE);
        assertThat(bind(IpAddress.ANY_V4, true)).isEqualTo(-EADDRINUSE);
        assertThat(bind(Scene.HOST, true)).isEqualTo(-EADDRINUSE);
    }

    @Test
    void aPortInTimeWaitIsBoundIfBothHaveReuseaddr() {
        int listener = scene.listener(1);
        stack.setsockopt(listener, SocketOption.SO_REUSEADDR, 1);
        Peer client = scene.peer().handshake();
        scene.close(scene.accept(listener));
        client.inject("F. 1:1(0) ack 2");
        scene.close(listener);
        int fd = scene.socket();
        assertThat(stack.bind(fd, IpAddress.ANY_V4, Scene.PORT)).isEqualTo(-EADDRINUSE);
        stack.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
        assertThat(stack.bind(fd, IpAddress.ANY_V4, Scene.PORT)).isZero();
        assertThat(stack.listen(fd, 1)).isZero();
    }

    @Test
    void connectNeedsAWayAndAFamily() {
        assertThat(stack.connect(0, scene.socket(), IpAddress.parse("2001:db8::9"), 9))
                .isEqualTo(-EAFNOSUPPORT);
        Stack lonely = new Stack(stack.kernel(), Secrets.ofSeed(2));
        assertThat(lonely.connect(0, lonely.socket(Stack.AF_INET), Scene.HOST, 9))
                .isEqualTo(-ENETUNREACH);
    }

    /** IgnoredOptionsTest compares the values with the kernel's. */
    @Test
    void acceptHandsOnWhatIsIgnored() {
        int listener = scene.listener(1);
        assertThat(stack.setsockopt(listener, SocketOption.SO_KEEPALIVE, 7)).isZero();
        assertThat(stack.setsockopt(listener, SocketOption.TCP_KEEPCNT, 3)).isZero();
        assertThat(stack.setsockopt(listener, SocketOption.TCP_KEEPCNT, 128)).isEqualTo(-EINVAL);
        scene.peer().handshake();
        int fd = scene.accept(listener);
        assertThat(stack.setsockopt(listener, SocketOption.TCP_KEEPCNT, 4)).isZero();
        assertThat(stack.getsockopt(fd, SocketOption.SO_KEEPALIVE)).isEqualTo(1);
        assertThat(stack.getsockopt(fd, SocketOption.TCP_KEEPCNT)).isEqualTo(3);
        scene.close(fd);
        assertThat(stack.getsockopt(scene.socket(), SocketOption.TCP_KEEPCNT))
                .as("a new socket on the same descriptor")
                .isEqualTo(9);
    }

    @Test
    void anAcceptedSocketIsConnectedForGood() {
        int listener = scene.listener(1);
        Peer client = scene.peer().handshake();
        int fd = scene.accept(listener);
        assertThat(stack.bind(fd, Scene.HOST, 81)).isEqualTo(-EINVAL);
        for (int i = 0; i < 2; i++) {
            assertThat(stack.listen(fd, 1)).isEqualTo(-EINVAL);
            assertThat(scene.connect(fd, peer)).isEqualTo(-EISCONN);
            client.inject("R 1:1(0)");
        }
        assertThat(scene.shutdown(fd, Stack.SHUT_WR)).isEqualTo(-ENOTCONN);
    }

    // ---- a socket in connect()

    private int connecting() {
        int fd = scene.socket();
        assertThat(scene.connect(fd, peer)).isEqualTo(-EINPROGRESS);
        peer.expect("S 0:0(0)");
        return fd;
    }

    @Test
    void whileConnectingNothingElseGoes() {
        int fd = connecting();
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        assertThat(scene.write(fd, "x")).isEqualTo(-EAGAIN);
        assertThat(stack.listen(fd, 1)).isEqualTo(-EINVAL);
        assertThat(stack.bind(fd, Scene.HOST, 81)).isEqualTo(-EINVAL);
    }

    @Test
    void shutdownEndsConnectAndTheSocketMayTryAgain() {
        int fd = connecting();
        assertThat(scene.shutdown(fd, Stack.SHUT_WR)).isZero();
        assertThat(stack.poll(fd)).isEqualTo(POLLOUT | POLLERR | POLLHUP);
        assertThat(scene.connect(fd, peer)).isEqualTo(-EINPROGRESS);
        assertThat(stack.getsockopt(fd, SocketOption.SO_ERROR)).isZero();
    }

    @Test
    void theErrorIsToldOnceByWhoeverAsksFirst() {
        int fd = connecting();
        peer.inject("R. 0:0(0) ack 1");
        assertThat(scene.write(fd, "x")).isEqualTo(-ECONNREFUSED);
        assertThat(scene.read(fd)).isEqualTo("EOF");
        assertThat(scene.connect(fd, peer)).isEqualTo(-ECONNABORTED);
        assertThat(stack.listen(fd, 1)).isZero();
    }

    // ---- options

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    TCP_MAXSEG | 536 | 0, 88, 500, 32767 | 87, 32768, -1
                    TCP_SYNCNT | 6   | 1, 127            | 0, 128, -1
                    TCP_KEEPIDLE | 7200 | 1, 32767 | 0, 32768, -1
                    TCP_KEEPINTVL | 75 | 1, 32767 | 0, 32768, -1
                    TCP_KEEPCNT | 9 | 1, 127 | 0, 128, -1
                    """)
    void optionsHaveARange(SocketOption option, int initial, String valid, String invalid) {
        int fd = scene.socket();
        assertThat(stack.getsockopt(fd, option)).isEqualTo(initial);
        for (String value : valid.split(", ", -1)) {
            int number = Integer.parseInt(value);
            assertThat(stack.setsockopt(fd, option, number)).isZero();
            assertThat(stack.getsockopt(fd, option))
                    .isEqualTo(option == SocketOption.TCP_MAXSEG && number == 0 ? initial : number);
        }
        int last = stack.getsockopt(fd, option);
        for (String value : invalid.split(", ", -1)) {
            assertThat(stack.setsockopt(fd, option, Integer.parseInt(value))).isEqualTo(-EINVAL);
            assertThat(stack.getsockopt(fd, option)).isEqualTo(last);
        }
    }

    /** The kernel doubles what it is told, between its least and twice rmem_max or wmem_max. */
    @ParameterizedTest
    @CsvSource({
        "SO_RCVBUF, 131072, 2304, 2000000, 8388608",
        "SO_SNDBUF, 16384,  4608, 2000000, 8388608",
    })
    void buffersAreDoubled(SocketOption option, int initial, int least, int doubled, int most) {
        int fd = scene.socket();
        assertThat(stack.getsockopt(fd, option)).isEqualTo(initial);
        int[][] pairs = {{0, least}, {1000, least}, {1000000, doubled}, {Integer.MAX_VALUE, most}, {-1, most}};
        for (int[] pair : pairs) {
            assertThat(stack.setsockopt(fd, option, pair[0])).isZero();
            assertThat(stack.getsockopt(fd, option)).isEqualTo(pair[1]);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SO_ACCEPTCONN", "SO_ERROR"})
    void someOptionsAreForReading(SocketOption option) {
        int fd = scene.socket();
        assertThat(stack.setsockopt(fd, option, 1)).isEqualTo(-ENOPROTOOPT);
        assertThat(stack.getsockopt(fd, option)).isZero();
    }

    // ---- poll()

    @Test
    void pollOverTheLifeOfAConnection() {
        int listener = scene.listener(1);
        Peer client = scene.peer().handshake();
        int fd = scene.accept(listener);
        assertThat(stack.poll(fd)).isEqualTo(POLLOUT);
        client.inject("P. 1:6(5) ack 1");
        assertThat(stack.poll(fd)).isEqualTo(POLLIN | POLLOUT);
        scene.read(fd);
        client.inject("F. 6:6(0) ack 1");
        assertThat(stack.poll(fd)).isEqualTo(POLLIN | POLLOUT | POLLRDHUP);
        scene.shutdown(fd, Stack.SHUT_WR);
        assertThat(stack.poll(fd)).isEqualTo(POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
        client.inject(". 7:7(0) ack 2");
        assertThat(stack.poll(fd)).isEqualTo(POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    }

    @Test
    void pollOfAConnectionThatWasReset() {
        int listener = scene.listener(1);
        Peer client = scene.peer().handshake();
        int fd = scene.accept(listener);
        client.inject("R 1:1(0)");
        int ended = POLLIN | POLLOUT | POLLRDHUP | POLLHUP;
        assertThat(stack.poll(fd)).isEqualTo(ended | POLLERR);
        assertThat(stack.getsockopt(fd, SocketOption.SO_ERROR)).isEqualTo(ECONNRESET);
        assertThat(stack.poll(fd)).isEqualTo(ended);
    }
}

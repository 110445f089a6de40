package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EADDRINUSE;
import static io.halfopen.linux.Errno.EINVAL;
import static io.halfopen.linux.Errno.ENETUNREACH;
import static io.halfopen.linux.Errno.ENOPROTOOPT;
import static io.halfopen.linux.Errno.EOPNOTSUPP;
import static io.halfopen.linux.SocketOption.IPV6_V6ONLY;
import static io.halfopen.linux.SocketOption.SO_REUSEADDR;
import static io.halfopen.linux.SocketOption.SO_REUSEPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who may bind and listen where another one is already: every pair of addresses and options as measured on 6.18. An
 * option is one digit, 1 for SO_REUSEADDR and 2 for SO_REUSEPORT; a result is {@code -} where bind() fails with
 * EADDRINUSE, {@code b} where listen() does, {@code L} where neither.
 */
class BindRulesTest {
    private static final List<String> NAMES = List.of("any4", "a4", "lo4", "any6", "only6", "a6", "m4");
    private static final int[][] OPTIONS = {
        {0, 0}, {1, 1}, {2, 2}, {3, 3}, {1, 2}, {2, 1}, {2, 0}, {0, 2}, {3, 1}, {3, 2}
    };
    private static final int OTHER_PORT = 7000;

    private final Scene scene = new Scene();

    private int socket(String name, int options) {
        int fd = scene.stack.socket(name.endsWith("6") || name.equals("m4") ? Stack.AF_INET6 : Stack.AF_INET);
        scene.stack.setsockopt(fd, SO_REUSEADDR, options & 1);
        scene.stack.setsockopt(fd, SO_REUSEPORT, options >> 1);
        if (name.equals("only6")) {
            assertThat(scene.stack.setsockopt(fd, IPV6_V6ONLY, 1)).isZero();
        }
        return fd;
    }

    private static IpAddress address(String name) {
        return switch (name) {
            case "any4" -> IpAddress.ANY_V4;
            case "a4", "m4" -> Scene.HOST;
            case "lo4" -> IpAddress.parse("127.0.0.1");
            case "a6" -> Scene.HOST_V6;
            default -> IpAddress.ANY_V6;
        };
    }

    private char bindAndListen(int fd, IpAddress address, int port) {
        int bound = scene.stack.bind(fd, address, port);
        if (bound != 0) {
            assertThat(bound).isEqualTo(-EADDRINUSE);
            return '-';
        }
        int listening = scene.stack.listen(fd, 5);
        assertThat(listening).isIn(0, -EADDRINUSE);
        return listening == 0 ? 'L' : 'b';
    }

    /** Two names overlap if a packet could be meant for both; the mapped address is the IPv4 one. */
    private static boolean overlap(String a, String b) {
        List<String> v4 =
                List.of("any4 a4", "any4 lo4", "any4 m4", "any4 any6", "a4 any6", "lo4 any6", "m4 any6", "a4 m4");
        List<String> v6 = List.of("any6 only6", "any6 a6", "only6 a6");
        return a.equals(b)
                || v4.contains(a + " " + b)
                || v4.contains(b + " " + a)
                || v6.contains(a + " " + b)
                || v6.contains(b + " " + a);
    }

    @Test
    void everyPairOfNamesAndOptions() {
        scene.stack.addAddress(address("lo4"), 65536);
        for (String first : NAMES) {
            for (String second : NAMES) {
                StringBuilder results = new StringBuilder();
                for (boolean listening : new boolean[] {false, true}) {
                    for (int[] options : OPTIONS) {
                        int one = socket(first, options[0]);
                        int two = socket(second, options[1]);
                        assertThat(scene.stack.bind(one, address(first), OTHER_PORT))
                                .isZero();
                        assertThat(listening ? scene.stack.listen(one, 5) : 0).isZero();
                        results.append(bindAndListen(two, address(second), OTHER_PORT));
                        scene.close(one);
                        scene.close(two);
                    }
                }
                assertThat(results.toString())
                        .as(first + ", then " + second)
                        .isEqualTo(overlap(first, second) ? "-LLL----LL--LL-----L" : "LLLLLLLLLLLLLLLLLLLL");
            }
        }
    }

    /** A connection, accepted or made by connect(), and its TIME_WAIT, hold the port with the socket's options. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 | ----
                    1 | -L-L
                    2 | --LL
                    3 | -LLL
                    """)
    void whatIsLeftOfASocketHoldsItsPort(int options, String results) {
        scene.stack.addAddress(address("lo4"), 65536);
        int port = OTHER_PORT;
        for (String kind : List.of("accepted", "accepted FIN_WAIT2", "accepted TIME_WAIT", "connected TIME_WAIT")) {
            port++;
            int used = live(kind, options, port);
            for (IpAddress address : List.of(IpAddress.ANY_V4, Scene.HOST, address("lo4"))) {
                StringBuilder row = new StringBuilder();
                for (int candidate = 0; candidate < 4; candidate++) {
                    int fd = socket("a4", candidate);
                    row.append(bindAndListen(fd, address, used));
                    scene.close(fd);
                }
                boolean elsewhere = address.equals(address("lo4"));
                assertThat(row.toString()).as(kind + ", " + address).isEqualTo(elsewhere ? "LLLL" : results);
            }
        }
    }

    /** Makes a connection and brings it so far; returns its port. */
    private int live(String kind, int options, int port) {
        int fd = socket("any4", options);
        int connection;
        Peer peer = scene.peer().to(port);
        if (kind.startsWith("accepted")) {
            assertThat(bindAndListen(fd, IpAddress.ANY_V4, port)).isEqualTo('L');
            peer.handshake();
            connection = scene.accept(fd);
            scene.close(fd);
        } else {
            connection = fd;
            scene.connect(fd, peer);
            peer.next();
            peer.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>");
            peer.expect(". 1:1(0) ack 1");
        }
        int used = scene.stack.row(connection).localPort();
        if (kind.contains("WAIT")) {
            scene.close(connection);
            peer.expect("F. 1:1(0) ack 1");
            peer.inject(". 1:1(0) ack 2");
        }
        if (kind.endsWith("TIME_WAIT")) {
            peer.inject("F. 1:1(0) ack 2");
            peer.expect(". 2:2(0) ack 2");
        }
        return used;
    }

    @Test
    void aPortIsFreeOnceItsTimeWaitIsOver() {
        live("accepted TIME_WAIT", 0, OTHER_PORT);
        int fd = socket("any4", 0);
        assertThat(scene.stack.bind(fd, IpAddress.ANY_V4, OTHER_PORT)).isEqualTo(-EADDRINUSE);
        scene.at("60s");
        assertThat(scene.stack.bind(fd, IpAddress.ANY_V4, OTHER_PORT)).isZero();
    }

    /** SO_REUSEADDR set on the connection later counts, too. */
    @Test
    void theOptionsOfAConnectionCanBeSetLater() {
        int listener = scene.listener(5);
        scene.peer().handshake();
        int fd = scene.accept(listener);
        scene.close(listener);
        int next = socket("any4", 1);
        assertThat(scene.stack.bind(next, IpAddress.ANY_V4, Scene.PORT)).isEqualTo(-EADDRINUSE);
        scene.stack.setsockopt(fd, SO_REUSEADDR, 1);
        assertThat(scene.stack.bind(next, IpAddress.ANY_V4, Scene.PORT)).isZero();
    }

    // ---- IPV6_V6ONLY

    @Test
    void aV6OnlyListenerDoesNotHearIpv4() {
        int fd = socket("only6", 0);
        assertThat(bindAndListen(fd, IpAddress.ANY_V6, Scene.PORT)).isEqualTo('L');
        Peer v4 = scene.peer();
        v4.inject("S 0:0(0) win 65535 <mss 1460>");
        v4.expectOnly("R. 0:0(0) ack 1");
        Peer v6 = scene.peer("2001:db8::2", 7);
        v6.inject("S 0:0(0) win 65535 <mss 1460>");
        v6.expectOnly("S. 0:0(0) ack 1");
    }

    @Test
    void aV6OnlySocketCannotNameAnIpv4Address() {
        int fd = socket("only6", 0);
        assertThat(scene.stack.bind(fd, Scene.HOST, 1)).isEqualTo(-EINVAL);
        assertThat(scene.stack.connect(0, fd, IpAddress.parse("192.0.2.1"), 1)).isEqualTo(-ENETUNREACH);
    }

    @Test
    void itIsDecidedBeforeBind() {
        int fd = socket("any6", 0);
        assertThat(scene.stack.bind(fd, IpAddress.ANY_V6, OTHER_PORT)).isZero();
        assertThat(scene.stack.setsockopt(fd, IPV6_V6ONLY, 1)).isEqualTo(-EINVAL);
        assertThat(scene.stack.getsockopt(fd, IPV6_V6ONLY)).isZero();
        int v4 = socket("any4", 0);
        assertThat(scene.stack.setsockopt(v4, IPV6_V6ONLY, 1)).isEqualTo(-ENOPROTOOPT);
        assertThat(scene.stack.getsockopt(v4, IPV6_V6ONLY)).isEqualTo(-EOPNOTSUPP);
        scene.set(Sysctl.bindv6only, 1);
        assertThat(scene.stack.getsockopt(socket("any6", 0), IPV6_V6ONLY)).isEqualTo(1);
    }
}

package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EADDRNOTAVAIL;
import static io.halfopen.linux.Errno.EINPROGRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** connect() to where a TIME_WAIT still is: every line as measured on 6.18, with a port range of two ports. */
class TimeWaitReuseTest {
    private final Scene scene = new Scene().set(Sysctl.ip_local_port_range, 7000, 7001);

    /** A socket that may have port 7000, bound to it or not. */
    private int socket(boolean ipv6, boolean bound) {
        int fd = scene.stack.socket(ipv6 ? Stack.AF_INET6 : Stack.AF_INET);
        scene.stack.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
        if (bound) {
            assertThat(scene.stack.bind(fd, ipv6 ? Scene.HOST_V6 : Scene.HOST, 7000))
                    .isZero();
        }
        return fd;
    }

    private Peer timeWait(boolean ipv6, boolean bound, boolean timestamps) {
        Peer server = scene.peer(ipv6 ? "2001:db8::2" : "192.0.2.1", 9);
        int fd = socket(ipv6, bound);
        scene.connect(fd, server);
        server.expect("S 0:0(0)");
        server.inject("S. 0:0(0) ack 1 win 65535 <mss 1460" + (timestamps ? ",sackOK,TS val 100 ecr 0>" : ">"));
        server.expect(". 1:1(0) ack 1");
        scene.close(fd);
        server.expect("F. 1:1(0) ack 1");
        server.inject("F. 1:1(0) ack 2 win 65535" + (timestamps ? " <nop,nop,TS val 101 ecr 0>" : ""));
        server.expect(". 2:2(0) ack 2");
        return server;
    }

    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, textBlock = """
                    tcp_tw_reuse, after, timestamps, bound, again
                    0, 1.2s,   true,  true,  true
                    0, 1.2s,   true,  false, false
                    1, 1.2s,   true,  true,  true
                    1, 1.2s,   true,  false, true
                    2, 1.2s,   true,  true,  true
                    2, 1.2s,   true,  false, false
                    1, 0.3s,   true,  true,  true
                    1, 0.3s,   true,  false, false
                    1, 1s,     true,  false, false
                    1, 1.001s, true,  false, true
                    1, 1.2s,   false, true,  false
                    1, 1.2s,   false, false, false
                    """)
    void theSamePortAgain(int tcp_tw_reuse, String after, boolean timestamps, boolean bound, boolean again) {
        scene.set(Sysctl.tcp_tw_reuse, tcp_tw_reuse);
        Peer server = timeWait(false, bound, timestamps);
        int port = server.hostPort();
        int old = server.hostIsn();
        scene.after(after);
        int fd = socket(false, bound);
        int result = scene.connect(fd, server);
        if (again) {
            assertThat(result).isEqualTo(-EINPROGRESS);
            assertThat(scene.changes()).isEqualTo("ActiveOpens+1 TWRecycled+1");
            server.expectOnly("S 0:0(0) win 65160 <mss 1460,sackOK,TS val 0 ecr 101,nop,wscale 10>");
            assertThat(server.hostPort()).isEqualTo(port);
            assertThat(server.hostIsn() - old).isEqualTo(2 + 65537);
        } else if (bound) {
            assertThat(result).isEqualTo(-EADDRNOTAVAIL);
            scene.expectNothing();
        } else {
            assertThat(result).isEqualTo(-EINPROGRESS);
            assertThat(scene.changes()).isEqualTo("ActiveOpens+1");
            server.expectOnly("S 0:0(0) win 64240");
            assertThat(server.hostPort()).as("the other port").isNotEqualTo(port);
        }
        assertThat(scene.stack.counted(Rule.TIME_WAIT_REUSED)).isEqualTo(again ? 1 : 0);
    }

    @Test
    void overIpv6Too() {
        scene.set(Sysctl.tcp_tw_reuse, 1);
        Peer server = timeWait(true, false, true);
        scene.after("1.2s");
        scene.connect(socket(true, false), server);
        server.expectOnly("S 0:0(0) win 64260 <mss 1440,sackOK,TS val 0 ecr 101,nop,wscale 10>");
        assertThat(scene.changes()).isEqualTo("ActiveOpens+1 TWRecycled+1");
    }

    @Test
    void theDelayIsASetting() {
        scene.set(Sysctl.tcp_tw_reuse, 1).set(Sysctl.tcp_tw_reuse_delay, 60_000);
        Peer server = timeWait(false, false, true);
        int port = server.hostPort();
        scene.after("50s");
        scene.connect(socket(false, false), server);
        server.next();
        assertThat(server.hostPort()).isNotEqualTo(port);
    }

    @Test
    void theNewConnectionWorks() {
        Peer server = timeWait(false, true, true);
        int fd = socket(false, true);
        scene.connect(fd, server);
        server.expect("S 0:0(0)");
        server.moveIsn(5000).inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 110 ecr 0>");
        server.expect(". 1:1(0) ack 1");
        assertThat(scene.write(fd, "hello")).isEqualTo(5);
        server.expectOnly("P. 1:6(5) ack 1");
    }

    /** With the default, 2, only what stays on the host: there no old duplicate can come from elsewhere. */
    @ParameterizedTest
    @CsvSource({"2, true", "0, false", "1, true"})
    void onTheLoopbackItIsTheDefault(int tcp_tw_reuse, boolean again) {
        IpAddress loopback = IpAddress.parse("127.0.0.1");
        scene.stack.addAddress(loopback, 65536);
        scene.set(Sysctl.tcp_tw_reuse, tcp_tw_reuse);
        Peer server = scene.peer("127.0.0.1", 9);
        int first = loopbackTimeWait(server);
        scene.after("1.001s");
        assertThat(scene.connect(scene.socket(), server)).isEqualTo(-EINPROGRESS);
        server.next();
        assertThat(server.hostPort() == first).isEqualTo(again);
    }

    private int loopbackTimeWait(Peer server) {
        server.meets(IpAddress.parse("127.0.0.1"));
        int fd = scene.socket();
        scene.connect(fd, server);
        server.expect("S 0:0(0)");
        server.inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 100 ecr 0>");
        server.expect(". 1:1(0) ack 1");
        scene.close(fd);
        server.expect("F. 1:1(0) ack 1");
        server.inject("F. 1:1(0) ack 2 win 65535 <nop,nop,TS val 101 ecr 0>");
        server.expect(". 2:2(0) ack 2");
        return server.hostPort();
    }

    @Test
    void withoutAFreePortConnectFails() {
        for (int i = 0; i < 3; i++) {
            Peer server = scene.peer("192.0.2.1", 9);
            int result = scene.connect(scene.socket(), server);
            assertThat(result).isEqualTo(i < 2 ? -EINPROGRESS : -EADDRNOTAVAIL);
        }
    }
}

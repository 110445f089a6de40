package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the packets of a handshake look like on the wire: whoever knows Linux's would not see the difference. */
class WireImageTest {
    private static final String FULL = "S 0:0(0) win 65535 <mss 65495,sackOK,TS val 100 ecr 0,nop,wscale 7>";

    private static Peer connect(Scene scene, int fd) {
        Peer server = scene.peer("192.0.2.9", 9);
        scene.connect(fd, server);
        return server;
    }

    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    kernel     | MTU   | mss   | wscale | SYN   | SYN-ACK | ACK
                    6.18 | 65536 | 65495 | 10     | 65495 | 65483   | 64
                    6.18 | 9000  | 8960  | 10     | 62720 | 62636   | 62
                    6.18 | 1500  | 1460  | 10     | 64240 | 65160   | 63
                    6.18 | 1280  | 1240  | 10     | 64480 | 65084   | 63
                    6.18 | 576   | 536   | 10     | 65392 | 65500   | 64
                    3.10 | 65536 | 65495 | 7      | 43690 | 43690   | 342
                    """)
    void windowsFollowFromTheMtu(Kernel kernel, int mtu, int mss, int scale, int syn, int synAck, int ack) {
        Scene scene = new Scene(kernel, mtu);
        String options = "<mss " + mss + ",sackOK,TS,nop,wscale " + scale + ">";
        Peer server = connect(scene, scene.socket());
        server.expect("S 0:0(0) win " + syn + " " + options);
        server.inject("S. 0:0(0) ack 1 win 65535 <mss 65495,sackOK,TS val 100 ecr 0,nop,wscale 7>");
        server.expect(". 1:1(0) ack 1 win " + ack + " <nop,nop,TS>");

        scene.listener(1);
        Peer client = scene.peer();
        client.inject(FULL);
        client.expect("S. 0:0(0) ack 1 win " + synAck + " " + options);
    }

    /** What a host does not offer as a client it does not agree to as a server, either. */
    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    TS | SACK | scaling | SYN                                                  | SYN-ACK
                    1  | 1    | 1       | win 64240 <mss 1460,sackOK,TS,nop,wscale 10>          | win 65160
                    0  | 1    | 1       | win 64240 <mss 1460,nop,nop,sackOK,nop,wscale 10>     | win 64240
                    1  | 0    | 1       | win 64240 <mss 1460,nop,nop,TS,nop,wscale 10>         | win 65160
                    1  | 1    | 0       | win 64240 <mss 1460,sackOK,TS>                        | win 65160
                    0  | 0    | 0       | win 64240 <mss 1460>                                  | win 64240
                    """)
    void optionsComeInLinuxsOrder(int timestamps, int sack, int scaling, String syn, String synAckWindow) {
        Scene scene = new Scene()
                .set(Sysctl.tcp_timestamps, timestamps)
                .set(Sysctl.tcp_sack, sack)
                .set(Sysctl.tcp_window_scaling, scaling);
        connect(scene, scene.socket()).expect("S 0:0(0) " + syn);

        scene.listener(1);
        Peer client = scene.peer();
        client.inject(FULL);
        client.expect("S. 0:0(0) ack 1 " + synAckWindow + syn.substring("win 64240".length()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mss 1460,nop,nop,sackOK,nop,wscale 7             | win 64240 <mss 1460,nop,nop,sackOK,nop,wscale 10>
                    mss 1460,nop,nop,TS val 100 ecr 0,nop,wscale 7   | win 65160 <mss 1460,nop,nop,TS,nop,wscale 10>
                    mss 1460,sackOK,TS val 100 ecr 0                 | win 65160 <mss 1460,sackOK,TS>
                    nop,nop,TS val 100 ecr 0                         | win 65160 <mss 1460,nop,nop,TS>
                    nop,nop,TS val 100 ecr 0,nop,wscale 0            | win 65160 <mss 1460,nop,nop,TS,nop,wscale 10>
                    mss 1460                                         | win 64240 <mss 1460>
                    nop                                              | win 64240 <mss 1460>
                    wscale 15,nop                                    | win 64240 <mss 1460,nop,wscale 10>
                    """)
    void theServerAgreesToWhatTheClientOffers(String offered, String answer) {
        Scene scene = new Scene();
        scene.listener(1);
        Peer client = scene.peer();
        client.inject("S 0:0(0) win 65535 <" + offered + ">");
        client.expect("S. 0:0(0) ack 1 " + answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SO_RCVBUF  | 4096    | win 2920 <mss 1460,sackOK,TS,nop,wscale 0>
                    SO_RCVBUF  | 1048576 | win 65535 <mss 1460,sackOK,TS,nop,wscale 5>
                    SO_RCVBUFFORCE   | 1       | win 1152 <mss 1460,sackOK,TS,nop,wscale 0>
                    SO_RCVBUFFORCE   | 1048576 | win 65535 <mss 1460,sackOK,TS,nop,wscale 5>
                    SO_RCVBUFFORCE   | 8388608 | win 65535 <mss 1460,sackOK,TS,nop,wscale 8>
                    SO_RCVBUF        | 8388608 | win 65535 <mss 1460,sackOK,TS,nop,wscale 7>
                    TCP_MAXSEG       | 500     | win 65500 <mss 500,sackOK,TS,nop,wscale 10>
                    TCP_WINDOW_CLAMP | 1       | win 1152 <mss 1460,sackOK,TS,nop,wscale 0>
                    TCP_WINDOW_CLAMP | 2000    | win 1460 <mss 1460,sackOK,TS,nop,wscale 0>
                    TCP_WINDOW_CLAMP | 20000   | win 18980 <mss 1460,sackOK,TS,nop,wscale 0>
                    TCP_WINDOW_CLAMP | 66000   | win 64240 <mss 1460,sackOK,TS,nop,wscale 1>
                    TCP_WINDOW_CLAMP | 1048576 | win 64240 <mss 1460,sackOK,TS,nop,wscale 5>
                    """)
    void aSocketsOptionsShow(SocketOption option, int value, String syn) {
        Scene scene = new Scene();
        int fd = scene.socket();
        assertThat(scene.stack.setsockopt(fd, option, value)).isZero();
        connect(scene, fd).expect("S 0:0(0) " + syn);
    }

    /** In a SYN-ACK, over IPv4 and IPv6; with timestamps the window is whole segments without them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SO_RCVBUF        | 4096    | 2896, 0  | 2856, 0  | 1460 1440
                    SO_RCVBUFFORCE   | 1048576 | 65535, 5 | 65535, 5 | 1460 1440
                    TCP_MAXSEG       | 500     | 65392, 10 | 65392, 10 | 500 500
                    TCP_WINDOW_CLAMP | 1       | 1152, 0  | 1152, 0  | 1460 1440
                    TCP_WINDOW_CLAMP | 2000    | 1448, 0  | 1428, 0  | 1460 1440
                    TCP_WINDOW_CLAMP | 20000   | 18824, 0 | 19992, 0 | 1460 1440
                    TCP_WINDOW_CLAMP | 66000   | 65160, 1 | 64260, 1 | 1460 1440
                    """)
    void soDoAListeners(SocketOption option, int value, String v4, String v6, String mss) {
        Scene scene = new Scene();
        assertThat(scene.stack.setsockopt(scene.listener(5), option, value)).isZero();
        String[] expected = {v4, v6};
        for (int i = 0; i < 2; i++) {
            Peer client = i == 0 ? scene.peer() : scene.peer("2001:db8::2", 7);
            client.inject(FULL);
            String[] words = expected[i].split(", ", -1);
            client.expectOnly("S. 0:0(0) ack 1 win " + words[0] + " <mss " + mss.split(" ", -1)[i]
                    + ",sackOK,TS,nop,wscale " + words[1] + ">");
        }
    }

    /** What the client can take does not matter for what we can. */
    @ParameterizedTest
    @CsvSource({"1460", "1240", "536", "100", "0"})
    void theClientsMssDoesNotShowInTheAnswer(int mss) {
        Scene scene = new Scene();
        scene.listener(1);
        Peer client = scene.peer();
        client.inject("S 0:0(0) win 65535 <mss " + mss + ",sackOK,TS val 100 ecr 0,nop,wscale 7>");
        client.expectOnly("S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS,nop,wscale 10>");
    }

    /** A listener's clamp is its connections' own; Linux forgets it with the first data, the stack does not. */
    @Test
    void theWindowClampLimitsAConnectionToo() {
        Scene scene = new Scene();
        int listener = scene.listener(5);
        scene.stack.setsockopt(listener, SocketOption.TCP_WINDOW_CLAMP, 5000);
        Peer client = scene.peer();
        client.inject(FULL);
        client.expect("S. 0:0(0) ack 1 win 4344");
        client.inject(". 1:1(0) ack 1 <nop,nop,TS val 101 ecr 0>");
        int fd = scene.accept(listener);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_WINDOW_CLAMP)).isEqualTo(5000);
        for (int i = 0; i < 10; i++) {
            int seq = 1 + 1448 * i;
            client.inject("P. " + seq + ":" + (seq + 1448) + "(1448) ack 1 <nop,nop,TS val 101 ecr 0>");
            scene.after("0.04s");
            assertThat(client.next().segment().window()).isLessThanOrEqualTo(5000);
            assertThat(scene.read(fd)).hasSize(1448);
            scene.drain();
        }
    }

    /** 40 is less than Linux ever sends. */
    @ParameterizedTest
    @CsvSource({
        "false, 0, 536",
        "true, 0, 1220",
        "false, 40, 48",
        "true, 40, 48",
        "false, 1219, 1219",
        "true, 1219, 1219"
    })
    void withoutAnMssOptionThePeerCanTakeTheLeastThatIpMustCarry(boolean ipv6, int offered, int sent) {
        Scene scene = new Scene();
        int listener = scene.listener(5);
        Peer client = scene.peer(ipv6 ? "2001:db8::2" : "192.0.2.1", 7);
        String option = offered == 0 ? "" : " <mss " + offered + ">";
        client.inject("S 0:0(0) win 65535" + option);
        client.next();
        client.inject(". 1:1(0) ack 1 win 65535");
        assertThat(scene.stack.getsockopt(scene.accept(listener), SocketOption.TCP_MAXSEG))
                .isEqualTo(sent);

        int fd = scene.stack.socket(Stack.AF_INET6);
        Peer server = scene.peer(ipv6 ? "2001:db8::2" : "192.0.2.1", 9);
        scene.connect(fd, server);
        server.next();
        server.inject("S. 0:0(0) ack 1 win 65535" + option);
        assertThat(scene.stack.getsockopt(fd, SocketOption.TCP_MAXSEG)).isEqualTo(sent);
    }

    @Test
    void theClampsValues() {
        Scene scene = new Scene();
        int listener = scene.listener(5);
        SocketOption clamp = SocketOption.TCP_WINDOW_CLAMP;
        assertThat(scene.stack.getsockopt(scene.socket(), clamp)).isZero();
        assertThat(scene.stack.setsockopt(scene.socket(), clamp, 0)).isZero();
        assertThat(scene.stack.setsockopt(listener, clamp, 0)).isEqualTo(-Errno.EINVAL);
        assertThat(scene.stack.setsockopt(listener, clamp, -1)).isZero();
        assertThat(scene.stack.getsockopt(listener, clamp)).isEqualTo(1152);
        scene.stack.setsockopt(listener, clamp, 1 << 20);
        Peer client = scene.peer();
        client.inject(FULL);
        client.next();
        client.inject(". 1:1(0) ack 1 <nop,nop,TS val 101 ecr 0>");
        int fd = scene.accept(listener);
        assertThat(scene.stack.getsockopt(fd, clamp))
                .as("the buffer less a segment")
                .isEqualTo(65536 - 1448);
        assertThat(scene.stack.setsockopt(fd, clamp, 0)).isEqualTo(-Errno.EINVAL);
        assertThat(scene.stack.setsockopt(fd, clamp, 1500)).isZero();
        assertThat(scene.stack.getsockopt(fd, clamp)).isEqualTo(1500);
    }

    @Test
    void soRcvbufforceCannotBeRead() {
        Scene scene = new Scene();
        int fd = scene.socket();
        assertThat(scene.stack.setsockopt(fd, SocketOption.SO_RCVBUFFORCE, 3 << 20))
                .isZero();
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_RCVBUF)).isEqualTo(6 << 20);
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_RCVBUFFORCE)).isEqualTo(-Errno.ENOPROTOOPT);
    }

    /** net.core.rmem_max, 4 MiB, counts for the scale, too. */
    @ParameterizedTest
    @CsvSource({"131072, 6291456, 64240, 7", "87380, 6291456, 42340, 7", "16384, 65535, 7300, 7"})
    void theReceiveBufferMakesTheWindow(int initial, int most, int window, int scale) {
        Scene scene = new Scene().set(Sysctl.tcp_rmem, 4096, initial, most);
        connect(scene, scene.socket())
                .expect("S 0:0(0) win " + window + " <mss 1460,sackOK,TS,nop,wscale " + scale + ">");
    }

    @Test
    void aSynHasARandomIdThatCountsUp() {
        Scene scene = new Scene();
        Peer server = connect(scene, scene.socket());
        Peer.Packet first = server.next();
        scene.at("2s");
        assertThat(id(server.next())).isEqualTo(id(first) + 1 & 0xffff);
        assertThat(id(server.next())).isEqualTo(id(first) + 2 & 0xffff);
        expectPlainIpHeader(first);
    }

    @Test
    void aSynAckHasTheIdZero() {
        Scene scene = new Scene();
        scene.listener(1);
        Peer client = scene.peer();
        client.inject(FULL);
        scene.at("1s");
        assertThat(id(client.next())).isZero();
        Peer.Packet again = client.next();
        assertThat(id(again)).isZero();
        expectPlainIpHeader(again);
    }

    private static void expectPlainIpHeader(Peer.Packet packet) {
        byte[] bytes = packet.bytes();
        assertThat(bytes[0]).as("version 4, no options").isEqualTo((byte) 0x45);
        assertThat(bytes[1]).as("TOS").isZero();
        assertThat(Bytes.getShort(bytes, 2)).as("length").isEqualTo(60);
        assertThat(Bytes.getShort(bytes, 6)).as("DF, whole").isEqualTo(0x4000);
        assertThat(bytes[8]).as("TTL").isEqualTo((byte) 64);
    }

    private static int id(Peer.Packet packet) {
        return Bytes.getShort(packet.bytes(), 4);
    }

    @Test
    void timestampsOfConnectionsStartFarApart() {
        Scene scene = new Scene();
        scene.listener(5);
        int first = tsValue(scene);
        assertThat(Math.abs(tsValue(scene) - first)).isGreaterThan(1000);
        Scene plain = new Scene().set(Sysctl.tcp_timestamps, 2);
        plain.listener(5);
        assertThat(tsValue(plain)).as("tcp_timestamps=2: one clock for all").isEqualTo(tsValue(plain));
        Scene old = new Scene(Kernel.LINUX_3_10);
        old.listener(5);
        assertThat(tsValue(old)).isEqualTo(tsValue(old));
    }

    private static int tsValue(Scene scene) {
        Peer client = scene.peer();
        client.inject(FULL);
        return client.next().segment().tsValue();
    }

    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, textBlock = """
                    MTU,   mss,   SYN,   SYN-ACK, ACK
                    65535, 65475, 65475, 65463,   64
                    9000,  8940,  62580, 62496,   62
                    1500,  1440,  64800, 64260,   64
                    1280,  1220,  64660, 65232,   64
                    """)
    void windowsFollowFromTheMtuOverIpv6(int mtu, int mss, int syn, int synAck, int ack) {
        Scene scene = new Scene(Kernel.LINUX_6_18, mtu);
        String options = " <mss " + mss + ",sackOK,TS,nop,wscale 10>";
        Peer server = scene.peer("2001:db8::2", 9);
        scene.connect(scene.stack.socket(Stack.AF_INET6), server);
        server.expect("S 0:0(0) win " + syn + options);
        server.inject("S. 0:0(0) ack 1 win 65535 <mss 65495,sackOK,TS val 100 ecr 0,nop,wscale 7>");
        server.expectOnly(". 1:1(0) ack 1 win " + ack + " <nop,nop,TS>");
        scene.listener(1);
        Peer client = scene.peer("2001:db8::2", 7);
        client.inject(FULL);
        client.expectOnly("S. 0:0(0) ack 1 win " + synAck + options);
    }

    @Test
    void overIpv6OnlyTheMssIsSmaller() {
        Scene scene = new Scene();
        scene.listener(1);
        Peer client = scene.peer("2001:db8::2", 7);
        client.inject(FULL);
        Peer.Packet synAck = client.next();
        String text = Notation.read(client, synAck.segment(), "ack win <>");
        assertThat(text).isEqualTo("S. 0:0(0) ack 1 win 64260 <mss 1440,sackOK,TS,nop,wscale 10>");
        assertThat(synAck.bytes()[0] >>> 4).isEqualTo(6);
        assertThat(synAck.bytes()[7]).as("hop limit").isEqualTo((byte) 64);
    }
}

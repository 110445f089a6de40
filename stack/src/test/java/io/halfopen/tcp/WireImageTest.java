package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

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
                    LINUX_6_18 | 65536 | 65495 | 10     | 65495 | 65483   | 64
                    LINUX_6_18 | 9000  | 8960  | 10     | 62720 | 62636   | 62
                    LINUX_6_18 | 1500  | 1460  | 10     | 64240 | 65160   | 63
                    LINUX_6_18 | 1280  | 1240  | 10     | 64480 | 65084   | 63
                    LINUX_6_18 | 576   | 536   | 10     | 65392 | 65500   | 64
                    LINUX_3_10 | 65536 | 65495 | 7      | 43690 | 43690   | 342
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
                    TCP_MAXSEG | 500     | win 65500 <mss 500,sackOK,TS,nop,wscale 10>
                    """)
    void aSocketsOptionsShow(SocketOption option, int value, String syn) {
        Scene scene = new Scene();
        int fd = scene.socket();
        assertThat(scene.stack.setsockopt(fd, option, value)).isZero();
        connect(scene, fd).expect("S 0:0(0) " + syn);
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

package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TunTest {
    private static final IpAddress KERNEL = IpAddress.parse("10.9.0.1");
    private static final IpAddress STACK = IpAddress.parse("10.9.0.2");
    private static final IpAddress KERNEL_V6 = IpAddress.parse("fd00:9::1");
    private static final int UDP = 17;

    @AutoClose
    private final Namespace namespace = Namespace.create();

    @AutoClose
    private final Tun tun = open();

    TunTest() throws Exception {}

    private Tun open() throws Exception {
        return namespace.call(() -> Tun.open("half%d"));
    }

    @Test
    void theKernelChoosesTheNumberInAName() throws Exception {
        assertThat(tun.name()).isEqualTo("half0");
        try (Tun second = namespace.call(() -> Tun.open("half%d"))) {
            assertThat(second.name()).isEqualTo("half1");
        }
    }

    @Test
    void anInterfaceGoesAwayWithItsLink() throws Exception {
        assertThat(namespace.run("ip", "-o", "link")).contains("half0");

        tun.close();

        assertThat(namespace.run("ip", "-o", "link")).doesNotContain("half0");
    }

    @Test
    void aPersistentInterfaceCanBeAttachedTo() throws Exception {
        namespace.run("ip", "tuntap", "add", "dev", "kept", "mode", "tun");
        namespace.call(() -> Tun.open("kept")).close();

        assertThat(namespace.run("ip", "-o", "link")).contains("kept");
    }

    @Test
    void whatTheKernelSendsArrives() throws Exception {
        setUp(KERNEL, 24);
        sendUdp("10.9.0.2", "hello");

        byte[] packet = Packets.await(tun, bytes -> IpHeader.version(bytes, 0) == 4);

        assertThat(packet[9]).isEqualTo((byte) UDP);
        assertThat(Bytes.getInt(packet, 12)).isEqualTo((int) KERNEL.low());
        assertThat(Bytes.getInt(packet, 16)).isEqualTo((int) STACK.low());
        assertThat(new String(packet, 28, packet.length - 28, StandardCharsets.UTF_8))
                .isEqualTo("hello");
    }

    @Test
    void whatTheKernelSendsByIpv6Arrives() throws Exception {
        setUp(KERNEL_V6, 64);
        sendUdp("fd00:9::2", "hello");

        byte[] packet = Packets.await(tun, bytes -> IpHeader.version(bytes, 0) == 6 && bytes[6] == UDP);

        assertThat(Bytes.getLong(packet, 16)).isEqualTo(KERNEL_V6.low());
        assertThat(new String(packet, 48, packet.length - 48, StandardCharsets.UTF_8))
                .isEqualTo("hello");
    }

    @Test
    void theKernelAnswersASynToAClosedPortWithAReset() throws Exception {
        setUp(KERNEL, 24);
        byte[] syn = syn(STACK, KERNEL, 40_000, 7);
        tun.send(syn, 3, syn.length - 3);

        Segment answer = new Segment();
        Packets.await(tun, bytes -> answer.parse(bytes, 0, bytes.length) == Segment.Defect.NONE);

        assertThat(answer.flags()).isEqualTo(TcpHeader.RST | TcpHeader.ACK);
        assertThat(answer.sourcePort()).isEqualTo(7);
        assertThat(answer.destinationPort()).isEqualTo(40_000);
        assertThat(answer.ack()).isEqualTo(1001);
        assertThat(tun.dropped()).isZero();
    }

    /** A SYN with sequence number 1000, three octets into the array, as a packet may stand anywhere. */
    private static byte[] syn(IpAddress from, IpAddress to, int fromPort, int toPort) {
        byte[] syn = Packets.syn(from, to, fromPort, toPort);
        byte[] bytes = new byte[3 + syn.length];
        System.arraycopy(syn, 0, bytes, 3, syn.length);
        return bytes;
    }

    @Test
    void aPacketForAnInterfaceThatIsDownIsDroppedAndCounted() {
        byte[] syn = syn(STACK, KERNEL, 1, 2);
        tun.send(syn, 3, syn.length - 3);

        assertThat(tun.dropped()).isEqualTo(1);
    }

    @Test
    void aClosedLinkDropsHasNoPacketsAndWaitsForNone() throws Exception {
        tun.close();
        tun.close();
        tun.wakeUp();
        tun.await(Long.MAX_VALUE);
        tun.send(new byte[20], 0, 20);

        assertThat(tun.dropped()).isEqualTo(1);
        assertThat(tun.receive(new byte[100])).isZero();
    }

    @Test
    void thePacketPathAllocatesNothing() throws Exception {
        setUp(KERNEL, 24);
        byte[] syn = syn(STACK, KERNEL, 40_000, 7);
        byte[] buffer = new byte[2048];

        assertThat(Allocation.perStep(() -> {
                    tun.send(syn, 3, syn.length - 3);
                    tun.receive(buffer);
                    tun.await(0);
                }))
                .isZero();
    }

    private void setUp(IpAddress kernel, int prefix) throws Exception {
        namespace.call(() -> {
            Interface end = new Interface(tun.name());
            end.assign(kernel, prefix);
            end.bringUp();
            return end;
        });
    }

    private void sendUdp(String address, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        namespace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(address), 9));
                return socket;
            }
        });
    }
}

package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One end of a veth pair is the kernel's, the other the link's. */
@Timeout(60)
class EtherLinkTest {
    private static final IpAddress KERNEL = IpAddress.parse("10.77.0.1");
    private static final IpAddress STACK = IpAddress.parse("10.77.0.2");
    private static final int MEGABYTE = 1 << 20;
    private static final int ECHO = 7;

    @AutoClose
    private final Namespace namespace = Namespace.create();

    EtherLinkTest() throws Exception {
        namespace.run("ip", "link", "add", "hop0", "type", "veth", "peer", "name", "hop1");
        namespace.run("ip", "address", "add", "10.77.0.1/24", "dev", "hop0");
        namespace.run("ip", "address", "add", "fd00:77::1/64", "dev", "hop0", "nodad");
        namespace.run("ip", "link", "set", "hop0", "up");
        namespace.run("ip", "link", "set", "hop1", "up");
        while (!namespace.run("ip", "link", "show", "hop1").contains("state UP")) {
            Thread.sleep(1);
        }
    }

    private EtherLink open(IpAddress address, int prefix) throws Exception {
        return namespace.call(() -> EtherLink.open("hop1", address, prefix, null));
    }

    /** With one segment a packet they come in the ring, with more beside it; the last of them is not a whole one. */
    @ParameterizedTest
    @CsvSource({"10.77.0.2, 24, 65535", "fd00:77::2, 64, 65535", "10.77.0.2, 24, 1", "fd00:77::2, 64, 1"})
    void aMegabyteComesBackAsItWas(String address, int prefix, String segments) throws Exception {
        namespace.run("ip", "link", "set", "hop0", "gso_max_segs", segments);
        IpAddress local = IpAddress.parse(address);
        EtherLink link = open(local, prefix);
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        stack.addAddress(local, link.mtu());
        byte[] message = new byte[MEGABYTE + 1];
        new Random(1).nextBytes(message);
        try (EventLoop loop = new EventLoop(link, stack, PacketTap.NONE)) {
            loop.start(new Echo(loop, stack, local, ECHO));
            try (Socket client = namespace.call(() -> new Socket(InetAddress.getByName(address), ECHO))) {
                CompletableFuture<Void> written = CompletableFuture.runAsync(() -> write(client, message));
                assertThat(client.getInputStream().readNBytes(message.length)).isEqualTo(message);
                written.join();
            }
            CompletableFuture<Long> damaged = new CompletableFuture<>();
            loop.execute(() -> damaged.complete(stack.counter(Counter.InCsumErrors)));
            assertThat(damaged.get()).isZero();
            assertThat(link.dropped()).isZero();
            assertThat(link.lost()).isZero();
        }
        assertThat(namespace.run("grep", "^Tcp:", "/proc/thread-self/net/snmp"))
                .as("checksums that the kernel found wrong")
                .endsWith(" 0\n");
    }

    private static void write(Socket client, byte[] message) {
        try {
            client.getOutputStream().write(message);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A request is shorter than an Ethernet's shortest frame. */
    @Test
    void theKernelAnswersToTheStackAndHasNoPartInItsAddress() throws Exception {
        try (EtherLink link = open(STACK, 24)) {
            byte[] syn = syn();
            link.send(syn, 0, syn.length);
            link.await(100_000_000);

            Segment answer = new Segment();
            Packets.await(link, bytes -> answer.parse(bytes, 0, bytes.length) == Segment.Defect.NONE);

            assertThat(answer.flags()).isEqualTo(TcpHeader.RST | TcpHeader.ACK);
            assertThat(namespace.run("ip", "neigh", "show", "10.77.0.2")).contains("02:48:0a:4d:00:02");
            assertThat(namespace.run("ip", "-o", "address")).doesNotContain("10.77.0.2");
        }
    }

    private static byte[] syn() {
        return Packets.syn(STACK, KERNEL, 40_000, 7);
    }

    @Test
    void whatIsForTheKernelOrAVlanIsNotForTheStack() throws Exception {
        namespace.run("ip", "address", "add", "10.77.0.3/24", "dev", "hop1");
        namespace.run("ip", "route", "add", "224.0.0.0/4", "dev", "hop0");
        try (EtherLink link = open(STACK, 24)) {
            byte[] buffer = new byte[100];
            datagram("10.77.0.255");
            datagram("224.0.0.9");
            assertThat(sendTagged()).isEqualTo(58);
            datagram("10.77.0.2");

            byte[] only = Packets.await(link, bytes -> true);

            assertThat(IpAddress.ofIpv4((int) IpHeader.destinationLow(only, 0))).isEqualTo(STACK);
            assertThat(link.receive(buffer)).isZero();
        }
    }

    /** A packet of VLAN 5 to the stack's station and address, from the kernel's end. */
    private int sendTagged() throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(58)
                .putLong(0x0248_0a4d_0002_0200L)
                .putInt(0)
                .putInt(0x8100_0005)
                .putShort((short) 0x0800)
                .put(syn());
        byte[] address = ByteBuffer.allocate(20)
                .order(ByteOrder.nativeOrder())
                .putShort((short) 17)
                .putShort((short) 0)
                .putInt(namespace.call(() -> new InterfaceIoctl("hop0").index()))
                .array();
        int fd = namespace.call(() -> SocketLibc.socket(17, 3, 0));
        try {
            return KernelSockets.sendto(fd, frame.array(), 0, 58, 0, address);
        } finally {
            Libc.close(fd);
        }
    }

    private void datagram(String to) throws Exception {
        namespace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setBroadcast(true);
                socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName(to), 9));
                return socket;
            }
        });
    }

    /** The kernel asks one that it knows without troubling the others. */
    @Test
    void aQuestionToItsStationAloneIsAnswered() throws Exception {
        try (EtherLink link = open(STACK, 24)) {
            namespace.run(
                    "ip", "neigh", "add", "10.77.0.2", "lladdr", "02:48:0a:4d:00:02", "dev", "hop0", "nud", "probe");
            while (!namespace.run("ip", "neigh", "show", "10.77.0.2").contains("REACHABLE")) {
                link.receive(new byte[100]);
                link.await(1_000_000);
            }
        }
    }

    @Test
    void aShortFrameIsNotPartOfItsPacket() {
        byte[] bytes = new byte[VirtioHeader.LENGTH + 60];
        System.arraycopy(syn(), 0, bytes, VirtioHeader.LENGTH + 14, 40);

        assertThat(EtherLink.padding(bytes, bytes.length)).isEqualTo(6);
        assertThat(EtherLink.padding(bytes, VirtioHeader.LENGTH + 14 + 40)).isZero();
        assertThat(EtherLink.padding(bytes, VirtioHeader.LENGTH + 14 + 30)).isZero();
        assertThat(EtherLink.padding(bytes, VirtioHeader.LENGTH + 14 + 3)).isZero();
        bytes[VirtioHeader.LENGTH + 14] = 0x60;
        assertThat(EtherLink.padding(bytes, bytes.length)).isEqualTo(6);
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        String before = namespace.run("ip", "-d", "link");
        EtherLink link = open(STACK, 24);
        assertThat(namespace.run("ip", "-d", "link")).contains("promiscuity 1");

        link.close();
        link.close();

        assertThat(namespace.run("ip", "-d", "link")).isEqualTo(before);
        open(STACK, 24).close();
    }

    @Test
    void anInterfaceThatWasDownGoesOn() throws Exception {
        try (EtherLink link = open(STACK, 24)) {
            namespace.run("ip", "link", "set", "hop1", "down");
            link.await(Long.MAX_VALUE);
            byte[] syn = syn();
            link.send(syn, 0, syn.length);
            link.await(1);
            namespace.run("ip", "link", "set", "hop1", "up");
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
                try {
                    datagram("10.77.0.2");
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });

            byte[] packet = Packets.await(link, bytes -> bytes[9] == IpHeader.UDP);

            assertThat(packet).hasSize(29);
            asking.join();
        }
    }

    @Test
    void aDeletedInterfaceIsTold() throws Exception {
        try (EtherLink link = open(STACK, 24)) {
            namespace.run("ip", "link", "del", "hop1");

            assertRefused(
                    () -> {
                        while (true) {
                            link.await(Long.MAX_VALUE);
                        }
                    },
                    "the interface hop1 was deleted");
        }
    }

    @Test
    void whatIsNoInterfaceToUseIsToldInOneLine() throws Exception {
        assertRefused(() -> open("none0"), "there is no interface none0");
        assertRefused(() -> open("lo"), "the interface lo is no Ethernet, and has no stations");
        namespace.run("ip", "link", "set", "hop1", "down");
        assertRefused(() -> open("hop1"), "the interface hop1 is down: let root run 'ip link set hop1 up'");
        namespace.run("ip", "link", "set", "hop1", "up");
        assertRefused(
                () -> namespace.call(() -> Rights.callWithout(() -> EtherLink.open("hop1", STACK, 24, null))),
                "no permission to send and receive frames on hop1: be root, or have CAP_NET_RAW");
        try (EtherLink first = open("hop1")) {
            assertThat(first.mtu()).isEqualTo(1500);
            assertRefused(() -> open("hop1"), "another halfopen has the address 10.77.0.2 on hop1");
        }
    }

    private EtherLink open(String name) throws Exception {
        return namespace.call(() -> EtherLink.open(name, STACK, 24, null));
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(LinkException.class).hasMessage(message);
    }

    @Test
    void aClosedLinkDropsHasNoPacketsAndWaitsForNone() throws Exception {
        EtherLink link = open(STACK, 24);
        link.close();
        link.wakeUp();
        link.send(syn(), 0, 40);
        link.await(Long.MAX_VALUE);

        assertThat(link.receive(new byte[100])).isZero();
        assertThat(link.lost()).isZero();
    }

    @Test
    void itCanBeWoken() throws Exception {
        try (EtherLink link = open(STACK, 24)) {
            CompletableFuture<Void> waking = CompletableFuture.runAsync(link::wakeUp);

            link.await(Long.MAX_VALUE);
            waking.join();
        }
    }

    @Test
    void thePacketPathAllocatesNothing() throws Exception {
        try (EtherLink link = open(STACK, 24)) {
            byte[] syn = syn();
            byte[] buffer = new byte[2048];
            assertThat(Allocation.perStep(() -> {
                        link.send(syn, 0, syn.length);
                        link.receive(buffer);
                        link.await(0);
                    }))
                    .isZero();
        }
    }
}

package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OffloadTunTest {
    private static final IpAddress KERNEL = IpAddress.parse("10.9.0.1");
    private static final IpAddress STACK = IpAddress.parse("10.9.0.2");
    private static final IpAddress KERNEL_V6 = IpAddress.parse("fd00:9::1");
    private static final int MEGABYTE = 1 << 20;
    private static final int ECHO = 7;

    @AutoClose
    private final Namespace namespace = Namespace.create();

    @AutoClose
    private final OffloadTun tun = open("half0");

    OffloadTunTest() throws Exception {}

    private OffloadTun open(String name) throws Exception {
        return namespace.call(() -> {
            OffloadTun opened = OffloadTun.open(name);
            Interface end = new Interface(opened.name());
            end.assign(KERNEL, 24);
            end.assign(KERNEL_V6, 64);
            end.bringUp();
            return opened;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void aMegabyteComesBackAsItWasInFewPackets(String address) throws Exception {
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        IpAddress local = IpAddress.parse(address);
        stack.addAddress(local, 1500);
        byte[] message = new byte[MEGABYTE];
        new Random(1).nextBytes(message);
        Lengths lengths = new Lengths(false);
        // By themselves they would be more than 700 each way, besides ACKs.
        assertThat(echo(stack, local, message, lengths)).isLessThan(700);
        assertThat(lengths.longestSent).isGreaterThan(10_000);
        assertThat(lengths.longestArrived).isGreaterThan(10_000);
    }

    /** They are whole then, as on a wire, and fewer system calls all the same. */
    @Test
    void whoLooksInsideSeesPacketsOfTheInterface() throws Exception {
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        stack.addAddress(STACK, 1500);
        Lengths lengths = new Lengths(true);
        assertThat(echo(stack, STACK, new byte[MEGABYTE], lengths)).isLessThan(700);
        assertThat(lengths.longestSent).isEqualTo(1500);
        assertThat(lengths.longestArrived).isEqualTo(1500);
        assertThat(lengths.damaged).isZero();
    }

    /** How many packets of the stack's crossed. */
    private long echo(Stack stack, IpAddress local, byte[] message, PacketTap tap) throws Exception {
        try (EventLoop loop = new EventLoop(tun, stack, tap)) {
            loop.start(new Echo(loop, stack, local, ECHO));
            try (Socket client = namespace.call(() -> new Socket(InetAddress.getByName(local.toString()), ECHO))) {
                CompletableFuture<Void> written = CompletableFuture.runAsync(() -> write(client, message));
                assertThat(client.getInputStream().readNBytes(MEGABYTE)).isEqualTo(message);
                written.join();
                return packetsFromTheStack();
            }
        }
    }

    /** What a tap is shown; the loop is over before anybody asks. */
    private static final class Lengths implements PacketTap {
        private final boolean looks;
        private final Segment segment = new Segment();
        int longestSent;
        int longestArrived;
        int damaged;

        Lengths(boolean looks) {
            this.looks = looks;
        }

        @Override
        public boolean looksInside() {
            return looks;
        }

        @Override
        public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
            longestSent = Math.max(longestSent, length);
            look(bytes, offset, length);
        }

        @Override
        public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
            longestArrived = Math.max(longestArrived, length);
            look(bytes, offset, length);
        }

        private void look(byte[] bytes, int offset, int length) {
            damaged += segment.parse(bytes, offset, length) == Segment.Defect.TCP_BAD_CHECKSUM ? 1 : 0;
        }
    }

    private static void write(Socket client, byte[] message) {
        try {
            client.getOutputStream().write(message);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private long packetsFromTheStack() throws Exception {
        String line = namespace.run("grep", "half0:", "/proc/net/dev");
        return Long.parseLong(line.trim().split(" +", -1)[2]);
    }

    @Test
    void aChecksumThatTheKernelLeavesToTheDeviceIsWhole() throws Exception {
        byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
        namespace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(text, text.length, InetAddress.getByName("10.9.0.2"), 9));
                return socket;
            }
        });

        byte[] packet = Packets.await(tun, bytes -> IpHeader.version(bytes, 0) == 4 && bytes[9] == IpHeader.UDP);

        int length = packet.length - IpHeader.V4_LENGTH;
        long pseudo = (long) IpHeader.UDP + length + Checksum.sum(packet, 12, 8);
        assertThat(Checksum.isIntact(pseudo, Checksum.sum(packet, IpHeader.V4_LENGTH, length)))
                .isTrue();
        assertThat(Bytes.getShort(packet, IpHeader.V4_LENGTH + 6)).isNotZero();
    }

    @Test
    void aPacketByItselfLeavesWhenTheLinkIsWaitedFor() throws Exception {
        byte[] syn = syn();
        tun.send(syn, 0, syn.length);
        tun.await(100_000_000);

        Segment answer = new Segment();
        Packets.await(tun, bytes -> answer.parse(bytes, 0, bytes.length) == Segment.Defect.NONE);

        assertThat(answer.flags()).isEqualTo(TcpHeader.RST | TcpHeader.ACK);
        assertThat(tun.dropped()).isZero();
    }

    private static byte[] syn() {
        return Packets.syn(STACK, KERNEL, 40_000, 7);
    }

    @Test
    void theSameInterfaceCanBeUsedWithoutOffloadsLater() throws Exception {
        namespace.run("ip", "tuntap", "add", "dev", "kept", "mode", "tun");
        open("kept").close();

        try (Tun plain = namespace.call(() -> Tun.open("kept"))) {
            byte[] syn = syn();
            plain.send(syn, 0, syn.length);
            assertThat(plain.dropped()).isZero();
        }
    }

    @Test
    void aClosedLinkDropsHasNoPacketsAndWaitsForNone() throws Exception {
        tun.close();
        tun.close();
        tun.wakeUp();
        tun.send(new byte[20], 0, 20);
        tun.await(Long.MAX_VALUE);

        assertThat(tun.dropped()).isEqualTo(1);
        assertThat(tun.receive(new byte[100])).isZero();
    }

    @Test
    void thePacketPathAllocatesNothing() throws Exception {
        byte[] syn = syn();
        byte[] buffer = new byte[2048];

        assertThat(Allocation.perStep(() -> {
                    tun.send(syn, 0, syn.length);
                    tun.receive(buffer);
                    tun.await(0);
                }))
                .isZero();
    }
}

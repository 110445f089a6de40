package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.Segment.Defect;
import io.halfopen.wire.TcpHeader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Packets that somebody damaged, made up or meant badly, among good ones, for a stack with a listener and connections
 * in all states. {@code -Dhalfopen.seed=N} runs other ones.
 */
class HostileBytesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int PACKETS = 100_000;
    private static final int PEERS = 24;
    private static final int MOST_DESCRIPTORS = 40;
    private static final long MILLISECOND = 1_000_000L;
    private static final long HOUR = 3_600_000 * MILLISECOND;

    /** What all buffers, pools and tables may take together, octets: a few dozen windows. */
    private static final long MOST_MEMORY = 64L << 20;

    /** One that sends: what it should send next is learned from what the stack sends it. */
    private static final class Peer {
        final Packet packet;
        final int port;
        int to = 80;
        int seq;
        int ack;
        byte[] last = {};

        Peer(Packet packet, int port) {
            this.packet = packet;
            this.port = port;
        }
    }

    private final long seed = Long.getLong("halfopen.seed", 20260101L);
    private final Random random = new Random(seed);
    private final Mutations mutations = new Mutations(random);
    private final List<Peer> peers = new ArrayList<>();
    private final List<Integer> descriptors = new ArrayList<>();
    private final byte[] data = new byte[3000];
    private final Segment sent = new Segment();
    private Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(seed));
    private int listener;
    private long now = MILLISECOND;
    private long allocated;

    @ParameterizedTest
    @MethodSource("io.halfopen.linux.Kernel#all")
    void noPacketThrowsLeaksOrGoesUncounted(Kernel kernel) {
        stack = new Stack(kernel, Secrets.ofSeed(seed));
        listen();
        for (int i = 0; i < PACKETS; i++) {
            Peer peer = peers.get(random.nextInt(PEERS));
            byte[] packet = mutations.of(good(peer));
            try {
                deliver(packet);
                doSomething();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "packet " + i + " of seed " + seed + ": "
                                + HexFormat.of().formatHex(packet),
                        e);
            }
        }
        assertThat(allocated).as("octets the stack allocated").isLessThan(MOST_MEMORY);
        assertEverythingEnds();
    }

    @Test
    void withoutResetsAndCallsTheQueuesStayWithinTheirBounds() {
        listen();
        for (int i = 0; i < PACKETS; i++) {
            Packet packet =
                    Packet.between("192.0.2." + random.nextInt(1, 255), random.nextInt(1, 65536), "192.0.2.2", 80);
            packet.syn(random.nextInt()).mss(random.nextInt(65536)).into(stack, now);
            stack.drainPackets(this::learn);
            ListenQueues queues = stack.queues(listener);
            assertThat(queues.synQueue()).isLessThanOrEqualTo(queues.effectiveBacklog() + 1);
        }
        assertEverythingEnds();
    }

    private void listen() {
        stack.addAddress(IpAddress.parse("192.0.2.2"), 1500);
        stack.addAddress(IpAddress.parse("2001:db8::2"), 1280);
        listener = stack.socket(Stack.AF_INET6);
        assertThat(stack.bind(listener, IpAddress.ANY_V6, 80)).isZero();
        assertThat(stack.listen(listener, 3)).isZero();
        for (int i = 0; i < PEERS; i++) {
            String net = i % 3 == 0 ? "2001:db8::" : "192.0.2.";
            int port = 1000 + i;
            peers.add(new Peer(Packet.between(net + (10 + i), port, net + 2, 80), port));
        }
    }

    /** What a client of good will might send next. */
    private byte[] good(Peer peer) {
        Packet packet = peer.packet.window(random.nextInt(5) == 0 ? random.nextInt(3) : 0xffff);
        packet.ports(peer.port, peer.to);
        switch (random.nextInt(10)) {
            case 9 -> {
                if (peer.last.length > 0) {
                    return IcmpPacket.about(peer.last)
                            .type(random.nextInt(13), random.nextInt(18))
                            .toBytes();
                }
            }
            case 0, 1 -> {
                packet.ports(peer.port, 80).syn(random.nextInt()).mss(random.nextInt(3) * 730);
                if (random.nextInt(4) == 0) {
                    packet.fastOpen();
                }
                packet.data(data, random.nextInt(4) == 0 ? random.nextInt(1000) : 0);
                if (random.nextBoolean()) {
                    packet.sack().windowScale(random.nextInt(16));
                }
            }
            case 2, 3 -> packet.ack(peer.seq, peer.ack);
            case 4, 5 -> packet.ack(peer.seq, peer.ack).data(data, random.nextInt(1400));
            case 6 -> packet.flags(TcpHeader.SYN | TcpHeader.ACK, random.nextInt(), peer.ack);
            case 7 -> packet.fin(peer.seq, peer.ack).data(data, random.nextInt(2) * 10);
            default -> packet.rst(peer.seq);
        }
        if (random.nextInt(4) == 0) {
            packet.timestamps(random.nextInt(10), random.nextInt(10));
        }
        return packet.toBytes();
    }

    private void deliver(byte[] packet) {
        long counted = countedRules();
        long received = stack.counter(Counter.InReceives);
        int offset = random.nextInt(3);
        byte[] shifted = new byte[packet.length + offset];
        System.arraycopy(packet, 0, shifted, offset, packet.length);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Rule rule = stack.onPacket(now, shifted, offset, packet.length);
        allocated += THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(stack.counted(rule)).isPositive();
        assertThat(countedRules()).isGreaterThan(counted);
        assertThat(stack.counter(Counter.InReceives)).isEqualTo(received + 1);
        stack.drainPackets(this::learn);
    }

    private long countedRules() {
        long sum = 0;
        for (Rule rule : Rule.values()) {
            sum += stack.counted(rule);
        }
        return sum;
    }

    private void learn(Rule why, byte[] bytes, int offset, int length) {
        Defect defect = sent.parse(bytes, offset, length);
        if (defect == Defect.ICMP || defect == Defect.IP_FRAGMENT) {
            return;
        }
        assertThat(defect)
                .as(() -> why + " " + HexFormat.of().formatHex(bytes, offset, offset + length))
                .isEqualTo(Defect.NONE);
        for (Peer peer : peers) {
            if (peer.port == sent.destinationPort()) {
                peer.seq = sent.ack();
                peer.ack = sent.endSeq();
                peer.to = sent.sourcePort();
                peer.last = Arrays.copyOfRange(bytes, offset, offset + length);
            }
        }
    }

    /** Processes and time do not stand still meanwhile. */
    private void doSomething() {
        switch (random.nextInt(40)) {
            case 0 -> keep(stack.accept(listener));
            case 3 -> stack.read(now, any(), data, 0, random.nextInt(data.length));
            case 4, 5 -> stack.write(now, any(), data, 0, random.nextInt(data.length));
            case 6 -> stack.shutdown(now, any(), random.nextInt(3));
            case 7 -> stack.setsockopt(any(), SocketOption.SO_LINGER, random.nextInt(2) - 1);
            case 13 -> stack.setsockopt(any(), SocketOption.TCP_USER_TIMEOUT, random.nextInt(3) * 700);
            case 14 -> stack.sysctls().setIfThere(Sysctl.tcp_fastopen, random.nextInt(2) * 0x606 + 1);
            case 15 -> stack.setsockopt(listener, SocketOption.TCP_FASTOPEN, random.nextInt(4));
            case 8 -> closeOne();
            case 9 -> connectBack();
            case 10, 11 -> sleep(random.nextInt(2000) * MILLISECOND);
            case 12 -> sleep(random.nextInt(30) == 0 ? 90_000 * MILLISECOND : 0);
            default -> {}
        }
        stack.drainPackets(this::learn);
        stack.drainReady((fd, events) -> assertThat(stack.poll(fd)).isNotEqualTo(-Errno.EBADF));
    }

    private int any() {
        return descriptors.isEmpty() ? -1 : descriptors.get(random.nextInt(descriptors.size()));
    }

    private void keep(int fd) {
        if (fd >= 0) {
            descriptors.add(fd);
        }
        if (descriptors.size() > MOST_DESCRIPTORS) {
            closeOne();
        }
    }

    private void closeOne() {
        if (!descriptors.isEmpty()) {
            int fd = descriptors.remove(random.nextInt(descriptors.size()));
            assertThat(stack.close(now, fd)).isZero();
        }
    }

    /** A connection of our own, from the port the peers send to and to the one they send from. */
    private void connectBack() {
        int fd = stack.socket(Stack.AF_INET);
        stack.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
        keep(fd);
        Peer peer = peers.get(1 + 3 * random.nextInt(PEERS / 3));
        IpAddress address = IpAddress.parse("192.0.2." + (10 + peers.indexOf(peer)));
        switch (random.nextInt(3)) {
            case 0 -> stack.sendto(now, fd, data, 0, 100, Stack.MSG_FASTOPEN, address, peer.port);
            case 1 -> {
                stack.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1);
                stack.connect(now, fd, address, peer.port);
            }
            default -> stack.connect(now, fd, address, peer.port);
        }
    }

    private void sleep(long nanos) {
        long until = now + nanos;
        for (long next = stack.nextTimeout(); next <= until; next = stack.nextTimeout()) {
            now = Math.max(now, next);
            stack.onTimeout(now);
            stack.drainPackets(this::learn);
        }
        now = until;
    }

    /** When nobody holds anything any more and time has passed, nothing is left but the listener. */
    private void assertEverythingEnds() {
        for (int fd = stack.accept(listener); fd >= 0; fd = stack.accept(listener)) {
            descriptors.add(fd);
        }
        while (!descriptors.isEmpty()) {
            closeOne();
        }
        sleep(HOUR);
        stack.drainReady((fd, events) -> {});
        assertThat(stack.snapshot()).as("seed %d: sockets", seed).hasSize(1);
        assertThat(stack.nextTimeout()).as("seed %d: timers", seed).isEqualTo(Timer.NEVER);
        assertThat(stack.counter(Counter.CurrEstab)).isZero();
        assertThat(stack.queues(listener).synQueue()).isZero();
        assertThat(stack.queues(listener).young()).isZero();
        assertThat(stack.queues(listener).acceptQueue()).isZero();
    }
}

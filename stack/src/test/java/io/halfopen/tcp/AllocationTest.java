package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Once everything has been used once, neither packets nor timers nor calls on the packet path allocate. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int HANDSHAKES = 100_000;
    private static final int PORTS = 1000;
    private static final int MOST_ROUNDS = 5;
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final Answers answers = new Answers(stack);
    private final Stack.ReadyHandler nobody = (fd, events) -> {};
    private final byte[] data = new byte[65536];
    private Packet packet = Packet.between("192.0.2.1", 0, "192.0.2.2", 80);
    private long now = SECOND;
    private int listener;

    /** What the peer is to acknowledge next. */
    private int ack;

    @BeforeEach
    void listen() {
        stack.addAddress(IpAddress.parse("192.0.2.2"), 1500);
        stack.addAddress(IpAddress.parse("2001:db8::2"), 1500);
        listener = stack.socket(Stack.AF_INET6);
        assertThat(stack.bind(listener, IpAddress.ANY_V6, 80)).isZero();
        assertThat(stack.listen(listener, 100)).isZero();
    }

    @Test
    void handshakesAllocateNothing() {
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                handshake(i);
                int fd = stack.accept(listener);
                require(packet.rst(i + 1).into(stack, now) == Rule.RST_ACCEPTED);
                require(stack.close(now, fd) == 0);
            }
        });
        assertThat(stack.counter(Counter.CurrEstab)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.", "2001:db8::"})
    void conversationsThatThePeerEndsAllocateNothing(String net) {
        packet = Packet.between(net + 1, 0, net + 2, 80);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                int fd = converse(i);
                require(packet.fin(i + 101, ack).into(stack, now) == Rule.FIN_ACCEPTED);
                require(stack.close(now, fd) == 0);
                answers.one();
                require(packet.ack(i + 102, ack + 1).into(stack, now) == Rule.ACK_ACCEPTED);
            }
        });
        assertThat(stack.counter(Counter.CurrEstab)).isZero();
        assertThat(stack.snapshot()).hasSize(1);
    }

    @Test
    void conversationsThatEndInTimeWaitAllocateNothing() {
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                require(stack.close(now, converse(i)) == 0);
                answers.one();
                packet.ack(i + 101, ack + 1).into(stack, now);
                require(packet.fin(i + 101, ack + 1).into(stack, now) == Rule.TIME_WAIT_FIN);
                answers.one();
                if (i % PORTS == PORTS - 1) {
                    sleep(61 * SECOND);
                }
            }
        });
        assertThat(stack.counter(Counter.TW)).isGreaterThanOrEqualTo(HANDSHAKES);
    }

    @Test
    void synsDroppedAtAFullAcceptQueueAllocateNothing() {
        stack.listen(listener, 0);
        handshake(1);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                packet.ports(4000 + i % PORTS, 80).syn(i).mss(1460);
                require(packet.into(stack, now) == Rule.ACCEPT_QUEUE_FULL);
                require(answers.take() == 0);
            }
        });
    }

    @Test
    void synAcksRetransmittedUntilPatienceEndsAllocateNothing() {
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES / 100; i++) {
                for (int j = 0; j < 100; j++) {
                    now += MILLISECOND;
                    packet.ports(2000 + j, 80).syn(i).mss(1460).sack().into(stack, now);
                }
                sleep(64 * SECOND);
            }
        });
        assertThat(stack.isQuiet()).isTrue();
        assertThat(stack.counted(Rule.HALF_OPEN_EXPIRED)).isGreaterThanOrEqualTo(HANDSHAKES);
        assertThat(stack.counted(Rule.SYN_ACK_RETRANSMITTED)).isGreaterThanOrEqualTo(5L * HANDSHAKES);
    }

    @Test
    void dataOutOfOrderAllocatesNothing() {
        handshake(0);
        int fd = stack.accept(listener);
        int[] next = {1};
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                for (int gap = 3; gap >= 0; gap--) {
                    packet.ack(next[0] + 100 * gap, ack).data(data, 100).into(stack, now);
                    answers.take();
                }
                require(stack.read(now, fd, data, 0, data.length) == 400);
                answers.take();
                next[0] += 400;
            }
        });
        assertThat(stack.counter(Counter.TCPOFOQueue)).isGreaterThanOrEqualTo(3L * HANDSHAKES);
    }

    @Test
    void whatBelongsToNothingIsAnsweredWithoutAllocation() {
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                require(packet.ports(9, 9).syn(i).into(stack, now) == Rule.NO_SOCKET_RESET);
                require(packet.ports(9, 80).ack(i, i).into(stack, now) == Rule.LISTENER_ACK_RESET);
                require(packet.ports(9, 80).rst(i).into(stack, now) == Rule.LISTENER_RST_IGNORED);
                require(answers.take() == 2);
            }
        });
    }

    @Test
    void fastOpensAllocateNothing() {
        stack.sysctls().set(Sysctl.tcp_fastopen, 0x603);
        stack.setsockopt(listener, SocketOption.TCP_FASTOPEN, 100);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                packet.ports(2000 + i % PORTS, 80).syn(i).mss(1460).data(data, 100);
                require(packet.into(stack, now) == Rule.SYN_FAST_OPENED);
                ack = answers.one().seq() + 1;
                int fd = stack.accept(listener);
                require(stack.read(now, fd, data, 0, data.length) == 100);
                require(packet.ack(i + 101, ack).into(stack, now) == Rule.FAST_OPEN_ESTABLISHED);
                require(packet.rst(i + 101).into(stack, now) == Rule.RST_ACCEPTED);
                require(stack.close(now, fd) == 0);
                stack.drainReady(nobody);
            }
        });
    }

    @Test
    void openingFastAllocatesNothing() {
        TwoStacks two = new TwoStacks(1500);
        two.client.sysctls().set(Sysctl.tcp_fastopen, 5);
        two.server.sysctls().set(Sysctl.tcp_fastopen, 0x603);
        int listening = two.listen(10);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                int client = two.client.socket(Stack.AF_INET);
                int sent = two.client.sendto(
                        two.now, client, data, 0, 100, Stack.MSG_FASTOPEN, TwoStacks.SERVER, TwoStacks.PORT);
                require(sent == 100);
                two.exchange();
                int server = two.server.accept(listening);
                two.client.setsockopt(client, SocketOption.SO_LINGER, 0);
                two.client.close(two.now, client);
                two.exchange();
                require(two.server.close(two.now, server) == 0);
            }
        });
        assertThat(two.client.counter(Counter.TCPFastOpenActive)).isGreaterThanOrEqualTo(HANDSHAKES);
        assertThat(two.server.counter(Counter.TCPFastOpenPassive)).isGreaterThanOrEqualTo(HANDSHAKES);
    }

    @Test
    void fastOpenCookiesAllocateNothing() {
        stack.sysctls().set(Sysctl.tcp_fastopen, 3);
        stack.setsockopt(listener, SocketOption.TCP_FASTOPEN, 100);
        packet.ports(4000, 80);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                require(packet.syn(i).mss(1460).fastOpen().into(stack, now) == Rule.FAST_OPEN_COOKIE_SENT);
                answers.take();
                require(packet.rst(i + 1).into(stack, now) == Rule.HALF_OPEN_RESET);
            }
        });
    }

    @Test
    void icmpErrorsAllocateNothing() {
        packet.ports(4000, 80).syn(1).mss(1460).into(stack, now);
        byte[][] synAck = {{}};
        stack.drainPackets(
                (why, bytes, offset, length) -> synAck[0] = Arrays.copyOfRange(bytes, offset, offset + length));
        byte[] portUnreachable = IcmpPacket.about(synAck[0]).type(3, 3).toBytes();
        byte[] hostUnreachable = IcmpPacket.about(synAck[0]).type(3, 1).toBytes();
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                require(stack.onPacket(now, portUnreachable, 0, portUnreachable.length) == Rule.ICMP_IGNORED);
            }
        });
        assertThat(stack.onPacket(now, hostUnreachable, 0, hostUnreachable.length))
                .isEqualTo(Rule.ICMP_HALF_OPEN_ENDED);
    }

    @Test
    void connectingAllocatesNothing() {
        TwoStacks two = new TwoStacks(1500);
        int listening = two.listen(10);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                int client = two.connect();
                int server = two.server.accept(listening);
                two.client.setsockopt(client, SocketOption.SO_LINGER, 0);
                two.client.close(two.now, client);
                two.exchange();
                require(two.server.close(two.now, server) == 0);
            }
        });
        assertThat(two.server.counter(Counter.CurrEstab)).isZero();
        assertThat(two.client.counter(Counter.ActiveOpens)).isGreaterThanOrEqualTo(HANDSHAKES);
    }

    @Test
    void bulkDataBothWaysAllocatesNothing() {
        TwoStacks two = new TwoStacks(1500);
        int listening = two.listen(10);
        int client = two.connect();
        int server = two.server.accept(listening);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < 1000; i++) {
                two.client.write(two.now, client, data, 0, data.length);
                two.server.write(two.now, server, data, 0, data.length);
                int read;
                do {
                    two.exchange();
                    read = Math.max(0, two.server.read(two.now, server, data, 0, data.length));
                    read += Math.max(0, two.client.read(two.now, client, data, 0, data.length));
                } while (read > 0);
                two.sleep(MILLISECOND);
            }
        });
        assertThat(two.server.counted(Rule.DATA_ACCEPTED)).isGreaterThan(10_000);
        assertThat(two.client.counted(Rule.DATA_ACCEPTED)).isGreaterThan(10_000);
    }

    @Test
    void findingAndRepairingLossesAllocatesNothing() {
        TwoStacks two = new TwoStacks(1500);
        int listening = two.listen(10);
        int client = two.connect();
        int server = two.server.accept(listening);
        two.lossesFrom = 100;
        assertAllocatesNothing(() -> {
            for (int i = 0; i < 1000; i++) {
                two.client.write(two.now, client, data, 0, data.length - i % 40 * 1000);
                int read;
                do {
                    two.exchange();
                    read = Math.max(0, two.server.read(two.now, server, data, 0, data.length));
                } while (read > 0);
                two.sleep(10 * MILLISECOND);
            }
        });
        assertThat(two.client.counter(Counter.TCPSackRecovery)).isGreaterThan(100);
        assertThat(two.client.counter(Counter.TCPLossProbes)).isGreaterThan(100);
        assertThat(two.client.counter(Counter.RetransSegs)).isGreaterThan(1000);
    }

    /** SYN, SYN-ACK, ACK; the port and the client's ISN follow from the number. */
    private void handshake(int i) {
        packet.ports(2000 + i % PORTS, 80);
        packet.syn(i).mss(1460).sack().windowScale(7).timestamps(i, 0);
        require(packet.into(stack, now) == Rule.SYN_ANSWERED);
        Segment synAck = answers.one();
        ack = synAck.seq() + 1;
        packet.timestamps(i, synAck.tsValue());
        require(packet.ack(i + 1, ack).into(stack, now) == Rule.FINAL_ACK_ACCEPTED);
        require(stack.drainReady(nobody) == 1);
    }

    /** A handshake, a request of 100 octets, a response of 200; returns the descriptor. */
    private int converse(int i) {
        handshake(i);
        int fd = stack.accept(listener);
        packet.ack(i + 1, ack).data(data, 100).into(stack, now);
        require(stack.drainReady(nobody) == 1);
        require(stack.read(now, fd, data, 0, data.length) == 100);
        require(stack.write(now, fd, data, 0, 200) == 200);
        require(answers.take() > 0);
        ack += 200;
        packet.ack(i + 101, ack).into(stack, now);
        return fd;
    }

    private void sleep(long nanos) {
        long until = now + nanos;
        for (long next = stack.nextTimeout(); next <= until; next = stack.nextTimeout()) {
            now = Math.max(now, next);
            stack.onTimeout(now);
            answers.take();
        }
        now = until;
    }

    /** AssertJ would allocate. */
    private static void require(boolean condition) {
        if (!condition) {
            throw new AssertionError("not as it should be");
        }
    }

    /**
     * The first rounds fill the pools and bring the compiler, which may box what it had kept in registers when it goes
     * back to the interpreter: what the stack itself allocates, it allocates in each round.
     */
    private static void assertAllocatesNothing(Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MOST_ROUNDS && least > 0; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            round.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes allocated in a round").isZero();
    }
}

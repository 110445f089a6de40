package io.halfopen.link;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several loops for the queues of one interface, with links that need no kernel. */
@Timeout(20)
class EventLoopRingTest {
    private static final IpAddress HOST = IpAddress.parse("192.0.2.2");
    private static final IpAddress NOBODY = IpAddress.parse("192.0.2.99");
    private static final int COUNT = 3;

    private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    private final List<One> all = new ArrayList<>();
    private final List<EventLoop> loops = new ArrayList<>();

    /** A queue with its stack. */
    private final class One implements PacketTap {
        final int number;
        final PeerLink link = new PeerLink();
        final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));
        final EventLoop loop = new EventLoop(link, stack, this, 0);
        volatile byte[] latest = new byte[0];

        One(int number) {
            this.number = number;
            stack.addAddress(HOST, 1500);
        }

        @Override
        public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
            latest = Arrays.copyOfRange(bytes, offset, offset + length);
        }

        @Override
        public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
            arrived.add(number + " " + rule);
        }

        <T> T call(Supplier<T> task) throws Exception {
            return CompletableFuture.supplyAsync(task, loop).get(10, SECONDS);
        }

        /** The SYN of a new connection to nobody. */
        byte[] connect() throws Exception {
            call(() -> stack.connect(loop.now(), stack.socket(Stack.AF_INET), NOBODY, 80));
            link.sent.acquire();
            return latest;
        }

        void inject(byte[] packet) throws Exception {
            call(() -> {
                link.inject(packet, 0, packet.length);
                return 0;
            });
        }
    }

    @BeforeEach
    void start() {
        IntStream.range(0, COUNT).mapToObj(One::new).forEach(all::add);
        all.forEach(one -> loops.add(one.loop));
        EventLoop.ring(loops);
        loops.forEach(loop -> loop.start((fd, events) -> {}));
    }

    @AfterEach
    void close() {
        loops.forEach(EventLoop::close);
    }

    @Test
    void anErrorComesToTheStackThatHasTheFlowWhereverItArrives() throws Exception {
        for (One one : all) {
            one.inject(unreachable(all.get(2).connect()));
            assertThat(arrived.poll(10, SECONDS)).isEqualTo("2 ICMP_CONNECT_FAILED");
        }
        for (One one : all) {
            long seen = one.call(() -> one.stack.counter(Counter.InReceives));
            assertThat(seen).as("who has the flow, and nobody else").isEqualTo(one.number == 2 ? COUNT : 0);
        }
        assertThat(arrived).isEmpty();
    }

    @Test
    void anErrorAboutNothingIsCountedOnce() throws Exception {
        byte[] syn = all.getFirst().connect();
        Bytes.putShort(syn, IpHeader.V4_LENGTH, 1);
        all.get(1).inject(unreachable(syn));
        assertThat(arrived.poll(10, SECONDS)).isEqualTo("0 ICMP_NO_SOCKET");
        for (One one : all) {
            one.call(() -> 0); // whatever goes round has come through
        }
        assertThat(arrived).isEmpty();
    }

    @Test
    void allEndWithOne() throws Exception {
        all.get(1).loop.close();
        for (EventLoop loop : loops) {
            loop.join();
        }
        assertThat(all).allMatch(one -> one.link.closed);
    }

    @Test
    void allEndWithOneThatFails() throws Exception {
        all.get(1).loop.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        loops.get(0).join();
        loops.get(2).join();
        assertThatThrownBy(() -> loops.get(1).join()).hasRootCauseMessage("on purpose");
    }

    @Test
    void theyHaveOneTime() {
        assertThat(loops.get(0).now()).isLessThanOrEqualTo(loops.get(1).now());
        assertThat(loops.get(1).now()).isLessThanOrEqualTo(loops.get(0).now());
    }

    /** That no port of its host can be reached, said by a router. */
    private static byte[] unreachable(byte[] about) {
        int quoted = IpHeader.V4_LENGTH + 8;
        byte[] packet = new byte[IpHeader.V4_LENGTH + 8 + quoted];
        int icmp = IpHeader.V4_LENGTH;
        packet[icmp] = 3;
        packet[icmp + 1] = 1;
        System.arraycopy(about, 0, packet, icmp + 8, quoted);
        Bytes.putShort(packet, icmp + 2, Checksum.complement(0, Checksum.sum(packet, icmp, 8 + quoted)));
        IpHeader.write(
                packet,
                0,
                NOBODY.high(),
                NOBODY.low(),
                HOST.high(),
                HOST.low(),
                8 + quoted,
                IpHeader.ICMP,
                0,
                64,
                1,
                0);
        return packet;
    }
}

package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.halfopen.sim.Host;
import io.halfopen.sim.Server;
import io.halfopen.sim.World;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network that goes on beyond the JVM, to a host of another world, whose time stands still. */
@Timeout(60)
@SuppressWarnings("AddressSelection") // a name has one address here
class UplinkTest {
    private static final IpAddress HOME = IpAddress.parse("10.9.0.2");
    private static final int MTU = 1400;

    private final Wire wire = new Wire();
    private final Network net = Network.builder().uplink(wire, HOME, MTU).open();

    /** Used with its own lock: threads of the network send, and those of the tests are the peer. */
    private static final class Wire implements Uplink {
        private final World world = new World(9);
        private final Host peer = world.addHost("peer", "10.9.0.1");
        private final Queue<byte[]> coming = new ArrayDeque<>();
        private int sent;
        private boolean closed;

        Wire() {
            Object unused = world.addGateway("outside", (bytes, offset, length) -> {
                coming.add(Arrays.copyOfRange(bytes, offset, offset + length));
                notifyAll();
            });
        }

        @Override
        public synchronized int receive(byte[] buffer) {
            byte @Nullable [] packet = coming.poll();
            if (packet == null) {
                return 0;
            }
            System.arraycopy(packet, 0, buffer, 0, packet.length);
            return packet.length;
        }

        @Override
        public synchronized void send(byte[] bytes, int offset, int length) {
            sent++;
            world.enter(Arrays.copyOfRange(bytes, offset, offset + length), 0, length);
        }

        @Override
        public void flush() {}

        @Override
        public synchronized void await() throws IOException {
            while (coming.isEmpty() && !closed) {
                try {
                    wait();
                } catch (InterruptedException nobodyDoesThat) {
                    throw new IOException(nobodyDoesThat);
                }
            }
            if (closed) {
                throw new EOFException();
            }
        }

        synchronized int connect(int port) {
            int fd = peer.socket(Stack.AF_INET);
            peer.connect(fd, HOME, port);
            return fd;
        }

        synchronized Server serve(int port) {
            return peer.serve(port, 5);
        }

        synchronized int read(int fd) {
            return peer.read(fd, new byte[10], 0, 10);
        }

        synchronized int sent() {
            return sent;
        }

        @Override
        public synchronized void close() {
            closed = true;
            notifyAll();
        }
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void aListenerOnTheWildcardIsReachedFromOutside() throws Exception {
        try (ServerSocket server = new ServerSocket(8080)) {
            wire.connect(8080);
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getByName("10.9.0.1"));
                assertThat(accepted.getLocalAddress()).isEqualTo(InetAddress.getByName("10.9.0.2"));
            }
        }
        assertThat(net.story()).containsPattern("10.9.0.1:\\d+ > localhost:8080 +SYN ");
    }

    @Test
    void whatNoHostHasIsReachedOutside() throws Exception {
        wire.serve(80);
        try (Socket socket = new Socket("10.9.0.1", 80)) {
            assertThat(socket.getLocalAddress()).isEqualTo(InetAddress.getByName("10.9.0.2"));
        }
        assertThat(net.story()).containsPattern("localhost:\\d+ > 10.9.0.1:80 +SYN +SENT  left this network");
    }

    @Test
    void localhostAndOtherHostsAreInside() throws Exception {
        net.host("db").listen(5432).accepts();
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Socket toItself = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
                Socket toHost = new Socket("db", 5432)) {
            assertThat(toItself.isConnected()).isTrue();
            assertThat(toHost.getLocalAddress()).isEqualTo(InetAddress.getByName("10.9.0.2"));
        }
        assertThat(wire.sent()).isZero();
    }

    @Test
    void faultsAreBetweenOutsideAndTheProgram() throws Exception {
        Fault fault = net.on(PacketKind.SYN).to("outside").port(80).drop();
        wire.serve(80);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("10.9.0.1", 80), 50);
            throw new AssertionError("connected");
        } catch (SocketTimeoutException timedOut) {
            assertThat(fault.hits()).isOne();
        }
        assertThat(wire.sent()).isZero();
    }

    @Test
    void itIsInRealTimeAndNothingElse() {
        net.close();
        for (Network.Builder impossible : new Network.Builder[] {
            Network.builder().pure(),
            Network.builder().parallel(),
            Network.builder().time(NetworkTime.automatic()),
            Network.builder().time(NetworkTime.scaled(2))
        }) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> impossible.uplink(new Wire(), HOME, MTU).open())
                    .withMessage(
                            "a network that goes on beyond this JVM is in real time, and neither pure nor parallel");
        }
    }

    @Test
    void nobodyCanGuessItsNumbers() {
        net.close();
        try (Network other = Network.builder().uplink(new Wire(), HOME, MTU).open()) {
            assertThat(other.seed()).isNotEqualTo(net.seed());
        }
    }

    @Test
    void theRealNetworkIsNoHostForListeners() {
        assertThatIllegalStateException()
                .isThrownBy(() -> net.host("outside").listen(80))
                .withMessage("outside is the real network: no listener can be put there");
    }

    @Test
    void whenProgramsEndTheirPeersAreToldAndTheirThreadsAreNot() throws Exception {
        AtomicBoolean returned = new AtomicBoolean();
        CountDownLatch accepted = new CountDownLatch(1);
        Thread program = Thread.ofPlatform().daemon().start(() -> {
            try {
                ServerSocket server = new ServerSocket(8080);
                wire.connect(8080);
                Socket first = server.accept();
                first.getOutputStream().write(new byte[3]);
                accepted.countDown();
                server.accept();
            } catch (IOException woken) {
                // Neither is to be seen.
            } finally {
                returned.set(true);
            }
        });
        accepted.await();
        net.endPrograms(Duration.ofSeconds(5));
        int fd = wire.peer.stack().snapshot().getFirst().fd();
        assertThat(wire.read(fd)).isEqualTo(3);
        assertThat(wire.read(fd)).as("the FIN").isZero();
        net.close();
        program.join(100);
        assertThat(returned).isFalse();
    }
}

package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.TcpState;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.TimeWait;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link SelfCheck} looks at, each thing broken on purpose; and the same of {@link Holdings}. */
class SelfCheckTest {
    private static final int OURS = 80;
    private static final int THEIRS = 40000;
    private static final int ISS = 100;
    private static final long SOON = 1_000_000L;

    private final Core core = new Core(Kernel.LINUX_6_18, Secrets.ofSeed(1).keys(), Timers.EXACT);

    /** Nothing is in flight, nothing waits. */
    private Connection connection() {
        Connection c = core.pools.connection(core.ports.of(OURS));
        c.setPorts(OURS, THEIRS);
        c.socket = core.pools.socket();
        c.sack = true;
        c.enter(TcpState.ESTABLISHED);
        c.sender.start(ISS);
        c.sender.established(core.sysctls, ISS + 1, 65_535, 5, 1460, 7);
        core.insert(c);
        return c;
    }

    /** Three packets of 1000 octets are in flight, and the timer runs for them. */
    private Connection busy() {
        Connection c = connection();
        Sender sender = c.sender;
        sender.append(new byte[3000], 0, 3000);
        for (int i = 0; i < 3; i++) {
            sender.sent(1000, 1460, 0, 0);
        }
        sender.timer.set(LossTimer.Purpose.RETRANSMIT, SOON);
        c.arm();
        return c;
    }

    private String fault() {
        String found = SelfCheck.run(core);
        return found == null ? "" : found.replace(" (port 80, peer's port 40000)", "");
    }

    @Test
    void aConnectionWithNothingToDoNeedsNoTimer() {
        connection();
        assertThat(fault()).isEmpty();
    }

    @Test
    void whatIsInFlightHasOne() {
        busy();
        assertThat(fault()).isEmpty();
    }

    static Stream<Arguments> idleConnections() {
        return Stream.of(
                broken("a connection in CLOSE is in the flow table", c -> c.enter(TcpState.CLOSE)),
                broken("a timer is due that the wheel does not know of", c -> c.receiver.acks.due = SOON),
                broken("a timer is due that the wheel does not know of", c -> c.sender.pacing.due = SOON),
                broken("a handshake has no timer", c -> c.enter(TcpState.SYN_SENT)),
                broken(
                        "something waits to be sent, nothing is in flight, and no timer runs for it",
                        c -> c.sender.queueFin()),
                broken("a closed connection waits for its peer without a timer", c -> c.socket = null),
                broken("a queue has a negative length", c -> c.sender.ring.discard(1, true)),
                broken("less than nothing is in flight", c -> {
                    c.sender.synSent(0, -5);
                    c.sender.timer.set(LossTimer.Purpose.RETRANSMIT, SOON);
                    c.arm();
                }),
                broken("the congestion window is 0", c -> c.sender.congestion.cwnd = 0),
                broken("the window scale is above 14 (RFC 7323, section 2.3)", c -> c.receiver.window.start(1, 1, 15)));
    }

    static Stream<Arguments> busyConnections() {
        return Stream.of(
                broken("a timer is due that the wheel does not know of", c -> c.sender.timer.due = SOON - 1),
                broken("something is in flight and no timer runs for it", c -> c.sender.timer.stop()),
                broken(
                        "between two packets in flight something is missing, or twice there",
                        c -> c.sender.flight.slots().seq[c.sender.flight.at(1)]++),
                broken(
                        "the packets in flight do not reach what is sent next",
                        c -> c.sender.flight.slots().end[c.sender.flight.at(2)]--),
                broken(
                        "the tags of packets in flight are not as many as counted",
                        c -> c.sender.flight.setSackedOut(1)),
                broken(
                        "the tags of packets in flight are not as many as counted",
                        c -> c.sender.flight.slots().flags[c.sender.flight.at(2)] |= Flight.LOST),
                broken(
                        "the tags of packets in flight are not as many as counted",
                        c -> c.sender.flight.slots().flags[c.sender.flight.at(0)] |= Flight.RETRANS));
    }

    private static Arguments broken(String fault, Consumer<Connection> how) {
        return Arguments.of(fault, how);
    }

    @ParameterizedTest
    @MethodSource("idleConnections")
    void isFoundOnAnIdleConnection(String fault, Consumer<Connection> how) {
        how.accept(connection());
        assertThat(fault()).isEqualTo(fault);
    }

    @ParameterizedTest
    @MethodSource("busyConnections")
    void isFoundOnABusyConnection(String fault, Consumer<Connection> how) {
        how.accept(busy());
        assertThat(fault()).isEqualTo(fault);
    }

    @Test
    void aHalfOpenAndATimeWaitNeedTheirTimers() {
        HalfOpen half = core.pools.halfOpen(new Listener(core.pools.socket()));
        half.setPorts(OURS, THEIRS);
        core.flows.insert(half);
        assertThat(fault()).isEqualTo("a half-open has no timer");
        core.wheel.schedule(half, SOON);
        assertThat(fault()).isEmpty();
        core.flows.remove(half);
        TimeWait rest = core.pools.timeWait(core.ports.of(OURS));
        rest.setPorts(OURS, THEIRS);
        core.flows.insert(rest);
        assertThat(fault()).isEqualTo("a TIME_WAIT has no timer");
        core.wheel.schedule(rest, SOON);
        assertThat(fault()).isEmpty();
    }

    @Test
    void aDescriptorThatNobodyClosesIsALeak() {
        Scene scene = new Scene();
        assertThat(scene.stack.holdings()).isEqualTo(Holdings.NOTHING);
        scene.stack.socket(Stack.AF_INET);
        assertThat(scene.stack.holdings()).isEqualTo(new Holdings(1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    /** The connection, its flow, CUBIC and keep-alive with its timer; a buffer until the data is read. */
    @Test
    void aConnectionHoldsWhatItGivesBackInTheEnd() {
        Scene scene = new Scene();
        int listener = scene.listener(1);
        Peer peer = scene.peer().handshake();
        int fd = scene.accept(listener);
        scene.stack.setsockopt(fd, SocketOption.SO_KEEPALIVE, 1);
        peer.inject("P. 1:6(5) ack 1 win 65535");
        peer.next();
        assertThat(scene.stack.holdings()).isEqualTo(new Holdings(2, 1, 0, 0, 1, 1, 1, 1024, 2, 0));
        scene.write(fd, "hello");
        peer.next();
        assertThat(scene.stack.holdings().helpers()).isEqualTo(3);
        scene.stack.setsockopt(fd, SocketOption.SO_LINGER, 0);
        scene.close(fd);
        scene.close(listener);
        assertThat(scene.stack.holdings()).isEqualTo(Holdings.NOTHING);
    }

    /** Half-open, TIME_WAIT, orphan. */
    @Test
    void whatIsLeftOfConnectionsIsCountedToo() {
        Scene scene = new Scene();
        int listener = scene.listener(3);
        Peer peer = scene.peer();
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        assertThat(scene.stack.holdings().halfOpens()).isOne();
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535");
        scene.close(scene.accept(listener));
        assertThat(scene.stack.holdings().orphans()).isOne();
        peer.next();
        peer.inject("F. 1:1(0) ack 2 win 65535");
        assertThat(scene.stack.holdings().timeWaits()).isOne();
        assertThat(scene.stack.holdings().orphans()).isZero();
    }
}

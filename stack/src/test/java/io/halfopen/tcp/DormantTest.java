package io.halfopen.tcp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.BufferPool;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.receive.SackBlocks;
import io.halfopen.tcp.send.FlightSlots;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.KeepAlive;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.PortUse;
import io.halfopen.tcp.socket.Socket;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that nobody has used yet is kept small, and nobody can tell. */
class DormantTest {
    private static final String BARE = "<mss 1000>";
    private static final String ALL = "<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";

    /** What is shared, or linked to others: no part of a connection's own state; and lists that are empty. */
    private static final Set<Class<?>> AROUND = Set.of(
            Core.class,
            Socket.class,
            Listener.class,
            PortUse.class,
            BufferPool.class,
            FlightSlots.class,
            Timer.class,
            SackBlocks.class);

    /** Room that fields of this name give, in which an idle connection has nothing; and where it stands among others. */
    private static final Set<String> ROOM = Set.of("pool", "buffers", "expected", "awakeAt");

    @ParameterizedTest
    @ValueSource(strings = {BARE, ALL})
    void isTheConnectionThatItWouldBeHadItBeenOneAllTheTime(String options) {
        Map<String, String> atOnce = stateOf(handshake(options, true, "0s"));
        assertThat(stateOf(handshake(options, false, "0s"))).isEqualTo(atOnce);
        assertThat(stateOf(handshake(options, false, "1000s"))).isEqualTo(atOnce);
        assertThat(atOnce).hasSizeGreaterThan(100);
    }

    /** The search for the path's MTU is part of it. */
    @Test
    void isWhatItWouldBeWhereItProbes() {
        Map<String, String> atOnce = stateOf(handshake(ALL, true, "0s", 2));
        assertThat(stateOf(handshake(ALL, false, "1000s", 2))).isEqualTo(atOnce);
        assertThat(atOnce).containsKeys(".path.search.low", ".path.search.high", ".path.search.since");
    }

    /** With SO_KEEPALIVE there is a timer, so that there is a connection from the start. */
    private static Scene handshake(String options, boolean keepAlive, String later) {
        return handshake(options, keepAlive, later, 0);
    }

    private static Scene handshake(String options, boolean keepAlive, String later, int probing) {
        Scene scene = new Scene().set(Sysctl.tcp_mtu_probing, probing);
        int listener = scene.listener(1);
        scene.stack.setsockopt(listener, SocketOption.SO_KEEPALIVE, keepAlive ? 1 : 0);
        scene.at("1s");
        Peer peer = scene.peer();
        peer.inject("S 0:0(0) win 65535 " + options);
        scene.after("0.02s");
        boolean stamps = options.equals(ALL);
        peer.inject(". 1:1(0) ack 1 win 500" + (stamps ? " <nop,nop,TS val 120 ecr 0>" : ""));
        int fd = scene.accept(listener);
        assertThat(flows(scene)).hasOnlyElementsOfType(keepAlive ? Connection.class : Dormant.class);
        scene.after(later);
        scene.stack.getsockopt(fd, SocketOption.SO_ERROR);
        assertThat(flows(scene)).hasOnlyElementsOfType(Connection.class);
        return scene;
    }

    /** It wakes as another object than it was, one that has seen another connection: whatever it does not keep, shows. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void isAfterwardsWhatItWasBeforeItSlept(int probing) {
        Scene scene = new Scene().set(Sysctl.tcp_mtu_probing, probing);
        int listener = scene.listener(2);
        Peer peer = scene.peer();
        int fd = talk(scene, listener, peer, "3s");
        scene.after("11s");
        Map<String, String> before = stateOf(scene);
        assertThat(scene.stack.sleep(scene.now(), 10_000_000_000L)).isOne();
        assertThat(flows(scene)).hasOnlyElementsOfType(Dormant.class);
        assertThat(scene.stack.poll(fd)).isEqualTo(Poll.POLLOUT);
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        assertThat(flows(scene)).hasOnlyElementsOfType(Dormant.class);

        int other = talk(scene, listener, scene.peer(), "0.5s");
        scene.stack.getsockopt(fd, SocketOption.SO_ERROR);
        scene.close(other);
        Flow woken = flows(scene).stream()
                .filter(flow -> flow.remotePort() == peer.port())
                .findFirst()
                .orElseThrow();
        Map<String, String> after = new TreeMap<>();
        describe("", woken, after);
        assertThat(after.entrySet()).containsExactlyElementsOf(before.entrySet());
        assertThat(before).hasSizeGreaterThan(100);
        peer.inject("P. 26:29(3) ack 9 win 500 <nop,nop,TS val 20000 ecr 0>");
        assertThat(scene.read(fd)).isEqualTo("zab");
    }

    @Test
    void thoseWhoAreAwakeAreFoundAmongManyWhoAreNot() {
        Scene scene = new Scene();
        int listener = scene.listener(2);
        for (int i = 0; i < 10_000; i++) {
            scene.peer().handshake();
            scene.accept(listener);
        }
        assertThat(scene.stack.awake()).isZero();
        for (int i = 0; i < 5; i++) {
            talk(scene, listener, scene.peer(), "0.5s");
        }
        assertThat(scene.stack.awake()).isEqualTo(5);
        scene.after("11s");
        assertThat(scene.stack.sleep(scene.now(), 10_000_000_000L)).isEqualTo(5);
        assertThat(scene.stack.awake()).isZero();
    }

    @Test
    void whoIsBusyDoesNotHideWhoIsIdle() {
        Scene scene = new Scene();
        int listener = scene.listener(2);
        for (int i = 0; i < 9; i++) {
            int fd = talk(scene, listener, scene.peer(), "0.5s");
            scene.write(fd, i % 2 == 0 ? "not acknowledged" : "");
        }
        scene.after("11s");
        assertThat(scene.stack.sleep(scene.now(), 10_000_000_000L)).isEqualTo(4);
        assertThat(scene.stack.awake()).isEqualTo(5);
    }

    /** Data both ways, a loss, reordering and a repetition, and all is read and acknowledged. */
    private static int talk(Scene scene, int listener, Peer peer, String pause) {
        peer.inject("S 0:0(0) win 65535 " + ALL);
        scene.after("0.02s");
        peer.inject(". 1:1(0) ack 1 win 500 <nop,nop,TS val 120 ecr 0>");
        int fd = scene.accept(listener);
        peer.inject("P. 1:11(10) ack 1 win 501 <nop,nop,TS val 121 ecr 20>");
        scene.read(fd);
        scene.after("0.1s");
        peer.inject("P. 11:26(15) ack 1 win 502 <nop,nop,TS val 222 ecr 20>");
        peer.inject("P. 11:26(15) ack 1 win 502 <nop,nop,TS val 223 ecr 20>");
        scene.read(fd);
        assertThat(scene.write(fd, "abcdefgh")).isEqualTo(8);
        scene.after(pause);
        peer.inject(". 26:26(0) ack 9 win 500 <nop,nop,TS val 3000 ecr 1500>");
        return fd;
    }

    @Test
    void staysAwakeWhileItHasSomethingToDo() {
        Scene scene = new Scene();
        int listener = scene.listener(1);
        Peer peer = scene.peer();
        peer.handshake();
        int fd = scene.accept(listener);
        assertThat(scene.write(fd, "abc")).isEqualTo(3);
        assertThat(scene.stack.sleep(scene.now(), 0)).as("in flight").isZero();
        peer.inject(". 1:1(0) ack 4 win 1000");
        assertThat(scene.stack.sleep(scene.now() + 9, 10)).as("too soon").isZero();
        peer.inject("P. 1:7(6) ack 4 win 1000");
        assertThat(scene.stack.sleep(scene.now(), 0)).as("unread").isZero();
        scene.read(fd);
        scene.after("1s");
        assertThat(scene.stack.sleep(scene.now(), 0)).isOne();
    }

    @Test
    void staysAsItIsWhenItIsOnlyLookedAt() {
        Scene scene = new Scene();
        int listener = scene.listener(1);
        scene.peer().handshake();
        int fd = scene.accept(listener);
        assertThat(scene.stack.poll(fd)).isEqualTo(Poll.POLLOUT);
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(scene.stack.holdings().connections()).isOne();
        assertThat(scene.stack.holdings().halfOpens()).isZero();
        assertThat(scene.stack.isQuiet()).isTrue();
        assertThat(flows(scene)).hasOnlyElementsOfType(Dormant.class);
    }

    @Test
    void isNotWritableWhereNothingMayBeUnsent() {
        Scene scene = new Scene().set(Sysctl.tcp_notsent_lowat, 0);
        int listener = scene.listener(1);
        scene.peer().handshake();
        assertThat(scene.stack.poll(scene.accept(listener))).isZero();
    }

    @Test
    void keepsItsPlaceInTheQueueWhenDataComes() {
        Scene scene = new Scene();
        int listener = scene.listener(3);
        Peer first = scene.peer();
        Peer second = scene.peer();
        Peer third = scene.peer();
        first.handshake();
        second.handshake();
        third.handshake();
        assertThat(second.inject("P. 1:7(6) ack 1 win 1000")).isEqualTo(Rule.DATA_ACCEPTED);
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int fd = scene.accept(listener);
            ports.add(scene.stack.row(fd).remotePort());
            assertThat(scene.read(fd)).isEqualTo(i == 1 ? "abcdef" : "EAGAIN");
        }
        assertThat(ports).containsExactly(first.port(), second.port(), third.port());
        assertThat(scene.accept(listener)).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void hasTheOptionsThatTheListenerHadAtTheEndOfTheHandshake() {
        Scene scene = new Scene();
        int listener = scene.listener(1);
        scene.peer().handshake();
        scene.stack.setsockopt(listener, SocketOption.SO_RCVBUF, 4000);
        Connection c = (Connection) flows(scene).getFirst();
        assertThat(c.receiver.buffer.isFixed()).isFalse();
    }

    @Test
    void isResetWithItsListener() {
        Scene scene = new Scene();
        int listener = scene.listener(2);
        Peer peer = scene.peer();
        peer.handshake();
        scene.close(listener);
        peer.expect("R. 1:1(0) ack 1");
        assertThat(scene.stack.holdings()).isEqualTo(Holdings.NOTHING);
    }

    /** A peer that says RST and no more, as load balancers do to see whether anybody listens, wakes nothing. */
    @ParameterizedTest
    @CsvSource({"true, R", "true, R.", "false, R", "false, R."})
    void endsAsleepByResetAndNobodyCanTell(boolean accepted, String flags) {
        List<String> asleep = reset(accepted, flags, false);
        assertThat(asleep)
                .containsExactlyElementsOf(reset(accepted, flags, true))
                .hasSizeGreaterThan(10);
    }

    /** What can be seen of it, in each order of calls, from the reset on to close(). */
    private static List<String> reset(boolean accepted, String flags, boolean keepAlive) {
        List<String> seen = new ArrayList<>();
        for (String call : List.of("close", "read", "write", "info", "error")) {
            Scene scene = new Scene();
            int listener = scene.listener(1);
            scene.stack.setsockopt(listener, SocketOption.SO_KEEPALIVE, keepAlive ? 1 : 0);
            Peer peer = scene.peer();
            peer.handshake();
            scene.after("0.02s");
            int early = accepted ? scene.accept(listener) : -1;
            seen.add(call + " " + peer.inject(flags + " 1:1(0) ack 1 win 0"));
            scene.after("0.02s");
            int fd = accepted ? early : scene.accept(listener);
            assertThat(flows(scene)).isEmpty();
            seen.add(scene.stack.poll(fd) + " " + scene.stack.row(fd).state());
            seen.add(scene.stack.holdings().connections() + " "
                    + scene.stack.holdings().flows());
            assertThat(core(scene).pools.awake()).isEqualTo(keepAlive ? 1 : 0);
            seen.add(
                    switch (call) {
                        case "read" -> scene.read(fd) + " " + scene.read(fd);
                        case "write" -> scene.write(fd, "abc") + " " + scene.write(fd, "abc");
                        case "info" -> scene.stack.tcpInfo(scene.now(), fd).toString();
                        case "error" -> scene.stack.getsockopt(fd, SocketOption.SO_ERROR) + " " + scene.read(fd);
                        default -> "";
                    });
            scene.close(fd);
            for (Counter counter : Counter.values()) {
                seen.add(counter + " " + scene.stack.counter(counter));
            }
            scene.close(listener);
            assertThat(scene.stack.holdings()).isEqualTo(Holdings.NOTHING);
        }
        return seen;
    }

    private static List<Flow> flows(Scene scene) {
        List<Flow> flows = new ArrayList<>();
        core(scene).flows.forEach(flows::add);
        return flows;
    }

    private static Core core(Scene scene) {
        return (Core) requireNonNull(fieldsOf(Stack.class, scene.stack).get("core"));
    }

    private static Map<String, String> stateOf(Scene scene) {
        Map<String, String> state = new TreeMap<>();
        describe("", flows(scene).getFirst(), state);
        state.remove(".keepAlive");
        return state;
    }

    private static void describe(String path, Object object, Map<String, String> state) {
        for (Class<?> type = object.getClass();
                type != Object.class && type != Timer.class;
                type = type.getSuperclass()) {
            fieldsOf(type, object).forEach((name, value) -> {
                String here = path + "." + name;
                if (value == null || AROUND.contains(value.getClass()) || ROOM.contains(name)) {
                    return;
                }
                boolean part = value.getClass().getPackageName().startsWith(Stack.class.getPackageName())
                        && !(value instanceof Enum);
                if (part && !(value instanceof KeepAlive)) {
                    describe(here, value, state);
                } else {
                    state.put(here, value instanceof Character c ? String.valueOf((int) c) : String.valueOf(value));
                }
            });
        }
    }

    private static Map<String, @Nullable Object> fieldsOf(Class<?> type, Object object) {
        Map<String, @Nullable Object> fields = new TreeMap<>();
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                try {
                    fields.put(field.getName(), field.get(object));
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return fields;
    }
}

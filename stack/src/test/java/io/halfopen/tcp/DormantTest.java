package io.halfopen.tcp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that nobody has used yet is kept small, and nobody can tell. */
class DormantTest {
    private static final String BARE = "<mss 1000>";
    private static final String ALL = "<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>";

    /** What is shared, or linked to others: no part of a connection's own state. */
    private static final Set<Class<?>> AROUND = Set.of(
            Core.class, Socket.class, Listener.class, PortUse.class, BufferPool.class, FlightSlots.class, Timer.class);

    @ParameterizedTest
    @ValueSource(strings = {BARE, ALL})
    void isTheConnectionThatItWouldBeHadItBeenOneAllTheTime(String options) {
        Map<String, String> atOnce = stateOf(handshake(options, true, "0s"));
        assertThat(stateOf(handshake(options, false, "0s"))).isEqualTo(atOnce);
        assertThat(stateOf(handshake(options, false, "1000s"))).isEqualTo(atOnce);
        assertThat(atOnce).hasSizeGreaterThan(100);
    }

    /** With SO_KEEPALIVE there is a timer, so that there is a connection from the start. */
    private static Scene handshake(String options, boolean keepAlive, String later) {
        Scene scene = new Scene();
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
                if (value == null || AROUND.contains(value.getClass()) || name.equals("pool")) {
                    return;
                }
                boolean part = value.getClass().getPackage() == Core.class.getPackage() && !(value instanceof Enum);
                if (part && !(value instanceof KeepAlive)) {
                    describe(here, value, state);
                } else {
                    state.put(here, String.valueOf(value));
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

package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two threads that meet at a selector, again and again: what one of them does is never lost on the other, whoever was first.
 * The model checkers that there are cannot follow a thread that waits for the clock, or for the kernel, so the two are let go
 * at one moment, with a few instructions of chance. {@code -Dhalfopen.races=100000} for a longer look.
 */
@Timeout(120)
class WakeupContractTest extends Contract {
    private static final int RACES = Integer.getInteger("halfopen.races", 300);

    /** Fewer of those that open something each time. */
    private static final int OPENINGS = Math.max(1, RACES / 10);

    private static final int CHANCE = 400;

    /** What one thread does each time. */
    private interface Step {
        void run() throws Exception;
    }

    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    /** The first is this thread; if what it waits for is lost JUnit interrupts it, and what it then sees is wrong. */
    private void race(int times, Step first, Step second) throws Exception {
        started.set(0);
        done.set(0);
        CompletableFuture<Integer> other = elsewhere(() -> meet(times, second));
        SplittableRandom chance = new SplittableRandom(1);
        for (int round = 1; round <= times && !other.isCompletedExceptionally(); round++) {
            started.set(round);
            pause(chance);
            first.run();
            int now = round;
            spinUntil(() -> done.get() >= now || other.isDone());
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
        assertThat(other.get()).isEqualTo(times);
    }

    private int meet(int times, Step step) throws Exception {
        SplittableRandom chance = new SplittableRandom(2);
        for (int round = 1; round <= times; round++) {
            int now = round;
            spinUntil(() -> started.get() >= now);
            pause(chance);
            step.run();
            done.set(round);
        }
        return times;
    }

    private static void pause(SplittableRandom chance) {
        for (int i = chance.nextInt(CHANCE); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** Soon, mostly; but where there are more threads than processors the other one may need this one's. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but how long it takes
    private static void spinUntil(BooleanSupplier condition) {
        for (int spins = 0; !condition.getAsBoolean(); spins++) {
            if (spins < CHANCE) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Until a key is ready: after a wakeup it may be the next time. */
    private static SelectionKey selectOne(Selector selector) throws Exception {
        while (selector.selectedKeys().isEmpty() && !Thread.currentThread().isInterrupted()) {
            selector.select();
        }
        assertThat(selector.selectedKeys()).hasSize(1);
        SelectionKey key = selector.selectedKeys().iterator().next();
        selector.selectedKeys().clear();
        return key;
    }

    @Test
    void aWakeupMeetsSelect() throws Exception {
        try (Selector selector = selector()) {
            race(RACES, selector::select, selector::wakeup);
            assertThat(selector.selectNow()).isZero();
        }
    }

    /** With a key of the kernel, or of the network, that nothing happens to. */
    @Test
    void soItDoesWhereKeysAreWaitedFor() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            pair.client().configureBlocking(false);
            assertThat(pair.client().register(selector, SelectionKey.OP_READ).isValid())
                    .isTrue();
            race(RACES, selector::select, selector::wakeup);
            assertThat(selector.selectedKeys()).isEmpty();
        }
    }

    @Test
    void dataMeetsSelect() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            pair.client().configureBlocking(false);
            SelectionKey key = pair.client().register(selector, SelectionKey.OP_READ);
            race(
                    RACES,
                    () -> {
                        assertThat(selectOne(selector)).isSameAs(key);
                        assertThat(pair.client().read(ByteBuffer.allocate(2))).isEqualTo(1);
                    },
                    () -> pair.server().write(bytes("x")));
        }
    }

    @Test
    void aRegistrationMeetsSelect() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            pair.client().configureBlocking(false);
            pair.server().write(bytes("x"));
            race(
                    RACES,
                    () -> {
                        selectOne(selector).cancel();
                        assertThat(selector.selectNow()).isZero();
                    },
                    () -> {
                        // Whoever was told of the last one may not have cancelled it yet.
                        spinUntil(() -> pair.client().keyFor(selector) == null);
                        pair.client().register(selector, SelectionKey.OP_READ);
                        selector.wakeup();
                    });
        }
    }

    @Test
    void aNewInterestMeetsSelect() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            pair.client().configureBlocking(false);
            pair.server().write(bytes("x"));
            SelectionKey key = pair.client().register(selector, 0);
            race(
                    RACES,
                    () -> {
                        assertThat(selectOne(selector)).isSameAs(key);
                        key.interestOps(0);
                        // The wakeup may have come after it was told of.
                        selector.selectNow();
                    },
                    () -> {
                        key.interestOps(SelectionKey.OP_READ);
                        selector.wakeup();
                    });
        }
    }

    @Test
    void aClientMeetsSelect() throws Exception {
        try (Selector selector = selector();
                ServerSocketChannel server = listen()) {
            server.configureBlocking(false);
            SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
            race(
                    OPENINGS,
                    () -> {
                        assertThat(selectOne(selector)).isSameAs(key);
                        server.accept().close();
                    },
                    () -> {
                        try (SocketChannel client = connect(server)) {
                            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                        }
                    });
        }
    }

    @Test
    void aClosedChannelMeetsSelect() throws Exception {
        try (Selector selector = selector()) {
            SocketChannel[] channel = new SocketChannel[1];
            for (int i = 0; i < OPENINGS; i++) {
                channel[0] = socket();
                channel[0].configureBlocking(false);
                assertThat(channel[0].register(selector, 0).isValid()).isTrue();
                race(1, selector::select, () -> {
                    channel[0].close();
                    selector.wakeup();
                });
                assertThat(selector.selectNow()).isZero();
                assertThat(selector.keys()).isEmpty();
            }
        }
    }

    @Test
    void theEndOfASelectorMeetsSelect() throws Exception {
        for (int i = 0; i < OPENINGS; i++) {
            Selector selector = selector();
            race(
                    1,
                    () -> {
                        try {
                            selector.select();
                        } catch (ClosedSelectorException wasFirst) {
                            assertThat(selector.isOpen()).isFalse();
                        }
                    },
                    selector::close);
        }
    }
}

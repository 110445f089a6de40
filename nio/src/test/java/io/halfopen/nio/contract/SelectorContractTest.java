package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Selectors and their keys. */
@SuppressWarnings("try") // what close() does is what many of these are about
class SelectorContractTest extends Contract {
    private static final int READ_WRITE = SelectionKey.OP_READ | SelectionKey.OP_WRITE;

    private static SelectionKey register(SocketChannel channel, Selector selector, int ops) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, ops);
    }

    @Test
    void itTellsOfAcceptReadAndWrite() throws IOException {
        try (Selector selector = selector();
                ServerSocketChannel server = listen()) {
            server.configureBlocking(false);
            SelectionKey accept = server.register(selector, SelectionKey.OP_ACCEPT);
            assertThat(selector.selectNow()).isZero();
            try (SocketChannel client = connect(server)) {
                assertThat(selector.select()).isEqualTo(1);
                assertThat(accept.isAcceptable()).isTrue();
                SocketChannel accepted = server.accept();
                accepted.configureBlocking(false);
                selector.selectedKeys().clear();
                assertThat(accepted.read(ByteBuffer.allocate(1))).isZero();
                SelectionKey both = accepted.register(selector, READ_WRITE, "mine");
                assertThat(selector.select()).isEqualTo(1);
                assertThat(both.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
                assertThat(both.attachment()).isEqualTo("mine");
                assertThat(both.attach("yours")).isEqualTo("mine");
                assertThat(both.channel()).isSameAs(accepted);
                assertThat(both.selector()).isSameAs(selector);
                assertThat(accepted.keyFor(selector)).isSameAs(both);
                both.interestOps(SelectionKey.OP_READ);
                client.write(bytes("x"));
                selector.selectedKeys().clear();
                assertThat(selector.select()).isEqualTo(1);
                assertThat(both.isReadable()).isTrue();
                accepted.close();
            }
        }
    }

    @Test
    void readySetsGrowUntilTheKeyIsRemoved() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, READ_WRITE);
            assertThat(selector.selectNow()).isEqualTo(1);
            assertThat(selector.selectNow()).isZero(); // nothing new about it
            pair.server().write(bytes("x"));
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(READ_WRITE);
            assertThat(read(pair.client(), 1)).isEqualTo("x");
            assertThat(selector.selectNow()).isZero();
            assertThat(key.readyOps()).isEqualTo(READ_WRITE); // not taken back
            selector.selectedKeys().remove(key);
            assertThat(selector.selectNow()).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
        }
    }

    @Test
    void aKeyIsReadyForAsLongAsItIsReadable() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_READ);
            pair.server().write(bytes("ab"));
            for (int i = 0; i < 3; i++) {
                assertThat(selector.select()).isEqualTo(1);
                assertThat(key.isReadable()).isTrue();
                selector.selectedKeys().clear();
            }
            assertThat(read(pair.client(), 2)).isEqualTo("ab");
            assertThat(selector.selectNow()).isZero();
            pair.server().shutdownOutput();
            assertThat(selector.select()).isEqualTo(1); // the end is to be read
            assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aResetIsReadable() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            register(pair.client(), selector, SelectionKey.OP_READ);
            pair.server().socket().setSoLinger(true, 0);
            pair.server().close();
            assertThat(selector.select()).isEqualTo(1);
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).hasMessage("Connection reset");
        }
    }

    @Test
    void actionsInsteadOfSelectedKeys() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_WRITE);
            List<SelectionKey> seen = new ArrayList<>();
            assertThat(selector.select(seen::add)).isEqualTo(1);
            assertThat(selector.select(seen::add, 10)).isEqualTo(1);
            assertThat(selector.selectNow(seen::add)).isEqualTo(1);
            assertThat(seen).containsExactly(key, key, key);
            assertThat(selector.selectedKeys()).isEmpty();
            assertThatThrownBy(() -> selector.select(any -> {
                        throw new IllegalArgumentException("mine");
                    }))
                    .hasMessage("mine");
            assertThatThrownBy(() -> selector.select(any -> quietly(selector::selectNow)))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> selector.select(any -> quietly(() -> {
                        selector.close();
                        return 0;
                    })))
                    .isInstanceOf(ClosedSelectorException.class);
            assertThatThrownBy(() -> selector.select(any -> {}, -1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aKeyThatIsCancelledStaysUntilTheNextSelect() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_WRITE);
            assertThat(selector.selectNow()).isEqualTo(1);
            key.cancel();
            key.cancel();
            assertThat(key.isValid()).isFalse();
            assertThatThrownBy(key::interestOps).isInstanceOf(CancelledKeyException.class);
            assertThatThrownBy(() -> key.interestOps(0)).isInstanceOf(CancelledKeyException.class);
            assertThatThrownBy(key::readyOps).isInstanceOf(CancelledKeyException.class);
            assertThatThrownBy(key::isWritable).isInstanceOf(CancelledKeyException.class);
            assertThat(key.channel()).isSameAs(pair.client());
            assertThat(selector.keys()).contains(key);
            assertThat(pair.client().isRegistered()).isTrue();
            assertThatThrownBy(() -> pair.client().register(selector, SelectionKey.OP_READ))
                    .isInstanceOf(CancelledKeyException.class);
            assertThat(selector.selectNow()).isZero();
            assertThat(selector.keys()).doesNotContain(key);
            assertThat(selector.selectedKeys()).doesNotContain(key);
            assertThat(pair.client().isRegistered()).isFalse();
            assertThat(pair.client().register(selector, SelectionKey.OP_WRITE)).isNotSameAs(key);
            assertThat(selector.selectNow()).isEqualTo(1);
        }
    }

    @Test
    void registeringAgainChangesTheKey() throws IOException {
        try (Selector selector = selector();
                Selector other = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_READ);
            assertThat(pair.client().register(selector, SelectionKey.OP_WRITE, "now"))
                    .isSameAs(key);
            assertThat(key.interestOps()).isEqualTo(SelectionKey.OP_WRITE);
            assertThat(key.attachment()).isEqualTo("now");
            assertThat(key.interestOpsOr(SelectionKey.OP_READ)).isEqualTo(SelectionKey.OP_WRITE);
            assertThat(key.interestOpsAnd(~SelectionKey.OP_WRITE)).isEqualTo(READ_WRITE);
            assertThat(key.interestOps()).isEqualTo(SelectionKey.OP_READ);
            assertThatThrownBy(() -> key.interestOps(SelectionKey.OP_ACCEPT))
                    .isInstanceOf(IllegalArgumentException.class);
            SelectionKey second = pair.client().register(other, SelectionKey.OP_WRITE);
            assertThat(second).isNotSameAs(key);
            assertThat(other.select()).isEqualTo(1);
            assertThat(selector.selectNow()).isZero();
        }
    }

    @Test
    void aChannelThatIsClosedLeavesItsSelector() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_WRITE);
            assertThat(selector.selectNow()).isEqualTo(1);
            pair.client().close();
            assertThat(key.isValid()).isFalse();
            assertThat(selector.selectNow()).isZero();
            assertThat(selector.keys()).isEmpty();
            assertThat(selector.selectedKeys()).isEmpty();
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThatThrownBy(() -> pair.client().register(selector, SelectionKey.OP_READ))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void aChannelClosedByItsActionIsFine() throws IOException {
        try (Selector selector = selector();
                Pair one = pair();
                Pair two = pair()) {
            register(one.client(), selector, SelectionKey.OP_WRITE);
            register(two.client(), selector, SelectionKey.OP_WRITE);
            AtomicInteger calls = new AtomicInteger();
            selector.select(key -> quietly(() -> {
                one.client().close();
                two.client().close();
                return calls.incrementAndGet();
            }));
            assertThat(calls).hasValueBetween(1, 2);
            assertThat(selector.selectNow()).isZero();
            assertThat(selector.keys()).isEmpty();
        }
    }

    @Test
    void blockingModesAndRegistration() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            assertThatThrownBy(() -> pair.client().register(selector, SelectionKey.OP_READ))
                    .isInstanceOf(IllegalBlockingModeException.class);
            pair.client().configureBlocking(false);
            assertThatThrownBy(() -> pair.client().register(selector, SelectionKey.OP_ACCEPT))
                    .isInstanceOf(IllegalArgumentException.class);
            SelectionKey key = pair.client().register(selector, SelectionKey.OP_READ);
            assertThatThrownBy(() -> pair.client().configureBlocking(true))
                    .isInstanceOf(IllegalBlockingModeException.class);
            selector.selectNow();
            key.cancel();
            pair.client().configureBlocking(true); // as HttpServer does, without a select in between
            pair.server().write(bytes("y"));
            assertThat(read(pair.client(), 1)).isEqualTo("y");
            pair.client().configureBlocking(false);
            selector.selectNow();
            pair.server().write(bytes("z"));
            pair.client().register(selector, SelectionKey.OP_READ);
            assertThat(selector.select()).isEqualTo(1);
        }
    }

    @Test
    void wakeupsAreRememberedOnce() throws IOException {
        try (Selector selector = selector()) {
            selector.wakeup();
            assertThat(selector.wakeup()).isSameAs(selector);
            assertThat(selector.select()).isZero();
            assertThat(selector.select(1)).isZero(); // the time is over, nobody woke it
            selector.wakeup();
            assertThat(selector.selectNow()).isZero();
            assertThat(selector.select(1)).isZero();
            assertThatThrownBy(() -> selector.select(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void noWakeupIsLostInAStorm() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            register(pair.client(), selector, SelectionKey.OP_READ);
            AtomicInteger sent = new AtomicInteger();
            Future<Integer> waker = elsewhere(() -> {
                for (int i = 0; i < 2000; i++) {
                    sent.incrementAndGet();
                    selector.wakeup();
                    if (i % 3 == 0) {
                        Thread.onSpinWait();
                    }
                }
                return sent.get();
            });
            // Each select() ends by a wake-up: if the last one were lost, it would wait forever.
            int seen = 0;
            while (seen < 2000) {
                assertThat(selector.select()).isZero();
                seen = sent.get();
            }
            assertThat(waker.get()).isEqualTo(2000);
        }
    }

    @Test
    void whatBecomesReadyWhileItSelectsEndsIt() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            register(pair.client(), selector, SelectionKey.OP_READ);
            for (int i = 0; i < 200; i++) {
                CountDownLatch ready = new CountDownLatch(1);
                Future<Integer> selected = elsewhere(() -> {
                    ready.countDown();
                    return selector.select();
                });
                ready.await();
                pair.server().write(bytes("x"));
                assertThat(selected.get()).isEqualTo(1);
                selector.selectedKeys().clear();
                assertThat(read(pair.client(), 1)).isEqualTo("x");
            }
        }
    }

    @Test
    void whatCameBeforeFinishConnectIsReadableAfterIt() throws IOException {
        try (Selector selector = selector();
                ServerSocketChannel server = listen();
                SocketChannel client = socket()) {
            client.configureBlocking(false);
            boolean connected = client.connect(server.getLocalAddress());
            SelectionKey key = client.register(selector, SelectionKey.OP_READ);
            try (SocketChannel accepted = server.accept()) {
                accepted.write(bytes("x"));
                if (!connected) {
                    assertThat(selector.selectNow()).isZero();
                    while (!client.finishConnect()) {
                        Thread.onSpinWait();
                    }
                }
                assertThat(selector.select()).isEqualTo(1);
                assertThat(key.isReadable()).isTrue();
            }
        }
    }

    /** If a change were lost, select() would wait forever. */
    @Test
    void threadsMayChangeAtOnceWhatIsAskedFor() throws Exception {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, 0);
            for (int i = 0; i < 300; i++) {
                Future<Integer> write = elsewhere(() -> key.interestOpsOr(SelectionKey.OP_WRITE));
                Future<Integer> read = elsewhere(() -> key.interestOpsOr(SelectionKey.OP_READ));
                assertThat(write.get() | read.get()).isBetween(0, READ_WRITE);
                assertThat(selector.select()).isEqualTo(1);
                assertThat(key.isWritable()).isTrue();
                selector.selectedKeys().clear();
                key.interestOps(0);
            }
        }
    }

    @Test
    void itsSetsAreViews() throws IOException {
        try (Selector selector = selector();
                Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_WRITE);
            assertThatThrownBy(() -> selector.keys().add(key)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> selector.keys().remove(key)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> selector.selectedKeys().add(key))
                    .isInstanceOf(UnsupportedOperationException.class);
            selector.selectNow();
            assertThat(selector.selectedKeys()).containsExactly(key);
            var keys = selector.selectedKeys().iterator();
            keys.next();
            keys.remove();
            assertThat(selector.selectedKeys()).isEmpty();
        }
    }

    @Test
    void aClosedSelectorEndsEverything() throws Exception {
        Selector selector = selector();
        try (Pair pair = pair()) {
            SelectionKey key = register(pair.client(), selector, SelectionKey.OP_READ);
            Throwable ended = thrownBy(
                    Thread.ofPlatform().daemon(),
                    () -> {
                        throw new IllegalStateException("selected " + selector.select());
                    },
                    thread -> selector.close());
            assertThat(ended).hasMessage("selected 0");
            selector.close();
            assertThat(selector.isOpen()).isFalse();
            assertThat(key.isValid()).isFalse();
            assertThat(pair.client().isOpen()).isTrue();
            assertThat(pair.client().keyFor(selector)).isNull();
            assertThatThrownBy(selector::select).isInstanceOf(ClosedSelectorException.class);
            assertThatThrownBy(selector::selectNow).isInstanceOf(ClosedSelectorException.class);
            assertThatThrownBy(selector::keys).isInstanceOf(ClosedSelectorException.class);
            assertThatThrownBy(selector::selectedKeys).isInstanceOf(ClosedSelectorException.class);
            assertThatThrownBy(() -> pair.client().register(selector, 0)).isInstanceOf(ClosedSelectorException.class);
            assertThat(selector.wakeup()).isSameAs(selector);
            pair.client().configureBlocking(true);
        }
    }

    @Test
    void anInterruptEndsASelectAndStays() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (Selector selector = selector()) {
                Throwable interrupted = thrownBy(
                        builder,
                        () -> {
                            selector.select();
                            throw new IllegalStateException(
                                    "interrupted " + Thread.currentThread().isInterrupted());
                        },
                        Thread::interrupt);
                assertThat(interrupted).hasMessage("interrupted true");
                assertThat(selector.isOpen()).isTrue();
            }
        }
    }

    @Test
    void keysOfManyChannelsAreToldAtOnce() throws IOException {
        List<Pair> pairs = new ArrayList<>();
        try (Selector selector = selector()) {
            for (int i = 0; i < 50; i++) {
                Pair pair = pair();
                pairs.add(pair);
                register(pair.client(), selector, SelectionKey.OP_READ);
                if (i % 2 == 0) {
                    pair.server().write(bytes("x"));
                }
            }
            int told = 0;
            while (told < 25) {
                told += selector.select();
            }
            assertThat(told).isEqualTo(25);
            assertThat(selector.selectedKeys()).hasSize(25);
            assertThat(selector.keys()).hasSize(50);
        } finally {
            for (Pair pair : pairs) {
                pair.close();
            }
        }
    }
}

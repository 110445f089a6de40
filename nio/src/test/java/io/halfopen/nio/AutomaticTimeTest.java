package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is woken keeps automatic time from going on until it has come, and no longer. */
@Timeout(60)
class AutomaticTimeTest {
    private static Network automatic() {
        return Network.builder().time(NetworkTime.automatic()).open();
    }

    private static CompletableFuture<Integer> select(Selector selector) {
        CompletableFuture<Integer> selected = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                selected.complete(selector.select());
            } catch (IOException | ClosedSelectorException failed) {
                selected.completeExceptionally(failed);
            }
        });
        return selected;
    }

    /** The timeout interrupts. */
    private static void awaitNobodyAwaited(Network net) throws InterruptedException {
        while (net.engine().awaited() > 0) {
            Thread.sleep(1);
        }
    }

    /** Data that nobody asks for wakes a selector, which waits on: that a thread of it has come is said all the same. */
    @Test
    void aSelectorThatWaitsOnAfterNewsIsNotAwaited() throws Exception {
        try (Network net = automatic();
                Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            InetSocketAddress address =
                    new InetSocketAddress(net.host("a").addresses().getFirst(), 80);
            server.bind(address);
            try (SocketChannel client = SocketChannel.open(address);
                    SocketChannel accepted = server.accept()) {
                accepted.configureBlocking(false);
                SelectionKey key = accepted.register(selector, 0);
                CompletableFuture<Integer> selected = select(selector);
                for (int i = 0; i < 100; i++) {
                    assertThat(client.write(ByteBuffer.wrap(new byte[1]))).isEqualTo(1);
                    awaitNobodyAwaited(net);
                }
                assertThat(selected).isNotDone();
                key.interestOps(SelectionKey.OP_READ);
                assertThat(selected.get(30, TimeUnit.SECONDS)).isEqualTo(1);
                awaitNobodyAwaited(net);
            }
        }
    }

    @Test
    void norIsOneThatIsClosed() throws Exception {
        try (Network net = automatic()) {
            Selector selector = Selector.open();
            CompletableFuture<Integer> selected = select(selector);
            selector.wakeup();
            selected.get(30, TimeUnit.SECONDS);
            CompletableFuture<Integer> closed = select(selector);
            selector.close();
            assertThat(closed.handle((keys, failed) -> true).get(30, TimeUnit.SECONDS))
                    .isTrue();
            awaitNobodyAwaited(net);
        }
    }
}

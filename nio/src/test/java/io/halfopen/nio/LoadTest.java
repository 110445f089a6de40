package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads, selectors, connections and networks. A wake-up that is lost is a test that never ends. */
@Timeout(120)
@SuppressWarnings("AddressSelection") // a name has one address here
class LoadTest {
    private static final int PORT = 7000;

    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    private Network net;

    @BeforeEach
    void open() {
        net = Network.open();
        net.host("echo");
    }

    @AfterEach
    void close() {
        net.close();
        threads.shutdownNow();
    }

    /** Answers every octet with itself, by selectors of its own, until the network is closed. */
    private void serve(int loops) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("echo", PORT), 1000);
        List<Selector> selectors = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            Selector selector = Selector.open();
            selectors.add(selector);
            Future<?> unused = threads.submit(() -> echo(selector));
        }
        Future<?> unused = threads.submit(() -> {
            for (int i = 0; ; i++) {
                SocketChannel accepted = server.accept();
                accepted.configureBlocking(false);
                Selector selector = selectors.get(i % loops);
                accepted.register(selector, SelectionKey.OP_READ);
                selector.wakeup();
            }
        });
    }

    private static @Nullable Void echo(Selector selector) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        while (!Thread.currentThread().isInterrupted()) { // with the test's end; select() does not wait then
            selector.select(key -> {
                try {
                    SocketChannel channel = (SocketChannel) key.channel();
                    if (channel.read(buffer.clear()) < 0) {
                        channel.close();
                    } else {
                        channel.write(buffer.flip());
                    }
                } catch (IOException over) {
                    key.cancel();
                }
            });
        }
        selector.close();
        return null;
    }

    /** So many connections of one selector, each of which sends an octet when the last one has come back. */
    private static int ask(int connections, int rounds) throws IOException {
        int answers = 0;
        List<SocketChannel> channels = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = SocketChannel.open();
                channels.add(channel);
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress("echo", PORT));
                channel.register(selector, SelectionKey.OP_CONNECT, new int[1]);
            }
            while (answers < connections * rounds) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    answers += answer(key, rounds);
                }
                selector.selectedKeys().clear();
            }
        } finally {
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
        return answers;
    }

    private static int answer(SelectionKey key, int rounds) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        int[] done = (int[]) key.attachment();
        if (key.isConnectable()) {
            channel.finishConnect();
            key.interestOps(SelectionKey.OP_READ);
            channel.write(ByteBuffer.wrap(new byte[] {1}));
            return 0;
        }
        if (channel.read(ByteBuffer.allocate(1)) == 1) {
            done[0]++;
            if (done[0] < rounds) {
                channel.write(ByteBuffer.wrap(new byte[] {1}));
            }
            return 1;
        }
        return 0;
    }

    @Test
    void noWakeUpIsLostAmongManySelectorsAndThreads() throws Exception {
        serve(3);
        List<Future<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(threads.submit(() -> ask(40, 50)));
        }
        for (Future<Integer> client : clients) {
            assertThat(client.get()).isEqualTo(2000);
        }
    }

    @Test
    void tenThousandConnectionsAtOnce() throws Exception {
        serve(2);
        assertThat(ask(10_000, 1)).isEqualTo(10_000);
    }

    @Test
    void networksThatAreClosedAreForgotten() throws Exception {
        net.close();
        List<WeakReference<Network>> closed = new ArrayList<>();
        int threadsBefore = Thread.activeCount();
        for (int i = 0; i < 500; i++) {
            try (Network each = Network.open()) {
                each.host("a").listen(80).accepts();
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("a", 80));
                closed.add(new WeakReference<>(each));
                assertThat(channel.isConnected()).isTrue(); // and is left open
            }
        }
        while (Thread.activeCount() > threadsBefore + 5) {
            ensureInTime("threads of networks that are closed go on");
        }
        while (closed.stream().filter(reference -> reference.get() != null).count() > 1) {
            ensureInTime("networks that are closed are kept");
            System.gc();
        }
    }

    /** The timeout interrupts. */
    private static void ensureInTime(String otherwise) {
        assertThat(Thread.interrupted()).as(otherwise).isFalse();
    }

    @Test
    void virtualThreadsThatWaitPinNoCarrier(@TempDir java.nio.file.Path dir) throws Exception {
        serve(1);
        List<CompletableFuture<Integer>> done = new ArrayList<>();
        java.nio.file.Path file = dir.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold();
            recording.start();
            for (int i = 0; i < 200; i++) {
                CompletableFuture<Integer> each = new CompletableFuture<>();
                done.add(each);
                Thread.ofVirtual().start(() -> askAndWait(each));
            }
            for (CompletableFuture<Integer> each : done) {
                assertThat(each.get()).isEqualTo(20);
            }
            recording.dump(file);
        }
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            assertThat(String.valueOf(event.getStackTrace())).doesNotContain("io.halfopen");
        }
    }

    private static void askAndWait(CompletableFuture<Integer> done) {
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("echo", PORT))) {
            int answers = 0;
            while (answers < 20) {
                channel.write(ByteBuffer.wrap(new byte[] {1}));
                answers += channel.read(ByteBuffer.allocate(1));
            }
            done.complete(answers);
        } catch (IOException failed) {
            done.completeExceptionally(failed);
        }
    }
}

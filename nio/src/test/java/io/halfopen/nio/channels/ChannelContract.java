package io.halfopen.nio.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every provider has to do, said with java.nio and java.net alone. */
@Timeout(20)
@SuppressWarnings("try") // what close() does is what many of these are about
abstract class ChannelContract {
    abstract SelectorProvider provider();

    /** A port of 0 and an address on which a server may listen. */
    abstract InetSocketAddress anyPort();

    private ServerSocketChannel listen() throws IOException {
        return provider().openServerSocketChannel().bind(anyPort());
    }

    private SocketChannel connect(ServerSocketChannel server) throws IOException {
        SocketChannel client = provider().openSocketChannel();
        assertThat(client.connect(server.getLocalAddress())).isTrue();
        return client;
    }

    private record Pair(SocketChannel client, SocketChannel server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private Pair pair() throws IOException {
        try (ServerSocketChannel server = listen()) {
            SocketChannel client = connect(server);
            return new Pair(client, server.accept());
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static String read(SocketChannel from, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining() && from.read(target) >= 0) {}
        return new String(target.array(), 0, target.position(), java.nio.charset.StandardCharsets.US_ASCII);
    }

    @Test
    void addressesMatch() throws IOException {
        try (Pair pair = pair()) {
            assertThat(pair.client().getLocalAddress()).isEqualTo(pair.server().getRemoteAddress());
            assertThat(pair.client().getRemoteAddress()).isEqualTo(pair.server().getLocalAddress());
            assertThat(pair.client().isConnected()).isTrue();
            assertThat(pair.client().socket().getPort())
                    .isEqualTo(pair.server().socket().getLocalPort());
        }
    }

    @Test
    void gatheringWriteAndScatteringRead() throws IOException {
        try (Pair pair = pair()) {
            assertThat(pair.client().write(new ByteBuffer[] {bytes("ab"), bytes(""), bytes("cde")}))
                    .isEqualTo(5);
            ByteBuffer first = ByteBuffer.allocate(3);
            ByteBuffer second = ByteBuffer.allocateDirect(10);
            long read = pair.server().read(new ByteBuffer[] {first, second});
            assertThat(read).isEqualTo(5);
            assertThat(second.position()).isEqualTo(2);
        }
    }

    @Test
    void aHalfClosedConnectionStillCarriesTheOtherDirection() throws IOException {
        try (Pair pair = pair()) {
            pair.client().write(bytes("question"));
            pair.client().shutdownOutput();
            assertThat(read(pair.server(), 100)).isEqualTo("question");
            pair.server().write(bytes("answer"));
            pair.server().close();
            assertThat(read(pair.client(), 100)).isEqualTo("answer");
            assertThatThrownBy(() -> pair.client().write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void megabytesArriveAsTheyWereSent() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (Pair pair = pair()) {
            CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
                try {
                    return pair.client().write(ByteBuffer.wrap(sent));
                } catch (IOException failed) {
                    throw new java.io.UncheckedIOException(failed);
                }
            });
            ByteBuffer received = ByteBuffer.allocate(sent.length);
            while (received.hasRemaining()) {
                assertThat(pair.server().read(received)).isPositive();
            }
            assertThat(received.array()).isEqualTo(sent);
            assertThat(writer.get()).isEqualTo(sent.length);
        }
    }

    @Test
    void nobodyListensThere() throws IOException {
        InetSocketAddress gone;
        try (ServerSocketChannel server = listen()) {
            gone = (InetSocketAddress) server.getLocalAddress();
        }
        SocketChannel client = provider().openSocketChannel();
        assertThatThrownBy(() -> client.connect(gone))
                .isExactlyInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void stateExceptionsAreTheDocumentedOnes() throws IOException {
        try (SocketChannel client = provider().openSocketChannel();
                ServerSocketChannel server = provider().openServerSocketChannel()) {
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(() -> client.write(bytes("x"))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(client::finishConnect).isInstanceOf(NoConnectionPendingException.class);
            assertThatThrownBy(client::shutdownOutput).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(server::accept).isInstanceOf(NotYetBoundException.class);
            server.bind(anyPort());
            assertThatThrownBy(() -> server.bind(anyPort())).isInstanceOf(AlreadyBoundException.class);
            try (ServerSocketChannel second = provider().openServerSocketChannel()) {
                assertThatThrownBy(() -> second.bind(server.getLocalAddress()))
                        .isExactlyInstanceOf(BindException.class)
                        .hasMessage("Address already in use");
            }
            client.close();
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(client::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void optionsAreReadAsTheyWereSet() throws IOException {
        try (Pair pair = pair();
                SocketChannel fresh = provider().openSocketChannel()) {
            for (SocketChannel channel : new SocketChannel[] {pair.client(), fresh}) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
                channel.setOption(StandardSocketOptions.SO_SNDBUF, 30_000);
                channel.setOption(StandardSocketOptions.SO_LINGER, 5);
                assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
                assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE))
                        .isTrue();
                assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(20_000);
                assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(30_000);
                assertThat(channel.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(5);
                channel.setOption(StandardSocketOptions.SO_LINGER, -1);
                assertThat(channel.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true))
                        .isInstanceOf(UnsupportedOperationException.class);
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void aLingerOfZeroResetsThePeer() throws IOException {
        try (Pair pair = pair()) {
            pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
            pair.client().close();
            assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
        }
    }

    @Test
    void aSelectorTellsOfAcceptConnectReadAndWrite() throws IOException {
        try (Selector selector = provider().openSelector();
                ServerSocketChannel server = listen();
                SocketChannel client = provider().openSocketChannel()) {
            server.configureBlocking(false);
            assertThat(server.accept()).isNull();
            SelectionKey accept = server.register(selector, SelectionKey.OP_ACCEPT);
            client.configureBlocking(false);
            boolean connected = client.connect(server.getLocalAddress());
            if (!connected) {
                SelectionKey connect = client.register(selector, SelectionKey.OP_CONNECT);
                while (!connect.isConnectable()) {
                    selector.select(1000);
                }
                assertThat(client.finishConnect()).isTrue();
            }
            while (!accept.isAcceptable()) {
                selector.select(1000);
            }
            try (SocketChannel accepted = server.accept()) {
                accepted.configureBlocking(false);
                selector.selectedKeys().clear();
                assertThat(accepted.read(ByteBuffer.allocate(1))).isZero();
                SelectionKey both = accepted.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE, "mine");
                assertThat(selector.select(1000)).isPositive();
                assertThat(both.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
                assertThat(both.attachment()).isEqualTo("mine");
                both.interestOps(SelectionKey.OP_READ);
                client.write(bytes("x"));
                selector.selectedKeys().clear();
                assertThat(selector.select(1000)).isEqualTo(1);
                assertThat(both.isReadable()).isTrue();
                assertThat(selector.selectNow()).isZero(); // selected already
                selector.selectedKeys().clear();
                assertThat(selector.selectNow()).isEqualTo(1); // still readable
                both.cancel();
                assertThatThrownBy(both::interestOps).isInstanceOf(CancelledKeyException.class);
                assertThat(selector.selectNow()).isZero();
                assertThat(selector.keys()).doesNotContain(both);
            }
        }
    }

    @Test
    void aBlockingChannelCannotBeRegisteredAndARegisteredOneCannotBlock() throws IOException {
        try (Selector selector = provider().openSelector();
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
        }
    }

    @Test
    void wakeupAndCloseEndASelect() throws Exception {
        Selector selector = provider().openSelector();
        selector.wakeup();
        assertThat(selector.select()).isZero();
        CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                selector.select();
                return new AssertionError("not closed");
            } catch (ClosedSelectorException | IOException closed) {
                return closed;
            }
        });
        Thread.sleep(50);
        selector.close();
        assertThat(waiting.get()).isNotNull();
        assertThatThrownBy(selector::select).isInstanceOf(ClosedSelectorException.class);
    }

    private static Throwable thrownBy(Thread.Builder builder, java.util.concurrent.Callable<?> call, Hook hook)
            throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = builder.start(() -> {
            try {
                call.call();
            } catch (Throwable expected) {
                thrown.set(expected);
            }
        });
        Thread.sleep(50);
        hook.run(thread);
        thread.join();
        return thrown.get();
    }

    private interface Hook {
        void run(Thread thread) throws Exception;
    }

    @Test
    void interruptsAndClosesEndWhatBlocks() throws Exception {
        for (Thread.Builder builder : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            try (Pair one = pair();
                    Pair two = pair();
                    ServerSocketChannel server = listen();
                    ServerSocketChannel other = listen()) {
                ByteBuffer target = ByteBuffer.allocate(1);
                assertThat(thrownBy(builder, () -> one.client().read(target), Thread::interrupt))
                        .isInstanceOf(ClosedByInterruptException.class);
                assertThat(one.client().isOpen()).isFalse();
                assertThat(thrownBy(
                                builder,
                                () -> two.client().read(target),
                                thread -> two.client().close()))
                        .isExactlyInstanceOf(AsynchronousCloseException.class);
                assertThat(thrownBy(builder, server::accept, Thread::interrupt))
                        .isInstanceOf(ClosedByInterruptException.class);
                assertThat(thrownBy(builder, other::accept, thread -> other.close()))
                        .isExactlyInstanceOf(AsynchronousCloseException.class);
            }
        }
    }

    @Test
    void theAdaptorsTimeOut() throws IOException {
        try (ServerSocketChannel server = listen();
                Pair pair = pair()) {
            server.socket().setSoTimeout(30);
            assertThatThrownBy(() -> server.socket().accept())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
            Socket socket = pair.client().socket();
            socket.setSoTimeout(30);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Read timed out");
            pair.server().write(bytes("z"));
            assertThat(socket.getInputStream().read()).isEqualTo('z');
            socket.shutdownOutput();
            assertThat(pair.server().socket().getInputStream().read()).isEqualTo(-1);
            socket.close();
            assertThatThrownBy(socket::getInputStream)
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket is closed");
        }
    }

    @Test
    void filesAreTransferred() throws IOException {
        java.nio.file.Path file = java.nio.file.Files.createTempFile("halfopen", "");
        try (Pair pair = pair();
                java.nio.channels.FileChannel channel = java.nio.channels.FileChannel.open(file)) {
            java.nio.file.Files.write(file, new byte[20_000]);
            assertThat(channel.transferTo(0, 20_000, pair.client())).isEqualTo(20_000);
            assertThat(read(pair.server(), 20_000)).hasSize(20_000);
        } finally {
            java.nio.file.Files.delete(file);
        }
    }
}

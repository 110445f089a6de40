package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.WritePendingException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** AsynchronousSocketChannel, AsynchronousServerSocketChannel and AsynchronousChannelGroup. */
@SuppressWarnings("try") // what close() does is what many of these are about
class AsynchronousContractTest extends Contract {
    private record Ends(AsynchronousSocketChannel client, AsynchronousSocketChannel server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private AsynchronousServerSocketChannel asyncServer() throws IOException {
        return side.asynchronous().openAsynchronousServerSocketChannel(null);
    }

    private AsynchronousSocketChannel asyncSocket() throws IOException {
        return side.asynchronous().openAsynchronousSocketChannel(null);
    }

    private Ends ends() throws Exception {
        try (AsynchronousServerSocketChannel server = asyncServer().bind(side.anyPort())) {
            Future<AsynchronousSocketChannel> accepted = server.accept();
            AsynchronousSocketChannel client = asyncSocket();
            assertThat(client.connect(server.getLocalAddress()).get()).isNull();
            return new Ends(client, accepted.get());
        }
    }

    /** A handler that completes a future. */
    private static <V> CompletionHandler<V, CompletableFuture<V>> handler() {
        return new CompletionHandler<>() {
            @Override
            public void completed(V result, CompletableFuture<V> future) {
                future.complete(result);
            }

            @Override
            public void failed(Throwable why, CompletableFuture<V> future) {
                future.completeExceptionally(why);
            }
        };
    }

    private static Throwable causeOf(Future<?> future) throws InterruptedException {
        try {
            return new AssertionError("it returned " + future.get());
        } catch (ExecutionException failed) {
            return Objects.requireNonNull(failed.getCause());
        }
    }

    @Test
    void aConversationWithFutures() throws Exception {
        try (Ends ends = ends()) {
            assertThat(ends.client().getLocalAddress()).isEqualTo(ends.server().getRemoteAddress());
            assertThat(ends.client().getRemoteAddress()).isEqualTo(ends.server().getLocalAddress());
            ByteBuffer target = ByteBuffer.allocate(10);
            Future<Integer> read = ends.server().read(target);
            assertThat(ends.client().write(bytes("hello")).get()).isEqualTo(5);
            assertThat(read.get()).isEqualTo(5);
            assertThat(ends.server().read(ByteBuffer.allocate(0)).get()).isZero();
            ends.client().shutdownOutput();
            ends.client().shutdownOutput();
            assertThat(ends.server().read(target).get()).isEqualTo(-1);
            assertThat(causeOf(ends.client().write(bytes("x")))).isInstanceOf(ClosedChannelException.class);
            ends.client().shutdownInput();
            assertThat(ends.client().read(target.clear()).get()).isEqualTo(-1);
        }
    }

    @Test
    void aConversationWithHandlers() throws Exception {
        try (AsynchronousServerSocketChannel server = asyncServer().bind(side.anyPort(), 5);
                AsynchronousSocketChannel client = asyncSocket()) {
            CompletableFuture<AsynchronousSocketChannel> accepted = new CompletableFuture<>();
            server.accept(accepted, handler());
            CompletableFuture<Void> connected = new CompletableFuture<>();
            client.connect(server.getLocalAddress(), connected, handler());
            assertThat(connected.get()).isNull();
            try (AsynchronousSocketChannel peer = accepted.get()) {
                CompletableFuture<Long> read = new CompletableFuture<>();
                ByteBuffer[] targets = {ByteBuffer.allocate(2), ByteBuffer.allocateDirect(10)};
                peer.read(targets, 0, 2, 0, TimeUnit.SECONDS, read, handler());
                CompletableFuture<Long> written = new CompletableFuture<>();
                ByteBuffer[] sources = {bytes("abc"), bytes("de")};
                client.write(sources, 0, 2, 0, TimeUnit.SECONDS, written, handler());
                assertThat(written.get()).isEqualTo(5);
                assertThat(read.get()).isBetween(1L, 5L);
                assertThat(targets[0].position()).isEqualTo(2);
            }
        }
    }

    @Test
    void megabytesArrive() throws Exception {
        int size = 5_000_000;
        try (Ends ends = ends()) {
            Future<Integer> written = elsewhere(() -> {
                ByteBuffer source = ByteBuffer.allocate(size);
                while (source.hasRemaining()) {
                    int unused = ends.client().write(source).get();
                }
                return source.position();
            });
            ByteBuffer target = ByteBuffer.allocate(100_000);
            for (int left = size; left > 0; ) {
                left -= ends.server().read(target.clear()).get();
            }
            assertThat(written.get()).isEqualTo(size);
        }
    }

    @Test
    void oneCallOfAKindAtATime() throws Exception {
        try (Ends ends = ends();
                AsynchronousServerSocketChannel server = asyncServer().bind(side.anyPort())) {
            Future<Integer> read = ends.client().read(ByteBuffer.allocate(1));
            assertThatThrownBy(() -> ends.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(ReadPendingException.class);
            Future<Integer> written = ends.client().write(ByteBuffer.allocate(100));
            while (written.isDone()) {
                written = ends.client().write(ByteBuffer.allocate(10_000_000));
            }
            assertThatThrownBy(() -> ends.client().write(bytes("x"))).isInstanceOf(WritePendingException.class);
            Future<AsynchronousSocketChannel> accepted = server.accept();
            assertThatThrownBy(server::accept).isInstanceOf(AcceptPendingException.class);
            ends.client().close();
            server.close();
            assertThat(causeOf(read)).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(causeOf(written)).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(causeOf(accepted)).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void aTimeoutEndsACallAndAllThatFollow() throws Exception {
        try (Ends ends = ends()) {
            CompletableFuture<Integer> read = new CompletableFuture<>();
            ends.client().read(ByteBuffer.allocate(1), 20, TimeUnit.MILLISECONDS, read, handler());
            assertThat(causeOf(read)).isExactlyInstanceOf(InterruptedByTimeoutException.class);
            assertThatThrownBy(() -> ends.client().read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("Reading not allowed due to timeout or cancellation");
            assertThat(ends.client().isOpen()).isTrue();
            assertThat(ends.client().write(bytes("x")).get()).isEqualTo(1);
        }
    }

    @Test
    void aCancelledCall() throws Exception {
        try (Ends ends = ends()) {
            Future<Integer> read = ends.client().read(ByteBuffer.allocate(1));
            assertThat(read.cancel(false)).isTrue();
            assertThat(read.isCancelled()).isTrue();
            assertThat(read.cancel(false)).isFalse();
            assertThatThrownBy(read::get).isInstanceOf(java.util.concurrent.CancellationException.class);
            assertThatThrownBy(() -> ends.client().read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(ends.client().isOpen()).isTrue();
            Future<Integer> other = ends.server().read(ByteBuffer.allocate(1));
            assertThat(other.cancel(true)).isTrue();
            assertThat(ends.server().isOpen()).isFalse();
        }
    }

    @Test
    void connectionsThatFail() throws Exception {
        InetSocketAddress gone = nobody();
        AsynchronousSocketChannel client = asyncSocket();
        assertThat(causeOf(client.connect(gone)))
                .isExactlyInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(client.isOpen()).isFalse();
        assertThat(causeOf(client.connect(gone))).isExactlyInstanceOf(ClosedChannelException.class);
        try (AsynchronousSocketChannel other = asyncSocket()) {
            assertThatThrownBy(() -> other.connect(InetSocketAddress.createUnresolved("server.invalid", 80)))
                    .isInstanceOf(UnresolvedAddressException.class);
            assertThatThrownBy(() -> other.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(() -> other.write(bytes("x"))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(other::shutdownInput).isInstanceOf(NotYetConnectedException.class);
            assertThat(other.getRemoteAddress()).isNull();
            assertThat(other.getLocalAddress()).isNull();
        }
    }

    @Test
    void aConnectThatWaitsIsEndedByClose() throws Exception {
        try (AsynchronousServerSocketChannel server = asyncServer().bind(side.anyPort(), 1);
                AsynchronousSocketChannel one = asyncSocket();
                AsynchronousSocketChannel two = asyncSocket();
                AsynchronousSocketChannel three = asyncSocket()) {
            SocketAddress address = server.getLocalAddress();
            assertThat(one.connect(address).get()).isNull();
            assertThat(two.connect(address).get()).isNull();
            Future<Void> waits = three.connect(address);
            assertThat(waits.isDone()).isFalse();
            assertThatThrownBy(() -> three.connect(address))
                    .isInstanceOf(java.nio.channels.ConnectionPendingException.class);
            three.close();
            assertThat(causeOf(waits)).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThatThrownBy(() -> two.connect(address)).isInstanceOf(AlreadyConnectedException.class);
        }
    }

    @Test
    void servers() throws Exception {
        try (AsynchronousServerSocketChannel server = asyncServer();
                AsynchronousServerSocketChannel second = asyncServer()) {
            assertThat(server.getLocalAddress()).isNull();
            assertThatThrownBy(server::accept).isInstanceOf(NotYetBoundException.class);
            server.bind(side.anyPort());
            assertThatThrownBy(() -> server.bind(side.anyPort())).isInstanceOf(AlreadyBoundException.class);
            assertThatThrownBy(() -> second.bind(server.getLocalAddress()))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessage("Address already in use");
            server.close();
            assertThat(causeOf(server.accept())).isExactlyInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(server::getLocalAddress).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void aResetIsTold() throws Exception {
        try (Ends ends = ends()) {
            Future<Integer> read = ends.client().read(ByteBuffer.allocate(1));
            Future<Integer> sent = ends.client().write(bytes("unread"));
            assertThat(sent.get()).isEqualTo(6);
            ends.server().close();
            assertThat(causeOf(read)).isInstanceOf(IOException.class).hasMessageContaining("Connection reset");
        }
    }

    @Test
    void optionsHold() throws Exception {
        try (Ends ends = ends();
                AsynchronousSocketChannel fresh = asyncSocket()) {
            for (AsynchronousSocketChannel channel : new AsynchronousSocketChannel[] {fresh, ends.client()}) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
                assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(20_000);
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_LINGER, 1))
                        .isInstanceOf(UnsupportedOperationException.class);
            }
            try (AsynchronousSocketChannel jdk = Side.JDK.asynchronous().openAsynchronousSocketChannel(null)) {
                assertThat(fresh.supportedOptions()).isEqualTo(jdk.supportedOptions());
            }
        } catch (SocketException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void groups() throws Exception {
        AsynchronousChannelGroup group = side.asynchronous()
                .openAsynchronousChannelGroup(
                        1, Thread.ofPlatform().daemon().name("of-the-group").factory());
        AsynchronousServerSocketChannel server =
                side.asynchronous().openAsynchronousServerSocketChannel(group).bind(side.anyPort());
        CompletableFuture<String> caller = new CompletableFuture<>();
        server.accept(null, new CompletionHandler<AsynchronousSocketChannel, Object>() {
            @Override
            public void completed(AsynchronousSocketChannel accepted, Object none) {
                caller.complete(Thread.currentThread().getName());
            }

            @Override
            public void failed(Throwable why, Object none) {
                caller.completeExceptionally(why);
            }
        });
        try (AsynchronousSocketChannel client = asyncSocket()) {
            assertThat(client.connect(server.getLocalAddress()).get()).isNull();
            assertThat(caller.get()).isEqualTo("of-the-group");
        }
        group.shutdown();
        assertThat(group.isShutdown()).isTrue();
        assertThat(group.isTerminated()).isFalse();
        assertThatThrownBy(() -> side.asynchronous().openAsynchronousSocketChannel(group))
                .isInstanceOf(ShutdownChannelGroupException.class);
        group.shutdownNow();
        assertThat(server.isOpen()).isFalse();
        assertThat(group.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(group.isTerminated()).isTrue();
    }

    @Test
    void aGroupOfAnExecutorEndsIt() throws Exception {
        var executor = Executors.newCachedThreadPool();
        AsynchronousChannelGroup group = side.asynchronous().openAsynchronousChannelGroup(executor, 0);
        AsynchronousSocketChannel channel = side.asynchronous().openAsynchronousSocketChannel(group);
        assertThat(channel.provider().getClass()).isEqualTo(side.asynchronous().getClass());
        group.shutdown();
        channel.close();
        assertThat(group.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(executor.isShutdown()).isTrue();
    }
}

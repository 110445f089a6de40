package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** Threads that block, and are interrupted or have their channel closed. */
@SuppressWarnings("try") // what close() does is what many of these are about
class InterruptContractTest extends Contract {
    /** A call that would wait for long. */
    private interface Waiting {
        Object call() throws Exception;
    }

    private static void bothWays(
            Thread.Builder builder, SocketChannel one, Waiting first, SocketChannel two, Waiting second)
            throws Exception {
        assertThat(thrownBy(builder, first::call, Thread::interrupt)).isInstanceOf(ClosedByInterruptException.class);
        assertThat(one.isOpen()).isFalse();
        assertThat(thrownBy(builder, second::call, thread -> two.close()))
                .isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    private static Object writeForever(SocketChannel channel) throws IOException {
        for (; ; ) {
            channel.write(ByteBuffer.allocate(40_000_000));
        }
    }

    @Test
    void reading() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (Pair one = pair();
                    Pair two = pair()) {
                ByteBuffer target = ByteBuffer.allocate(1);
                bothWays(
                        builder,
                        one.client(),
                        () -> one.client().read(target),
                        two.client(),
                        () -> two.client().read(new ByteBuffer[] {target}));
            }
        }
    }

    @Test
    void writing() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (Pair one = pair();
                    Pair two = pair()) {
                assertThat(thrownBy(builder, () -> writeForever(one.client()), Thread::interrupt))
                        .isInstanceOf(ClosedByInterruptException.class);
                // What was written before is told first, and then that the channel is closed.
                assertThat(thrownBy(
                                builder,
                                () -> writeForever(two.client()),
                                thread -> two.client().close()))
                        .isInstanceOf(ClosedChannelException.class);
            }
        }
    }

    @Test
    void accepting() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (ServerSocketChannel one = listen();
                    ServerSocketChannel two = listen()) {
                assertThat(thrownBy(builder, one::accept, Thread::interrupt))
                        .isInstanceOf(ClosedByInterruptException.class);
                assertThat(one.isOpen()).isFalse();
                assertThat(thrownBy(builder, two::accept, thread -> two.close()))
                        .isExactlyInstanceOf(AsynchronousCloseException.class);
            }
        }
    }

    @Test
    void connecting() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (ServerSocketChannel server = server().bind(side.anyPort(), 1);
                    SocketChannel full = connect(server);
                    SocketChannel too = connect(server);
                    SocketChannel one = socket();
                    SocketChannel two = socket()) {
                assertThat(full.isConnected() && too.isConnected()).isTrue();
                bothWays(
                        builder,
                        one,
                        () -> one.connect(server.getLocalAddress()),
                        two,
                        () -> two.connect(server.getLocalAddress()));
            }
        }
    }

    @Test
    void finishingAConnect() throws Exception {
        try (ServerSocketChannel server = server().bind(side.anyPort(), 1);
                SocketChannel full = connect(server);
                SocketChannel too = connect(server);
                SocketChannel client = socket()) {
            assertThat(full.isConnected() && too.isConnected()).isTrue();
            client.configureBlocking(false);
            client.connect(server.getLocalAddress());
            client.configureBlocking(true);
            assertThat(thrownBy(Thread.ofPlatform(), client::finishConnect, thread -> client.close()))
                    .isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void whoIsInterruptedAlreadyClosesAtOnce() throws Exception {
        try (Pair pair = pair();
                ServerSocketChannel server = listen()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(pair.client().isOpen()).isFalse();
            Thread.currentThread().interrupt();
            assertThatThrownBy(server::accept).isInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aChannelThatDoesNotBlockIsNotClosedByAnInterrupt() throws Exception {
        try (Pair pair = pair()) {
            pair.client().configureBlocking(false);
            Thread.currentThread().interrupt();
            assertThat(pair.client().read(ByteBuffer.allocate(1))).isZero();
            assertThat(pair.client().write(bytes("x"))).isEqualTo(1);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(pair.client().isOpen()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void readersAndWritersBlockAtTheSameTime() throws Exception {
        try (Pair pair = pair()) {
            var reader = elsewhere(() -> read(pair.client(), 3));
            var writer = elsewhere(() -> pair.client().write(ByteBuffer.allocate(20_000_000)));
            pair.server().write(bytes("abc"));
            assertThat(reader.get()).isEqualTo("abc");
            ByteBuffer target = ByteBuffer.allocate(1 << 20);
            for (int left = 20_000_000; left > 0; ) {
                left -= pair.server().read(target.clear());
            }
            assertThat(writer.get()).isEqualTo(20_000_000);
        }
    }
}

package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.nio.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every provider has to do, said with java.nio and java.net alone; the same facts of each {@link Side}. */
@ParameterizedClass(name = "{0}")
@EnumSource(Side.class)
@Timeout(30)
abstract class Contract {
    @Parameter
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Side side;

    private @Nullable Network net;

    @BeforeEach
    void open() {
        if (side == Side.NETWORK) {
            Network opened = Network.open();
            opened.host("server", "198.18.7.7", "2001:db8::7");
            net = opened;
        }
    }

    @AfterEach
    void close() {
        if (net != null) {
            net.close();
        }
    }

    Selector selector() throws IOException {
        return side.provider().openSelector();
    }

    SocketChannel socket() throws IOException {
        return side.provider().openSocketChannel();
    }

    ServerSocketChannel server() throws IOException {
        return side.provider().openServerSocketChannel();
    }

    ServerSocketChannel listen() throws IOException {
        return server().bind(side.anyPort());
    }

    SocketChannel connect(ServerSocketChannel server) throws IOException {
        SocketChannel client = socket();
        assertThat(client.connect(server.getLocalAddress())).isTrue();
        return client;
    }

    /** A port on which nobody listens. */
    InetSocketAddress nobody() throws IOException {
        try (ServerSocketChannel server = listen()) {
            return (InetSocketAddress) server.getLocalAddress();
        }
    }

    /** Both ends of a connection. */
    record Pair(SocketChannel client, SocketChannel server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    Pair pair() throws IOException {
        try (ServerSocketChannel server = listen()) {
            SocketChannel client = connect(server);
            return new Pair(client, server.accept());
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** So many octets, or fewer at the end. */
    static String read(SocketChannel from, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining() && from.read(target) >= 0) {}
        return new String(target.array(), 0, target.position(), StandardCharsets.US_ASCII);
    }

    /** What another thread returns. */
    static <T> CompletableFuture<T> elsewhere(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> complete(result, call));
        return result;
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> call) {
        try {
            result.complete(call.call());
        } catch (Throwable thrown) {
            result.completeExceptionally(thrown);
        }
    }

    /** Does something to a thread that waits. */
    interface Hook {
        void run(Thread thread) throws Exception;
    }

    /** What a call throws, in a thread of its own, when this is done to it while it waits. */
    static Throwable thrownBy(Thread.Builder builder, Callable<?> call, Hook hook) throws Exception {
        CompletableFuture<Object> result = new CompletableFuture<>();
        Thread thread = builder.start(() -> complete(result, () -> call.call()));
        awaitBlocked(thread);
        hook.run(thread);
        try {
            throw new AssertionError("it returned " + result.get());
        } catch (ExecutionException thrown) {
            return Objects.requireNonNull(thrown.getCause());
        }
    }

    static Thread.Builder[] kindsOfThreads() {
        return new Thread.Builder[] {Thread.ofPlatform().daemon(), Thread.ofVirtual()};
    }

    /** Until a thread is parked, or in a call of the operating system. */
    static void awaitBlocked(Thread thread) {
        while (thread.isAlive() && !isBlocked(thread)) {
            Thread.onSpinWait();
        }
    }

    private static boolean isBlocked(Thread thread) {
        Thread.State state = thread.getState();
        if (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING) {
            return true;
        }
        StackTraceElement[] frames = thread.getStackTrace();
        return frames.length > 0
                && frames[0].getClassName().startsWith("sun.nio.ch.")
                && WAITING_CALLS.contains(frames[0].getMethodName());
    }

    /** Of the JDK, in which the operating system waits. */
    private static final Set<String> WAITING_CALLS =
            Set.of("poll", "wait", "accept", "connect0", "read0", "readv0", "write0", "writev0");

    /** With unchecked exceptions, for lambdas. */
    static void quietly(Callable<?> call) {
        try {
            call.call();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}

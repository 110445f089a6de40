package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ReadPendingException;
import java.nio.channels.WritePendingException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What an asynchronous channel does with a socket of the network. */
final class AsynchronousStream {
    private final VirtualSocket socket;
    private final AsynchronousCalls calls;
    private final Runnable closeChannel;
    private final Transfer transfer = new Transfer();
    private final AsynchronousCalls.Slot reading = new AsynchronousCalls.Slot("Reading", ReadPendingException::new);
    private final AsynchronousCalls.Slot writing = new AsynchronousCalls.Slot("Writing", WritePendingException::new);
    private volatile boolean inputShut;
    private volatile boolean outputShut;
    private boolean reset;

    /** {@code closeChannel} closes the channel, whatever comes of it. */
    AsynchronousStream(VirtualSocket socket, Executor handlers, Runnable closeChannel) {
        this.socket = socket;
        this.closeChannel = closeChannel;
        calls = new AsynchronousCalls(socket, handlers);
    }

    /** What connect(2) began comes to its end. */
    <A> Future<Void> connect(
            AsynchronousCalls.Slot slot,
            Runnable whenConnected,
            @Nullable A attachment,
            @Nullable CompletionHandler<Void, ? super A> handler) {
        return calls.begin(
                slot,
                () -> {
                    int events = socket.poll();
                    if (events >= 0 && (events & (Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP)) == 0) {
                        return null;
                    }
                    int error = events < 0 ? events : socket.getsockopt(SocketOption.SO_ERROR);
                    if (error != 0) {
                        calls.forget(slot);
                        closeChannel.run();
                        throw Errors.ofCall(error);
                    }
                    whenConnected.run();
                    return new PendingCall.Result<>(null);
                },
                0,
                closeChannel,
                attachment,
                handler);
    }

    <A> Future<Integer> read(
            ByteBuffer target,
            long nanos,
            @Nullable A attachment,
            @Nullable CompletionHandler<Integer, ? super A> handler) {
        ByteBuffer[] targets = {target};
        return calls.begin(reading, () -> toInt(readNow(targets, 0, 1)), nanos, closeChannel, attachment, handler);
    }

    <A> Future<Long> read(
            ByteBuffer[] targets,
            int offset,
            int length,
            long nanos,
            @Nullable A attachment,
            @Nullable CompletionHandler<Long, ? super A> handler) {
        return calls.begin(reading, () -> readNow(targets, offset, length), nanos, closeChannel, attachment, handler);
    }

    private static PendingCall.@Nullable Result<Integer> toInt(PendingCall.@Nullable Result<Long> octets) {
        Long value = octets == null ? null : octets.value();
        return value == null ? null : new PendingCall.Result<>(value.intValue());
    }

    private PendingCall.@Nullable Result<Long> readNow(ByteBuffer[] targets, int offset, int length)
            throws IOException {
        if (reset) {
            throw Errors.ofRead(Errno.ECONNRESET);
        }
        if (inputShut) {
            return new PendingCall.Result<>(-1L);
        }
        long read = transfer.scatter(socket, targets, offset, length);
        if (read == -Errno.EAGAIN) {
            return null;
        }
        if (read < -1) {
            reset = read == -Errno.ECONNRESET;
            throw Errors.ofRead((int) read);
        }
        return new PendingCall.Result<>(read);
    }

    <A> Future<Integer> write(
            ByteBuffer source,
            long nanos,
            @Nullable A attachment,
            @Nullable CompletionHandler<Integer, ? super A> handler) {
        ByteBuffer[] sources = {source};
        return calls.begin(writing, () -> toInt(writeNow(sources, 0, 1)), nanos, closeChannel, attachment, handler);
    }

    <A> Future<Long> write(
            ByteBuffer[] sources,
            int offset,
            int length,
            long nanos,
            @Nullable A attachment,
            @Nullable CompletionHandler<Long, ? super A> handler) {
        return calls.begin(writing, () -> writeNow(sources, offset, length), nanos, closeChannel, attachment, handler);
    }

    private PendingCall.@Nullable Result<Long> writeNow(ByteBuffer[] sources, int offset, int length)
            throws IOException {
        if (outputShut) {
            throw new ClosedChannelException();
        }
        long written = transfer.gather(socket, sources, offset, length);
        if (written == -Errno.EAGAIN) {
            return null;
        }
        if (written < 0) {
            throw Errors.ofWrite((int) written);
        }
        return new PendingCall.Result<>(written);
    }

    void shutdown(int how) throws IOException {
        boolean already = how == Stack.SHUT_RD ? inputShut : outputShut;
        inputShut |= how == Stack.SHUT_RD;
        outputShut |= how == Stack.SHUT_WR;
        int result = already ? 0 : socket.shutdown(how);
        if (result < 0 && result != -Errno.ENOTCONN) {
            throw Errors.ofCall(result);
        }
        socket.wake();
    }

    void close() {
        calls.close();
    }
}

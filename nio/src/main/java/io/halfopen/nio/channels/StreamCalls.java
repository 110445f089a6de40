package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;

/** Reading and writing of a channel whose socket is the network's, with the channel's lock of the direction. */
final class StreamCalls {
    private static final int CHUNK = 16384;

    private final NetSocketChannel channel;
    private byte[] readChunk = {};
    private byte[] writeChunk = {};

    StreamCalls(NetSocketChannel channel) {
        this.channel = channel;
    }

    /** Octets; 0 if that would block, and -1 at the end. */
    long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        if (!channel.isBlocking()) {
            return open(scatter(targets, offset, length));
        }
        long read = 0;
        boolean waits = true;
        try {
            channel.beginBlocking();
            read = scatter(targets, offset, length);
            while (read == -Errno.EAGAIN && channel.isOpen() && waits) {
                waits = await(Poll.POLLIN, VirtualSocket.FOREVER);
                read = scatter(targets, offset, length);
            }
        } finally {
            channel.endBlocking(read >= 0 || read == -1);
        }
        return open(read);
    }

    int readWithin(ByteBuffer target, long nanos) throws IOException {
        ByteBuffer[] targets = {target};
        long read = scatter(targets, 0, 1);
        if (read == -Errno.EAGAIN && await(Poll.POLLIN, nanos)) {
            read = scatter(targets, 0, 1);
        }
        return (int) open(read);
    }

    /** What a call that is over returns; of a channel that was closed meanwhile an exception. */
    private long open(long result) throws IOException {
        if (result == -Errno.EBADF || !channel.isOpen()) {
            throw new AsynchronousCloseException();
        }
        if (result == -Errno.EAGAIN) {
            return 0;
        }
        if (result < -1) {
            throw Errors.ofRead((int) result);
        }
        return result;
    }

    private boolean await(int events, long nanos) {
        try {
            return channel.virtual().await(events, nanos) != 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Octets, -1 at the end, or a negated errno, none of which is 1. */
    private long scatter(ByteBuffer[] targets, int offset, int length) throws IOException {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer target = targets[i];
            if (target.isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
            while (target.hasRemaining()) {
                int read = readInto(target);
                if (read <= 0) {
                    return total > 0 ? total : read == 0 ? -1 : read;
                }
                total += read;
            }
        }
        return channel.isInputShut() && total == 0 ? -1 : total;
    }

    private int readInto(ByteBuffer target) {
        VirtualSocket socket = channel.virtual();
        if (target.hasArray()) {
            int read = socket.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
            target.position(target.position() + Math.max(0, read));
            return read;
        }
        if (readChunk.length == 0) {
            readChunk = new byte[CHUNK];
        }
        int read = socket.read(readChunk, 0, Math.min(CHUNK, target.remaining()));
        if (read > 0) {
            target.put(readChunk, 0, read);
        }
        return read;
    }

    /** Octets taken: all of them if the channel blocks. */
    long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (!channel.isBlocking()) {
            long written = gather(sources, offset, length);
            return written == -Errno.EAGAIN ? 0 : checked(written);
        }
        long total = 0;
        boolean done = false;
        try {
            channel.beginBlocking();
            long written = gather(sources, offset, length);
            while (written == -Errno.EAGAIN || written >= 0) {
                total += Math.max(0, written);
                if (!hasRemaining(sources, offset, length)
                        || !channel.isOpen()
                        || !await(Poll.POLLOUT, VirtualSocket.FOREVER)) {
                    break;
                }
                written = gather(sources, offset, length);
            }
            done = total > 0 || written >= 0;
            if (written < 0 && written != -Errno.EAGAIN && total == 0) {
                return checked(written);
            }
        } finally {
            channel.endBlocking(done);
        }
        return total;
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (sources[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    private long checked(long written) throws IOException {
        if (written == -Errno.EBADF) {
            throw new AsynchronousCloseException();
        }
        if (written < 0) {
            throw Errors.ofWrite((int) written);
        }
        return written;
    }

    private long gather(ByteBuffer[] sources, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer source = sources[i];
            // More will follow at once: what is left of this buffer need not go in a segment of its own.
            int flags = i + 1 < offset + length && sources[i + 1].hasRemaining() ? Stack.MSG_MORE : 0;
            while (source.hasRemaining()) {
                int written = writeFrom(source, flags);
                if (written < 0) {
                    return total > 0 ? total : written;
                }
                total += written;
            }
        }
        return total;
    }

    private int writeFrom(ByteBuffer source, int flags) {
        VirtualSocket socket = channel.virtual();
        if (source.hasArray()) {
            int written =
                    socket.send(source.array(), source.arrayOffset() + source.position(), source.remaining(), flags);
            source.position(source.position() + Math.max(0, written));
            return written;
        }
        if (writeChunk.length == 0) {
            writeChunk = new byte[CHUNK];
        }
        int length = Math.min(CHUNK, source.remaining());
        source.get(source.position(), writeChunk, 0, length);
        int written = socket.send(writeChunk, 0, length, length < source.remaining() ? Stack.MSG_MORE : flags);
        source.position(source.position() + Math.max(0, written));
        return written;
    }
}

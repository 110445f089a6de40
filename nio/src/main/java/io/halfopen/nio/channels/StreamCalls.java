package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;

/** Reading and writing of a channel whose socket is the network's, with the channel's lock of the direction. */
final class StreamCalls {
    private static final int CHUNK = 16384;

    private final NetSocketChannel channel;
    private final Patience patience;
    private boolean reset;
    private byte[] readChunk = {};
    private byte[] writeChunk = {};

    StreamCalls(NetSocketChannel channel, Patience patience) {
        this.channel = channel;
        this.patience = patience;
    }

    /** Octets; 0 if that would block, and -1 at the end. */
    long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        ensureNotReset();
        if (!channel.isBlocking()) {
            return checkedRead(scatter(targets, offset, length));
        }
        return readBlocking(targets, offset, length, VirtualSocket.FOREVER);
    }

    /** Octets, and -1 at the end. */
    int readWithin(ByteBuffer target, long nanos) throws IOException {
        ensureNotReset();
        ByteBuffer[] targets = {target};
        long read = readBlocking(targets, 0, 1, nanos);
        if (read == 0) {
            throw new SocketTimeoutException("Read timed out");
        }
        return (int) read;
    }

    private long readBlocking(ByteBuffer[] targets, int offset, int length, long nanos) throws IOException {
        long read = -Errno.EAGAIN;
        try {
            patience.begin();
            read = scatter(targets, offset, length);
            while (read == -Errno.EAGAIN
                    && channel.isOpen()
                    && patience.waitFor(channel.virtual(), Poll.POLLIN, nanos) > 0) {
                read = scatter(targets, offset, length);
            }
        } finally {
            patience.end(read >= -1);
        }
        return checkedRead(read);
    }

    /** Whose connection was reset learns that each time. */
    private void ensureNotReset() throws IOException {
        if (reset) {
            throw Errors.ofRead(Errno.ECONNRESET);
        }
    }

    /** What a call that is over returns; of a channel that was closed meanwhile an exception. */
    private long checkedRead(long result) throws IOException {
        if (result == -Errno.EBADF || !channel.isOpen()) {
            throw new AsynchronousCloseException();
        }
        if (result == -Errno.EAGAIN) {
            return 0;
        }
        if (result < -1) {
            reset = result == -Errno.ECONNRESET;
            throw Errors.ofRead((int) result);
        }
        return result;
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
            return written == -Errno.EAGAIN ? 0 : checkedWrite(written);
        }
        long total = 0;
        long written = -Errno.EAGAIN;
        try {
            patience.begin();
            written = gather(sources, offset, length);
            while (written == -Errno.EAGAIN || written >= 0) {
                total += Math.max(0, written);
                if (!hasRemaining(sources, offset, length)
                        || !channel.isOpen()
                        || patience.waitFor(channel.virtual(), Poll.POLLOUT, VirtualSocket.FOREVER) <= 0) {
                    break;
                }
                written = gather(sources, offset, length);
            }
        } finally {
            patience.end(total > 0 || written >= 0);
        }
        return total > 0 || written == -Errno.EAGAIN ? total : checkedWrite(written);
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (sources[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    private long checkedWrite(long written) throws IOException {
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

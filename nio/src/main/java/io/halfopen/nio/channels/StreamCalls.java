package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.function.IntSupplier;

/** Reading and writing of a channel whose socket is the network's, with the channel's lock of the direction. */
final class StreamCalls {
    private final NetSocketChannel channel;
    private final Patience patience;
    private boolean reset;
    private final Transfer transfer = new Transfer();

    StreamCalls(NetSocketChannel channel, Patience patience) {
        this.channel = channel;
        this.patience = patience;
    }

    /** Octets; 0 if that would block, and -1 at the end. */
    long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Transfer.requireWritable(targets, offset, length);
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
            IntSupplier scatter = () -> (int) scatter(targets, offset, length);
            read = patience.retry(channel.virtual(), scatter, Poll.POLLIN, nanos);
        } finally {
            patience.end(read >= -1);
        }
        return checkedRead(read);
    }

    private long scatter(ByteBuffer[] targets, int offset, int length) {
        long read = transfer.scatter(channel.virtual(), targets, offset, length);
        return channel.isInputShut() && read <= 0 ? -1 : read;
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

    /** Octets taken: all of them if the channel blocks. */
    long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (!channel.isBlocking()) {
            long written = transfer.gather(channel.virtual(), sources, offset, length);
            return written == -Errno.EAGAIN ? 0 : checkedWrite(written);
        }
        long total = 0;
        long written = -Errno.EAGAIN;
        try {
            patience.begin();
            written = transfer.gather(channel.virtual(), sources, offset, length);
            while (written == -Errno.EAGAIN || written >= 0) {
                total += Math.max(0, written);
                if (!Transfer.hasRemaining(sources, offset, length)
                        || !channel.isOpen()
                        || patience.waitFor(channel.virtual(), Poll.POLLOUT, VirtualSocket.FOREVER) <= 0) {
                    break;
                }
                written = transfer.gather(channel.virtual(), sources, offset, length);
            }
        } finally {
            patience.end(total > 0 || written >= 0);
        }
        return total > 0 || written == -Errno.EAGAIN ? total : checkedWrite(written);
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
}

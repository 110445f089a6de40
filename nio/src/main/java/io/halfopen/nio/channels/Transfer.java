package io.halfopen.nio.channels;

import io.halfopen.nio.VirtualSocket;
import io.halfopen.tcp.Stack;
import java.nio.ByteBuffer;

/** Octets from a socket of the network into buffers, and the other way; one thread at a time for each direction. */
final class Transfer {
    private static final int CHUNK = 16384;

    private byte[] readChunk = {};
    private byte[] writeChunk = {};

    /** As every channel of the JDK does it before it reads. */
    static void requireWritable(ByteBuffer[] targets, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
        }
    }

    static boolean hasRemaining(ByteBuffer[] buffers, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    /** Octets, -1 at the end, or a negated errno, none of which is 1. */
    long scatter(VirtualSocket socket, ByteBuffer[] targets, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer target = targets[i];
            while (target.hasRemaining()) {
                int asked = target.remaining();
                int read = readInto(socket, target);
                if (read <= 0) {
                    return total > 0 ? total : read == 0 ? -1 : read;
                }
                total += read;
                if (read < Math.min(asked, CHUNK)) {
                    return total; // that was all
                }
            }
        }
        return total;
    }

    private int readInto(VirtualSocket socket, ByteBuffer target) {
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

    /** Octets taken, or a negated errno. */
    long gather(VirtualSocket socket, ByteBuffer[] sources, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            ByteBuffer source = sources[i];
            // More will follow at once: what is left of this buffer need not go in a segment of its own.
            int flags = i + 1 < offset + length && sources[i + 1].hasRemaining() ? Stack.MSG_MORE : 0;
            while (source.hasRemaining()) {
                int written = writeFrom(socket, source, flags);
                if (written < 0) {
                    return total > 0 ? total : written;
                }
                total += written;
            }
        }
        return total;
    }

    private int writeFrom(VirtualSocket socket, ByteBuffer source, int flags) {
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

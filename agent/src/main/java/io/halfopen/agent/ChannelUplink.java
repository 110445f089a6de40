package io.halfopen.agent;

import io.halfopen.nio.Uplink;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * The way to the command that has the interface, {@code halfopen run --tun}: a socket in the file system, each packet behind
 * two octets with its length. The channel never blocks: one that does is closed when a thread is interrupted in it, and the
 * threads that send are the program's.
 */
final class ChannelUplink implements Uplink {
    private static final int ROOM = 1 << 20;
    private static final int LENGTH = 2;
    private static final long PATIENCE_MILLIS = 5000;

    private final SocketChannel channel;
    private final Runnable onEnd;
    private final Selector selector;
    private final SelectionKey key;
    /** What has come, from position to limit: of the thread that waits alone. */
    private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM).flip();

    private final ByteBuffer out = ByteBuffer.allocateDirect(ROOM);
    private volatile boolean closed;

    private ChannelUplink(SocketChannel channel, Runnable onEnd) throws IOException {
        this.channel = channel;
        this.onEnd = onEnd;
        channel.configureBlocking(false);
        // Its own provider's: the JVM's is ours, whose selectors know channels of ours.
        selector = channel.provider().openSelector();
        key = channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * With a sentence for whoever started the program if that cannot be; {@code onEnd} runs if the other end goes, and must
     * not wait.
     */
    static ChannelUplink connect(Path path, Runnable onEnd) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(path));
            ChannelUplink uplink = new ChannelUplink(channel, onEnd);
            uplink.awaitTurn();
            return uplink;
        } catch (IOException failed) {
            throw new IllegalStateException(
                    "there is no way to the interface of 'halfopen run': " + failed.getMessage(), failed);
        }
    }

    /** The other end greets with an empty packet. */
    private void awaitTurn() throws IOException {
        if (selector.select(PATIENCE_MILLIS) > 0) {
            in.compact();
            channel.read(in);
            in.flip();
        }
        if (in.remaining() < LENGTH) {
            throw new IOException("another JVM has it, and one at a time may");
        }
        in.getShort();
    }

    @Override
    public void await() throws IOException {
        if (hasPacket()) {
            return;
        }
        selector.select();
        if (closed) {
            selector.close();
            throw new ClosedChannelException();
        }
        // If there is room again: what waits leaves with the next flush, which is when this thread has taken what came.
        key.interestOps(SelectionKey.OP_READ);
        fill();
    }

    private void fill() throws IOException {
        in.compact();
        int count = channel.read(in);
        in.flip();
        if (count < 0) {
            onEnd.run();
            throw new EOFException("the other end is gone");
        }
    }

    private boolean hasPacket() {
        return in.remaining() >= LENGTH && in.remaining() >= LENGTH + (in.getShort(in.position()) & 0xffff);
    }

    @Override
    public int receive(byte[] buffer) {
        if (!hasPacket()) {
            return 0;
        }
        int length = in.getShort() & 0xffff;
        in.get(buffer, 0, length);
        return length;
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
        if (out.remaining() < LENGTH + length) {
            flush();
        }
        if (out.remaining() >= LENGTH + length) {
            out.putShort((short) length).put(bytes, offset, length);
        }
    }

    @Override
    public void flush() {
        if (out.position() == 0 || closed) {
            return;
        }
        out.flip();
        try {
            channel.write(out);
            out.compact();
        } catch (IOException gone) {
            out.clear(); // reading tells
        }
        if (out.position() > 0) {
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            selector.wakeup();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException nothingToDo) {
            // It is gone, which is what was wanted.
        }
        selector.wakeup();
    }
}

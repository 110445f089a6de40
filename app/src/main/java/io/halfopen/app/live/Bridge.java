package io.halfopen.app.live;

import io.halfopen.link.SharedTun;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries packets between a TUN interface and the JVM whose stack is to have it: a socket in the file system, to which one
 * JVM at a time connects, and each packet behind two octets with its length. What comes for a JVM that is not there yet
 * waits in the interface's queue. One thread for each direction, so that neither waits for the other.
 */
final class Bridge implements AutoCloseable {
    private static final int LENGTH = 2;
    private static final int LARGEST_PACKET = 1 << 16;

    /** What is carried with one system call, at most. */
    private static final int BATCH = 1 << 18;

    private final SharedTun tun;
    private final ServerSocketChannel door;
    private final Consumer<IOException> onFailure;
    private final Thread inward =
            Thread.ofPlatform().name("halfopen-in").daemon().unstarted(this::runInward);
    private final Object lock = new Object();
    private @Nullable SocketChannel jvm;
    private volatile boolean closing;

    /** The interface belongs to the bridge, which closes it. {@code onFailure} hears that it is gone. */
    Bridge(SharedTun tun, Path socket, Consumer<IOException> onFailure) throws IOException {
        this.tun = tun;
        this.onFailure = onFailure;
        door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(socket));
        inward.start();
        Thread.ofPlatform().name("halfopen-out").daemon().start(this::runOutward);
    }

    private void runInward() {
        byte[] packet = new byte[LARGEST_PACKET];
        ByteBuffer batch = ByteBuffer.allocateDirect(BATCH);
        try {
            while (!closing) {
                SocketChannel to = awaitJvm();
                if (to != null) {
                    receive(packet, batch);
                    write(to, batch.flip());
                }
            }
        } catch (IOException gone) {
            if (!closing) {
                onFailure.accept(gone);
            }
        }
    }

    /** Packets that are there, at least one unless the wait was ended. */
    private void receive(byte[] packet, ByteBuffer batch) throws IOException {
        batch.clear();
        int length = tun.receive(packet);
        if (length == 0) {
            tun.await();
            length = tun.receive(packet);
        }
        while (length > 0) {
            batch.putShort((short) length).put(packet, 0, length);
            length = batch.remaining() < LENGTH + LARGEST_PACKET ? 0 : tun.receive(packet);
        }
    }

    private @Nullable SocketChannel awaitJvm() {
        synchronized (lock) {
            while (jvm == null && !closing) {
                try {
                    lock.wait();
                } catch (InterruptedException nobodyDoesThat) {
                    Thread.currentThread().interrupt();
                    return null;
                }
            }
            return jvm;
        }
    }

    private void set(@Nullable SocketChannel channel) {
        synchronized (lock) {
            jvm = channel;
            lock.notifyAll();
        }
    }

    /** What a JVM is sent that has ended, or is about to, is lost. */
    private static void write(SocketChannel to, ByteBuffer batch) {
        try {
            while (batch.hasRemaining()) {
                to.write(batch);
            }
        } catch (IOException ended) {
            batch.clear();
        }
    }

    private void runOutward() {
        byte[] bytes = new byte[BATCH];
        ByteBuffer read = ByteBuffer.wrap(bytes);
        while (!closing) {
            try (SocketChannel from = door.accept()) {
                write(from, ByteBuffer.allocate(LENGTH)); // the greeting
                set(from);
                read.clear();
                while (from.read(read) >= 0) {
                    carry(bytes, read.flip());
                    read.compact();
                }
            } catch (IOException ended) {
                // The JVM has, or the bridge: the next one may come.
            } finally {
                set(null);
            }
        }
    }

    private void carry(byte[] bytes, ByteBuffer read) {
        int length = length(read);
        while (length > 0) {
            tun.send(bytes, read.position() + LENGTH, length);
            read.position(read.position() + LENGTH + length);
            length = length(read);
        }
        tun.flush();
    }

    /** Of the next packet, if all of it is there; else 0. */
    private static int length(ByteBuffer read) {
        int length = read.remaining() < LENGTH ? 0 : read.getShort(read.position()) & 0xffff;
        return read.remaining() < LENGTH + length ? 0 : length;
    }

    @Override
    public void close() throws IOException {
        closing = true;
        door.close();
        SocketChannel open;
        synchronized (lock) {
            open = jvm;
            lock.notifyAll();
        }
        if (open != null) {
            open.close();
        }
        tun.wakeUp();
        try {
            inward.join();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
        tun.close();
    }
}

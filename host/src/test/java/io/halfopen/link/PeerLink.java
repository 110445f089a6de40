package io.halfopen.link;

import io.halfopen.linux.Kernel;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A link without a kernel: at its other end is a host where nobody listens, whose answers are there at once. */
final class PeerLink implements Link {
    static final IpAddress PEER = IpAddress.parse("192.0.2.1");

    final Semaphore sent = new Semaphore(0);
    volatile boolean closed;
    final AtomicInteger awaits = new AtomicInteger();
    volatile long lastTimeout;
    volatile @Nullable LinkException broken;

    private final Stack peer = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final ArrayDeque<byte[]> answers = new ArrayDeque<>();
    private final Semaphore wakeUps = new Semaphore(0);

    PeerLink() {
        peer.addAddress(PEER, 1500);
    }

    @Override
    public int receive(byte[] buffer) throws LinkException {
        LinkException reason = broken;
        if (reason != null) {
            throw reason;
        }
        byte[] packet = answers.poll();
        if (packet == null) {
            return 0;
        }
        System.arraycopy(packet, 0, buffer, 0, packet.length);
        return packet.length;
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
        if (closed) {
            throw new AssertionError("sent to a closed link");
        }
        peer.onPacket(0, bytes, offset, length);
        peer.drainPackets((why, answer, from, size) -> inject(answer, from, size));
        sent.release();
    }

    /** On the loop's thread: one more packet to be received. */
    void inject(byte[] bytes, int offset, int length) {
        answers.add(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void await(long nanos) {
        awaits.incrementAndGet();
        lastTimeout = nanos;
        if (!answers.isEmpty()) {
            return;
        }
        try {
            if (wakeUps.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                wakeUps.drainPermits();
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Override
    public void wakeUp() {
        wakeUps.release();
    }

    @Override
    public void close() {
        closed = true;
    }
}

package io.halfopen.nio.channels;

import io.halfopen.nio.VirtualSocket;
import java.nio.channels.AsynchronousCloseException;
import java.util.function.IntSupplier;

/**
 * How threads wait on behalf of a channel: an interrupt closes the channel, unless it belongs to a java.net.Socket and the
 * thread is one of the platform, which then goes on waiting.
 */
final class Patience {
    /** The protected methods of AbstractInterruptibleChannel. */
    interface Interruptible {
        boolean isOpen();

        void beginBlocking();

        void endBlocking(boolean completed) throws AsynchronousCloseException;
    }

    /** -EINTR, which no call of the stack returns. */
    static final int INTERRUPTED = -4;

    private final Interruptible channel;
    private volatile boolean ofSocket;

    Patience(Interruptible channel) {
        this.channel = channel;
    }

    /** It belongs to a java.net.Socket or ServerSocket from now on. */
    void becomeSocket() {
        ofSocket = true;
    }

    private boolean ignoresInterrupts() {
        return ofSocket && !Thread.currentThread().isVirtual();
    }

    void begin() {
        if (!ignoresInterrupts()) {
            channel.beginBlocking();
        }
    }

    void end(boolean completed) throws AsynchronousCloseException {
        if (!ignoresInterrupts()) {
            channel.endBlocking(completed);
        } else if (!completed && !channel.isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    /** {@link #begin}, {@link #waitFor} and {@link #end}: what holds, or 0 if the time is over. */
    int await(VirtualSocket socket, int events, long nanos) throws AsynchronousCloseException {
        int held = INTERRUPTED;
        try {
            begin();
            held = waitFor(socket, events, nanos);
        } finally {
            end(held >= 0);
        }
        return held;
    }

    /** poll(2) between {@link #begin} and {@link #end}: negative if the socket was closed or the thread interrupted. */
    int waitFor(VirtualSocket socket, int events, long nanos) {
        return waitFor(nanos, left -> socket.await(events, left));
    }

    /** The same for a call that is made until it need not wait: what it returned, or {@link #INTERRUPTED}. */
    int retry(VirtualSocket socket, IntSupplier call, int events, long nanos) {
        return waitFor(nanos, left -> socket.retry(call, events, left));
    }

    /** A call that waits for at most so many nanoseconds. */
    private interface Waiting {
        int waitFor(long nanos) throws InterruptedException;
    }

    private int waitFor(long nanos, Waiting call) {
        boolean interrupted = false;
        long end = nanos == VirtualSocket.FOREVER ? 0 : System.nanoTime() + nanos;
        long left = nanos;
        try {
            for (; ; ) {
                try {
                    return call.waitFor(left);
                } catch (InterruptedException now) {
                    interrupted = true;
                    if (!ignoresInterrupts()) {
                        Thread.currentThread().interrupt();
                        channel.beginBlocking(); // closes it: whoever interrupts may not have come that far
                        return INTERRUPTED;
                    }
                    left = nanos == VirtualSocket.FOREVER ? nanos : Math.max(0, end - System.nanoTime());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

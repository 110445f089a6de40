package io.halfopen.nio.channels;

import io.halfopen.nio.Engine;
import io.halfopen.nio.VirtualSocket;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The calls that wait for a socket of the network, one of each kind; all of it with the engine's lock. */
final class AsynchronousCalls {
    /** A kind of call of which only one may be under way, and what a second one gets. */
    static final class Slot {
        private final Supplier<RuntimeException> taken;
        private final String name;
        private @Nullable PendingCall<?, ?> call;
        private boolean killed;

        Slot(String name, Supplier<RuntimeException> taken) {
            this.name = name;
            this.taken = taken;
        }

        /** A call was given up: nobody knows any more what it would have done. */
        private void ensureUsable() {
            if (killed) {
                throw new IllegalStateException(name + " not allowed due to timeout or cancellation");
            }
            if (call != null) {
                throw taken.get();
            }
        }
    }

    private final VirtualSocket socket;
    private final Executor executor;
    private final List<Slot> slots = new ArrayList<>();
    private boolean closed;

    AsynchronousCalls(VirtualSocket socket, Executor executor) {
        this.socket = socket;
        this.executor = executor;
        socket.onNews(this::attemptAll);
    }

    private void attemptAll() {
        for (Slot slot : List.copyOf(slots)) {
            PendingCall<?, ?> call = slot.call;
            if (call != null && !closed) {
                call.attempt();
            }
        }
    }

    /**
     * Begins a call, which may be over at once.
     *
     * @param nanos how long it may take, 0 or less: forever
     * @param whenInterrupted has the channel closed
     */
    <V, A> PendingCall<V, A> begin(
            Slot slot,
            PendingCall.Try<V> what,
            long nanos,
            Runnable whenInterrupted,
            @Nullable A attachment,
            @Nullable CompletionHandler<V, ? super A> handler) {
        Engine engine = socket.engine();
        return engine.get(() -> {
            slot.ensureUsable();
            PendingCall<V, A> call = new PendingCall<>(engine, executor, what, attachment, handler);
            slot.call = call;
            slots.add(slot);
            call.whenOver(() -> forget(slot));
            call.whenCancelled(mayInterrupt -> {
                slot.killed = true;
                if (mayInterrupt) {
                    whenInterrupted.run();
                }
            });
            call.attempt();
            if (slot.call != null && nanos > 0) {
                call.timer(engine.awaitTime(nanos, () -> {
                    slot.killed = true;
                    call.fail(new InterruptedByTimeoutException());
                }));
            }
            return call;
        });
    }

    /** The call of this kind is about to end by itself. */
    void forget(Slot slot) {
        slot.call = null;
        slots.remove(slot);
    }

    /** Whatever waits ends. */
    void close() {
        socket.engine().run(() -> {
            closed = true;
            for (Slot slot : List.copyOf(slots)) {
                PendingCall<?, ?> call = slot.call;
                if (call != null) {
                    call.fail(new AsynchronousCloseException());
                }
            }
        });
    }
}

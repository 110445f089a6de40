package io.halfopen.nio.channels;

import io.halfopen.nio.Engine;
import java.io.IOException;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call of an asynchronous channel until it is over: then its Future has the result, or its handler is called. */
final class PendingCall<V, A> extends CompletableFuture<V> {
    /** Tries again. */
    interface Try<V> {
        /** Null if it has to wait on. */
        @Nullable
        Result<V> run() throws IOException;
    }

    /** What a call returned; a connect() returns null. */
    record Result<V>(@Nullable V value) {}

    private final @Nullable Engine engine;
    private final Executor executor;
    private final Try<V> call;
    private final @Nullable A attachment;
    private final @Nullable CompletionHandler<V, ? super A> handler;
    private final AtomicBoolean over = new AtomicBoolean();
    private boolean attempting;
    private boolean again;
    private Runnable whenOver = () -> {};
    private Consumer<Boolean> whenCancelled = mayInterrupt -> {};
    private Engine.@Nullable Timer timer;

    /** With an engine if it may have to wait for one of its sockets. */
    PendingCall(
            @Nullable Engine engine,
            Executor executor,
            Try<V> call,
            @Nullable A attachment,
            @Nullable CompletionHandler<V, ? super A> handler) {
        this.engine = engine;
        this.executor = executor;
        this.call = call;
        this.attachment = attachment;
        this.handler = handler;
    }

    /** Before anybody hears of the result, and once. */
    void whenOver(Runnable action) {
        whenOver = action;
    }

    /** Also, if somebody gave the Future up: whether it may be interrupted. */
    void whenCancelled(Consumer<Boolean> action) {
        whenCancelled = action;
    }

    void timer(Engine.Timer newTimer) {
        timer = newTimer;
    }

    /** There may be something for it to do. What it does may be news itself. */
    void attempt() {
        again = true;
        if (attempting) {
            return;
        }
        attempting = true;
        try {
            while (again && !over.get()) {
                again = false;
                attemptOnce();
            }
        } finally {
            attempting = false;
        }
    }

    private void attemptOnce() {
        try {
            Result<V> result = call.run();
            if (result != null) {
                succeed(result);
            }
        } catch (IOException | RuntimeException failed) {
            fail(failed);
        }
    }

    private boolean end() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        Engine.Timer running = timer;
        if (running != null) {
            running.close();
        }
        whenOver.run();
        return true;
    }

    void succeed(Result<V> result) {
        if (end()) {
            tell(result.value(), null);
        }
    }

    void fail(Throwable why) {
        if (end()) {
            tell(null, why);
        }
    }

    /** A call that failed before it could begin. */
    static <V, A> PendingCall<V, A> failed(
            Executor executor,
            Exception why,
            @Nullable A attachment,
            @Nullable CompletionHandler<V, ? super A> handler) {
        PendingCall<V, A> call = new PendingCall<>(null, executor, () -> null, attachment, handler);
        call.fail(why);
        return call;
    }

    @SuppressWarnings("NullAway") // the handler of a connect() gets null, as the JDK's does
    private void tell(@Nullable V result, @Nullable Throwable why) {
        CompletionHandler<V, ? super A> listener = handler;
        if (listener != null) {
            executor.execute(() -> {
                if (why == null) {
                    listener.completed(result, attachment);
                } else {
                    listener.failed(why, attachment);
                }
            });
        } else if (why == null) {
            complete(result);
        } else {
            completeExceptionally(why);
        }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        Engine waited = engine;
        return waited != null
                && waited.get(() -> {
                    if (!end()) {
                        return false;
                    }
                    whenCancelled.accept(mayInterrupt);
                    return super.cancel(mayInterrupt);
                });
    }
}

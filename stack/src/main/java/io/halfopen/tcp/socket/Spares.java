package io.halfopen.tcp.socket;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Objects of a kind that nobody uses now, the last one that came back on top: its lines are the likeliest to be in the cache. */
final class Spares<T> {
    private final int most;
    private @Nullable Object[] kept = new Object[4];
    private int size;

    /** Keeps at most so many. */
    Spares(int most) {
        this.most = most;
    }

    @Nullable
    @SuppressWarnings("unchecked") // only give() puts something in
    T take() {
        if (size == 0) {
            return null;
        }
        Object top = kept[--size];
        kept[size] = null;
        return (T) top;
    }

    /** False if there are enough already: the collector has it then. */
    boolean give(T object) {
        if (size == most) {
            return false;
        }
        if (size == kept.length) {
            kept = Arrays.copyOf(kept, 2 * size);
        }
        kept[size++] = object;
        return true;
    }
}

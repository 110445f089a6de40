package io.halfopen.nio.channels;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A key of {@link NetSelector}; where the kernel's channel is behind, it has a key of the kernel's selector, too. */
final class NetKey extends AbstractSelectionKey {
    private final NetSelector selector;
    private final SelectableChannel channel;
    private final NetChannel face;
    private final AtomicInteger interest = new AtomicInteger();
    private volatile int ready;
    private volatile @Nullable SelectionKey kernelKey;

    NetKey(NetSelector selector, SelectableChannel channel, NetChannel face, int ops) {
        this.selector = selector;
        this.channel = channel;
        this.face = face;
        interest.set(ops);
    }

    NetChannel face() {
        return face;
    }

    @Nullable
    SelectionKey kernelKey() {
        return kernelKey;
    }

    void kernelKey(SelectionKey key) {
        kernelKey = key;
    }

    /** The kernel's channel may be set to blocking only when its key is cancelled: when ours was, not at the next select. */
    void cancelKernel() {
        SelectionKey key = kernelKey;
        if (key != null && !isValid()) {
            key.cancel();
        }
    }

    /** The channel of the kernel is given up. */
    void leaveKernel() {
        SelectionKey key = kernelKey;
        kernelKey = null;
        if (key != null) {
            key.cancel();
        }
    }

    void news() {
        selector.news(this);
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    private void ensureValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    @Override
    public int interestOps() {
        ensureValid();
        return interest.get();
    }

    @Override
    public SelectionKey interestOps(int ops) {
        ensureValid();
        check(ops);
        interest.set(ops);
        changed();
        return this;
    }

    @Override
    public int interestOpsOr(int ops) {
        ensureValid();
        check(ops);
        int before = interest.getAndUpdate(old -> old | ops);
        changed();
        return before;
    }

    @Override
    public int interestOpsAnd(int ops) {
        ensureValid();
        int before = interest.getAndUpdate(old -> old & ops);
        changed();
        return before;
    }

    private void check(int ops) {
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException();
        }
    }

    private void changed() {
        SelectionKey key = kernelKey;
        if (key != null && key.isValid()) {
            key.interestOps(interest.get());
        }
        selector.news(this);
    }

    /** What is asked for, valid or not. */
    int interest() {
        return interest.get();
    }

    @Override
    public int readyOps() {
        ensureValid();
        return ready;
    }

    int ready() {
        return ready;
    }

    void ready(int ops) {
        ready = ops;
    }
}

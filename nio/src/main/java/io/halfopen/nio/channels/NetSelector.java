package io.halfopen.nio.channels;

import io.halfopen.nio.BusyPoll;
import io.halfopen.nio.Engine;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One selector for both worlds, as epoll(7) does it: keys about which there is news are looked at, and those that were
 * ready are looked at again. Once a key of the kernel is there, an inner selector of the JDK does the waiting, and news
 * of the network wakes it.
 *
 * <p>Lock order: {@code selecting}, then the engine's lock, then {@code lock}.
 */
final class NetSelector extends AbstractSelector {
    private final ReentrantLock selecting = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<NetKey> candidates = new LinkedHashSet<>();
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> selected = new HashSet<>();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final Set<SelectionKey> publicSelected = new UngrowableSet<>(selected);
    private volatile @Nullable Selector inner;
    private final BusyPoll busyPoll = new BusyPoll();

    /** Whether there was news since somebody last looked whether to wait. */
    private volatile boolean fresh;

    private boolean woken;
    private boolean inKernel;
    private boolean timeReached;

    /** Whose time stands still while somebody who waits here is about to go on. */
    private @Nullable Engine automatic;

    private boolean promised;

    NetSelector(SelectorProvider provider) {
        super(provider);
    }

    /** Something about this key may be new; from any thread, also with an engine's lock. */
    void news(NetKey key) {
        lock.lock();
        try {
            candidates.add(key);
            signal();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        fresh = true;
        Engine engine = automatic;
        if (engine != null && !promised) {
            promised = true;
            engine.wakes();
        }
        changed.signalAll();
        Selector waiting = inner;
        if (inKernel && waiting != null) {
            waiting.wakeup();
        }
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        if (!(channel instanceof NetChannel face)) {
            throw new IllegalSelectorException();
        }
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
        NetKey key = new NetKey(this, channel, face, ops);
        key.attach(attachment);
        keys.add(key);
        face.backing().add(key);
        news(key);
        return key;
    }

    @Override
    public Set<SelectionKey> keys() {
        ensureOpen();
        return publicKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        ensureOpen();
        return publicSelected;
    }

    private void ensureOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public int selectNow() throws IOException {
        return selectFor(null, 0);
    }

    @Override
    public int select() throws IOException {
        return selectFor(null, -1);
    }

    @Override
    public int select(long timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        return selectFor(null, timeout == 0 ? -1 : TimeUnit.MILLISECONDS.toNanos(timeout));
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        return selectFor(
                java.util.Objects.requireNonNull(action), timeout == 0 ? -1 : TimeUnit.MILLISECONDS.toNanos(timeout));
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return selectFor(java.util.Objects.requireNonNull(action), -1);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return selectFor(java.util.Objects.requireNonNull(action), 0);
    }

    /** {@code nanos}: 0 does not wait, -1 waits forever. */
    private int selectFor(@Nullable Consumer<SelectionKey> action, long nanos) throws IOException {
        if (selecting.isHeldByCurrentThread()) {
            throw new IllegalStateException("select in progress");
        }
        selecting.lock();
        try {
            ensureOpen();
            removeCancelled();
            Set<NetKey> ready = new LinkedHashSet<>();
            try {
                begin();
                awaitReady(ready, nanos);
            } finally {
                end();
            }
            removeCancelled();
            return report(ready, action);
        } finally {
            selecting.unlock();
        }
    }

    private int report(Set<NetKey> ready, @Nullable Consumer<SelectionKey> action) {
        int updated = 0;
        for (NetKey key : ready) {
            int ops = key.isValid() ? pending(key) : 0;
            if (ops == 0) {
                continue;
            }
            if (action != null) {
                key.ready(ops);
                updated++;
                action.accept(key);
                ensureOpen();
            } else if (selected.add(key)) {
                key.ready(ops);
                updated++;
            } else if ((ops & ~key.ready()) != 0) {
                key.ready(key.ready() | ops);
                updated++;
            }
        }
        return updated;
    }

    /** What a key is ready for right now. */
    private static int pending(NetKey key) {
        SelectionKey kernelKey = key.kernelKey();
        try {
            if (kernelKey != null) {
                return kernelKey.readyOps() & key.interest();
            }
        } catch (CancelledKeyException cancelled) {
            return 0;
        }
        int events = key.face().backing().poll();
        return events < 0 ? 0 : key.face().readyOps(events, key.interest()) & key.interest();
    }

    /** Waits until a key is ready, somebody wakes it, or the time is over; {@code ready} gets what there is then. */
    private void awaitReady(Set<NetKey> ready, long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        locked(() -> {
            timeReached = false;
            automatic = nanos == 0 ? null : automaticEngine();
        });
        try (Engine.Timer timer = virtualTimer(nanos)) {
            boolean wallClock = nanos >= 0 && timer == NO_TIMER;
            boolean over = false;
            while (!over) {
                lookAtCandidates(ready);
                long left = wallClock ? end - System.nanoTime() : Long.MAX_VALUE;
                over = !ready.isEmpty() || left <= 0;
                boolean interrupted = !lookAtKernel(ready, over ? 0 : left) && !over && !awaitNews(left);
                over |= interrupted || Thread.currentThread().isInterrupted() || !isOpen();
                if (clearWoken() && !over) {
                    lookAtCandidates(ready);
                    over = true;
                }
            }
        } finally {
            locked(() -> {
                keepPromise();
                automatic = null;
            });
        }
    }

    /** Who was woken has come: to go on, or, as often after news that no key is asked for, to wait again. */
    private void keepPromise() {
        Engine engine = automatic;
        if (engine != null && promised) {
            promised = false;
            engine.hasWoken();
        }
    }

    /** With the lock: whether nothing came while the keys were looked at. */
    private boolean hasNothingNew() {
        boolean nothing = !woken && !timeReached && candidates.isEmpty() && isOpen();
        fresh = !nothing;
        if (nothing) {
            keepPromise();
        }
        return nothing;
    }

    private static @Nullable Engine automaticEngine() {
        Network network = Network.current();
        return network != null && network.engine().time().isAutomatic() ? network.engine() : null;
    }

    private static final Engine.Timer NO_TIMER = () -> {};

    /** In automatic time the timeout is one of the network's, or it would keep its time from going on. */
    private Engine.Timer virtualTimer(long nanos) {
        Engine engine = automaticEngine();
        if (nanos <= 0 || engine == null) {
            return NO_TIMER;
        }
        return engine.awaitTime(nanos, () -> {
            lock.lock();
            try {
                timeReached = true;
                signal();
            } finally {
                lock.unlock();
            }
        });
    }

    /** True once after a wakeup, or when the network's time is over. */
    private boolean clearWoken() {
        lock.lock();
        try {
            boolean was = woken || timeReached;
            woken = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    private void lookAtCandidates(Set<NetKey> ready) throws IOException {
        List<NetKey> now;
        lock.lock();
        try {
            now = new ArrayList<>(candidates);
            candidates.clear();
        } finally {
            lock.unlock();
        }
        List<NetKey> again = new ArrayList<>();
        for (NetKey key : now) {
            if (!key.isValid()) {
                continue;
            }
            if (key.face().backing().kernel() != null) {
                registerInKernel(key);
            } else if (pending(key) != 0) {
                ready.add(key);
                again.add(key);
            }
        }
        if (!again.isEmpty()) {
            lock.lock();
            try {
                candidates.addAll(again);
            } finally {
                lock.unlock();
            }
        }
    }

    private void registerInKernel(NetKey key) throws IOException {
        SelectionKey known = key.kernelKey();
        if (known != null) {
            refresh(known, key);
            return;
        }
        if (!(key.face().backing().kernel() instanceof SelectableChannel channel)
                || !channel.isOpen()
                || channel.isBlocking()) {
            return;
        }
        Selector waiting = inner;
        if (waiting == null) {
            waiting = KernelProvider.get().openSelector();
            inner = waiting;
        }
        try {
            key.kernelKey(channel.register(waiting, key.interest(), key));
        } catch (CancelledKeyException notGoneYet) {
            waiting.selectNow();
            key.kernelKey(channel.register(waiting, key.interest(), key));
        }
    }

    /** What is asked for may have changed while the kernel was told, or two threads may have changed it at once. */
    private static void refresh(SelectionKey known, NetKey key) {
        try {
            known.interestOps(key.interest());
        } catch (CancelledKeyException gone) {
            return; // whoever took the kernel's key away gives it another, or takes ours as well
        }
    }

    /** Lets the kernel wait, if it has any of our keys; false if it has not. */
    private boolean lookAtKernel(Set<NetKey> ready, long nanos) throws IOException {
        Selector waiting = inner;
        if (waiting == null) {
            return false;
        }
        if (nanos > 0 && mayWait(true)) {
            long millis = nanos == Long.MAX_VALUE ? 0 : Math.max(1, (nanos + 999_999) / 1_000_000);
            waiting.select(millis);
        } else {
            waiting.selectNow();
        }
        locked(() -> inKernel = false);
        for (SelectionKey key : waiting.selectedKeys()) {
            if (key.attachment() instanceof NetKey ours) {
                ready.add(ours);
            }
        }
        waiting.selectedKeys().clear();
        return true;
    }

    private boolean mayWait(boolean kernelWaits) {
        lock.lock();
        try {
            boolean may = hasNothingNew();
            inKernel = may && kernelWaits;
            return may;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the network alone; false if the thread was interrupted. */
    @SuppressWarnings("WaitNotInLoop") // awaitReady() has the loop
    private boolean awaitNews(long nanos) {
        if (!mayWait(false) || (automatic == null && busyPoll.comesSoon(() -> fresh))) {
            return true;
        }
        lock.lock();
        try {
            if (hasNothingNew()) {
                if (nanos == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    changed.awaitNanos(nanos);
                }
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void removeCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        List<SelectionKey> gone;
        synchronized (cancelled) {
            gone = List.copyOf(cancelled);
            cancelled.clear();
        }
        gone.forEach(key -> remove((NetKey) key));
    }

    private void remove(NetKey key) {
        keys.remove(key);
        selected.remove(key);
        lock.lock();
        try {
            candidates.remove(key);
        } finally {
            lock.unlock();
        }
        key.face().backing().remove(key);
        deregister((AbstractSelectionKey) key);
        SelectionKey kernelKey = key.kernelKey();
        if (kernelKey != null) {
            kernelKey.cancel();
        }
    }

    @Override
    public Selector wakeup() {
        lock.lock();
        try {
            woken = true;
            signal();
        } finally {
            lock.unlock();
        }
        return this;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        selecting.lock();
        try {
            for (SelectionKey key : keys) {
                key.cancel();
                remove((NetKey) key);
            }
            Selector waiting = inner;
            if (waiting != null) {
                waiting.close();
            }
        } finally {
            selecting.unlock();
        }
    }
}

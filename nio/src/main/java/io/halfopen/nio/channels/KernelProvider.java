package io.halfopen.nio.channels;

import java.lang.reflect.Field;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own provider, also when ours is the one that {@link SelectorProvider#provider} gives: there is no public way
 * to it then. It has no state, so an instance that no constructor has seen is as good as any.
 */
final class KernelProvider {
    /** Of Linux, macOS and Windows. */
    private static final List<String> NAMES = List.of(
            "sun.nio.ch.EPollSelectorProvider",
            "sun.nio.ch.KQueueSelectorProvider",
            "sun.nio.ch.WEPollSelectorProvider",
            "sun.nio.ch.WindowsSelectorProvider",
            "sun.nio.ch.PollSelectorProvider");

    private static final List<String> ASYNCHRONOUS_NAMES = List.of(
            "sun.nio.ch.LinuxAsynchronousChannelProvider",
            "sun.nio.ch.BsdAsynchronousChannelProvider",
            "sun.nio.ch.WindowsAsynchronousChannelProvider");

    private static final class Holder {
        static final SelectorProvider INSTANCE = find();
    }

    private static final class AsynchronousHolder {
        static final AsynchronousChannelProvider INSTANCE = findAsynchronous();
    }

    private KernelProvider() {}

    static SelectorProvider get() {
        return Holder.INSTANCE;
    }

    /** Asynchronous channels; it has no state that its constructor would make either. */
    static AsynchronousChannelProvider asynchronous() {
        return AsynchronousHolder.INSTANCE;
    }

    private static SelectorProvider find() {
        for (String name : NAMES) {
            if (instance(name) instanceof SelectorProvider provider) {
                return provider;
            }
        }
        throw hidden("SelectorProvider");
    }

    private static AsynchronousChannelProvider findAsynchronous() {
        for (String name : ASYNCHRONOUS_NAMES) {
            if (instance(name) instanceof AsynchronousChannelProvider provider) {
                return provider;
            }
        }
        throw hidden("AsynchronousChannelProvider");
    }

    private static IllegalStateException hidden(String what) {
        return new IllegalStateException("this JVM hides its own " + what
                + ": sockets of the kernel are not to be had here; use Network.builder().pure()");
    }

    private static @Nullable Object instance(String name) {
        try {
            Class<?> kind = Class.forName(name);
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field field = unsafe.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return unsafe.getMethod("allocateInstance", Class.class).invoke(field.get(null), kind);
        } catch (ReflectiveOperationException | RuntimeException notOfThisSystem) {
            return null;
        }
    }
}

package io.halfopen.nio.channels;

import java.lang.reflect.Field;
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

    private static final class Holder {
        static final SelectorProvider INSTANCE = find();
    }

    private KernelProvider() {}

    static SelectorProvider get() {
        return Holder.INSTANCE;
    }

    private static SelectorProvider find() {
        for (String name : NAMES) {
            SelectorProvider provider = instance(name);
            if (provider != null) {
                return provider;
            }
        }
        throw new IllegalStateException("this JVM hides its own SelectorProvider: sockets of the kernel are not to be"
                + " had here; use Network.builder().pure()");
    }

    private static @Nullable SelectorProvider instance(String name) {
        try {
            Class<?> kind = Class.forName(name);
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field field = unsafe.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Object made = unsafe.getMethod("allocateInstance", Class.class).invoke(field.get(null), kind);
            return (SelectorProvider) made;
        } catch (ReflectiveOperationException | RuntimeException notOfThisSystem) {
            return null;
        }
    }
}

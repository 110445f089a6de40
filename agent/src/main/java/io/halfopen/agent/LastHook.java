package io.halfopen.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;

/**
 * Something to be done when the JVM ends and all shutdown hooks of the program have ended: until then they may use the
 * network, as they may use the kernel's. The JDK has places after its hooks, which it keeps for itself (what File.deleteOnExit
 * uses is one); where it does not give one, this is a hook like others, beside those of the program.
 */
final class LastHook {
    private static final String HIDDEN = "jdk.internal.access";

    /** Of java.lang.Shutdown's ten the last: the JDK has used the first three for as long as there have been any. */
    private static final int PLACE = 9;

    private final Instrumentation instrumentation;

    LastHook(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    void set(Runnable action) {
        try {
            setLast(action);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError hidden) {
            Runtime.getRuntime().addShutdownHook(new Thread(action, "halfopen-agent"));
        }
    }

    private void setLast(Runnable action) throws ReflectiveOperationException {
        Module own = LastHook.class.getModule();
        instrumentation.redefineModule(
                Object.class.getModule(), Set.of(), Map.of(HIDDEN, Set.of(own)), Map.of(), Set.of(), Map.of());
        Object access = Class.forName(HIDDEN + ".SharedSecrets")
                .getMethod("getJavaLangAccess")
                .invoke(null);
        Method register = Class.forName(HIDDEN + ".JavaLangAccess")
                .getMethod("registerShutdownHook", int.class, boolean.class, Runnable.class);
        register.invoke(access, PLACE, false, action);
    }
}

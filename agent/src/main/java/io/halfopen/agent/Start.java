package io.halfopen.agent;

import java.lang.instrument.Instrumentation;

/**
 * Where the JVM begins. This class alone is for Java 11: an older Java than the others need gets a line, where it would get
 * a crash.
 */
public final class Start {
    private static final int NEEDED = 21;
    private static final int BAD_INPUT = 2;

    private Start() {}

    /** Called by the JVM before the program's main; hands on to {@code Agent}, which this class may not know. */
    public static void premain(String argument, Instrumentation instrumentation) throws ReflectiveOperationException {
        int version = Runtime.version().feature();
        if (version < NEEDED) {
            System.err.println("halfopen-agent: needs Java " + NEEDED + " or newer, and this is Java " + version);
            System.exit(BAD_INPUT);
        }
        Class.forName("io.halfopen.agent.Agent")
                .getMethod("premain", String.class, Instrumentation.class)
                .invoke(null, argument, instrumentation);
    }
}

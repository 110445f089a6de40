package io.halfopen.nio;

/** Has the JVM use what belongs to the network; found by {@link java.util.ServiceLoader} when the first one opens. */
public interface NetworkInstaller {
    /** Called once. */
    void install();
}

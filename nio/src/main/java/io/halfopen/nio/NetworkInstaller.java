package io.halfopen.nio;

import java.util.List;

/** Has the JVM use what belongs to the network; found by {@link java.util.ServiceLoader} when the first one opens. */
public interface NetworkInstaller {
    /** Called once: what keeps parts of the JVM from using it, a sentence each, without its full stop. */
    List<String> install();
}

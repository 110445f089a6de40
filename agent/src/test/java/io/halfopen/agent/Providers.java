package io.halfopen.agent;

import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;

/** Says what the JVM has; it is started by AgentTest. */
final class Providers {
    private Providers() {}

    public static void main(String[] arguments) {
        System.out.println(SelectorProvider.provider().getClass().getName() + " "
                + AsynchronousChannelProvider.provider().getClass().getName());
    }
}

package io.halfopen.nio.channels;

import io.halfopen.linux.SocketOption;

/**
 * An option of Linux that the JDK has no name for, as in {@code channel.setOption(LinuxSocketOption.of(TCP_DEFER_ACCEPT),
 * 1)}. Only the network's sockets have it.
 */
public record LinuxSocketOption(SocketOption linux) implements java.net.SocketOption<Integer> {
    public static LinuxSocketOption of(SocketOption option) {
        return new LinuxSocketOption(option);
    }

    @Override
    public String name() {
        return linux.name();
    }

    @Override
    public Class<Integer> type() {
        return Integer.class;
    }

    @Override
    public String toString() {
        return name();
    }
}

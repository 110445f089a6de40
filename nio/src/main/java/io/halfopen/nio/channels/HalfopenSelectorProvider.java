package io.halfopen.nio.channels;

import io.halfopen.nio.NetworkHost;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Channels that use the {@link io.halfopen.nio.Network} wherever an address is one of its, and the kernel else; one
 * selector serves both. On the class path it is the JVM's provider; for one component alone there is {@link #on}.
 */
public final class HalfopenSelectorProvider extends SelectorProvider {
    private final @Nullable NetworkHost host;

    /** The JVM's, found as a service or by {@code -Djava.nio.channels.spi.SelectorProvider}. */
    public HalfopenSelectorProvider() {
        this(null);
    }

    private HalfopenSelectorProvider(@Nullable NetworkHost host) {
        this.host = host;
    }

    /** For a component that runs on this host: its wildcard and its localhost are that host's. */
    public static SelectorProvider on(NetworkHost host) {
        return new HalfopenSelectorProvider(host);
    }

    private Place place() {
        NetworkHost on = host;
        return on == null ? Place.here() : new Place(on);
    }

    @Override
    public AbstractSelector openSelector() {
        return new NetSelector(this);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new NetServerSocketChannel(this, place(), AddressFamily.ANY);
    }

    @Override
    public SocketChannel openSocketChannel() {
        return new NetSocketChannel(this, place(), AddressFamily.ANY);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return isInet(family)
                ? new NetSocketChannel(this, place(), of(family))
                : KernelProvider.get().openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return isInet(family)
                ? new NetServerSocketChannel(this, place(), of(family))
                : KernelProvider.get().openServerSocketChannel(family);
    }

    private static boolean isInet(ProtocolFamily family) {
        return Objects.requireNonNull(family) == StandardProtocolFamily.INET || family == StandardProtocolFamily.INET6;
    }

    private static AddressFamily of(ProtocolFamily family) {
        return family == StandardProtocolFamily.INET ? AddressFamily.IPV4 : AddressFamily.ANY;
    }

    /** The kernel's, which only a selector of the kernel serves. */
    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return KernelProvider.get().openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return KernelProvider.get().openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return KernelProvider.get().openPipe();
    }
}

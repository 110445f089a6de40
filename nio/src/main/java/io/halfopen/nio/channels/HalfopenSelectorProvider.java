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
        return new NetServerSocketChannel(this, place());
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new NetSocketChannel(this, place());
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return family == StandardProtocolFamily.UNIX
                ? KernelProvider.get().openSocketChannel(family)
                : openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return family == StandardProtocolFamily.UNIX
                ? KernelProvider.get().openServerSocketChannel(family)
                : openServerSocketChannel();
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

package io.halfopen.nio.channels;

import io.halfopen.nio.Addresses;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/** What addresses a channel is for. */
enum AddressFamily {
    /** IPv4 and IPv6, as every channel is for that was not asked for otherwise. */
    ANY(StandardProtocolFamily.INET6, Stack.AF_INET6, IpAddress.ANY_V6),
    IPV4(StandardProtocolFamily.INET, Stack.AF_INET, IpAddress.ofIpv4(0));

    private final StandardProtocolFamily family;
    private final int number;
    private final IpAddress wildcard;

    AddressFamily(StandardProtocolFamily family, int number, IpAddress wildcard) {
        this.family = family;
        this.number = number;
        this.wildcard = wildcard;
    }

    int number() {
        return number;
    }

    /** Of the kernel; this machine may have no IPv6. */
    SocketChannel openSocketChannel() throws IOException {
        return this == ANY
                ? KernelProvider.get().openSocketChannel()
                : KernelProvider.get().openSocketChannel(family);
    }

    ServerSocketChannel openServerSocketChannel() throws IOException {
        return this == ANY
                ? KernelProvider.get().openServerSocketChannel()
                : KernelProvider.get().openServerSocketChannel(family);
    }

    /** An address that bind() and connect() can use; null is the wildcard, and only for bind(). */
    InetSocketAddress checked(@Nullable SocketAddress address) {
        if (address == null) {
            return new InetSocketAddress(0);
        }
        if (!(address instanceof InetSocketAddress inet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (inet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        boolean otherKind = this == IPV4 && inet.getAddress() instanceof Inet6Address;
        if (otherKind) {
            throw new UnsupportedAddressTypeException();
        }
        return inet;
    }

    /** For bind(2): a wildcard of this family for any wildcard. */
    IpAddress ofBind(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress() ? wildcard : Addresses.of(address.getAddress());
    }
}

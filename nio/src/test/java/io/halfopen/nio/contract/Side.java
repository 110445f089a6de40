package io.halfopen.nio.contract;

import io.halfopen.nio.Network;
import io.halfopen.nio.channels.HalfopenAsynchronousChannelProvider;
import io.halfopen.nio.channels.HalfopenSelectorProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;

/** Whose channels and sockets a contract is about. */
enum Side {
    /** The JDK's own over loopback: what the others are measured by. */
    JDK,
    /** Ours with the kernel behind them. */
    HYBRID,
    /** Ours with the network behind them. */
    NETWORK;

    private Network network() {
        Network open = Network.current();
        if (open == null) {
            throw new IllegalStateException("no network is open");
        }
        return open;
    }

    SelectorProvider provider() {
        return this == JDK ? JdkSockets.provider() : new HalfopenSelectorProvider();
    }

    AsynchronousChannelProvider asynchronous() {
        return this == JDK ? JdkSockets.asynchronous() : new HalfopenAsynchronousChannelProvider();
    }

    /** An address on which a server may listen. */
    InetAddress address() {
        return this == NETWORK ? network().host("server").addresses().get(0) : literal("127.0.0.1");
    }

    InetAddress addressV6() {
        return this == NETWORK ? network().host("server").addresses().get(1) : literal("::1");
    }

    /** Nobody has this one, and it is no address of this machine. */
    InetAddress foreign() {
        return literal(this == NETWORK ? "198.18.255.254" : "203.0.113.1");
    }

    private static InetAddress literal(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    InetSocketAddress anyPort() {
        return new InetSocketAddress(address(), 0);
    }

    Socket socket() throws IOException {
        return this == JDK ? JdkSockets.socket() : new Socket();
    }

    ServerSocket serverSocket() throws IOException {
        return this == JDK ? JdkSockets.serverSocket() : new ServerSocket();
    }
}

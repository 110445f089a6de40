package io.halfopen.app.watch;

import io.halfopen.link.ListenSocket;
import io.halfopen.wire.IpAddress;

/** What listeners are told apart by. Those that share all of it, by SO_REUSEPORT, are one here. */
record ListenerKey(IpAddress address, int port, int interfaceIndex) implements Comparable<ListenerKey> {
    static ListenerKey of(ListenSocket socket) {
        return new ListenerKey(socket.address(), socket.port(), socket.interfaceIndex());
    }

    /** As ss prints it. */
    @Override
    public String toString() {
        String host = address.equals(IpAddress.ANY_V6) ? "*" : address.toHostString();
        return host + ":" + port;
    }

    @Override
    public int compareTo(ListenerKey other) {
        return port != other.port
                ? Integer.compare(port, other.port)
                : toString().compareTo(other.toString());
    }
}

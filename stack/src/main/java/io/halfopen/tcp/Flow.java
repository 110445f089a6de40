package io.halfopen.tcp;

import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * One of the things a 4-tuple can find: a handshake under way, a connection, used or not, or what is left of one. It
 * has one timer, armed for the earliest thing it waits for.
 */
abstract sealed class Flow extends Timer permits HalfOpen, AcceptQueue.Entry, TimeWait {
    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int ports;
    int hash;

    /** The next one in {@link Pools}, while this is unused. */
    @Nullable
    Flow chained;

    final boolean isIpv4() {
        return IpAddress.isIpv4(remoteHigh, remoteLow);
    }

    final int localPort() {
        return ports & 0xffff;
    }

    final int remotePort() {
        return ports >>> 16;
    }

    final void setPorts(int localPort, int remotePort) {
        ports = remotePort << 16 | localPort;
    }

    final void copyTuple(Flow other) {
        localHigh = other.localHigh;
        localLow = other.localLow;
        remoteHigh = other.remoteHigh;
        remoteLow = other.remoteLow;
        ports = other.ports;
        hash = other.hash;
    }
}

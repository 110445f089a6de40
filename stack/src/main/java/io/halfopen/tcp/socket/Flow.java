package io.halfopen.tcp.socket;

import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * One of the things a 4-tuple can find: a handshake under way, a connection, used or not, or what is left of one. It
 * has one timer, armed for the earliest thing it waits for.
 */
public abstract sealed class Flow extends Timer permits HalfOpen, AcceptQueue.Entry, TimeWait {
    public long localHigh;
    public long localLow;
    public long remoteHigh;
    public long remoteLow;
    public int ports;
    public int hash;

    /** The next one in {@link Pools}, while this is unused. */
    @Nullable
    Flow chained;

    public final boolean isIpv4() {
        return IpAddress.isIpv4(remoteHigh, remoteLow);
    }

    public final int localPort() {
        return ports & 0xffff;
    }

    public final int remotePort() {
        return ports >>> 16;
    }

    public final void setPorts(int localPort, int remotePort) {
        ports = remotePort << 16 | localPort;
    }

    public final void copyTuple(Flow other) {
        localHigh = other.localHigh;
        localLow = other.localLow;
        remoteHigh = other.remoteHigh;
        remoteLow = other.remoteLow;
        ports = other.ports;
        hash = other.hash;
    }
}

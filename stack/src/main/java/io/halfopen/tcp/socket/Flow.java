package io.halfopen.tcp.socket;

import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.IpAddress;

/**
 * One of the things a 4-tuple can find: a handshake under way, a connection, used or not, or what is left of one. It
 * has one timer, armed for the earliest thing it waits for.
 */
public abstract sealed class Flow extends Timer permits HalfOpen, AcceptQueue.Entry, TimeWait {
    /** An object that all flows of an address share, which most hosts have one of. */
    public IpAddress local = IpAddress.ANY_V6;

    public long remoteHigh;
    public long remoteLow;
    public int ports;
    public int hash;

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
        local = other.local;
        remoteHigh = other.remoteHigh;
        remoteLow = other.remoteLow;
        ports = other.ports;
        hash = other.hash;
    }
}

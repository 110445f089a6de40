package io.halfopen.tcp.host;

import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The addresses of this host, and from which of them a packet to another leaves. */
public final class Addresses {
    /** The MTU of Linux's loopback interface: a host reaches its own addresses through it. */
    private static final int LOOPBACK_MTU = 65536;

    private IpAddress[] addresses = {};

    /** A bit for the last six bits of each address: almost every stranger is known as one by them. */
    private long lastBits;

    private int[] mtus = {};
    private IpAddress[] broadcasts = {};

    public void add(IpAddress address, int mtu) {
        addresses = Arrays.copyOf(addresses, addresses.length + 1);
        addresses[addresses.length - 1] = address;
        lastBits |= 1L << address.low();
        mtus = Arrays.copyOf(mtus, addresses.length);
        mtus[addresses.length - 1] = mtu;
    }

    /** The broadcast address of a network that this host is in. */
    public void addBroadcast(IpAddress address) {
        broadcasts = Arrays.copyOf(broadcasts, broadcasts.length + 1);
        broadcasts[broadcasts.length - 1] = address;
    }

    /** Whether it means this host and all others. */
    public boolean isForAll(long high, long low) {
        for (IpAddress address : broadcasts) {
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return IpAddress.isAllHosts(high, low);
    }

    public boolean isLocal(long high, long low) {
        return (lastBits >>> low & 1) != 0 && isOneOf(high, low);
    }

    private boolean isOneOf(long high, long low) {
        for (IpAddress address : addresses) {
            if (address.low() == low && address.high() == high) {
                return true;
            }
        }
        return false;
    }

    /** The source address for a destination: itself if it is ours, else the first of its family; null if none. */
    @Nullable
    public IpAddress sourceFor(IpAddress destination) {
        if (isLocal(destination.high(), destination.low())) {
            return destination;
        }
        for (IpAddress address : addresses) {
            if (address.isIpv4() == destination.isIpv4() && !IpAddress.isLoopback(address.high(), address.low())) {
                return address;
            }
        }
        return null;
    }

    /** The MTU between two addresses, octets. */
    public int mtu(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        int own = LOOPBACK_MTU;
        for (int i = 0; i < addresses.length; i++) {
            IpAddress address = addresses[i];
            if (address.low() == remoteLow && address.high() == remoteHigh) {
                return LOOPBACK_MTU;
            }
            if (address.low() == localLow && address.high() == localHigh) {
                own = mtus[i];
            }
        }
        return own;
    }
}

package io.halfopen.tcp.host;

import io.halfopen.wire.AddressIndex;
import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The addresses of this host, and from which of them a packet to another leaves. */
public final class Addresses {
    /** The MTU of Linux's loopback interface: a host reaches its own addresses through it. */
    private static final int LOOPBACK_MTU = 65536;

    private IpAddress[] addresses = {};

    /** Where in {@link #addresses} each is: the clients of the lab have 125. */
    private final AddressIndex index = new AddressIndex();

    /** A bit for the last six bits of each address: almost every stranger is known as one by them. */
    private long lastBits;

    private int[] mtus = {};
    private IpAddress[] broadcasts = {};

    public void add(IpAddress address, int mtu) {
        int place = index.add(address.high(), address.low());
        addresses = Arrays.copyOf(addresses, index.size());
        addresses[place] = address;
        lastBits |= 1L << address.low();
        mtus = Arrays.copyOf(mtus, index.size());
        mtus[place] = mtu;
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
        return (lastBits >>> low & 1) != 0 && index.find(high, low) >= 0;
    }

    /** The object of an address that all who keep it share: one of ours always is the same. */
    public IpAddress of(long high, long low) {
        int place = index.find(high, low);
        return place < 0 ? new IpAddress(high, low) : addresses[place];
    }

    /** The source address for a destination: itself if it is ours, else the first of its family; null if none. */
    @Nullable
    public IpAddress sourceFor(IpAddress destination) {
        if (isLocal(destination.high(), destination.low())) {
            return destination;
        }
        for (IpAddress address : addresses) {
            if (address.isIpv4() == destination.isIpv4() && !address.isLoopback()) {
                return address;
            }
        }
        return null;
    }

    /** The MTU between two addresses, octets. */
    public int mtu(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        int place = isLocal(remoteHigh, remoteLow) ? -1 : index.find(localHigh, localLow);
        return place < 0 ? LOOPBACK_MTU : mtus[place];
    }
}

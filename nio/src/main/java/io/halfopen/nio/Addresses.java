package io.halfopen.nio;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The stack's addresses and Java's. */
public final class Addresses {
    private Addresses() {}

    public static InetAddress toInet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.toBytes());
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The address as Java programs print it, with a name. */
    public static InetAddress toInet(String name, IpAddress address) {
        try {
            return InetAddress.getByAddress(name, address.toBytes());
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static IpAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? IpAddress.ofIpv4(Bytes.getInt(bytes, 0))
                : new IpAddress(Bytes.getLong(bytes, 0), Bytes.getLong(bytes, 8));
    }
}

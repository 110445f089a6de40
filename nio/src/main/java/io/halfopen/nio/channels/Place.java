package io.halfopen.nio.channels;

import io.halfopen.nio.Addresses;
import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkHost;
import io.halfopen.wire.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * Where a program runs, which decides whose an address is: a host's of the network, or the kernel's.
 *
 * @param host the host that it was put on, or null: then the address decides which network it is, and its home is the host
 */
record Place(@Nullable NetworkHost host) {
    /** Where a socket is to be opened; {@code host} null means the kernel. */
    record Side(@Nullable NetworkHost host) {
        static final Side KERNEL = new Side(null);
    }

    /** The place of this thread. */
    static Place here() {
        return new Place(NetworkHost.here());
    }

    private @Nullable Network network(IpAddress asked) throws SocketException {
        NetworkHost on = host;
        if (on != null) {
            return on.network();
        }
        try {
            return Network.of(asked);
        } catch (IllegalStateException several) {
            throw (SocketException) new SocketException(several.getMessage()).initCause(several);
        }
    }

    /** Who is bound to this address; the wildcard and localhost are the kernel's unless the program has a host. */
    Side ofBind(@Nullable InetAddress address) throws SocketException {
        IpAddress asked = address == null ? IpAddress.ANY_V6 : Addresses.of(address);
        Network network = network(asked);
        if (network == null) {
            return Side.KERNEL;
        }
        NetworkHost owner = network.owner(asked);
        if (owner != null) {
            return new Side(owner);
        }
        boolean ownMachine = asked.isAny() || asked.isLoopback();
        if (network.covers(asked) || ownMachine && (host != null || network.isPure())) {
            return new Side(home(network));
        }
        return network.isPure() ? refuse(asked) : Side.KERNEL;
    }

    /** Who connects to this address. */
    Side ofConnect(InetSocketAddress remote) throws SocketException {
        IpAddress asked = Addresses.of(remote.getAddress());
        Network network = network(asked);
        if (network == null) {
            return Side.KERNEL;
        }
        boolean ownMachine = asked.isAny() || asked.isLoopback();
        if (network.covers(asked) || ownMachine && (host != null || network.isPure())) {
            return new Side(home(network));
        }
        return network.isPure() ? refuse(asked) : Side.KERNEL;
    }

    private NetworkHost home(Network network) {
        NetworkHost on = host;
        return on == null ? network.home() : on;
    }

    private static Side refuse(IpAddress address) throws SocketException {
        throw new NoRouteToHostException(
                address + " is not an address of the network, which is pure: nothing else is reached from here");
    }
}

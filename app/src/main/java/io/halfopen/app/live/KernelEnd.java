package io.halfopen.app.live;

import io.halfopen.link.Interface;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** This machine's end of a TUN interface, and what else of its interfaces matters to a stack beside its kernel. */
final class KernelEnd {
    private KernelEnd() {}

    /** Gives it its address, {@code peer} or the first that is free, and has packets flow; returns its MTU. */
    static int setUp(String name, Cidr cidr, @Nullable IpAddress peer) throws IOException {
        requireFree(cidr, name);
        Interface kernelEnd = new Interface(name);
        kernelEnd.setUp(peer == null ? cidr.neighbour() : peer, cidr.prefix());
        return kernelEnd.mtu();
    }

    /** Of two interfaces in one network the kernel would use one, and whoever has the other would wait in vain. */
    private static void requireFree(Cidr cidr, String name) throws IOException {
        for (NetworkInterface each : interfaces()) {
            boolean inside = addresses(each).anyMatch(cidr::contains);
            if (inside && !each.getName().equals(name)) {
                throw new IOException("the interface " + each.getName() + " is in the network of --address "
                        + cidr.address().toHostString() + " already: choose another");
            }
        }
    }

    /** An address that the kernel has is the kernel's: both would answer. */
    static void requireNotOurs(IpAddress address) throws IOException {
        for (NetworkInterface each : interfaces()) {
            if (addresses(each).anyMatch(address::equals)) {
                throw new IOException("--address " + address + " is this machine's own, of " + each.getName()
                        + ": choose another, or take it from there");
            }
        }
    }

    private static List<NetworkInterface> interfaces() {
        try {
            return Collections.list(NetworkInterface.getNetworkInterfaces());
        } catch (SocketException none) {
            return List.of(); // no interface of this network has an address, as of one that was made a moment ago
        }
    }

    private static Stream<IpAddress> addresses(NetworkInterface each) {
        return each.inetAddresses()
                .map(address -> IpAddress.parse(address.getHostAddress().replaceFirst("%.*", "")));
    }
}

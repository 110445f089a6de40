package io.halfopen.app.live;

import io.halfopen.link.Interface;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** This machine's end of a TUN interface. */
final class KernelEnd {
    /** Packets: as many clients may come at once without one of their SYNs being lost before the stack sees it. */
    private static final int QUEUE = 5000;

    private KernelEnd() {}

    /** Gives it its address, {@code peer} or the first that is free, and has packets flow; returns its MTU. */
    static int setUp(String name, Cidr cidr, @Nullable IpAddress peer) throws IOException {
        requireFree(cidr, name);
        Interface kernelEnd = new Interface(name);
        kernelEnd.assign(peer == null ? cidr.neighbour() : peer, cidr.prefix());
        kernelEnd.lengthenQueue(QUEUE);
        kernelEnd.bringUp();
        return kernelEnd.mtu();
    }

    /** Of two interfaces in one network the kernel would use one, and whoever has the other would wait in vain. */
    private static void requireFree(Cidr cidr, String name) throws IOException {
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                boolean inside = each.inetAddresses()
                        .anyMatch(address -> cidr.contains(
                                IpAddress.parse(address.getHostAddress().replaceFirst("%.*", ""))));
                if (inside && !each.getName().equals(name)) {
                    throw new IOException("the interface " + each.getName() + " is in the network of --address "
                            + cidr.address().toHostString() + " already: choose another");
                }
            }
        } catch (SocketException unknown) {
            throw new IOException("cannot list this machine's interfaces: " + unknown.getMessage(), unknown);
        }
    }
}

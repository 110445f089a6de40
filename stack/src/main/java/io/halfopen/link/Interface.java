package io.halfopen.link;

import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The kernel's end of a link, by name: what ip(8) would be needed for. What is already as it should be is left alone,
 * so that an interface that root has prepared can be used by anybody.
 */
public record Interface(String name) {
    /** Of the thread's network namespace, where /proc/net would be that of the process. */
    private static final Path IF_INET6 = Path.of("/proc/thread-self/net/if_inet6");

    public Interface {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an interface has a name");
        }
    }

    /**
     * Gives the kernel's end an address, and with it a route to the addresses that share its first {@code prefix} bits;
     * an IPv4 address takes the place of another one.
     */
    public void assign(IpAddress address, int prefix) throws LinkException {
        if (prefix < 1 || prefix > (address.isIpv4() ? 32 : 128)) {
            throw new IllegalArgumentException(address + " cannot have a prefix of " + prefix + " bits");
        }
        if (address.isIpv4()) {
            assignV4((int) address.low(), -1 << 32 - prefix);
        } else if (!hasV6(address, prefix)) {
            new InterfaceIoctl(name).addV6(address, prefix);
        }
    }

    private void assignV4(int address, int mask) throws LinkException {
        InterfaceIoctl ioctl = new InterfaceIoctl(name);
        if (ioctl.getV4(InterfaceIoctl.SIOCGIFADDR) != address || ioctl.getV4(InterfaceIoctl.SIOCGIFNETMASK) != mask) {
            // The mask of an address that is new is its class's, or 32 bits; so the mask comes second.
            ioctl.setV4(InterfaceIoctl.SIOCSIFADDR, address);
            ioctl.setV4(InterfaceIoctl.SIOCSIFNETMASK, mask);
        }
    }

    /** A line is address, index, prefix, scope and flags in hexadecimal, and the name: if6_seq_show() in addrconf.c. */
    private boolean hasV6(IpAddress address, int prefix) {
        String hex = "%016x%016x".formatted(address.high(), address.low());
        for (String line : linesOf(IF_INET6)) {
            String[] fields = line.strip().split(" +", -1);
            boolean same = fields[0].equals(hex) && Integer.parseInt(fields[2], 16) == prefix;
            if (same && fields[5].equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> linesOf(Path path) {
        try {
            return Files.readAllLines(path);
        } catch (IOException noIpv6Here) {
            return List.of();
        }
    }

    /** Packets flow from now on. */
    public void bringUp() throws LinkException {
        InterfaceIoctl ioctl = new InterfaceIoctl(name);
        int flags = ioctl.flags();
        if ((flags & InterfaceIoctl.IFF_UP) == 0) {
            ioctl.setFlags(flags | InterfaceIoctl.IFF_UP);
        }
    }

    /** The largest packet it carries, octets. */
    public int mtu() throws LinkException {
        return new InterfaceIoctl(name).mtu();
    }
}

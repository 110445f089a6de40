package io.halfopen.link;

import io.halfopen.wire.IpAddress;
import java.util.concurrent.locks.LockSupport;

/**
 * The kernel's end of a link, by name: what ip(8) would be needed for. What is already as it should be is left alone,
 * so that an interface that root has prepared can be used by anybody.
 */
public record Interface(String name) {
    private static final int MILLISECOND = 1_000_000;
    private static final int LONGEST_WAIT = 1000;

    /** Packets: as many clients may come at once without one of their SYNs being lost before anybody takes it. */
    private static final int QUEUE = 5000;

    /** Makes it the kernel's end of a TUN interface: with this address, a long queue, and packets that flow. */
    public void setUp(IpAddress address, int prefix) throws LinkException {
        assign(address, prefix);
        lengthenQueue(QUEUE);
        bringUp();
    }

    /**
     * Gives the kernel's end an address, and with it a route to the addresses that share its first {@code prefix} bits;
     * an IPv4 address takes the place of another one.
     */
    public void assign(IpAddress address, int prefix) throws LinkException {
        if (prefix < 1 || prefix > (address.isIpv4() ? 32 : 128)) {
            throw new IllegalArgumentException(address + " cannot have a prefix of " + prefix + " bits");
        }
        InterfaceIoctl ioctl = new InterfaceIoctl(name);
        if (address.isIpv4()) {
            assignV4(ioctl, (int) address.low(), -1 << 32 - prefix);
        } else if (IfInet6.of(name).stream().noneMatch(each -> each.is(address, prefix))) {
            ioctl.addV6(address, prefix);
            awaitV6(ioctl);
        }
    }

    private static void assignV4(InterfaceIoctl ioctl, int address, int mask) throws LinkException {
        if (ioctl.getV4(InterfaceIoctl.SIOCGIFADDR) != address || ioctl.getV4(InterfaceIoctl.SIOCGIFNETMASK) != mask) {
            // The mask of an address that is new is its class's, or 32 bits; so the mask comes second.
            ioctl.setV4(InterfaceIoctl.SIOCSIFADDR, address);
            ioctl.setV4(InterfaceIoctl.SIOCSIFNETMASK, mask);
        }
    }

    /** Packets flow from now on. */
    public void bringUp() throws LinkException {
        InterfaceIoctl ioctl = new InterfaceIoctl(name);
        int flags = ioctl.flags();
        if ((flags & InterfaceIoctl.IFF_UP) == 0) {
            ioctl.setFlags(flags | InterfaceIoctl.IFF_UP);
        }
        awaitV6(ioctl);
    }

    /**
     * There are no duplicates to be detected on a TUN interface, yet an address is tentative until a worker of the
     * kernel has seen to it, a millisecond or so after the interface runs: who connects before does it from ::1.
     */
    private void awaitV6(InterfaceIoctl ioctl) throws LinkException {
        boolean runs = (ioctl.flags() & InterfaceIoctl.IFF_RUNNING) != 0;
        for (int i = 0; runs && i < LONGEST_WAIT; i++) {
            if (IfInet6.of(name).stream().noneMatch(IfInet6::isTentative)) {
                return;
            }
            LockSupport.parkNanos(MILLISECOND);
        }
    }

    /** Sends what goes to the addresses that share the network's first {@code prefix} bits through this interface. */
    public void route(IpAddress network, int prefix) throws LinkException {
        new InterfaceIoctl(name).addRoute(network, prefix);
    }

    /** Changes the largest packet it carries, octets. */
    public void setMtu(int mtu) throws LinkException {
        new InterfaceIoctl(name).setMtu(mtu);
    }

    /**
     * Lets at least so many packets wait until they are taken from the link; a TUN interface drops what comes beyond
     * its 500. Who may not change that has to do with what is there.
     */
    public void lengthenQueue(int packets) throws LinkException {
        InterfaceIoctl ioctl = new InterfaceIoctl(name);
        if (ioctl.queue() < packets) {
            ioctl.tryQueue(packets);
        }
    }

    /** The largest packet it carries, octets. */
    public int mtu() throws LinkException {
        return new InterfaceIoctl(name).mtu();
    }
}

package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Opens /dev/net/tun and attaches the descriptor to an interface; see tuntap.rst of the kernel's documentation. */
final class TunOpener {
    static final String DEVICE = "/dev/net/tun";

    // linux/if_tun.h
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final short IFF_TUN = 1;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final short IFF_MULTI_QUEUE = 0x0100;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_TUN_EXCL = (short) 0x8000;

    /** TUN_F_CSUM, TUN_F_TSO4 and TUN_F_TSO6, but not TUN_F_TSO_ECN: a CWR would have to stay with the first only. */
    private static final int OFFLOADS = 1 | 2 | 4;

    private final Libc libc = new Libc();
    private final String device;
    private final boolean offloads;

    /**
     * @param offloads whether packets have a {@link VirtioHeader} in front, and may be larger than the interface's MTU
     */
    TunOpener(String device, boolean offloads) {
        this.device = device;
        this.offloads = offloads;
    }

    /** An attached interface: the descriptor, and the name, which the kernel chooses if a {@code %d} was asked for. */
    record Attached(int fd, String name) {}

    Attached open(String name) throws LinkException {
        return open(name, 0);
    }

    /**
     * Several queues of an interface that is new: who could attach to one that another program has would take a part of its packets.
     */
    List<Attached> openAll(String name, int queues) throws LinkException {
        List<Attached> opened = new ArrayList<>();
        try {
            opened.add(open(name, IFF_MULTI_QUEUE | IFF_TUN_EXCL));
            while (opened.size() < queues) {
                opened.add(open(opened.getFirst().name(), IFF_MULTI_QUEUE));
            }
            return opened;
        } catch (LinkException failed) {
            opened.forEach(queue -> Libc.close(queue.fd()));
            throw failed;
        }
    }

    private Attached open(String name, int more) throws LinkException {
        Ifreq.requireValid(name);
        int fd = libc.open(device, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw cannotOpen(fd);
        }
        boolean attached = false;
        try {
            Attached result = attach(fd, name, more);
            attached = true;
            return result;
        } finally {
            if (!attached) {
                Libc.close(fd);
            }
        }
    }

    private Attached attach(int fd, String name, int queueFlags) throws LinkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ifreq = Ifreq.of(arena, name);
            int more = queueFlags | (offloads ? IFF_VNET_HDR : 0);
            ifreq.set(JAVA_SHORT, Ifreq.UNION, (short) (IFF_TUN | IFF_NO_PI | more));
            int error = libc.ioctl(fd, TUNSETIFF, ifreq);
            if (error < 0) {
                throw cannotAttach(error, name, (queueFlags & IFF_TUN_EXCL) != 0);
            }
            // Whoever had a persistent interface before may have left it with other settings.
            libc.ioctl(fd, TUNSETVNETHDRSZ, arena.allocateFrom(JAVA_INT, VirtioHeader.LENGTH));
            libc.ioctl(fd, TUNSETOFFLOAD, MemorySegment.ofAddress(offloads ? OFFLOADS : 0));
            return new Attached(fd, Ifreq.name(ifreq));
        }
    }

    /** To be asked before anything else: elsewhere there are not even the system calls. */
    static void requireLinux(String system) throws LinkException {
        if (!system.equals("Linux")) {
            throw new LinkException("real packets need Linux and its " + DEVICE + "; this is " + system);
        }
    }

    private LinkException cannotOpen(int error) {
        return new LinkException(
                switch (-error) {
                    case Libc.ENOENT, Libc.ENODEV, Libc.ENXIO ->
                        "no " + device + ": load the tun module (modprobe tun) or run where it exists";
                    case Libc.EACCES, Libc.EPERM -> "no permission to open " + device + ": be root";
                    default -> "cannot open " + device + ": " + Libc.message(error);
                });
    }

    private static LinkException cannotAttach(int error, String name, boolean fresh) {
        if (fresh && error == -Libc.EBUSY) {
            return new LinkException("there is an interface " + name + " already: several queues take one that is new");
        }
        return new LinkException(
                switch (-error) {
                    case Libc.EPERM, Libc.EACCES ->
                        "no permission for the interface " + name + ": be root, have CAP_NET_ADMIN, or let root run"
                                + " 'ip tuntap add dev " + name + " mode tun user $USER' once";
                    case Libc.EBUSY -> "the interface " + name + " is in use by another program";
                    case Libc.EINVAL ->
                        "there is an interface " + name + " already, and it is not a TUN interface of one queue";
                    default -> "cannot attach to the interface " + name + ": " + Libc.message(error);
                });
    }
}

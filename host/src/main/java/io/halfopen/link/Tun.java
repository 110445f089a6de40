package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A link to this machine's kernel: the kernel has a network interface, and what it sends there arrives here. Give the
 * kernel's end an address with {@link Interface}; the stack answers on another one of the same subnet.
 */
public final class Tun implements Link {
    private static final int CLOSED = -1;
    /** More than any IP packet with what may stand in front of it. */
    private static final int LARGEST = (1 << 16) + 64;

    private final Libc libc = new Libc();
    private final String name;
    private final Waiter waiter;
    // Packets are copied through here. A critical call could point into the heap: it is not faster, and a collector has
    // to wait for it.
    private final MemorySegment packet = Arena.ofAuto().allocate(LARGEST, 64);
    private int fd;
    private long dropped;

    private Tun(TunOpener.Attached attached) throws LinkException {
        fd = attached.fd();
        name = attached.name();
        try {
            waiter = new Waiter(fd);
        } catch (LinkException noWaiter) {
            Libc.close(fd);
            throw noWaiter;
        }
    }

    /**
     * Attaches to a TUN interface, which is made, and goes away with this link, if there is none of that name; a
     * {@code %d} in the name is the first number that is free.
     */
    public static Tun open(String name) throws LinkException {
        return open(TunOpener.DEVICE, name);
    }

    static Tun open(String device, String name) throws LinkException {
        return open(new TunOpener(device, false), name);
    }

    /** One whose packets have a {@link VirtioHeader} in front. */
    static Tun openWithOffloads(String name) throws LinkException {
        return open(new TunOpener(TunOpener.DEVICE, true), name);
    }

    /** One link for each queue of an interface that is made: the kernel gives a flow to a queue by the hash of its addresses and ports. */
    static List<Tun> openQueues(String name, int queues) throws LinkException {
        TunOpener.requireLinux(System.getProperty("os.name"));
        List<Tun> links = new ArrayList<>();
        List<TunOpener.Attached> attached = new TunOpener(TunOpener.DEVICE, true).openAll(name, queues);
        try {
            for (TunOpener.Attached queue : attached) {
                links.add(new Tun(queue));
            }
            return links;
        } catch (LinkException failed) {
            // That one has closed its own descriptor.
            links.forEach(Tun::close);
            attached.subList(links.size() + 1, queues).forEach(queue -> Libc.close(queue.fd()));
            throw failed;
        }
    }

    private static Tun open(TunOpener opener, String name) throws LinkException {
        TunOpener.requireLinux(System.getProperty("os.name"));
        return new Tun(opener.open(name));
    }

    public String name() {
        return name;
    }

    /** To be waited for together with others; reading and writing are this class's. */
    public int descriptor() {
        return fd;
    }

    /** How many packets could not be sent: the interface is down, or the kernel has no memory for them. */
    public long dropped() {
        return dropped;
    }

    @Override
    public int receive(byte[] buffer) throws LinkException {
        int length = read(buffer.length);
        MemorySegment.copy(packet, JAVA_BYTE, 0, buffer, 0, length);
        return length;
    }

    /** The same of a packet with a header of so many octets in front, which goes elsewhere; the length without it. */
    int receive(byte[] header, int headerLength, byte[] buffer) throws LinkException {
        int length = read(headerLength + buffer.length) - headerLength;
        if (length <= 0) {
            return 0;
        }
        MemorySegment.copy(packet, JAVA_BYTE, 0, header, 0, headerLength);
        MemorySegment.copy(packet, JAVA_BYTE, headerLength, buffer, 0, length);
        return length;
    }

    private int read(int most) throws LinkException {
        int length = fd == CLOSED ? 0 : libc.read(fd, packet, Math.min(most, LARGEST));
        if (length >= 0) {
            return length;
        }
        return switch (-length) {
            case Libc.EAGAIN, Libc.EINTR -> 0;
            case Libc.EBADFD -> throw new LinkException("the interface " + name + " was deleted");
            default -> throw new LinkException("cannot receive from " + name + ": " + Libc.message(length));
        };
    }

    /** Errors only count, also that of a deleted interface: {@link #receive} is about to tell. */
    @Override
    public void send(byte[] bytes, int offset, int length) {
        MemorySegment.copy(bytes, offset, packet, JAVA_BYTE, 0, length);
        write(length);
    }

    /** The same of a packet behind a header that stands elsewhere. */
    void send(byte[] header, byte[] bytes, int offset, int length) {
        MemorySegment.copy(header, 0, packet, JAVA_BYTE, 0, header.length);
        MemorySegment.copy(bytes, offset, packet, JAVA_BYTE, header.length, length);
        write(header.length + length);
    }

    private void write(int length) {
        if (fd == CLOSED || libc.write(fd, packet, length) < 0) {
            dropped++;
        }
    }

    @Override
    public void await(long nanos) throws LinkException {
        if (fd != CLOSED) {
            waiter.await(nanos);
        }
    }

    @Override
    public void wakeUp() {
        waiter.wakeUp();
    }

    @Override
    public void close() {
        if (fd != CLOSED) {
            waiter.close();
            Libc.close(fd);
            fd = CLOSED;
        }
    }
}

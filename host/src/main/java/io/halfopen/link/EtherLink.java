package io.halfopen.link;

import io.halfopen.link.ether.EtherFrame;
import io.halfopen.link.ether.Neighbourhood;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * A stack's own station on an Ethernet interface of this machine: packets go to and fro in rings of memory that is shared
 * with the kernel, no system call for each that comes and one for many that leave. The kernel has no part in the stack's
 * address: this answers who asks for it, and asks for the stations of others. It cannot be reached from this machine
 * through that interface: what the kernel sends there goes to the other end.
 */
public final class EtherLink implements OffloadLink {
    private static final int ARPHRD_ETHER = 1;

    /** Frames that are looked at for one packet: who is asked for a packet has others to do as well. */
    private static final int BATCH = 64;

    /** While the interface is down: between looks whether it is up again, ns. */
    private static final long LOOK = 1_000_000_000L;

    private static final int FRAME = VirtioHeader.LENGTH;
    private static final int PACKET = FRAME + EtherFrame.LENGTH;
    private static final int LARGEST_PACKET = SendRing.LARGEST - PACKET;

    private final AddressClaim claim;
    private final PacketSocket socket;
    private final ReceiveRing in;
    private final SendRing out;
    private final Waiter waiter;
    private final InterfaceIoctl ioctl;
    private final int mtu;
    private final Neighbourhood.Host host;
    private final Neighbourhood neighbourhood;
    private final OffloadInput input = new OffloadInput(EtherFrame.LENGTH);
    private final OffloadOutput output = new OffloadOutput(EtherFrame.LENGTH, LARGEST_PACKET);
    private final byte[] single = new byte[SendRing.LARGEST];
    /** A little old: for whom it is soon enough to look at the clock once for all that leave together. */
    private long now = System.nanoTime();

    private long dropped;
    private long lost;
    private boolean down;
    private boolean closed;

    private EtherLink(String name, int mtu, Neighbourhood.Host host) throws LinkException {
        this.host = host;
        this.mtu = mtu;
        ioctl = new InterfaceIoctl(name);
        ReceiveRing.Shape shape = ReceiveRing.Shape.of(mtu);
        claim = AddressClaim.of(name, host.address());
        try {
            socket = PacketSocket.open(name, host, shape);
            waiter = socket.waiter();
        } catch (LinkException refused) {
            claim.close();
            throw refused;
        }
        in = new ReceiveRing(socket, shape);
        out = new SendRing(socket);
        neighbourhood = new Neighbourhood(host, new Wire(), new SecureRandom().nextLong());
    }

    /**
     * Takes an address on an Ethernet interface that is up, without the kernel's taking part in it.
     *
     * @param prefix how many of its bits are the network's
     * @param gateway where packets go that leave the network, or null if none do
     */
    public static EtherLink open(String name, IpAddress address, int prefix, @Nullable IpAddress gateway)
            throws LinkException {
        TunOpener.requireLinux(System.getProperty("os.name"));
        InterfaceIoctl ioctl = new InterfaceIoctl(name);
        int flags = ioctl.flags();
        if (ioctl.hardware() != ARPHRD_ETHER) {
            throw new LinkException("the interface " + name + " is no Ethernet, and has no stations");
        }
        if ((flags & InterfaceIoctl.IFF_UP) == 0) {
            throw new LinkException("the interface " + name + " is down: let root run 'ip link set " + name + " up'");
        }
        int mtu = Math.min(ioctl.mtu(), LARGEST_PACKET);
        EtherLink link = new EtherLink(
                name, mtu, new Neighbourhood.Host(EtherFrame.stationOf(address), address, prefix, gateway));
        link.neighbourhood.announce();
        link.out.flush();
        return link;
    }

    /** The largest packet that it carries, octets. */
    public int mtu() {
        return mtu;
    }

    /** The stack's station, as ip(8) prints one. */
    public String station() {
        return EtherFrame.text(host.station());
    }

    @Override
    public int receive(byte[] buffer) throws LinkException {
        if (input.hasMore()) {
            return input.next(buffer);
        }
        for (int i = 0; i < BATCH && !closed; i++) {
            int end = in.take(input.bytes());
            if (end == 0) {
                break;
            }
            if (end > PACKET && !neighbourhood.take(input.bytes(), FRAME, end, now)) {
                return input.take(end - padding(input.bytes(), end), buffer);
            }
        }
        flush();
        return 0;
    }

    /** Short frames are as long as an Ethernet's shortest: what is in them says how much of it belongs to it. */
    static int padding(byte[] bytes, int end) {
        int length = end - PACKET;
        if (length < IpHeader.V4_LENGTH) {
            return 0;
        }
        int told = IpHeader.version(bytes, PACKET) == 4
                ? Bytes.getShort(bytes, PACKET + 2)
                : Bytes.getShort(bytes, PACKET + 4) + IpHeader.V6_LENGTH;
        return told < IpHeader.V4_LENGTH ? 0 : Math.max(0, length - told);
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
        if (!output.add(bytes, offset, length)) {
            complete();
            output.add(bytes, offset, length);
        }
    }

    @Override
    public void offload() {
        input.merge();
    }

    @Override
    public int segmentSize() {
        return input.segmentSize();
    }

    @Override
    public void sendLarge(byte[] bytes, int offset, int length, int segmentSize) {
        complete();
        output.addJoined(bytes, offset, length, segmentSize);
        complete();
    }

    /** What waits for a segment that continues it goes into the ring. */
    private void complete() {
        if (output.isEmpty()) {
            return;
        }
        int end = output.seal(true);
        byte[] bytes = output.bytes();
        long station = neighbourhood.stationFor(bytes, PACKET, end, now);
        if (station != Neighbourhood.UNKNOWN) {
            add(bytes, station, end);
        }
        output.clear();
    }

    private void add(byte[] bytes, long station, int end) {
        int type = IpHeader.version(bytes, PACKET) == 4 ? EtherFrame.IPV4 : EtherFrame.IPV6;
        EtherFrame.write(bytes, FRAME, station, host.station(), type);
        addFrame(bytes, end);
    }

    private void addFrame(byte[] bytes, int end) {
        if (closed || !out.add(bytes, end)) {
            dropped++;
        } else if (out.isFull()) {
            leave();
        }
    }

    private void flush() {
        complete();
        if (!closed) {
            leave();
        }
    }

    private void leave() {
        out.flush();
        now = System.nanoTime();
    }

    /** What neighbours ask and answer, and packets that had to wait for them. */
    private final class Wire implements Neighbourhood.Wire {
        @Override
        public void sendFrame(byte[] frame, int length) {
            VirtioHeader.writePlain(single, length);
            System.arraycopy(frame, 0, single, FRAME, length);
            addFrame(single, FRAME + length);
        }

        @Override
        public void sendKept(long station, byte[] bytes, int end) {
            add(bytes, station, end);
        }
    }

    @Override
    public void await(long nanos) throws LinkException {
        flush();
        if (closed) {
            return;
        }
        if (down) {
            down = !ioctl.isUp(socket.fd());
        }
        if (input.hasMore() || in.hasNext()) {
            return;
        }
        waiter.await(down ? Math.min(nanos, LOOK) : nanos);
        now = System.nanoTime();
        if (waiter.failed()) {
            // An interface goes down before it is deleted: the next look says which it was.
            socket.clearError();
            down = true;
        }
    }

    /** Packets that were not sent: the interface takes no more for now, or for long. */
    public long dropped() {
        return dropped;
    }

    /** Frames that came faster than they were taken, and are lost. */
    public long lost() {
        return lost + (closed ? 0 : socket.lost()) + in.cut();
    }

    /** Packets to addresses outside the network, while there is no gateway. */
    public long unreachable() {
        return neighbourhood.unreachable();
    }

    @Override
    public void wakeUp() {
        waiter.wakeUp();
    }

    @Override
    public void close() {
        if (!closed) {
            flush();
            lost += socket.lost();
            closed = true;
            socket.close();
            claim.close();
        }
    }
}

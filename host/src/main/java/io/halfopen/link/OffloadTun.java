package io.halfopen.link;

import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.List;

/**
 * A {@link Tun} that is to Linux what a network card with TSO and checksum offload is: consecutive segments of a
 * connection go to and fro as one packet of up to 64 KiB, so that a system call carries forty of them. Whoever does not ask for
 * {@link #offload} sees packets of the interface's MTU, as ever. A packet is written when another one does not continue it, and at
 * the latest when the link is asked for packets, or waited for.
 */
public final class OffloadTun implements OffloadLink {
    private static final int LARGEST = 65_535;

    private final Tun tun;
    private final OffloadInput input = new OffloadInput(0);
    private final OffloadOutput output = new OffloadOutput(0, LARGEST);

    /** Of packets that are large already. */
    private final byte[] front = new byte[VirtioHeader.LENGTH];

    private OffloadTun(Tun tun) {
        this.tun = tun;
    }

    /** See {@link Tun#open(String)}. */
    public static OffloadTun open(String name) throws LinkException {
        return new OffloadTun(Tun.openWithOffloads(name));
    }

    /**
     * Several queues of an interface that is made, and goes away with the last of them; a link each. All packets of a flow come from the same
     * one, as long as they are answered there; errors of ICMP and fragments may come from any.
     */
    public static List<OffloadTun> openQueues(String name, int queues) throws LinkException {
        return Tun.openQueues(name, queues).stream().map(OffloadTun::new).toList();
    }

    public String name() {
        return tun.name();
    }

    /** See {@link Tun#dropped}. */
    public long dropped() {
        return tun.dropped();
    }

    /** The buffer has to have room for a packet of the interface's MTU; after {@link #offload} for one of 65,535 octets. */
    @Override
    public int receive(byte[] buffer) throws LinkException {
        if (input.hasMore()) {
            return input.next(buffer);
        }
        flush();
        if (input.merges()) {
            int length = tun.receive(input.bytes(), VirtioHeader.LENGTH, buffer);
            input.takeWhole(buffer, 0, length);
            return length;
        }
        int end = tun.receive(input.bytes());
        return end <= input.front() ? 0 : input.take(end, buffer);
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
        if (!output.add(bytes, offset, length)) {
            flush();
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
        flush();
        boolean ipv4 = IpHeader.version(bytes, offset) == 4;
        int tcp = IpHeader.lengthAt(bytes, offset);
        int header = tcp + TcpHeader.lengthOf(bytes, offset + tcp);
        VirtioHeader.writeLarge(front, ipv4, tcp, header, segmentSize);
        tun.send(front, bytes, offset, length);
    }

    /** For those who wait elsewhere, while others send: only for packets, and only when all that were there are taken. */
    void awaitPacket() throws LinkException {
        tun.await(Long.MAX_VALUE);
    }

    /** Writes what waits for more. */
    void flush() {
        if (!output.isEmpty()) {
            tun.send(output.bytes(), 0, output.seal(false));
            output.clear();
        }
    }

    @Override
    public void await(long nanos) throws LinkException {
        flush();
        tun.await(input.hasMore() ? 0 : nanos);
    }

    @Override
    public void wakeUp() {
        tun.wakeUp();
    }

    @Override
    public void close() {
        flush();
        tun.close();
    }
}

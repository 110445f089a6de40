package io.halfopen.link;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.SegmentCutter;
import io.halfopen.wire.SegmentJoiner;

/**
 * A {@link Tun} that is to Linux what a network card with TSO and checksum offload is: consecutive segments of a
 * connection go to and fro as one packet of up to 64 KiB, so that a system call carries forty of them. Whoever uses the
 * link sees packets of the interface's MTU, as ever. A packet is written when another one does not continue it, and at
 * the latest when the link is asked for packets, or waited for.
 */
public final class OffloadTun implements Link {
    private static final int LARGEST = 1 << 16;

    private final Tun tun;
    private final byte[] received = new byte[VirtioHeader.LENGTH + LARGEST];
    private final SegmentCutter cutter = new SegmentCutter();
    private final SegmentJoiner joiner = new SegmentJoiner(VirtioHeader.LENGTH);

    private OffloadTun(Tun tun) {
        this.tun = tun;
    }

    /** See {@link Tun#open(String)}. */
    public static OffloadTun open(String name) throws LinkException {
        return new OffloadTun(Tun.openWithOffloads(name));
    }

    public String name() {
        return tun.name();
    }

    /** See {@link Tun#dropped}. */
    public long dropped() {
        return tun.dropped();
    }

    /** The buffer has to have room for a packet of the interface's MTU. */
    @Override
    public int receive(byte[] buffer) throws LinkException {
        if (cutter.hasMore()) {
            return cutter.next(buffer);
        }
        flush();
        int end = tun.receive(received);
        if (end <= VirtioHeader.LENGTH) {
            return 0;
        }
        int start = VirtioHeader.checksumStart(received);
        if (VirtioHeader.isLarge(received)
                && cutter.start(received, VirtioHeader.LENGTH, end, start, VirtioHeader.size(received))) {
            return cutter.next(buffer);
        }
        completeChecksum(end);
        int length = Math.min(end - VirtioHeader.LENGTH, buffer.length);
        System.arraycopy(received, VirtioHeader.LENGTH, buffer, 0, length);
        return length;
    }

    private void completeChecksum(int end) {
        int start = VirtioHeader.LENGTH + VirtioHeader.checksumStart(received);
        int field = start + VirtioHeader.checksumOffset(received);
        if (VirtioHeader.needsChecksum(received) && field + 2 <= end) {
            int sum = Checksum.sum(received, start, end - start);
            Bytes.putShort(received, field, Checksum.complement(0, sum));
        }
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
        if (!joiner.add(bytes, offset, length)) {
            flush();
            joiner.add(bytes, offset, length);
        }
    }

    /** For those who wait elsewhere, while others send: only for packets, and only when all that were there are taken. */
    void awaitPacket() throws LinkException {
        tun.await(Long.MAX_VALUE);
    }

    /** Writes what waits for more. */
    void flush() {
        if (joiner.isEmpty()) {
            return;
        }
        byte[] packet = joiner.bytes();
        if (joiner.isJoined()) {
            joiner.seal();
            boolean ipv4 = IpHeader.version(packet, VirtioHeader.LENGTH) == 4;
            VirtioHeader.writeLarge(packet, ipv4, joiner.tcp(), joiner.header(), joiner.size());
        } else {
            VirtioHeader.writePlain(packet);
        }
        tun.send(packet, 0, joiner.end());
        joiner.clear();
    }

    @Override
    public void await(long nanos) throws LinkException {
        flush();
        tun.await(cutter.hasMore() ? 0 : nanos);
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

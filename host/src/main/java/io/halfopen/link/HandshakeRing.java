package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The handshakes of a network namespace, as they pass its interfaces: packet(7) with a ring of blocks that the kernel
 * fills and this reads, TPACKET_V3. Nothing is sent and nothing is held up; what comes while the ring is full is lost
 * to the ring alone, and counted.
 */
public final class HandshakeRing implements AutoCloseable {
    /** What takes the packets. The octets are the caller's until it returns. */
    public interface Handler {
        /**
         * Takes one.
         *
         * @param nanos the kernel's stamp, since the epoch
         * @param outgoing it leaves this host
         * @param length how much of it there is
         * @param wireLength how long it was
         */
        void onPacket(long nanos, boolean outgoing, byte[] bytes, int length, int wireLength);
    }

    private static final int BLOCK = 1 << 18;
    private static final int BLOCKS = 128;
    private static final int FRAME = 1 << 11;

    /** A block that is not full is handed over after this, ms. */
    private static final int PATIENCE = 8;

    // linux/if_packet.h
    private static final int AF_PACKET = 17;
    private static final int SOCK_DGRAM = 2;
    private static final short ETH_P_ALL = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int TPACKET_V3 = 2;
    private static final int PACKET_OUTGOING = 4;
    private static final int SOCKADDR_LL = 20;
    private static final int TP_STATUS_USER = 1;

    // struct tpacket_block_desc, struct tpacket3_hdr
    private static final int BLOCK_STATUS = 8;
    private static final int BLOCK_PACKETS = 12;
    private static final int BLOCK_FIRST = 16;
    private static final int NEXT = 0;
    private static final int SECONDS = 4;
    private static final int NANOS = 8;
    private static final int SNAPLEN = 12;
    private static final int LENGTH = 16;
    private static final int NET = 26;
    private static final int LINK_ADDRESS = 48;
    private static final int SLL_PKTTYPE = 10;
    private static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle();
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final int fd;
    private final MemorySegment ring;
    private final byte[] packet = new byte[HandshakeFilter.SNAP];
    private int block;
    private long taken;
    private long lost;
    private boolean closed;

    /** To be made on the namespace's thread. */
    HandshakeRing(int[] ports) throws LinkException {
        fd = SocketLibc.socket(AF_PACKET, SOCK_DGRAM | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinkException(
                    fd == -Libc.EPERM
                            ? "no right to capture (CAP_NET_RAW)"
                            : "cannot capture packets: " + Libc.message(fd));
        }
        boolean ready = false;
        try {
            filter(ports);
            check(KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_VERSION, TPACKET_V3));
            byte[] request = ByteBuffer.allocate(28)
                    .order(ByteOrder.nativeOrder())
                    .putInt(BLOCK)
                    .putInt(BLOCKS)
                    .putInt(FRAME)
                    .putInt(BLOCK / FRAME * BLOCKS)
                    .putInt(PATIENCE)
                    .array();
            check(KernelSockets.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request));
            ring = SocketLibc.map(fd, (long) BLOCK * BLOCKS);
            if (ring.byteSize() == 0) {
                throw new LinkException("cannot capture packets: no memory for the ring");
            }
            bind();
            ready = true;
        } finally {
            if (!ready) {
                Libc.close(fd);
            }
        }
    }

    private void bind() throws LinkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_LL, 8);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, ETH_P_ALL);
            check(SocketLibc.bind(fd, address));
        }
    }

    private static void check(int result) throws LinkException {
        if (result < 0) {
            throw new LinkException("cannot capture packets: " + Libc.message(result));
        }
    }

    /** Which ports' ACKs count from now on. */
    public void filter(int[] ports) throws LinkException {
        check(BpfProgram.attach(fd, HandshakeFilter.of(ports)));
    }

    /** Hands over what the kernel has handed over, and returns at once. */
    public void drain(Handler handler) {
        int left = BLOCKS;
        while (left-- > 0 && !closed) {
            MemorySegment at = ring.asSlice((long) block * BLOCK, BLOCK);
            if (((int) STATUS.getAcquire(at, (long) BLOCK_STATUS) & TP_STATUS_USER) == 0) {
                return;
            }
            read(at, handler);
            STATUS.setRelease(at, (long) BLOCK_STATUS, 0);
            block = (block + 1) % BLOCKS;
        }
    }

    private void read(MemorySegment from, Handler handler) {
        int count = from.get(JAVA_INT, BLOCK_PACKETS);
        long at = from.get(JAVA_INT, BLOCK_FIRST);
        for (int i = 0; i < count; i++) {
            int length = Math.min(packet.length, from.get(JAVA_INT, at + SNAPLEN));
            int network = from.get(JAVA_SHORT, at + NET) & 0xffff;
            MemorySegment.copy(from, JAVA_BYTE, at + network, packet, 0, length);
            long time = from.get(JAVA_INT, at + SECONDS) * NANOS_PER_SECOND + from.get(JAVA_INT, at + NANOS);
            boolean outgoing = from.get(JAVA_BYTE, at + LINK_ADDRESS + SLL_PKTTYPE) == PACKET_OUTGOING;
            taken++;
            handler.onPacket(time, outgoing, packet, length, from.get(JAVA_INT, at + LENGTH));
            at += from.get(JAVA_INT, at + NEXT);
        }
    }

    /** How many packets there have been. */
    public long taken() {
        return taken;
    }

    /** How many came while the ring was full. */
    public long lost() {
        byte[] statistics = new byte[12];
        if (!closed && KernelSockets.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics) > 0) {
            lost += Integer.toUnsignedLong(KernelSockets.intAt(statistics, 4));
        }
        return lost;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            SocketLibc.unmap(ring);
            Libc.close(fd);
        }
    }
}

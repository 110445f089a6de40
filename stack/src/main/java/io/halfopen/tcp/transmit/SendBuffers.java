package io.halfopen.tcp.transmit;

import io.halfopen.linux.PacketMemory;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.BufferPool;
import io.halfopen.tcp.send.Chrono;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;
import org.jspecify.annotations.Nullable;

/**
 * How much a connection may hold for sending, as Linux counts it: what was written lies in buffers of many segments each,
 * and each takes more memory than its octets.
 */
public final class SendBuffers {
    /** GSO_LEGACY_MAX_SIZE: no buffer holds more octets, MAX_TCP_HEADER among them. */
    private static final int LARGEST_BUFFER = 65536 - 1;

    private static final int LEAST_SEGMENTS = 10;

    private static final int PAGE = 4096;

    /** SOCK_MIN_SNDBUF: whatever the memory, a connection may have so much. */
    static final int LEAST = 4608;

    private SendBuffers() {}

    /** The size at the end of the handshake: SO_SNDBUF, or what the initial window needs (tcp_init_buffer_space). */
    public static void start(Core core, Connection c, Socket socket) {
        Sender sender = c.sender;
        sender.sendBuffer =
                socket.options.sendBuffer > 0 ? socket.options.sendBuffer : core.sysctls.get(Sysctl.tcp_wmem, 1);
        if (socket.options.sendBuffer == 0) {
            expand(core, c);
        }
    }

    /** Twice the congestion window, at least (tcp_sndbuf_expand). */
    private static void expand(Core core, Connection c) {
        Sender sender = c.sender;
        int segment = PacketMemory.costOfSegment(core.kernel, Math.max(c.path.clamp, sender.mss()));
        int segments = Math.max(Math.max(sender.congestion.cwnd, LEAST_SEGMENTS), sender.recovery.reordering + 1);
        long wanted = (long) sender.control.sendBufferWindows() * segments * segment;
        if (sender.sendBuffer < wanted) {
            sender.sendBuffer = (int) Math.min(wanted, core.sysctls.get(Sysctl.tcp_wmem, 2));
        }
    }

    /** The octets that one buffer takes: full segments, and not more than half of the peer's window (tcp_xmit_size_goal). */
    public static int goal(Core core, Connection c) {
        int mss = Math.max(1, c.currentMss());
        int most = c.sender.size.boundToHalfWindow(LARGEST_BUFFER - core.kernel.transfer.headerRoom());
        return Math.max(mss, most / mss * mss);
    }

    /** What the octets take, in flight and not (sk_wmem_queued). */
    static long inUse(Core core, Connection c) {
        Sender sender = c.sender;
        long lent = sender.notices == null ? 0 : sender.notices.unused();
        long buffers = (long) sender.flight.buffers() + sender.queue.count();
        return sender.queued() + lent + PacketMemory.costOfEmptyBuffer(core.kernel) * buffers;
    }

    /** What is left of the last page that both buffers have taken is enough for a packet (sk_forward_alloc). */
    public static boolean hasSetAside(Core core, Connection c, int packetLength) {
        long left = -(c.receiver.buffer.charged() + inUse(core, c)) & PAGE - 1;
        return c.receiver.buffer.costOfPacket(packetLength) <= left;
    }

    /** How many octets go into the last buffer, or else a new one, of this size; 0: none (tcp_sendmsg_locked). */
    public static int room(Core core, Connection c, int goal) {
        Sender sender = c.sender;
        if (core.memory.isExhausted() && inUse(core, c) >= core.sysctls.get(Sysctl.tcp_wmem, 0)) {
            moderate(core, c);
            return 0;
        }
        int last = sender.queue.tail();
        int room = last > 0 && last < goal && !sender.queue.isTailEnd()
                ? goal - last
                : isMemoryFree(core, c, 0) ? goal : 0;
        return Math.min(room, BufferPool.LARGEST - sender.queued());
    }

    /** No memory: the buffer becomes half of what is in it, so that its writer waits for that (sk_stream_moderate_sndbuf). */
    private static void moderate(Core core, Connection c) {
        if (!isFixed(c)) {
            c.sender.sendBuffer = (int) Math.max(LEAST, Math.min(c.sender.sendBuffer, inUse(core, c) >> 1));
        }
    }

    /** SO_SNDBUF was set, and nothing else changes it. */
    private static boolean isFixed(Connection c) {
        return c.socket != null && c.socket.options.sendBuffer > 0;
    }

    /** TCP_NOTSENT_LOWAT limits what is unsent; to be woken there must be less than half of it (tcp_stream_memory_free). */
    private static boolean isMemoryFree(Core core, Connection c, int wake) {
        Sender sender = c.sender;
        int most = mayBeUnsent(core, c.socket);
        return inUse(core, c) < sender.sendBuffer && Integer.compareUnsigned(sender.unsent() << wake, most) < 0;
    }

    /** Octets, without sign. */
    public static int mayBeUnsent(Core core, @Nullable Socket socket) {
        int own = socket == null ? 0 : socket.options.notSentLowat;
        return own == 0 ? core.sysctls.get(Sysctl.tcp_notsent_lowat) : own;
    }

    /** A third of the buffer is free, and too little unsent: what poll(2) calls writable (sk_stream_is_writeable). */
    public static boolean isWritable(Core core, Connection c) {
        long inUse = inUse(core, c);
        return c.sender.sendBuffer - inUse >= inUse >> 1 && isMemoryFree(core, c, 1);
    }

    /** After an ACK: who waits for room gets a larger buffer, if the congestion window is not full, and is told (tcp_check_space). */
    public static void tellWriter(Core core, Connection c) {
        if (!c.writerWaits) {
            return;
        }
        boolean plenty = !core.memory.isUnderPressure() && core.memory.pages() < core.sysctls.get(Sysctl.tcp_mem, 0);
        if (!isFixed(c) && plenty && !c.sender.isCwndFull()) {
            expand(core, c);
        }
        tellOfSpace(core, c);
    }

    /** sk_stream_write_space. */
    public static void tellOfSpace(Core core, Connection c) {
        if (c.writerWaits && isWritable(core, c)) {
            c.writerWaits = false;
            core.statistics.unlimited(c.sender, Chrono.Limit.BUFFER, c.sender.queued() == 0);
            core.wake(c, Poll.POLLOUT);
        }
    }
}

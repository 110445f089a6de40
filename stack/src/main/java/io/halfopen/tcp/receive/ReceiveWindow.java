package io.halfopen.tcp.receive;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/**
 * How much the peer may send: what was promised last, and what is to be promised next. A promise is kept: the right edge
 * never moves to the left, unless tcp_shrink_window allows it. Crumbs are not promised (RFC 9293, section 3.8.6.2.2).
 *
 * <pre>
 *   at                                       at + size
 *   |------ promised with the last ACK ------|
 *              nxt |------- remaining -------|
 * </pre>
 */
public final class ReceiveWindow {
    /** TCP_WINDOW_CLAMP was not set. */
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private static final int UNSCALED_MOST = 0xffff;

    /** Segments of the window that is offered while memory is short (tcp_adjust_rcv_ssthresh). */
    private static final int SHORT_OF_MEMORY = 4;

    private final Host host;
    private final ReceiveBuffer buffer;

    /** rcv_nxt when the last ACK was sent, and the window it announced (rcv_wup, rcv_wnd). */
    private int at;

    private int size;

    /** The most that is ever offered (window_clamp), and what TCP_WINDOW_CLAMP says of it. */
    private int clamp;

    private int limit;

    /** What is offered for now: it grows as full segments come (rcv_ssthresh). */
    private int threshold;

    private byte scale;

    /** Both offered scaling, be it by 0 bits. */
    private boolean scaling;

    /** The peer did not, and ours was agreed to all the same: what Linux announces after crossing SYNs is scaled. */
    private boolean refused;

    ReceiveWindow(Host host, ReceiveBuffer buffer) {
        this.host = host;
        this.buffer = buffer;
    }

    /** The SYN or SYN-ACK announces this; {@code scale} is negative where scaling is not to be offered. */
    public void start(int nxt, int window, int windowScale) {
        at = nxt;
        size = window;
        threshold = window;
        clamp = buffer.wholeWindow();
        limit = NO_LIMIT;
        scale = (byte) windowScale;
        scaling = false;
        refused = false;
    }

    /** The peer's first sequence number is known. */
    public void startAt(int nxt) {
        at = nxt;
    }

    void keep(SavedState k) {
        at = k.seq(at);
        size = k.at(size);
        clamp = k.at(clamp);
        limit = k.limit(limit);
        threshold = k.at(threshold);
        scale = k.at(scale);
        scaling = k.at(scaling);
    }

    /** The handshake is done: from here on a part of the buffer is kept in reserve, a segment if not more. */
    void established(int mss) {
        scaling = scale >= 0 && !refused;
        scale = (byte) Math.max(0, scale);
        reserve(mss, buffer.wholeWindow(), host.sysctls.get(Sysctl.tcp_app_win));
        threshold = Math.min(threshold, clamp);
    }

    /** tcp_init_buffer_space: {@code part} says how much by a power of two, 0 that nothing is. */
    private void reserve(int mss, int whole, int part) {
        if (clamp >= whole) {
            clamp = part > 0 && whole > 4 * mss ? Math.max(whole - (whole >> part), 4 * mss) : whole;
        }
        if (part > 0 && clamp > 2 * mss && clamp > whole - mss) {
            clamp = Math.max(2 * mss, whole - mss);
        }
    }

    /** TCP_WINDOW_CLAMP, octets: never offers more than this, whatever there is room for; 0 for no limit. */
    public void limit(int most) {
        if (most == 0) {
            return;
        }
        limit = most;
        threshold = most < clamp ? Math.min(threshold, most) : Math.max(threshold, Math.min(size, most));
        clamp = most;
    }

    /** What the buffer's octets are worth is another; {@code offered}: so is what is offered for now (tcp_set_window_clamp). */
    public void follow(boolean offered) {
        int before = clamp;
        clamp = Math.min(limit, buffer.wholeWindow());
        if (offered) {
            threshold = clamp < before ? Math.min(threshold, clamp) : Math.max(threshold, Math.min(size, clamp));
        }
    }

    /** The buffer grew, and the most that is offered with it (tcp_rcvbuf_grow). */
    public void widen() {
        clamp = Math.min(limit, buffer.wholeWindow());
    }

    /** The most that is ever offered. */
    public int clamp() {
        return clamp;
    }

    public int threshold() {
        return threshold;
    }

    public boolean offersScaling() {
        return scale >= 0;
    }

    /** Not both offered it. */
    public void disableScaling() {
        scale = -1;
        threshold = Math.min(threshold, UNSCALED_MOST);
    }

    /** The peer's SYN, which crosses ours, offers scaling as ours does; or one of them does not. */
    public void cross(boolean both) {
        scaling = both;
        refused = !both;
    }

    /** Whether the handshake agreed on scaling. */
    public boolean scales() {
        return scaling;
    }

    public int scale() {
        return scale;
    }

    public int size() {
        return size;
    }

    public int announcedAt() {
        return at;
    }

    /** What of the window last announced is left. */
    int remaining(int nxt) {
        return Math.max(0, at + size - nxt);
    }

    /** Whether all of a segment that ends here has been here before (tcp_sequence). */
    public boolean isOld(int endSeq) {
        return SeqNumber.before(endSeq, at);
    }

    // ---- how it grows

    /**
     * Data came that is not tiny: offer more, up to what there is room for, as far as such packets would fit into it
     * (tcp_grow_window). True if there is more.
     */
    public boolean grow(int octets, int packetLength, int segmentSize, int mss) {
        int room = Math.min(clamp, buffer.freeWindow()) - threshold;
        if (room <= 0) {
            return false;
        }
        if (host.memory.isUnderPressure()) {
            spare(mss);
            return false;
        }
        int cost = buffer.costOfPacket(packetLength);
        int more = buffer.windowOf(cost) <= octets ? 2 * mss : moreOfCostly(octets, cost, segmentSize);
        if (more == 0) {
            return false;
        }
        threshold += Math.min(room, Math.max(more, 2 * octets));
        return true;
    }

    /** The larger the window, the less may its octets cost (__tcp_grow_window). */
    private int moreOfCostly(int octets, int cost, int segmentSize) {
        int price = buffer.windowOf(cost) >> 1;
        int most = buffer.windowOf(host.sysctls.get(Sysctl.tcp_rmem, 2)) >> 1;
        while (threshold <= most) {
            if (price <= octets) {
                return 2 * segmentSize;
            }
            price >>= 1;
            most >>= 1;
        }
        return 0;
    }

    /** The buffer is full: hardly more than what was promised (tcp_clamp_window). */
    public void retreat(int mss) {
        threshold = Math.min(clamp, 2 * mss);
    }

    /** Memory is short (tcp_adjust_rcv_ssthresh). */
    public void spare(int mss) {
        threshold = Math.min(threshold, SHORT_OF_MEMORY * mss);
    }

    // ---- what is promised

    /** The window field of a segment that leaves now; it is what the peer may rely on from here (tcp_select_window). */
    int announce(int nxt, DelayedAcks acks) {
        int before = size;
        size = next(nxt, acks); // which may be more than the field can say (tcp_select_window)
        at = nxt;
        int field = Math.min(size >>> scale, UNSCALED_MOST);
        if (field == 0 && before != 0) {
            host.count(Counter.TCPToZeroWindowAdv);
        } else if (field != 0 && before == 0) {
            host.count(Counter.TCPFromZeroWindowAdv);
        }
        return field;
    }

    private int next(int nxt, DelayedAcks acks) {
        if (acks.isOutOfMemory()) {
            return 0;
        }
        int wanted = select(acks);
        int promised = remaining(nxt);
        boolean shrinks = scale > 0 && host.sysctls.isOn(Sysctl.tcp_shrink_window);
        if (wanted < promised && !shrinks) {
            if (wanted == 0) {
                host.count(Counter.TCPWantZeroWindowAdv);
            }
            int unit = 1 << scale;
            wanted = promised + unit - 1 & -unit;
        }
        return wanted;
    }

    /** What there is room for, in Linux's order (__tcp_select_window). Where that is little, nobody hurries the peer. */
    public int select(DelayedAcks acks) {
        int free = buffer.freeWindow();
        int whole = buffer.wholeWindow();
        int most = Math.min(clamp, whole);
        // No segment is larger than what is offered: else a window that was closed would never open again.
        int mss = Math.min(acks.segmentSize(), Math.min(most, threshold));
        int unit = 1 << scale;
        boolean shrinks = scale > 0 && host.sysctls.isOn(Sysctl.tcp_shrink_window);
        if (mss <= 0) {
            return 0;
        }
        if (free < most >> 1) {
            acks.becomePatient();
            free &= -unit;
            // Announcing crumbs makes the peer send crumbs.
            if (free < whole >> 4 || free < mss || shrinks && free < unit) {
                return 0;
            }
        }
        if (scale > 0) {
            return free > threshold || !shrinks ? Math.min(free, threshold) + unit - 1 & -unit : free & -unit;
        }
        return inSegments(Math.min(free, threshold), mss, most);
    }

    /** Without scaling, whole segments; and no new number for less than one more. */
    private int inSegments(int free, int mss, int most) {
        if (size <= free - mss || size > free) {
            return free - free % mss;
        }
        return mss == most && free > size + (most >> 1) ? free : size;
    }

    /** read() made so much room that the peer should hear of it: twice what it knows of (__tcp_cleanup_rbuf). */
    public boolean deservesUpdate(int nxt, DelayedAcks acks) {
        int known = remaining(nxt);
        if (2L * known > clamp) {
            return false;
        }
        int offered = select(acks);
        return offered != 0 && offered >= 2 * known;
    }

    /** Whether any part of a segment is in a window of these edges, or it is empty and at either edge (tcp_in_window). */
    public static boolean isTouchedBy(Segment segment, int left, int right) {
        int seq = segment.seq();
        int end = segment.endSeq();
        return seq == left || SeqNumber.after(end, left) && SeqNumber.before(seq, right) || seq == right && seq == end;
    }
}

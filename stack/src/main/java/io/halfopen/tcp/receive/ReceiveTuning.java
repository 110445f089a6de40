package io.halfopen.tcp.receive;

import static io.halfopen.tcp.host.Timer.NEVER;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.wire.SeqNumber;

/**
 * The receive buffer grows with what the process reads in a round trip, so that the window never holds a sender back
 * that the process could follow ("dynamic right-sizing": tcp_rcv_space_adjust). The round trip is seen from this side:
 * from the echo of a timestamp, or as the time in which a whole window comes.
 */
public final class ReceiveTuning {
    /** TCP_INIT_CWND: what the first round trip is expected to bring, segments. */
    private static final int FIRST_FLIGHT = 10;

    private static final int NANOS_PER_MICRO = 1000;
    private static final int MICROS_PER_MILLI = 1000;

    /** Eight times the round trip, microseconds; 0 is not known. */
    private int rtt8;

    /** The window that is measured now, unless that is never: it began then, and is over when this number is reached. */
    private long windowSince = NEVER;

    private int windowEnd;
    private int lastEcho;

    /** The most that was read in a round trip (rcvq_space.space), and from where and when on that is counted. */
    private int perRound;

    private int roundFrom;
    private long roundSince;

    void reset() {
        rtt8 = 0;
        windowSince = NEVER;
        lastEcho = 0;
        perRound = 0;
    }

    void keep(SavedState k) {
        rtt8 = k.at(rtt8);
        windowSince = k.time(windowSince);
        windowEnd = k.seq(windowEnd);
        lastEcho = k.at(lastEcho);
        perRound = k.at(perRound);
        roundFrom = k.seq(roundFrom);
        roundSince = k.time(roundSince);
    }

    /** The handshake is done (tcp_init_buffer_space). */
    void established(int copied, int threshold, int window, int mss, long now) {
        perRound = Math.min(Math.min(threshold, window), FIRST_FLIGHT * mss);
        roundFrom = copied;
        roundSince = now;
    }

    /** The round trip as the receiver sees it, microseconds; 0 if it is not known. */
    public int roundTrip() {
        return rtt8 >> 3;
    }

    /** Eight times that. */
    public int roundTrip8() {
        return rtt8;
    }

    /** tcpi_rcv_space, octets. */
    public int perRound() {
        return perRound;
    }

    /** The window will never be larger than this, octets. */
    public void limit(int most) {
        perRound = Math.min(perRound, most);
    }

    /** A segment echoes a timestamp; {@code millis} is how old that is, -1 if nobody knows (tcp_rcv_rtt_measure_ts). */
    public void onEcho(int echo, long millis, boolean full, boolean unread) {
        if (echo == lastEcho) {
            return;
        }
        lastEcho = echo;
        if (full && millis > 0) {
            int sample = (int) Math.min(millis * MICROS_PER_MILLI, Integer.MAX_VALUE >> 3);
            if (rtt8 == 0 || sample << 3 < rtt8) {
                rtt8 = sample << 3;
            } else if (!unread) {
                rtt8 += sample - (rtt8 >> 3);
            }
        }
    }

    /** What ended the handshake is not measured. */
    public void forgetEcho() {
        rtt8 = 0;
        lastEcho = 0;
    }

    /** Data came in order (tcp_rcv_rtt_measure). */
    public void onData(int nxt, int window, long now) {
        if (windowSince != NEVER && SeqNumber.before(nxt, windowEnd)) {
            return;
        }
        if (windowSince != NEVER) {
            long micros = Math.clamp((now - windowSince) / NANOS_PER_MICRO, 1, Integer.MAX_VALUE >> 3);
            if (rtt8 == 0 || micros << 3 < rtt8) {
                rtt8 = (int) micros << 3;
            }
        }
        windowEnd = nxt + window;
        windowSince = now;
    }

    /** The process has read (tcp_rcv_space_adjust); {@code copied} is what it will read next. */
    public void onRead(Host host, ReceiveBuffer buffer, ReceiveWindow window, int copied, int nxt, int beyond) {
        if (rtt8 == 0 || (host.now() - roundSince) / NANOS_PER_MICRO < rtt8 >> 3) {
            return;
        }
        int read = copied - roundFrom - (nxt - copied);
        if (read > perRound) {
            grow(host, buffer, window, read, beyond);
        }
        roundFrom = copied;
        roundSince = host.now();
    }

    /** What waits beyond a gap needs room, too (tcp_data_queue_ofo). */
    public void onGap(Host host, ReceiveBuffer buffer, ReceiveWindow window, int beyond) {
        grow(host, buffer, window, perRound, beyond);
    }

    /** Twice what is read, since the peer hears of it a round trip late, and more while that increases. */
    private void grow(Host host, ReceiveBuffer buffer, ReceiveWindow window, int read, int beyond) {
        int before = Math.max(1, perRound);
        perRound = read;
        if (!host.sysctls.isOn(Sysctl.tcp_moderate_rcvbuf) || buffer.isFixed()) {
            return;
        }
        long wanted = 2L * read;
        wanted += 2 * (wanted * (read - before) / before);
        wanted += beyond;
        int size = Math.min(buffer.costOf(wanted), host.sysctls.get(Sysctl.tcp_rmem, 2));
        if (size > buffer.size()) {
            buffer.resize(size, false);
            window.widen();
        }
    }
}

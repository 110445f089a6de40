package io.halfopen.tcp;

/**
 * When to acknowledge: at once, or a little later in the hope that data will carry the ACK. RFC 9293 allows 500 ms and
 * asks for every second full segment; Linux answers the first segments of a connection at once ("quick ACKs", since the
 * peer is in slow start), and becomes patient as soon as the connection looks like a conversation ("pingpong").
 */
final class AckClock {
    /** The delay of a patient ACK: Linux's TCP_ATO_MIN and TCP_DELACK_MIN, 40 ms. */
    static final long DELAY = 40_000_000L;

    /** The least delay, one tick of a kernel with HZ=250: what a FIN waits when no data ever came to learn from. */
    private static final long TICK = 4_000_000L;

    /** Linux's TCP_DELACK_MAX: what a handshake's last ACK may wait for the first data. */
    private static final long LONGEST_DELAY = 200_000_000L;

    private static final int QUICK_ACKS = 16;
    private static final int LEAST_SEGMENT = 88;
    private static final int FIRST_SEGMENT = 536;

    /** The time a delayed ACK is due, or {@link Timer#NEVER}. */
    long due = Timer.NEVER;

    private int segmentSize = FIRST_SEGMENT;
    private int quick;
    private boolean pingpong;
    private boolean dataSeen;
    private long lastData;
    private boolean immediate;

    void reset() {
        due = Timer.NEVER;
        segmentSize = FIRST_SEGMENT;
        quick = 0;
        pingpong = false;
        dataSeen = false;
        lastData = 0;
        immediate = false;
    }

    void start(int mss) {
        segmentSize = Math.clamp(mss, LEAST_SEGMENT, FIRST_SEGMENT);
    }

    /** The size of the peer's full segments, as far as it was seen. */
    int segmentSize() {
        return segmentSize;
    }

    /** Data came in (tcp_event_data_recv). */
    void onData(int length, int window, int mss, long now, long rto) {
        if (length >= segmentSize) {
            segmentSize = Math.min(length, mss);
        }
        if (!dataSeen || now - lastData > rto) {
            // After a silence the peer starts slowly again and needs every ACK it can get.
            quick = Math.max(quick, Math.clamp(window / (2 * segmentSize), 2, QUICK_ACKS));
        }
        dataSeen = true;
        lastData = now;
    }

    /** We send data soon after the peer did: its next ACK can ride on ours. */
    void onDataSent(long now) {
        if (dataSeen && now - lastData < DELAY) {
            pingpong = true;
        }
    }

    /** The peer's FIN: the process is likely to close, too (tcp_fin). */
    void onFin() {
        pingpong = true;
    }

    /** Something is wrong that the peer must know of now: a gap, a repetition, a probe. */
    void demand() {
        immediate = true;
        quick = Math.max(quick, 2);
    }

    void onAckSent() {
        due = Timer.NEVER;
        immediate = false;
        if (quick > 0) {
            quick--;
        }
    }

    /** After a segment that must be acknowledged some time: true if that is now, else the timer is set. */
    boolean isDueNow(int unacknowledged, boolean gap, Core core) {
        if (immediate || gap || unacknowledged > segmentSize || quick > 0 && !pingpong) {
            return true;
        }
        if (due == Timer.NEVER) {
            due = core.due(core.now() + (dataSeen ? DELAY : TICK));
        }
        return false;
    }

    /** TCP_DEFER_ACCEPT of a client: the ACK that ends its handshake rides on its data, if that comes soon. */
    void leaveToData(Core core) {
        due = core.due(core.now() + LONGEST_DELAY);
    }

    /** A gap is filled: the peer is waiting to hear of it (RFC 5681, section 4.2). */
    void atOnce() {
        immediate = true;
    }

    boolean hasSeenData() {
        return dataSeen;
    }

    boolean isDemanded() {
        return immediate;
    }
}

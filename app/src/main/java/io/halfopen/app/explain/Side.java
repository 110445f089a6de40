package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import io.halfopen.wire.TcpHeader;

/** What one end of a connection sent, as far as it was seen. Times are ns; 0 is never. */
final class Side {
    private static final int MOST_TIMES = 24;

    long packets;
    /** Whether {@link #next} means something. */
    boolean known;
    /** The sequence number after the last that it sent. */
    int next;

    int isn;
    boolean isnKnown;
    /** The highest number that it acknowledged. */
    int acked;

    boolean acks;

    long firstData;
    long lastData;
    long dataSegments;
    long dataOctets;
    /** Of them segments that carried nothing new. */
    long repeats;

    long finTime;
    int finSeq;
    long resetTime;
    int resetFlags;
    int resetSeq;
    int resetAck;
    int resetWindow;
    int resetTtl;
    int resetId;
    boolean resetHasTimestamps;
    int resetEcho;
    int resets;
    int ttl = -1;
    int lastId = -1;
    boolean sendsTimestamps;
    int greatestTimestamp;
    long zeroWindowSince;
    long zeroWindowLongest;
    int mss;
    int windowScale = -1;
    boolean sack;
    boolean timestamps;
    int cookie = -1;
    int optionsLength;
    boolean optionsCut;
    boolean ecn;
    int handshakes;
    final long[] handshakeTimes = new long[MOST_TIMES];

    /** A SYN, or a SYN-ACK. */
    void handshake(long time, TcpView view) {
        if (handshakes < MOST_TIMES) {
            handshakeTimes[handshakes] = time;
        }
        handshakes++;
        if (handshakes == 1) {
            mss = view.mss;
            windowScale = view.windowScale;
            sack = view.sackPermitted;
            timestamps = view.timestamps;
            cookie = view.cookie;
            optionsLength = view.optionsLength;
            optionsCut = view.optionsCut;
            boolean ece = view.has(TcpHeader.ECE);
            ecn = view.isSyn() ? ece && view.has(TcpHeader.CWR) : ece;
        }
        isn = view.seq;
        isnKnown = true;
    }

    int times() {
        return Math.min(handshakes, MOST_TIMES);
    }

    /** The data, the FIN and the RST in it; whether it carried something new. */
    boolean take(long time, TcpView view) {
        packets++;
        boolean fresh = !known || view.endSeq() - next > 0;
        if (view.payload > 0 && !view.isSyn()) {
            firstData = firstData == 0 ? time : firstData;
            lastData = time;
            dataSegments++;
            dataOctets += view.payload;
            repeats += fresh ? 0 : 1;
        }
        if (view.has(TcpHeader.FIN) && finTime == 0) {
            finTime = time;
            finSeq = view.endSeq() - 1;
        }
        if (view.has(TcpHeader.RST)) {
            reset(time, view);
            return fresh;
        }
        if (fresh) {
            next = view.endSeq();
            known = true;
        }
        if (view.has(TcpHeader.ACK) && (!acks || view.ack - acked > 0)) {
            acked = view.ack;
            acks = true;
        }
        ttl = view.ttl;
        lastId = view.id;
        if (view.timestamps) {
            greatestTimestamp =
                    sendsTimestamps && view.tsValue - greatestTimestamp < 0 ? greatestTimestamp : view.tsValue;
            sendsTimestamps = true;
        }
        window(time, view);
        return fresh;
    }

    private void window(long time, TcpView view) {
        if (view.window == 0 && !view.has(TcpHeader.SYN) && view.has(TcpHeader.ACK)) {
            zeroWindowSince = zeroWindowSince == 0 ? time : zeroWindowSince;
            zeroWindowLongest = Math.max(zeroWindowLongest, time - zeroWindowSince);
        } else if (!view.has(TcpHeader.SYN)) {
            zeroWindowSince = 0;
        }
    }

    private void reset(long time, TcpView view) {
        resets++;
        if (resets > 1) {
            return;
        }
        resetTime = time;
        resetFlags = view.flags;
        resetSeq = view.seq;
        resetAck = view.ack;
        resetWindow = view.window;
        resetTtl = view.ttl;
        resetId = view.id;
        resetHasTimestamps = view.timestamps;
        resetEcho = view.tsEcho;
    }

    /** An RST that the other end could not take for one. */
    void forgetReset() {
        resets = 0;
        resetTime = 0;
    }
}

package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import io.halfopen.wire.TcpHeader;

/** What one end of a connection sent, as far as it was seen. Times are ns; 0 is never. */
final class Side {
    private static final int MOST_TIMES = 24;
    private static final int MOST_FILLERS = 2;
    private static final long DUPLICATE = 300_000_000L;
    private static final int STALE = 1000;

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
    /** What its first ACK acknowledged. */
    int firstAck;
    /** When it first acknowledged more than that. */
    long ackAdvanced;
    /** When it had last acknowledged one number more, as it had not done before: a FIN, or one octet. */
    long oneMore;

    private int ones;
    /** When it last acknowledged something new after the handshake. */
    long lastAdvance;
    /** The window in its first segment that is no SYN; -1: none was seen. */
    int firstWindow = -1;
    /** The number of its first segment that is no SYN. */
    int firstSeq;
    /** ACKs without anything that say no more than the first. */
    int bareRepeats;
    /** The same once it had sent a FIN. */
    int bareAfterFin;

    long lastBareAfterFin;

    final long[] bareTimes = new long[MOST_TIMES];
    private int lastWindow = -1;

    /** Segments without anything, one number behind: probes of a window, or of whether the other end is alive. */
    int probes;

    long firstProbe;
    long lastProbe;
    private long firstProbeGap;
    private long lastProbeGap;
    /** The latest ACK without anything that said nothing new. */
    long lastBare;
    /** How many of them there were since it last said something new, and the times between the first two and the last. */
    int bareRow;

    private long firstBareGap;
    private long lastBareGap;

    /** Data with a timestamp that is a second or more older than what it had sent before: PAWS drops it. */
    int staleData;

    /** How often the latest data was sent again without an acknowledgement of anything. */
    int vain;

    long vainSince;

    long firstData;
    long lastData;
    long dataSegments;
    long dataOctets;
    /** Of them segments that carried nothing new. */
    long repeats;
    /** The same, before it acknowledged anything but the handshake. */
    long earlyRepeats;

    long earlyData;
    int firstDataSeq;
    /** Its first data was sent again. */
    boolean firstDataAgain;

    long finTime;
    int finSeq;
    /** What the first FIN acknowledged. */
    int finAck;
    /** When a FIN was sent again. */
    long finAgain;

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
    /** It sends something new although it has reset the connection. */
    boolean goesOn;

    int ttl = -1;
    /** In the SYN or SYN-ACK. */
    int handshakeWindow;

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
    /** More fillers in a row than any system sends: something on the way has put them there. */
    boolean overwritten;

    private int handshakeStamp;
    private int handshakeId;
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
            handshakeWindow = view.window;
            windowScale = view.windowScale;
            sack = view.sackPermitted;
            timestamps = view.timestamps;
            cookie = view.cookie;
            optionsLength = view.optionsLength;
            optionsCut = view.optionsCut;
            overwritten = view.fillers > MOST_FILLERS;
            boolean ece = view.has(TcpHeader.ECE);
            ecn = view.isSyn() ? ece && view.has(TcpHeader.CWR) : ece;
        }
        isn = view.seq;
        isnKnown = true;
        handshakeStamp = view.tsValue;
        handshakeId = view.id;
    }

    /** The same SYN or SYN-ACK once more, not sent again: a timer takes longer, and what is sent then has a later timestamp. */
    boolean isDuplicate(long time, TcpView view) {
        return handshakes > 0
                && view.seq == isn
                && time - lastHandshake() < DUPLICATE
                && (view.timestamps ? view.tsValue == handshakeStamp : view.id > 0 && view.id == handshakeId);
    }

    /** The time of the latest SYN or SYN-ACK of which there is one; 0: there was none. */
    long lastHandshake() {
        return handshakes == 0 ? 0 : handshakeTimes[times() - 1];
    }

    int times() {
        return Math.min(handshakes, MOST_TIMES);
    }

    /** The data, the FIN and the RST in it; whether it carried something new. */
    boolean take(long time, TcpView view) {
        packets++;
        boolean fresh = !known || view.endSeq() - next > 0;
        if (view.payload > 0 && !view.isSyn()) {
            firstDataSeq = firstData == 0 ? view.seq : firstDataSeq;
            firstData = firstData == 0 ? time : firstData;
            lastData = time;
            dataSegments++;
            dataOctets += view.payload;
            repeats += fresh ? 0 : 1;
            firstDataAgain |= !fresh && view.seq - firstDataSeq <= 0;
            staleData += view.timestamps && sendsTimestamps && greatestTimestamp - view.tsValue > STALE ? 1 : 0;
            vainSince = vain == 0 ? time : vainSince;
            vain = fresh ? 0 : vain + 1;
            if (ackAdvanced == 0) {
                earlyData++;
                earlyRepeats += fresh ? 0 : 1;
            }
        }
        if (view.has(TcpHeader.FIN)) {
            finAgain = finTime > 0 ? time : 0;
            if (finTime == 0) {
                finTime = time;
                finSeq = view.endSeq() - 1;
                finAck = view.ack;
            }
        }
        if (view.has(TcpHeader.RST)) {
            reset(time, view);
            return fresh;
        }
        bare(time, view);
        if (fresh) {
            next = view.endSeq();
            known = true;
        }
        if (view.has(TcpHeader.ACK)) {
            acknowledges(time, view);
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

    private void bare(long time, TcpView view) {
        if (view.has(TcpHeader.SYN)) {
            return;
        }
        if (firstWindow < 0) {
            firstWindow = view.window;
            firstSeq = view.seq;
            return;
        }
        boolean bare = view.payload == 0 && !view.has(TcpHeader.FIN) && view.has(TcpHeader.ACK) && known && acks;
        if (bare && view.seq == next && view.ack == acked && view.window == lastWindow && view.sackBlocks == 0) {
            bareRepeat(time);
            bareRow++;
            lastBareGap = bareRow > 1 ? time - lastBare : 0;
            firstBareGap = bareRow == 2 ? lastBareGap : firstBareGap;
            lastBare = time;
        } else if (bare && next - view.seq == 1 && finTime == 0) {
            probes++;
            lastProbeGap = probes > 1 ? time - lastProbe : 0;
            firstProbeGap = probes == 2 ? lastProbeGap : firstProbeGap;
            firstProbe = firstProbe == 0 ? time : firstProbe;
            lastProbe = time;
        }
    }

    private void bareRepeat(long time) {
        if (finTime > 0) {
            bareAfterFin++;
            lastBareAfterFin = time;
        } else if (ackAdvanced == 0) {
            if (bareRepeats < MOST_TIMES) {
                bareTimes[bareRepeats] = time;
            }
            bareRepeats++;
        }
    }

    private void acknowledges(long time, TcpView view) {
        lastWindow = view.window;
        if (!acks) {
            firstAck = view.ack;
            acked = view.ack;
            acks = true;
            return;
        }
        int more = view.ack - acked;
        if (more <= 0) {
            return;
        }
        acked = view.ack;
        ackAdvanced = ackAdvanced == 0 ? time : ackAdvanced;
        lastAdvance = time;
        bareRow = 0;
        ones += more == 1 ? 1 : 0;
        oneMore = more == 1 && ones == 1 ? time : 0;
    }

    /** Whether it answers what somebody sends again and again, later and later, and does not take it. */
    boolean repeatsItself() {
        return bareRow >= 4 && lastBareGap > 2 * firstBareGap && zeroWindowSince == 0 && finTime == 0;
    }

    /** Whether it acknowledged something at last and has sent nothing since, for so long, ns, nor closed. */
    boolean isMute(long captureEnd, long patience) {
        return lastAdvance > 0
                && dataSegments == 0
                && finTime == 0
                && resetTime == 0
                && captureEnd - lastAdvance > patience;
    }

    /** How long after it had acknowledged a FIN, as it seems, it closed, ns; 0: it has not, or spoke in between. */
    long closedLate() {
        return oneMore > 0 && finTime > oneMore && lastData < oneMore ? finTime - oneMore : 0;
    }

    /** How long after its own FIN it acknowledged one, as it seems, ns. */
    long waitedForFin() {
        return finTime > 0 && oneMore > finTime && lastData < finTime ? oneMore - finTime : 0;
    }

    /** Whether the time between probes grows, as that between probes of a window does; of keep-alive it is always the same. */
    boolean probesGrow() {
        return probes >= 3 && lastProbeGap > firstProbeGap * 3 / 2;
    }

    /** Whether it offered window scaling, and does not scale its window. */
    boolean isUnscaled() {
        return windowScale >= 3
                && firstWindow >= handshakeWindow / 2
                && firstWindow > 4 * ((handshakeWindow >> windowScale) + 1);
    }

    /** Whether its FIN came before the other end's, as its own packets alone show. */
    boolean closedFirst() {
        return finTime > 0 && acked - finAck == 1;
    }

    /** Whether it acknowledged a FIN, as it seems, and for so long, ns, neither closed nor reset. */
    boolean isLeftOpen(long captureEnd, long patience) {
        return finTime == 0 && oneMore > 0 && resetTime == 0 && captureEnd - oneMore > patience;
    }

    /**
     * Whether it closed, and for so long, ns, had no reason to repeat its FIN and nothing to acknowledge; before that it
     * had been the last to speak, so that no FIN was in what it had acknowledged.
     */
    boolean isAloneInClosing(long captureEnd, long patience) {
        return finTime > 0
                && resetTime == 0
                && finAgain == 0
                && acked == finAck
                && (finAck == firstAck || lastData > lastAdvance)
                && captureEnd - finTime > patience;
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
        goesOn = false;
    }
}

package io.halfopen.tcp.congestion;

import io.halfopen.linux.Counter;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.send.Sender;
import io.halfopen.wire.SeqNumber;

/**
 * When slow start has filled the pipe, before anything is lost: hybrid slow start (Ha and Rhee 2008) as in tcp_cubic.c.
 * Either ACKs came close together for half the least round trip, or eight of a round were late, that is by an eighth of
 * the least round trip, 4 ms at least and 16 at most. Times are microseconds.
 */
final class HyStart {
    private static final int LOW_WINDOW = 16;
    private static final int CLOSE_TOGETHER = 2000;
    private static final int MIN_SAMPLES = 8;
    private static final int LEAST_DELAY = 4000;
    private static final int MOST_DELAY = 16000;

    /** Packets may come close together since they left so: four of the largest bursts that a device is given, octets. */
    private static final long FOUR_BURSTS = 4 * 65215L;

    private static final long MOST_BURST = 1000;
    private static final int NO_DELAY = Integer.MAX_VALUE;

    private final Host host;

    /** The end of slow start was found. */
    boolean found;

    private int roundStart;
    private int lastAck;
    private int endSeq;
    private int roundDelay;
    private int samples;

    HyStart(Host host) {
        this.host = host;
    }

    private static int micros(long now) {
        return (int) (now / 1000);
    }

    void startRound(Sender sender, long now) {
        roundStart = micros(now);
        lastAck = roundStart;
        endSeq = sender.nxt();
        roundDelay = NO_DELAY;
        samples = 0;
    }

    void keep(SavedState k) {
        found = k.at(found);
        roundStart = k.at(roundStart);
        lastAck = k.at(lastAck);
        endSeq = k.seq(endSeq);
        roundDelay = k.limit(roundDelay);
        samples = k.at(samples);
    }

    /** An ACK came in slow start, and this long after what it acknowledges was sent (hystart_update). */
    void update(Sender sender, int delay, int delayMin, long now) {
        if (SeqNumber.after(sender.una(), endSeq)) {
            startRound(sender, now);
        }
        if (sender.congestion.cwnd < LOW_WINDOW) {
            return;
        }
        if (isTrainLong(sender, delayMin, now)) {
            end(sender, Counter.TCPHystartTrainDetect, Counter.TCPHystartTrainCwnd);
        }
        roundDelay = Math.min(roundDelay, delay);
        if (samples < MIN_SAMPLES) {
            samples++;
        } else if (roundDelay > delayMin + Math.clamp(delayMin >> 3, LEAST_DELAY, MOST_DELAY)) {
            end(sender, Counter.TCPHystartDelayDetect, Counter.TCPHystartDelayCwnd);
        }
    }

    private boolean isTrainLong(Sender sender, int delayMin, long now) {
        int micros = micros(now);
        if (micros - lastAck > CLOSE_TOGETHER) {
            return false;
        }
        lastAck = micros;
        long threshold = delayMin + burst(sender.pacing.rate);
        return micros - roundStart > (sender.pacing.isOn() ? threshold : threshold >> 1);
    }

    /** hystart_ack_delay. */
    private static long burst(long rate) {
        return rate == 0 ? 0 : Math.min(MOST_BURST, Long.divideUnsigned(FOUR_BURSTS * 1_000_000, rate));
    }

    private void end(Sender sender, Counter detections, Counter windows) {
        found = true;
        host.count(detections);
        host.count(windows, sender.congestion.cwnd);
        sender.congestion.ssthresh = sender.congestion.cwnd;
    }
}

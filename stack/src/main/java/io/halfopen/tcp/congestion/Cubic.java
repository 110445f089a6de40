package io.halfopen.tcp.congestion;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Kernel;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import org.jspecify.annotations.Nullable;

/**
 * CUBIC (RFC 9438) as Linux computes it, in integers (tcp_cubic.c): after a loss the window grows as a cubic function of
 * time, fast up to where the loss was, flat around it, and fast again; in small networks as fast as Reno would. C is 0.4,
 * beta 717/1024. What differs from the RFC is Linux's: one RTT is looked ahead by its least value, and the window grows
 * by half at most in a round trip.
 */
public final class Cubic implements CongestionControl {
    /** The unit of beta. */
    private static final int ONE = 1024;

    private static final int BETA = 717;

    /** Times are counted in 1/1024 seconds, and 1024 times 0.4 segments are 410 of its unit. */
    private static final int TIME_SHIFT = 10;

    private static final long C = 410;
    private static final int CUBE_SHIFT = 10 + 3 * TIME_SHIFT;
    private static final long INVERSE_C = (1L << CUBE_SHIFT) / C;

    /** The cube of what is longer away from K does not fit; Linux lets it overflow. */
    private static final long LONGEST = 280_000;

    /** 8 times the packets that Reno with this beta needs acknowledged for one more: the inverse of RFC 9438's alpha. */
    private static final int FRIENDLINESS = 8 * (ONE + BETA) / 3 / (ONE - BETA);

    private static final int JIFFIES_PER_SECOND = 250;
    private static final int NO_EPOCH = Integer.MIN_VALUE;

    private final HyStart hyStart;

    /** The next one of those that are not used. */
    @Nullable
    Cubic pooled;

    /** The window grows by one after so many ACKs. */
    private int cnt;

    /** The window before the last loss, or less if it is falling. */
    private int lastMaxCwnd;

    /** When cnt was computed last, and for which window. */
    private int lastCwnd;

    private int lastTime;

    /** The window where the cubic function is flat, and how long after the epoch's start that is, 1/1024 s. */
    private int originPoint;

    private int k;

    /** The least round trip, microseconds; 0 before there was one. */
    private int delayMin;

    /** When the window began to grow after the last loss, jiffies. */
    private int epochStart;

    /** Packets acknowledged since the window that Reno would have grew last, and that window. */
    private int ackCnt;

    private int tcpCwnd;

    Cubic(Host host) {
        hyStart = new HyStart(host);
    }

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.cubic;
    }

    @Override
    public void init(Sender sender, long now) {
        reset();
        hyStart.startRound(sender, now);
    }

    private void reset() {
        cnt = 0;
        lastMaxCwnd = 0;
        lastCwnd = 0;
        lastTime = 0;
        originPoint = 0;
        k = 0;
        delayMin = 0;
        epochStart = NO_EPOCH;
        ackCnt = 0;
        tcpCwnd = 0;
        hyStart.found = false;
    }

    @Override
    public void keep(SavedState kept) {
        cnt = kept.at(cnt);
        lastMaxCwnd = kept.at(lastMaxCwnd);
        lastCwnd = kept.at(lastCwnd);
        lastTime = kept.at(lastTime);
        originPoint = kept.at(originPoint);
        k = kept.at(k);
        delayMin = kept.at(delayMin);
        epochStart = kept.at(epochStart);
        ackCnt = kept.at(ackCnt);
        tcpCwnd = kept.at(tcpCwnd);
        hyStart.keep(kept);
    }

    private static int jiffies(long now) {
        return (int) (now / Kernel.JIFFY);
    }

    /** RFC 9438, sections 4.6 and 4.7: less than the last time means that somebody needs room, so leave it sooner. */
    @Override
    public int ssthresh(Sender sender) {
        int cwnd = sender.congestion.cwnd;
        epochStart = NO_EPOCH;
        lastMaxCwnd = cwnd < lastMaxCwnd ? (int) ((long) cwnd * (ONE + BETA) / (2 * ONE)) : cwnd;
        return reduced(cwnd);
    }

    /** What a window becomes. */
    public static int reduced(int cwnd) {
        return Math.max((int) ((long) cwnd * BETA / ONE), 2);
    }

    @Override
    public void avoid(Sender sender, int acked, long now) {
        CongestionWindow window = sender.congestion;
        if (!window.mayGrow()) {
            return;
        }
        int left = acked;
        if (window.inSlowStart()) {
            left = window.slowStart(acked);
            if (left == 0) {
                return;
            }
        }
        update(window.cwnd, left, now);
        window.avoid(cnt, left);
    }

    /** Finds cnt, at most once a jiffy, and seldom while the window stays (bictcp_update). */
    private void update(int cwnd, int acked, long now) {
        int jiffies = jiffies(now);
        ackCnt += acked;
        if (lastCwnd == cwnd && jiffies - lastTime <= JIFFIES_PER_SECOND / 32) {
            return;
        }
        if (epochStart == NO_EPOCH || jiffies != lastTime) {
            lastCwnd = cwnd;
            lastTime = jiffies;
            if (epochStart == NO_EPOCH) {
                startEpoch(cwnd, acked, jiffies);
            }
            int target = target(jiffies);
            cnt = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
            if (lastMaxCwnd == 0 && cnt > 20) {
                cnt = 20; // nothing is known of the path: 5 percent a round trip
            }
        }
        befriend(cwnd);
        cnt = Math.max(cnt, 2);
    }

    private void startEpoch(int cwnd, int acked, int jiffies) {
        epochStart = jiffies;
        ackCnt = acked;
        tcpCwnd = cwnd;
        if (lastMaxCwnd <= cwnd) {
            k = 0;
            originPoint = cwnd;
        } else {
            k = cubeRoot(INVERSE_C * (lastMaxCwnd - cwnd)); // RFC 9438, equation 2
            originPoint = lastMaxCwnd;
        }
    }

    /** RFC 9438, equation 1, one round trip from now. */
    private int target(int jiffies) {
        long delay = (delayMin + Kernel.JIFFY / 1000 - 1) / (Kernel.JIFFY / 1000);
        long time = (jiffies - epochStart + delay << TIME_SHIFT) / JIFFIES_PER_SECOND;
        long away = Math.min(Math.abs(time - k), LONGEST);
        long delta = C * away * away * away >> CUBE_SHIFT;
        return Math.clamp(time < k ? originPoint - delta : originPoint + delta, 0, CongestionWindow.INFINITE);
    }

    /** RFC 9438, section 4.3: what Reno with this beta would have by now is the least. */
    private void befriend(int cwnd) {
        int perPacket = Math.max(1, cwnd * FRIENDLINESS >> 3);
        if (ackCnt > perPacket) {
            int more = (ackCnt - 1) / perPacket;
            ackCnt -= more * perPacket;
            tcpCwnd += more;
        }
        if (tcpCwnd > cwnd) {
            cnt = Math.min(cnt, cwnd / (tcpCwnd - cwnd));
        }
    }

    /** The integer whose cube is the last that is not greater. */
    static int cubeRoot(long value) {
        int root = (int) Math.cbrt((double) value);
        while ((long) root * root * root > value) {
            root--;
        }
        while ((long) (root + 1) * (root + 1) * (root + 1) <= value) {
            root++;
        }
        return root;
    }

    @Override
    public void setState(Sender sender, CaState next, long now) {
        if (next == CaState.LOSS) {
            reset();
            hyStart.startRound(sender, now);
        }
    }

    /** A silence is no time to grow: the epoch begins later by as much (RFC 9438, section 4.2; cubictcp_cwnd_event). */
    @Override
    public void onTransmitStart(Sender sender, long now) {
        int idle = jiffies(now) - jiffies(sender.congestion.lastSentAt);
        if (epochStart != NO_EPOCH && idle > 0) {
            epochStart = Math.min(epochStart + idle, jiffies(now));
        }
    }

    @Override
    public void onAcked(Sender sender, int packets, long rtt, long now) {
        if (rtt < 0 || epochStart != NO_EPOCH && jiffies(now) - epochStart < JIFFIES_PER_SECOND) {
            return; // right after a recovery round trips tell of the queue that is being emptied
        }
        int delay = Math.clamp(rtt / 1000, 1, Integer.MAX_VALUE);
        if (delayMin == 0 || delayMin > delay) {
            delayMin = delay;
        }
        if (!hyStart.found && sender.congestion.inSlowStart()) {
            hyStart.update(sender, delay, delayMin, now);
        }
    }
}

package io.halfopen.tcp.congestion;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Kernel;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.LeastRoundTrip;
import io.halfopen.tcp.host.WindowedMax;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.RateSample;
import io.halfopen.tcp.send.Sender;
import org.jspecify.annotations.Nullable;

/**
 * BBR version 1 as Linux ships it (tcp_bbr.c; Cardwell et al., "BBR: Congestion-Based Congestion Control", 2016): a model
 * of the path, its bandwidth and its round trip, sets pace and window; losses do not. The pace goes around the estimate,
 * a quarter more and a quarter less in turn, to find out whether there is more, and every ten seconds the window is four
 * segments for a moment, to find the round trip without a queue.
 *
 * <p>Bandwidths are packets per microsecond times 2^24, gains are multiples of 1/256.
 */
public final class Bbr implements CongestionControl {
    enum Mode {
        STARTUP,
        DRAIN,
        PROBE_BW,
        PROBE_RTT
    }

    public static final int BW_SCALE = 24;
    public static final long BW_UNIT = 1L << BW_SCALE;
    static final int SCALE = 8;
    static final int UNIT = 1 << SCALE;

    /** 2 / ln 2, the least with which the rate doubles each round, and its inverse. */
    static final int HIGH_GAIN = UNIT * 2885 / 1000 + 1;

    private static final int DRAIN_GAIN = UNIT * 1000 / 2885;
    private static final int CWND_GAIN = UNIT * 2;
    private static final int MORE = UNIT * 5 / 4;
    private static final int LESS = UNIT * 3 / 4;

    private static final int CYCLE_LENGTH = 8;
    private static final int BW_ROUNDS = CYCLE_LENGTH + 2;
    private static final int LEAST_CWND = 4;

    private static final int JIFFIES_PER_SECOND = 250;
    private static final int ROUND_TRIP_WINDOW = 10 * JIFFIES_PER_SECOND;
    private static final int PROBE_TIME = JIFFIES_PER_SECOND / 5;
    private static final int NO_TIME = Integer.MIN_VALUE;

    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Host host;
    private final WindowedMax bandwidths = new WindowedMax();
    private final BbrLongTerm longTerm = new BbrLongTerm();
    private final BbrFullPipe fullPipe = new BbrFullPipe();
    private final BbrPace pace = new BbrPace();
    private final BbrRecovery recovery = new BbrRecovery();
    private final BbrAckAggregation aggregation = new BbrAckAggregation();

    /** The next one of those that are not used. */
    @Nullable
    Bbr pooled;

    private Mode mode = Mode.STARTUP;
    public int pacingGain;
    public int cwndGain;

    /** The least round trip of ten seconds, microseconds, and when it was measured, jiffies. */
    public long minRtt;

    private int minRttAt;
    private int probeRttDoneAt;
    private boolean probeRttRoundDone;

    private int roundCount;
    private int nextRoundDelivered;
    private boolean roundStart;

    private int cycleIndex;
    private long cycleAt;

    private boolean idleRestart;

    Bbr(Host host) {
        this.host = host;
    }

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.bbr;
    }

    @Override
    public void init(Sender sender, long now) {
        recovery.reset();
        sender.congestion.ssthresh = CongestionWindow.INFINITE;
        roundCount = 0;
        nextRoundDelivered = sender.delivery.delivered;
        probeRttDoneAt = NO_TIME;
        probeRttRoundDone = false;
        long least = sender.roundTrip.least();
        minRtt = least == LeastRoundTrip.UNKNOWN ? UNKNOWN : least / 1000;
        minRttAt = jiffies(now);
        bandwidths.reset(0, 0);
        pace.begin(sender);
        roundStart = false;
        idleRestart = false;
        fullPipe.reset();
        cycleAt = 0;
        cycleIndex = 0;
        longTerm.reset(sender);
        mode = Mode.STARTUP;
        setGains();
        aggregation.reset(now);
        sender.pacing.turnOn();
    }

    private static int jiffies(long now) {
        return (int) (now / Kernel.JIFFY);
    }

    Mode mode() {
        return mode;
    }

    private long maxBandwidth() {
        return bandwidths.get();
    }

    /** What is believed now: the greatest of ten rounds, or a policer's rate. */
    public long bandwidth() {
        return longTerm.isUsed() ? longTerm.bandwidth() : maxBandwidth();
    }

    // ---- the walk of an ACK

    @Override
    public boolean controls() {
        return true;
    }

    /** bbr_main. */
    @Override
    public void control(Sender sender, RateSample sample, long now) {
        updateBandwidth(sender, sample);
        aggregation.update(sender, sample, roundStart, bandwidth());
        if (mode == Mode.PROBE_BW && isPhaseOver(sender, sample, now)) {
            nextPhase(sender);
        }
        if (roundStart && !sample.isAppLimited) {
            fullPipe.round(maxBandwidth());
        }
        checkDrain(sender, now);
        updateRoundTrip(sender, sample, now);
        setGains();
        pace.set(sender, bandwidth(), pacingGain, fullPipe.isReached());
        setWindow(sender, sample);
    }

    private void updateBandwidth(Sender sender, RateSample sample) {
        roundStart = false;
        if (!sample.isValid()) {
            return;
        }
        if (sample.priorDelivered - nextRoundDelivered >= 0) {
            nextRoundDelivered = sender.delivery.delivered;
            roundCount++;
            roundStart = true;
            recovery.conserves = false;
        }
        if (longTerm.sample(sender, sample, roundStart, mode == Mode.PROBE_BW)) {
            restartCycle(sender);
        }
        long bandwidth = (sample.delivered * BW_UNIT) / sample.micros();
        if (!sample.isAppLimited || bandwidth >= maxBandwidth()) {
            bandwidths.update(BW_ROUNDS, roundCount, bandwidth);
        }
    }

    /** bbr_is_next_cycle_phase: a phase takes a least round trip; more is probed until there is more in flight or lost. */
    private boolean isPhaseOver(Sender sender, RateSample sample, long now) {
        boolean full = sender.delivery.deliveredAt / 1000 - cycleAt / 1000 > minRtt;
        if (pacingGain == UNIT) {
            return full;
        }
        int inFlight = inNetworkThen(sender, sample.priorInFlight, now);
        if (pacingGain > UNIT) {
            return full && (sample.losses > 0 || inFlight >= inFlight(sender, maxBandwidth(), pacingGain));
        }
        return full || inFlight <= inFlight(sender, maxBandwidth(), UNIT);
    }

    private void nextPhase(Sender sender) {
        cycleIndex = cycleIndex + 1 & CYCLE_LENGTH - 1;
        cycleAt = sender.delivery.deliveredAt;
    }

    /** Anywhere but at the phase that drains, so that flows do not probe together. */
    private void restartCycle(Sender sender) {
        mode = Mode.PROBE_BW;
        cycleIndex = CYCLE_LENGTH - 1 - host.keys.chance(sender.una(), CYCLE_LENGTH - 1);
        nextPhase(sender);
    }

    private void checkDrain(Sender sender, long now) {
        if (mode == Mode.STARTUP && fullPipe.isReached()) {
            mode = Mode.DRAIN;
            sender.congestion.ssthresh = inFlight(sender, maxBandwidth(), UNIT);
        }
        if (mode == Mode.DRAIN
                && inNetworkThen(sender, sender.flight.inNetwork(), now) <= inFlight(sender, maxBandwidth(), UNIT)) {
            restartCycle(sender);
        }
    }

    private void updateRoundTrip(Sender sender, RateSample sample, long now) {
        int jiffies = jiffies(now);
        boolean expired = jiffies - (minRttAt + ROUND_TRIP_WINDOW) > 0;
        long rtt = sample.roundTrip / 1000;
        if (sample.roundTrip >= 0 && (rtt < minRtt || expired && !sample.isAckDelayed)) {
            minRtt = rtt;
            minRttAt = jiffies;
        }
        if (expired && !idleRestart && mode != Mode.PROBE_RTT) {
            mode = Mode.PROBE_RTT;
            recovery.save(sender, true);
            probeRttDoneAt = NO_TIME;
        }
        if (mode == Mode.PROBE_RTT) {
            probeRoundTrip(sender, jiffies);
        }
        if (sample.delivered > 0) {
            idleRestart = false;
        }
    }

    /** Four segments for 200 ms, or a round if that is longer. */
    private void probeRoundTrip(Sender sender, int jiffies) {
        sender.delivery.limitByProgram(sender.flight.inNetwork());
        if (probeRttDoneAt == NO_TIME && sender.flight.inNetwork() <= LEAST_CWND) {
            probeRttDoneAt = jiffies + PROBE_TIME;
            probeRttRoundDone = false;
            nextRoundDelivered = sender.delivery.delivered;
        } else if (probeRttDoneAt != NO_TIME) {
            probeRttRoundDone |= roundStart;
            if (probeRttRoundDone) {
                checkProbeDone(sender, jiffies);
            }
        }
    }

    private void checkProbeDone(Sender sender, int jiffies) {
        if (probeRttDoneAt == NO_TIME || jiffies - probeRttDoneAt <= 0) {
            return;
        }
        minRttAt = jiffies;
        sender.congestion.cwnd = Math.max(sender.congestion.cwnd, recovery.priorCwnd);
        if (fullPipe.isReached()) {
            restartCycle(sender);
        } else {
            mode = Mode.STARTUP;
        }
    }

    private void setGains() {
        switch (mode) {
            case STARTUP -> {
                pacingGain = HIGH_GAIN;
                cwndGain = HIGH_GAIN;
            }
            case DRAIN -> {
                pacingGain = DRAIN_GAIN;
                cwndGain = HIGH_GAIN;
            }
            case PROBE_BW -> {
                int phase = cycleIndex == 0 ? MORE : cycleIndex == 1 ? LESS : UNIT;
                pacingGain = longTerm.isUsed() ? UNIT : phase;
                cwndGain = CWND_GAIN;
            }
            case PROBE_RTT -> {
                pacingGain = UNIT;
                cwndGain = UNIT;
            }
        }
    }

    @Override
    public int leastBurst(Sender sender) {
        return BbrPace.leastBurst(sender);
    }

    @Override
    public int sendBufferWindows() {
        return 3;
    }

    // ---- window

    private int bandwidthDelayProduct(long bandwidth, int gain) {
        if (minRtt == UNKNOWN) {
            return CongestionWindow.INITIAL;
        }
        long product = (bandwidth * minRtt * gain >> SCALE) + BW_UNIT - 1 >> BW_SCALE;
        return Math.clamp(product, 0, CongestionWindow.INFINITE / 2);
    }

    /** What bursts at both ends need beyond that. */
    private int withBursts(Sender sender, int cwnd) {
        int even = cwnd + 3 * BbrPace.burst(sender) + 1 & ~1;
        return mode == Mode.PROBE_BW && cycleIndex == 0 ? even + 2 : even;
    }

    private int inFlight(Sender sender, long bandwidth, int gain) {
        return withBursts(sender, bandwidthDelayProduct(bandwidth, gain));
    }

    /** How many of those in the network now will be there when the next may leave. */
    private int inNetworkThen(Sender sender, int inNetwork, long now) {
        long micros = Math.max(0, sender.pacing.nextAt - now) / 1000;
        long delivered = bandwidth() * micros >> BW_SCALE;
        int then = inNetwork + (pacingGain > UNIT ? BbrPace.burst(sender) : 0);
        return (int) Math.max(0, then - delivered);
    }

    /** bbr_set_cwnd. */
    private void setWindow(Sender sender, RateSample sample) {
        CongestionWindow window = sender.congestion;
        if (sample.ackedSacked > 0) {
            if (recovery.begins(window.state)) {
                nextRoundDelivered = sender.delivery.delivered;
            }
            int cwnd = recovery.window(sender, sample);
            window.cwnd = recovery.conserves ? cwnd : towardsTarget(sender, cwnd, sample.ackedSacked);
        }
        window.cwnd = Math.min(window.cwnd, window.clamp);
        if (mode == Mode.PROBE_RTT) {
            window.cwnd = Math.min(window.cwnd, LEAST_CWND);
        }
    }

    private int towardsTarget(Sender sender, int cwnd, int acked) {
        int product = bandwidthDelayProduct(bandwidth(), cwndGain);
        int target = withBursts(sender, product + (fullPipe.isReached() ? aggregation.window(bandwidth()) : 0));
        if (fullPipe.isReached()) {
            return Math.max(Math.min(cwnd + acked, target), LEAST_CWND);
        }
        boolean grows = cwnd < target || sender.delivery.delivered - CongestionWindow.INITIAL < 0;
        return Math.max(grows ? cwnd + acked : cwnd, LEAST_CWND);
    }

    // ---- what else happens

    @Override
    public int ssthresh(Sender sender) {
        recovery.save(sender, mode == Mode.PROBE_RTT);
        return sender.congestion.ssthresh;
    }

    @Override
    public void avoid(Sender sender, int acked, long now) {}

    @Override
    public int undoCwnd(Sender sender) {
        fullPipe.lookAgain(true);
        longTerm.reset(sender);
        return sender.congestion.cwnd;
    }

    @Override
    public void setState(Sender sender, CaState next, long now) {
        if (next == CaState.LOSS) {
            recovery.priorState = CaState.LOSS;
            fullPipe.lookAgain(false);
            roundStart = true; // a timeout is as good as the end of a round
            if (longTerm.lost(sender, mode == Mode.PROBE_BW)) {
                restartCycle(sender);
            }
        }
    }

    /** After a silence the pace is what was estimated, no more: the rest of the window need not leave as one. */
    @Override
    public void onTransmitStart(Sender sender, long now) {
        if (sender.delivery.appLimited == 0) {
            return;
        }
        idleRestart = true;
        aggregation.restart(now);
        if (mode == Mode.PROBE_BW) {
            pace.set(sender, bandwidth(), UNIT, fullPipe.isReached());
        } else if (mode == Mode.PROBE_RTT) {
            checkProbeDone(sender, jiffies(now));
        }
    }
}

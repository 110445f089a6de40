package io.halfopen.tcp;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * BBR version 1 as Linux ships it (tcp_bbr.c; Cardwell et al., "BBR: Congestion-Based Congestion Control", 2016): a model
 * of the path, its bandwidth and its round trip, sets pace and window; losses do not. The pace goes around the estimate,
 * a quarter more and a quarter less in turn, to find out whether there is more, and every ten seconds the window is four
 * segments for a moment, to find the round trip without a queue.
 *
 * <p>Bandwidths are packets per microsecond times 2^24, gains are multiples of 1/256.
 */
final class Bbr implements CongestionControl {
    enum Mode {
        STARTUP,
        DRAIN,
        PROBE_BW,
        PROBE_RTT
    }

    static final int BW_SCALE = 24;
    static final long BW_UNIT = 1L << BW_SCALE;
    static final int SCALE = 8;
    static final int UNIT = 1 << SCALE;

    /** 2 / ln 2, the least with which the rate doubles each round, and its inverse. */
    private static final int HIGH_GAIN = UNIT * 2885 / 1000 + 1;

    private static final int DRAIN_GAIN = UNIT * 1000 / 2885;
    private static final int CWND_GAIN = UNIT * 2;
    private static final int MORE = UNIT * 5 / 4;
    private static final int LESS = UNIT * 3 / 4;

    private static final int CYCLE_LENGTH = 8;
    private static final int BW_ROUNDS = CYCLE_LENGTH + 2;
    private static final int LEAST_CWND = 4;

    /** The pipe is full if three rounds brought less than a quarter more. */
    private static final int FULL_THRESHOLD = UNIT * 5 / 4;

    private static final int FULL_ROUNDS = 3;

    private static final int JIFFIES_PER_SECOND = 250;
    private static final int ROUND_TRIP_WINDOW = 10 * JIFFIES_PER_SECOND;
    private static final int PROBE_TIME = JIFFIES_PER_SECOND / 5;
    private static final int NO_TIME = Integer.MIN_VALUE;

    /** Octets a second below which one segment is sent at a time. */
    private static final long SLOW = 1_200_000 >> 3;

    private static final long LARGEST_BURST = 65536 - 1 - 320;
    private static final int MOST_SEGMENTS = 0x7f;
    private static final int PACING_SHIFT = 10;

    /** One percent less than the estimate, so that queues do not grow by rounding. */
    private static final long PERCENT_OF_RATE = 99;

    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Core core;
    private final WindowedMax bandwidths = new WindowedMax();
    private final BbrLongTerm longTerm = new BbrLongTerm();
    private final BbrAckAggregation aggregation = new BbrAckAggregation();

    /** The next one of those that are not used. */
    @Nullable
    Bbr pooled;

    private Mode mode = Mode.STARTUP;
    private int pacingGain;
    private int cwndGain;

    /** The least round trip of ten seconds, microseconds, and when it was measured, jiffies. */
    private long minRtt;

    private int minRttAt;
    private int probeRttDoneAt;
    private boolean probeRttRoundDone;

    private int roundCount;
    private int nextRoundDelivered;
    private boolean roundStart;

    private long fullBw;
    private int fullBwCount;
    private boolean fullBwReached;

    private int cycleIndex;
    private long cycleAt;

    private int priorCwnd;
    private CaState priorState = CaState.OPEN;
    private boolean packetConservation;
    private boolean idleRestart;
    private boolean hasSeenRtt;

    Bbr(Core core) {
        this.core = core;
    }

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.bbr;
    }

    @Override
    public void init(Sender sender, long now) {
        priorCwnd = 0;
        sender.congestion.ssthresh = CongestionWindow.INFINITE;
        roundCount = 0;
        nextRoundDelivered = sender.delivered;
        priorState = CaState.OPEN;
        packetConservation = false;
        probeRttDoneAt = NO_TIME;
        probeRttRoundDone = false;
        long least = sender.roundTrip.least();
        minRtt = least == LeastRoundTrip.UNKNOWN ? UNKNOWN : least / 1000;
        minRttAt = jiffies(now);
        bandwidths.reset(0, 0);
        hasSeenRtt = false;
        paceByRoundTrip(sender);
        roundStart = false;
        idleRestart = false;
        fullBwReached = false;
        fullBw = 0;
        fullBwCount = 0;
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
    private long bandwidth() {
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
        checkFull(sample);
        checkDrain(sender, now);
        updateRoundTrip(sender, sample, now);
        setGains();
        setPace(sender, bandwidth(), pacingGain);
        setWindow(sender, sample);
    }

    private void updateBandwidth(Sender sender, RateSample sample) {
        roundStart = false;
        if (!sample.isValid()) {
            return;
        }
        if (sample.priorDelivered - nextRoundDelivered >= 0) {
            nextRoundDelivered = sender.delivered;
            roundCount++;
            roundStart = true;
            packetConservation = false;
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
        boolean full = sender.deliveredAt / 1000 - cycleAt / 1000 > minRtt;
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
        cycleAt = sender.deliveredAt;
    }

    /** Anywhere but at the phase that drains, so that flows do not probe together. */
    private void restartCycle(Sender sender) {
        mode = Mode.PROBE_BW;
        cycleIndex = CYCLE_LENGTH - 1 - core.secrets.chance(sender.una(), CYCLE_LENGTH - 1);
        nextPhase(sender);
    }

    private void checkFull(RateSample sample) {
        if (fullBwReached || !roundStart || sample.isAppLimited) {
            return;
        }
        if (maxBandwidth() >= fullBw * FULL_THRESHOLD >> SCALE) {
            fullBw = maxBandwidth();
            fullBwCount = 0;
            return;
        }
        fullBwCount++;
        fullBwReached = fullBwCount >= FULL_ROUNDS;
    }

    private void checkDrain(Sender sender, long now) {
        if (mode == Mode.STARTUP && fullBwReached) {
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
            saveWindow(sender);
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
        sender.limitedByProgram();
        if (probeRttDoneAt == NO_TIME && sender.flight.inNetwork() <= LEAST_CWND) {
            probeRttDoneAt = jiffies + PROBE_TIME;
            probeRttRoundDone = false;
            nextRoundDelivered = sender.delivered;
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
        sender.congestion.cwnd = Math.max(sender.congestion.cwnd, priorCwnd);
        if (fullBwReached) {
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

    // ---- pace

    static long rate(Sender sender, long bandwidth, int gain) {
        long octets = (bandwidth * sender.mss() * gain) >> SCALE;
        return (octets * (1_000_000 / 100 * PERCENT_OF_RATE)) >> BW_SCALE;
    }

    private void setPace(Sender sender, long bandwidth, int gain) {
        long rate = rate(sender, bandwidth, gain);
        if (!hasSeenRtt && sender.roundTrip.isMeasured()) {
            paceByRoundTrip(sender);
        }
        if (fullBwReached || Long.compareUnsigned(rate, sender.pacing.rate) > 0) {
            sender.pacing.setRate(rate);
        }
    }

    private void paceByRoundTrip(Sender sender) {
        long micros = 1000;
        if (sender.roundTrip.isMeasured()) {
            micros = Math.max(1, sender.roundTrip.smoothed() / 1000);
            hasSeenRtt = true;
        }
        long bandwidth = sender.congestion.cwnd * BW_UNIT / micros;
        sender.pacing.setRate(rate(sender, bandwidth, HIGH_GAIN));
    }

    @Override
    public int leastBurst(Sender sender) {
        return Long.compareUnsigned(sender.pacing.rate, SLOW) < 0 ? 1 : 2;
    }

    @Override
    public int sendBufferWindows() {
        return 3;
    }

    private int burst(Sender sender) {
        long octets = Math.min(sender.pacing.rate >>> PACING_SHIFT, LARGEST_BURST);
        return (int) Math.min(Math.max(octets / sender.mss(), leastBurst(sender)), MOST_SEGMENTS);
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
        int even = cwnd + 3 * burst(sender) + 1 & ~1;
        return mode == Mode.PROBE_BW && cycleIndex == 0 ? even + 2 : even;
    }

    private int inFlight(Sender sender, long bandwidth, int gain) {
        return withBursts(sender, bandwidthDelayProduct(bandwidth, gain));
    }

    /** How many of those in the network now will be there when the next may leave. */
    private int inNetworkThen(Sender sender, int inNetwork, long now) {
        long micros = Math.max(0, sender.pacing.nextAt - now) / 1000;
        long delivered = bandwidth() * micros >> BW_SCALE;
        int then = inNetwork + (pacingGain > UNIT ? burst(sender) : 0);
        return (int) Math.max(0, then - delivered);
    }

    /** bbr_set_cwnd. */
    private void setWindow(Sender sender, RateSample sample) {
        CongestionWindow window = sender.congestion;
        if (sample.ackedSacked > 0) {
            int cwnd = recoverOrRestore(sender, sample);
            window.cwnd = packetConservation ? cwnd : towardsTarget(sender, cwnd, sample.ackedSacked);
        }
        window.cwnd = Math.min(window.cwnd, window.clamp);
        if (mode == Mode.PROBE_RTT) {
            window.cwnd = Math.min(window.cwnd, LEAST_CWND);
        }
    }

    private int towardsTarget(Sender sender, int cwnd, int acked) {
        int product = bandwidthDelayProduct(bandwidth(), cwndGain);
        int target = withBursts(sender, product + (fullBwReached ? aggregation.window(bandwidth()) : 0));
        if (fullBwReached) {
            return Math.max(Math.min(cwnd + acked, target), LEAST_CWND);
        }
        boolean grows = cwnd < target || sender.delivered - CongestionWindow.INITIAL < 0;
        return Math.max(grows ? cwnd + acked : cwnd, LEAST_CWND);
    }

    /** In the first round of a recovery what was delivered is what is sent; then the window is as before. */
    private int recoverOrRestore(Sender sender, RateSample sample) {
        CaState before = priorState;
        CaState state = sender.congestion.state;
        int cwnd = sender.congestion.cwnd;
        if (sample.losses > 0) {
            cwnd = Math.max(cwnd - sample.losses, 1);
        }
        if (state == CaState.RECOVERY && before != CaState.RECOVERY) {
            packetConservation = true;
            nextRoundDelivered = sender.delivered;
            cwnd = sender.flight.inNetwork() + sample.ackedSacked;
        } else if (isRecovering(before) && !isRecovering(state)) {
            cwnd = Math.max(cwnd, priorCwnd);
            packetConservation = false;
        }
        priorState = state;
        return packetConservation ? Math.max(cwnd, sender.flight.inNetwork() + sample.ackedSacked) : cwnd;
    }

    private static boolean isRecovering(CaState state) {
        return state.compareTo(CaState.RECOVERY) >= 0;
    }

    private void saveWindow(Sender sender) {
        int cwnd = sender.congestion.cwnd;
        boolean good = !isRecovering(priorState) && mode != Mode.PROBE_RTT;
        priorCwnd = good ? cwnd : Math.max(priorCwnd, cwnd);
    }

    // ---- what else happens

    @Override
    public int ssthresh(Sender sender) {
        saveWindow(sender);
        return sender.congestion.ssthresh;
    }

    @Override
    public void avoid(Sender sender, int acked, long now) {}

    @Override
    public int undoCwnd(Sender sender) {
        fullBw = 0;
        fullBwCount = 0;
        longTerm.reset(sender);
        return sender.congestion.cwnd;
    }

    @Override
    public void setState(Sender sender, CaState next, long now) {
        if (next == CaState.LOSS) {
            priorState = CaState.LOSS;
            fullBw = 0;
            roundStart = true; // a timeout is as good as the end of a round
            if (longTerm.lost(sender, mode == Mode.PROBE_BW)) {
                restartCycle(sender);
            }
        }
    }

    /** After a silence the pace is what was estimated, no more: the rest of the window need not leave as one. */
    @Override
    public void onTransmitStart(Sender sender, long now) {
        if (sender.appLimited == 0) {
            return;
        }
        idleRestart = true;
        aggregation.restart(now);
        if (mode == Mode.PROBE_BW) {
            setPace(sender, bandwidth(), UNIT);
        } else if (mode == Mode.PROBE_RTT) {
            checkProbeDone(sender, jiffies(now));
        }
    }
}

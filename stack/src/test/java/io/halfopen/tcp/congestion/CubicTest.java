package io.halfopen.tcp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.host.Keys;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Core;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CUBIC against the formulas of RFC 9438 with C = 0.4 and beta = 717/1024, and HyStart with Linux's thresholds. */
class CubicTest {
    private static final long MILLI = 1_000_000L;
    private static final double C = 0.4;
    private static final double BETA = 717 / 1024.0;

    private final Core core = new Core(Kernel.LINUX_6_18, new Keys(1, 2, 3, 4), Timers.EXACT);
    private final Sender sender = new Sender(core, core.flights, Reno.INSTANCE);
    private final CongestionWindow window = sender.congestion;
    private final Cubic cubic = new Cubic(core);
    private long now = 1000 * MILLI;

    @BeforeEach
    void start() {
        window.start();
        cubic.init(sender, now);
    }

    /** Everything that is in flight is acknowledged within this time, one ACK for every two packets. */
    private void round(long rtt) {
        int acks = (window.cwnd + 1) / 2;
        for (int i = 0; i < acks; i++) {
            now += rtt / acks;
            window.used(0, 0, window.cwnd, true);
            cubic.onAcked(sender, 2, rtt, now);
            cubic.avoid(sender, 2, now);
        }
    }

    private void lose() {
        window.ssthresh = cubic.ssthresh(sender);
        window.cwnd = window.ssthresh;
    }

    private void afterLossAt(int cwnd) {
        window.cwnd = cwnd;
        lose();
    }

    @Test
    void lossLeavesSevenTenths() {
        afterLossAt(1000);
        assertThat(window.cwnd).isEqualTo(700); // 1000 * 717 / 1024
        window.cwnd = 2;
        assertThat(cubic.ssthresh(sender)).isEqualTo(2);
    }

    /** W(t) = C (t - K)^3 + Wmax with K = cbrt((Wmax - cwnd) / C), section 4.2. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 3, 5, 9, 12, 15})
    void theWindowIsACubicFunctionOfTime(double seconds) {
        afterLossAt(1000);
        double k = Math.cbrt((1000 - 700) / C);
        long end = now + (long) (seconds * 1000 * MILLI);
        while (now < end) {
            round(100 * MILLI);
        }
        double expected = C * Math.pow(seconds - k, 3) + 1000;
        assertThat((double) window.cwnd).isCloseTo(expected, within(0.015 * expected));
    }

    /** Section 4.7: what is left to others is that the window stays flat at less than where it was lost. */
    @Test
    void aWindowThatFallsConvergesFast() {
        afterLossAt(1000);
        window.cwnd = 900;
        lose();
        double plateau = 900 * (1 + BETA) / 2;
        double k = Math.cbrt((plateau - 630) / C);
        long end = now + (long) (k * 1000 * MILLI);
        while (now < end) {
            round(100 * MILLI);
        }
        assertThat((double) window.cwnd).isCloseTo(plateau, within(8.0));
    }

    /** Section 4.3: one segment more for every 1/alpha windows, alpha = 3 (1 - beta) / (1 + beta). */
    @Test
    void inASmallNetworkItIsNoWorseThanReno() {
        afterLossAt(20);
        for (int rounds = 0; rounds < 100; rounds++) {
            round(10 * MILLI);
        }
        double alpha = 3 * (1 - BETA) / (1 + BETA);
        assertThat((double) window.cwnd).isCloseTo(14 + 100 * alpha, within(4.0));
    }

    @Test
    void withoutALossBehindItGrowsByFivePercentARound() {
        window.cwnd = 100;
        window.ssthresh = 100;
        round(200 * MILLI);
        assertThat(window.cwnd).isEqualTo(105);
    }

    @Test
    void itGrowsByHalfInARoundAtMost() {
        afterLossAt(1000);
        round(100 * MILLI);
        now += 60_000 * MILLI; // far beyond K
        round(100 * MILLI);
        int before = window.cwnd;
        round(100 * MILLI);
        assertThat(window.cwnd).isBetween((int) (before * 1.4), (int) (before * 1.6));
    }

    @Test
    void aTimeoutForgetsWhereTheLossWas() {
        afterLossAt(1000);
        cubic.setState(sender, CaState.LOSS, now);
        window.cwnd = 100;
        window.ssthresh = 100;
        round(200 * MILLI);
        assertThat(window.cwnd).isEqualTo(105);
    }

    /** The epoch moves with the silence: growth goes on where it was (section 4.2.1's advice for idle senders). */
    @Test
    void silenceDoesNotMakeItGrow() {
        afterLossAt(1000);
        for (int rounds = 0; rounds < 20; rounds++) {
            round(100 * MILLI);
        }
        int before = window.cwnd;
        window.lastSentAt = now;
        now += 3_600_000 * MILLI;
        cubic.onTransmitStart(sender, now);
        round(100 * MILLI);
        assertThat(window.cwnd - before).isBetween(1, 12);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "7, 1", "8, 2", "26, 2", "27, 3", "2681735676, 1389", "1000000000000000000, 1000000"})
    void cubeRootsAreWhole(long value, int root) {
        assertThat(Cubic.cubeRoot(value)).isEqualTo(root);
    }

    // ---- HyStart

    private void ack(long after, long rtt) {
        now += after;
        cubic.onAcked(sender, 1, rtt, now);
    }

    @Test
    void roundTripsThatTakeAnEighthLongerEndSlowStart() {
        window.cwnd = 16;
        ack(0, 80 * MILLI);
        for (int samples = 0; samples < 8; samples++) {
            ack(5 * MILLI, 91 * MILLI); // 80 + 80 / 8 = 90; no train, for more than 2 ms lie between
        }
        assertThat(window.ssthresh).isEqualTo(CongestionWindow.INFINITE); // the first of the round was 80
        sender.start(1); // una, and so a new round
        for (int samples = 0; samples < 9; samples++) {
            assertThat(window.ssthresh).isEqualTo(CongestionWindow.INFINITE);
            ack(5 * MILLI, 91 * MILLI);
        }
        assertThat(window.ssthresh).isEqualTo(16);
        assertThat(core.counter(Counter.TCPHystartDelayDetect)).isEqualTo(1);
        assertThat(core.counter(Counter.TCPHystartDelayCwnd)).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"20, 23, false", "20, 25, true", "200, 215, false", "200, 217, true"})
    void lateMeansFourToSixteenMilliseconds(long least, long late, boolean found) {
        window.cwnd = 16;
        ack(0, least * MILLI);
        sender.start(1);
        for (int samples = 0; samples < 20; samples++) {
            ack(5 * MILLI, late * MILLI);
        }
        assertThat(window.ssthresh < CongestionWindow.INFINITE).isEqualTo(found);
    }

    @Test
    void acksThatComeCloseForHalfARoundTripEndSlowStart() {
        window.cwnd = 40;
        ack(0, 50 * MILLI);
        for (int acks = 0; acks < 25; acks++) {
            ack(MILLI, 50 * MILLI);
            assertThat(window.inSlowStart()).isTrue();
        }
        ack(MILLI, 50 * MILLI);
        assertThat(window.ssthresh).isEqualTo(40);
        assertThat(core.counter(Counter.TCPHystartTrainDetect)).isEqualTo(1);
        assertThat(core.counter(Counter.TCPHystartTrainCwnd)).isEqualTo(40);
    }

    @Test
    void aPauseEndsTheTrain() {
        window.cwnd = 40;
        ack(0, 50 * MILLI);
        ack(3 * MILLI, 50 * MILLI);
        for (int acks = 0; acks < 40; acks++) {
            ack(MILLI, 50 * MILLI);
        }
        assertThat(window.inSlowStart()).isTrue();
    }

    @Test
    void aSmallWindowIsLeftAlone() {
        window.cwnd = 15;
        ack(0, 10 * MILLI);
        for (int acks = 0; acks < 40; acks++) {
            ack(MILLI, 50 * MILLI);
        }
        assertThat(window.inSlowStart()).isTrue();
    }
}

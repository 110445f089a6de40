package io.halfopen.tcp.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.host.Keys;
import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Core;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5681, in segments: sections 3.1 and 3.2, and what of it Linux rounds. */
class RenoTest {
    private final Core core = new Core(Kernel.LINUX_6_18, new Keys(1, 2, 3, 4), Timers.EXACT);
    private final Sender sender = new Sender(core, core.flights, Reno.INSTANCE);
    private final CongestionWindow window = sender.congestion;
    private final CongestionControl reno = Reno.INSTANCE;

    @BeforeEach
    void start() {
        window.start();
        window.used(0, 10, 10, true);
    }

    @Test
    void itStartsWithTenSegmentsAndNoThreshold() {
        assertThat(window.cwnd).isEqualTo(10); // RFC 6928
        assertThat(window.ssthresh).isEqualTo(0x7fffffff); // what ss shows as no ssthresh at all
    }

    @Test
    void slowStartDoublesTheWindowInARoundTrip() {
        for (int acks = 0; acks < 10; acks++) {
            reno.avoid(sender, 1, 0);
        }
        assertThat(window.cwnd).isEqualTo(20);
    }

    @Test
    void oneStretchedAckIsAsGoodAsManyThatCountOne() {
        reno.avoid(sender, 10, 0);
        assertThat(window.cwnd).isEqualTo(20);
    }

    @Test
    void congestionAvoidanceAddsOneInARoundTrip() {
        window.ssthresh = 10;
        for (int acks = 0; acks < 9; acks++) {
            reno.avoid(sender, 1, 0);
            assertThat(window.cwnd).isEqualTo(10);
        }
        reno.avoid(sender, 1, 0);
        assertThat(window.cwnd).isEqualTo(11);
        reno.avoid(sender, 11 + 12, 0);
        assertThat(window.cwnd).isEqualTo(13); // a stretched ACK: 23 / 11
    }

    @Test
    void whatIsLeftOfAnAckAtTheThresholdCountsForAvoidance() {
        window.ssthresh = 12;
        reno.avoid(sender, 8, 0);
        assertThat(window.cwnd).isEqualTo(12);
        assertThat(window.cwndCnt).isEqualTo(6);
    }

    @Test
    void aSmallerWindowThanWasCountedForIsOneMoreAtOnce() {
        window.ssthresh = 2;
        window.cwnd = 4;
        window.cwndCnt = 9;
        reno.avoid(sender, 1, 0);
        assertThat(window.cwnd).isEqualTo(5);
        assertThat(window.cwndCnt).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"10, 5", "11, 5", "4, 2", "3, 2", "1, 2"})
    void lossHalvesIt(int cwnd, int ssthresh) {
        window.cwnd = cwnd;
        assertThat(reno.ssthresh(sender)).isEqualTo(ssthresh);
    }

    /** RFC 7661's concern; tcp_is_cwnd_limited. */
    @ParameterizedTest
    @CsvSource({
        "10, false, 5, 10", // half of it was used: not enough
        "10, false, 6, 11",
        "10, true, 1, 11",
        "20, false, 8, 20"
    })
    void slowStartGrowsOnlyAWindowOfWhichMoreThanHalfWasUsed(int cwnd, boolean limited, int used, int then) {
        window.start();
        window.cwnd = cwnd;
        window.used(0, 100, used, limited);
        reno.avoid(sender, 1, 0);
        assertThat(window.cwnd).isEqualTo(then);
    }

    @Test
    void congestionAvoidanceGrowsOnlyAWindowThatWasUsedUp() {
        window.start();
        window.ssthresh = 10;
        window.used(0, 100, 10, false);
        reno.avoid(sender, 20, 0);
        assertThat(window.cwnd).isEqualTo(10);
    }

    @Test
    void theLimitIsRememberedUntilThatFlightIsAcknowledged() {
        window.start();
        window.used(0, 1000, 10, true);
        window.used(500, 1200, 3, false);
        assertThat(window.isCwndLimited).isTrue();
        window.used(1000, 1200, 3, false);
        assertThat(window.isCwndLimited).isFalse();
        assertThat(window.maxPacketsOut).isEqualTo(3);
    }

    @Test
    void undoingGoesBackToTheWindowBefore() {
        window.priorCwnd = 30;
        assertThat(reno.undoCwnd(sender)).isEqualTo(30);
        window.cwnd = 31;
        assertThat(reno.undoCwnd(sender)).isEqualTo(31);
    }
}

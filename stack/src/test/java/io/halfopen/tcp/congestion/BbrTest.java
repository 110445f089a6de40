package io.halfopen.tcp.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.congestion.Bbr.Mode;
import io.halfopen.tcp.host.Keys;
import io.halfopen.tcp.send.AckState;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Core;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * BBR's phases over a path of which bandwidth and round trip are known: a queue without end before a link, perhaps with
 * a policer in it. Expected values are those of the paper and of tcp_bbr.c.
 */
class BbrTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final int MSS = 1000;
    private static final long ROUND_TRIP = 50 * MILLI;

    /** Packets a second, so that 50 fill the path. */
    private static final int BANDWIDTH = 1000;

    /** What the pace is less than the estimate, so that no queue grows by rounding. */
    private static final double MARGIN = 0.99;

    private final Core core = new Core(Kernel.LINUX_6_18, new Keys(1, 2, 3, 4), Timers.EXACT);
    private final Sender sender = new Sender(core, core.flights, Reno.INSTANCE);
    private final CongestionWindow window = sender.congestion;
    private final Bbr bbr = new Bbr(core);
    private final AckState ack = new AckState();

    /** Of each packet in flight, when its ACK comes, or that it is lost. */
    private final ArrayDeque<Long> acks = new ArrayDeque<>();

    private static final long LOST = -1;

    private long now = 1000 * SECOND;
    private long linkFreeAt;

    /** Packets a second, packets that it lets pass at once, and how many those are now; no policer: 0. */
    private double policed;

    private double bucket;
    private double tokens;
    private long tokensAt;

    @BeforeEach
    void start() {
        sender.start(0);
        sender.established(core.sysctls, 1, 1 << 30, 0, MSS, 0);
        sender.delivery.appLimited = 0;
        sender.control = bbr;
        sender.timedHandshake(ROUND_TRIP, 1, core);
        window.lastSentAt = now;
        bbr.init(sender, now);
    }

    /** The next packet leaves, or the next ACK comes, whichever is first. */
    private void step() {
        long sends = sender.flight.inNetwork() < window.cwnd ? Math.max(now, sender.pacing.nextAt) : Long.MAX_VALUE;
        while (!acks.isEmpty() && acks.peekFirst() == LOST) {
            lose();
        }
        if (acks.isEmpty() || sends < acks.peekFirst()) {
            now = sends;
            send();
        } else {
            now = acks.removeFirst();
            acknowledge();
        }
    }

    private void send() {
        sender.sent(MSS, MSS, 0, now);
        sender.pacing.settle(now);
        if (isPoliced()) {
            acks.add(LOST);
            return;
        }
        linkFreeAt = Math.max(linkFreeAt, now) + SECOND / BANDWIDTH;
        acks.add(linkFreeAt + ROUND_TRIP);
    }

    private boolean isPoliced() {
        if (policed == 0) {
            return false;
        }
        tokens = Math.min(bucket, tokens + policed * (now - tokensAt) / SECOND);
        tokensAt = now;
        boolean passes = tokens >= 1;
        tokens -= passes ? 1 : 0;
        return !passes;
    }

    /** It is found lost with the next ACK; whoever repeats it is not here. */
    private void lose() {
        acks.removeFirst();
        sender.delivery.lost++;
        sender.acknowledge(sender.una() + MSS);
        sender.flight.removeFirst(true);
    }

    private void acknowledge() {
        int lost = sender.delivery.lost;
        ack.rate.begin();
        ack.delivered = sender.delivery.delivered;
        ack.inNetwork = sender.flight.inNetwork();
        ack.lost = lostBefore;
        lostBefore = lost;
        int slot = sender.flight.at(0);
        long rtt = now - sender.flight.sentAt(slot);
        ack.rate.roundTrip = rtt;
        ack.rate.delivered(sender, slot);
        sender.acknowledge(sender.una() + MSS);
        sender.flight.removeFirst(true);
        sender.delivery.add(1, false);
        sender.roundTrip.sampleLeast(rtt, now, 300 * SECOND);
        ack.rate.generate(sender, ack, now);
        bbr.control(sender, ack.rate, now);
    }

    private int lostBefore;

    private void until(Mode mode) {
        long end = now + 60 * SECOND;
        while (bbr.mode() != mode) {
            step();
            assertThat(now).as("waiting for " + mode).isLessThan(end);
        }
    }

    private void pass(long nanos) {
        long end = now + nanos;
        while (now < end) {
            step();
        }
    }

    /** The pace as a share of the bandwidth. */
    private double pace() {
        return sender.pacing.rate / (double) (BANDWIDTH * MSS);
    }

    /** 2/ln 2 doubles the window each round; three rounds that bring less than a quarter more end it. */
    @Test
    void startupDoublesUntilThreeRoundsBringNoMore() {
        long begun = now;
        until(Mode.DRAIN);
        double rounds = (now - begun) / (double) ROUND_TRIP;
        // 10, 20, 40, 80 are more than 50; then four at most that are up to 2.9 times as long, for the queue that they
        // make
        assertThat(rounds).isBetween(4 + 3.0, 4 + 4 * 2.9);
        assertThat(pace()).as("1 / 2.885").isCloseTo(MARGIN / 2.885, within(0.02));
        assertThat(window.ssthresh).as("what fills the path, and bursts").isBetween(50, 50 + 8);
    }

    @Test
    void theQueueThatStartupMadeIsDrained() {
        until(Mode.DRAIN);
        assertThat(sender.flight.inNetwork())
                .as("twice what fills the path, or more")
                .isGreaterThan(100);
        until(Mode.PROBE_BW);
        assertThat(sender.flight.inNetwork()).isBetween(40, 50 + 8);
    }

    /** A quarter more, a quarter less, and six round trips as much as is believed. */
    @Test
    void theBandwidthIsProbedInCyclesOfEightRoundTrips() {
        until(Mode.PROBE_BW);
        pass(SECOND);
        List<String> phases = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        long since = now;
        String last = "";
        while (phases.size() < 7) {
            step();
            String phase = String.format("%.1f", pace());
            if (!phase.equals(last)) {
                lengths.add((now - since) / MILLI);
                phases.add(phase);
                since = now;
                last = phase;
            }
        }
        int more = phases.indexOf("1.2");
        assertThat(phases.subList(more, more + 4)).containsExactly("1.2", "0.7", "1.0", "1.2");
        assertThat(lengths.get(more + 3)).as("six round trips, ms").isBetween(300L, 400L);
        assertThat(lengths.get(more + 2)).as("until the queue is gone, ms").isBetween(5L, 60L);
    }

    @Test
    void thePaceIsThePathsAndTheWindowTwiceWhatFillsIt() {
        until(Mode.PROBE_BW);
        pass(5 * SECOND);
        int before = sender.delivery.delivered;
        pass(2 * SECOND);
        assertThat(sender.delivery.delivered - before)
                .as("packets in two seconds")
                .isBetween(1960, 2001);
        assertThat(window.cwnd).isBetween(100, 100 + 30);
    }

    /** Ten seconds without a smaller round trip: four segments for 200 ms and a round, then the window is as it was. */
    @Test
    void theRoundTripIsProbedWithFourSegmentsEveryTenSeconds() {
        until(Mode.PROBE_BW);
        long begun = now;
        until(Mode.PROBE_RTT);
        assertThat((now - begun) / MILLI).isBetween(9_000L, 10_100L);
        int before = window.cwnd;
        assertThat(before).as("at once").isEqualTo(4);
        long entered = now;
        int most = 0;
        while (bbr.mode() == Mode.PROBE_RTT) {
            step();
            most = bbr.mode() == Mode.PROBE_RTT ? Math.max(most, window.cwnd) : most;
        }
        assertThat(most).isEqualTo(4);
        assertThat((now - entered) / MILLI).as("200 ms once four are in flight").isBetween(240L, 420L);
        assertThat(bbr.mode()).isEqualTo(Mode.PROBE_BW);
        assertThat(window.cwnd).isGreaterThan(100);
        until(Mode.PROBE_RTT);
        assertThat((now - entered) / MILLI).as("and again").isBetween(10_000L, 10_700L);
    }

    /** Two stretches of losses with the same rate, and more than a fifth lost, tell a policer: its rate is kept to. */
    @Test
    void aPolicersRateIsThePaceFor48Rounds() {
        policed = 200;
        bucket = 100;
        tokens = bucket;
        tokensAt = now;
        long end = now + 30 * SECOND;
        while (pace() > 0.25) {
            step();
            assertThat(now).as("until the policer is found out").isLessThan(end);
        }
        pass(SECOND);
        int lost = sender.delivery.lost;
        long found = now;
        assertThat(pace()).isCloseTo(0.2 * MARGIN, within(0.04));
        while (pace() < 0.25) {
            step();
        }
        assertThat((now - found) / ROUND_TRIP).as("rounds").isBetween(30L, 60L);
        assertThat(sender.delivery.lost - lost).as("lost in these").isLessThan(60);
    }
}

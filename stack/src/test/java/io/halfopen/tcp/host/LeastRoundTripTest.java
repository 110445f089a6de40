package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** lib/win_minmax.c, with a window of ten seconds. */
class LeastRoundTripTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final long WINDOW = 10 * SECOND;

    private final LeastRoundTrip least = new LeastRoundTrip();

    private long sample(long millis, long seconds) {
        least.sample(millis * MILLI, seconds * SECOND, WINDOW);
        return least.get() / MILLI;
    }

    @Test
    void isUnknownAtFirst() {
        assertThat(least.get()).isEqualTo(LeastRoundTrip.UNKNOWN);
    }

    @Test
    void onlyASmallerOneReplacesItWithinTheWindow() {
        assertThat(sample(50, 0)).isEqualTo(50);
        assertThat(sample(80, 1)).isEqualTo(50);
        assertThat(sample(40, 2)).isEqualTo(40);
        assertThat(sample(60, 9)).isEqualTo(40);
    }

    @Test
    void whenItIsTooOldTheBestOfWhatCameLaterTakesItsPlace() {
        sample(40, 0);
        sample(60, 3);
        sample(70, 6);
        assertThat(sample(90, 10)).isEqualTo(40);
        assertThat(sample(90, 11)).isEqualTo(60);
        assertThat(sample(90, 14)).isEqualTo(70);
    }

    @Test
    void afterAWholeWindowWithoutSamplesNothingOfItCounts() {
        sample(40, 0);
        assertThat(sample(90, 11)).isEqualTo(90);
    }

    @Test
    void noTimeAtAllCountsAsATick() {
        assertThat(sample(0, 0)).isEqualTo(4);
    }
}

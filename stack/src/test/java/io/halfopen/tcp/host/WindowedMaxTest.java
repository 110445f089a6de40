package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The greatest of the last so many, as an array of all of them would tell it, or less when that is too old. */
class WindowedMaxTest {
    private final WindowedMax max = new WindowedMax();

    @Test
    void aGreaterValueCountsAtOnce() {
        max.reset(0, 5);
        max.update(10, 1, 7);
        assertThat(max.get()).isEqualTo(7);
    }

    @Test
    void theGreatestIsForgottenWhenTheWindowHasPassed() {
        max.reset(0, 9);
        for (int time = 1; time <= 10; time++) {
            max.update(10, time, 20 - time * 2 - 12);
            assertThat(max.get()).isEqualTo(9);
        }
        max.update(10, 11, -100);
        assertThat(max.get()).isLessThan(9);
    }

    /** It is never more than the greatest of the window, and never less than the latest value. */
    @Test
    void itIsOneOfTheWindow() {
        int[] values = new int[1000];
        max.reset(0, 0);
        for (int time = 1; time < values.length; time++) {
            values[time] = time * 7919 % 101;
            max.update(10, time, values[time]);
            int greatest = 0;
            for (int i = Math.max(0, time - 10); i <= time; i++) {
                greatest = Math.max(greatest, values[i]);
            }
            assertThat(max.get()).isBetween((long) values[time], (long) greatest);
        }
    }
}

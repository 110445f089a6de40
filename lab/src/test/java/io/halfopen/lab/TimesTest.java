package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void secondsAreRoundedAsAFormatterRoundsThem() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            long halfMillis = random.nextLong(200_000_000L) * 500_000L;
            long nanos = halfMillis + random.nextInt(-1, 2);
            assertThat(Times.seconds(nanos)).isEqualTo(String.format(Locale.ROOT, "%.3f s", nanos / 1e9));
        }
    }

    @Test
    void thereIsNothingThatCannotBeSaid() {
        assertThat(Times.seconds(0)).isEqualTo("0.000 s");
        assertThat(Times.seconds(-1_500_000)).isEqualTo("-0.002 s");
        assertThat(Times.seconds(Long.MAX_VALUE)).isEqualTo("9223372036.855 s");
    }
}

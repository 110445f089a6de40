package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SeqNumberTest {
    private static final int[] STARTS = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x1234_5678};

    @Test
    void whatIsLessThanHalfATurnAheadIsAfter() {
        int[] steps = {1, 2, 1000, Integer.MAX_VALUE};
        for (int start : STARTS) {
            for (int step : steps) {
                assertThat(SeqNumber.before(start, start + step)).isTrue();
                assertThat(SeqNumber.after(start + step, start)).isTrue();
                assertThat(SeqNumber.before(start + step, start)).isFalse();
                assertThat(SeqNumber.after(start, start + step)).isFalse();
                assertThat(SeqNumber.upTo(start, start + step)).isTrue();
                assertThat(SeqNumber.upTo(start + step, start)).isFalse();
            }
        }
    }

    @Test
    void nothingIsBeforeOrAfterItself() {
        for (int start : STARTS) {
            assertThat(SeqNumber.before(start, start)).isFalse();
            assertThat(SeqNumber.after(start, start)).isFalse();
            assertThat(SeqNumber.upTo(start, start)).isTrue();
        }
    }

    @Test
    void halfATurnAwayIsBeforeBothWays() {
        for (int start : STARTS) {
            int opposite = start + Integer.MIN_VALUE;
            assertThat(SeqNumber.before(start, opposite)).isTrue();
            assertThat(SeqNumber.before(opposite, start)).isTrue();
        }
    }

    @Test
    void minAndMaxFollowTheCircleAcrossItsSeam() {
        assertThat(SeqNumber.max(-1, 1)).isEqualTo(1);
        assertThat(SeqNumber.min(-1, 1)).isEqualTo(-1);
        assertThat(SeqNumber.max(Integer.MAX_VALUE, Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
        assertThat(SeqNumber.min(Integer.MIN_VALUE, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void betweenIncludesBothEnds() {
        Random random = new Random(793);
        for (int i = 0; i < 10_000; i++) {
            int low = random.nextInt();
            int length = random.nextInt(Integer.MAX_VALUE);
            int inside = low + random.nextInt(length + 1);
            assertThat(SeqNumber.between(low, low, low + length)).isTrue();
            assertThat(SeqNumber.between(low + length, low, low + length)).isTrue();
            assertThat(SeqNumber.between(inside, low, low + length)).isTrue();
            assertThat(SeqNumber.between(low - 1, low, low + length)).isFalse();
            assertThat(SeqNumber.between(low + length + 1, low, low + length)).isFalse();
        }
    }
}

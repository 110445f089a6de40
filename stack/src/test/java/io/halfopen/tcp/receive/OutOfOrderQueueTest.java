package io.halfopen.tcp.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutOfOrderQueueTest {
    private static final int SPACE = 2000;

    private final OutOfOrderQueue islands = new OutOfOrderQueue();
    private final BitSet model = new BitSet();

    /** The last origin makes the islands lie across the seam of the circle. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_000, Integer.MAX_VALUE - 1000, -1000})
    void areTheUnionOfWhatWasAdded(int origin) {
        Random random = new Random(origin);
        for (int i = 0; i < 100_000; i++) {
            int left = random.nextInt(SPACE);
            int right = left + 1 + random.nextInt(60);
            assertThat(islands.octetsWithin(origin + left, origin + right)).isEqualTo(wholeWithin(left, right));
            assertThat(islands.holds(origin + left, origin + right)).isEqualTo(model.nextClearBit(left) >= right);
            boolean ends = left > 0 && model.get(left - 1) && !model.get(left);
            assertThat(islands.leftOf(origin + left) - origin)
                    .isEqualTo(ends ? model.previousClearBit(left - 1) + 1 : left);
            if (random.nextInt(10) == 0) {
                int joined = islands.join(origin + left) - origin;
                assertThat(joined).isEqualTo(joinModel(left));
            } else if (islands.add(origin + left, origin + right)) {
                model.set(left, right);
            } else {
                assertThat(islands.count()).isEqualTo(OutOfOrderQueue.MOST);
            }
            check(origin);
            if (random.nextInt(500) == 0) {
                islands.clear();
                model.clear();
            }
        }
    }

    @Test
    void oneTooManyIsRefusedAndChangesNothing() {
        for (int i = 0; i < OutOfOrderQueue.MOST; i++) {
            assertThat(islands.add(10 * i, 10 * i + 5)).isTrue();
        }
        assertThat(islands.add(10 * OutOfOrderQueue.MOST, 10 * OutOfOrderQueue.MOST + 1))
                .isFalse();
        assertThat(islands.count()).isEqualTo(OutOfOrderQueue.MOST);
        assertThat(islands.add(5, 10)).as("one that fills a gap").isTrue();
        assertThat(islands.count()).isEqualTo(OutOfOrderQueue.MOST - 1);
    }

    private int wholeWithin(int from, int until) {
        int octets = 0;
        for (int start = model.nextSetBit(0); start >= 0; ) {
            int end = model.nextClearBit(start);
            octets += from <= start && end <= until ? end - start : 0;
            start = model.nextSetBit(end);
        }
        return octets;
    }

    /** How far what starts at or before {@code reached} carries it; all of that goes. */
    private int joinModel(int reached) {
        int joined = reached;
        for (int start = model.nextSetBit(0); start >= 0 && start <= joined; start = model.nextSetBit(0)) {
            int end = model.nextClearBit(start);
            joined = Math.max(joined, end);
            model.clear(start, end);
        }
        return joined;
    }

    private void check(int origin) {
        int count = 0;
        for (int start = model.nextSetBit(0); start >= 0; start = model.nextSetBit(model.nextClearBit(start))) {
            assertThat(islands.left(count)).isEqualTo(origin + start);
            assertThat(islands.right(count)).isEqualTo(origin + model.nextClearBit(start));
            count++;
        }
        assertThat(islands.count()).isEqualTo(count).isLessThanOrEqualTo(OutOfOrderQueue.MOST);
        assertThat(islands.isEmpty()).isEqualTo(count == 0);
    }
}

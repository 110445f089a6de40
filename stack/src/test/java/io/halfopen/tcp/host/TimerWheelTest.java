package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
    private static final long MILLISECOND = 1_000_000L;
    private static final long DAY = 86_400_000 * MILLISECOND;

    /** From "within a tick" to "a month": all levels of the wheel that can matter. */
    private static final long[] SPANS = {
        10, MILLISECOND, 50 * MILLISECOND, 1000 * MILLISECOND, 60_000 * MILLISECOND, DAY, 30 * DAY
    };

    private record Key(long deadline, long order) {}

    private static final Comparator<Key> ORDER =
            Comparator.comparingLong(Key::deadline).thenComparingLong(Key::order);

    private static final class Plain extends Timer {
        Key key = new Key(NEVER, 0);
    }

    private TimerWheel wheel = new TimerWheel();
    private final TreeMap<Key, Plain> model = new TreeMap<>(ORDER);
    private final List<Plain> timers = new ArrayList<>();
    private long now;
    private long order;
    private int step = 1;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void firesByDeadlineThenByOrderOfScheduling(long seed) {
        firesInOrder(new Random(seed));
    }

    /** Through all levels, with many equal deadlines: as in a bucket of Linux's wheel, where enqueue_timer() adds at the head. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void ofEqualDeadlinesTheLastMayComeFirstEverywhere(long seed) {
        wheel = new TimerWheel(true);
        step = -1;
        firesInOrder(new Random(seed));
    }

    private void firesInOrder(Random random) {
        for (int i = 0; i < 200; i++) {
            timers.add(new Plain());
        }
        for (int i = 0; i < 100_000; i++) {
            Plain timer = timers.get(random.nextInt(timers.size()));
            switch (random.nextInt(9)) {
                case 0 -> cancel(timer);
                case 1, 2 -> advance(random.nextLong(span(random)));
                case 3 -> schedule(timer, Math.max(0, now - random.nextLong(span(random))));
                case 4 -> schedule(timer, now + random.nextInt(3) * MILLISECOND);
                case 5 -> schedule(timer, equalToOthers(span(random)));
                default -> schedule(timer, now + random.nextLong(span(random)));
            }
            check();
        }
        advance(400 * DAY);
        assertThat(model).isEmpty();
        assertThat(wheel.nextDeadline()).isEqualTo(Timer.NEVER);
    }

    @Test
    void whoeverSleepsUntilTheNextDeadlineGetsThereInAFewSteps() {
        Plain timer = new Plain();
        schedule(timer, 123 * DAY + 456_789);
        int steps = 0;
        while (wheel.size() > 0) {
            now = Math.max(now, wheel.nextDeadline());
            wheel.pollDue(now);
            steps++;
        }
        assertThat(now).isEqualTo(123 * DAY + 456_789);
        assertThat(steps).isLessThan(10);
    }

    /** As in a bucket of Linux's wheel: enqueue_timer() adds at the head. */
    @Test
    void ofEqualDeadlinesTheLastMayComeFirst() {
        TimerWheel lifo = new TimerWheel(true);
        Plain first = new Plain();
        Plain second = new Plain();
        Plain earlier = new Plain();
        lifo.schedule(first, DAY);
        lifo.schedule(second, DAY);
        lifo.schedule(earlier, DAY - 1);

        assertThat(List.of(next(lifo), next(lifo), next(lifo))).containsExactly(earlier, second, first);
    }

    private static Timer next(TimerWheel wheel) {
        Timer due = wheel.pollDue(DAY);
        assertThat(due).isNotNull();
        return due;
    }

    @Test
    void aTimerThatFiresCanBeScheduledAgainAtOnce() {
        Plain timer = new Plain();
        for (int i = 0; i < 1000; i++) {
            wheel.schedule(timer, i * MILLISECOND);
            assertThat(wheel.pollDue(i * MILLISECOND)).isSameAs(timer);
            assertThat(timer.isScheduled()).isFalse();
            assertThat(wheel.pollDue(i * MILLISECOND)).isNull();
        }
    }

    /** The end of the span that is under way. */
    private long equalToOthers(long span) {
        return (now / span + 1) * span;
    }

    private static long span(Random random) {
        return SPANS[random.nextInt(SPANS.length)];
    }

    private void schedule(Plain timer, long deadline) {
        model.remove(timer.key);
        timer.key = new Key(deadline, order);
        order += step;
        model.put(timer.key, timer);
        wheel.schedule(timer, deadline);
    }

    private void cancel(Plain timer) {
        model.remove(timer.key);
        wheel.cancel(timer);
    }

    private void advance(long nanos) {
        now += nanos;
        while (!model.isEmpty() && model.firstKey().deadline() <= now) {
            assertThat(wheel.pollDue(now)).isSameAs(model.pollFirstEntry().getValue());
        }
        assertThat(wheel.pollDue(now)).isNull();
    }

    private void check() {
        assertThat(wheel.size()).isEqualTo(model.size());
        if (model.isEmpty()) {
            assertThat(wheel.nextDeadline()).isEqualTo(Timer.NEVER);
        } else {
            assertThat(wheel.nextDeadline())
                    .isLessThanOrEqualTo(model.firstKey().deadline());
        }
    }
}

package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether events go to a lane or to the heap, they come out as one heap of all would have them. */
class EventQueueTest {
    private final EventQueue queue = new EventQueue();
    private final PriorityQueue<Event> model = new PriorityQueue<>();
    private final List<Long> out = new ArrayList<>();
    private long scheduled;

    @Test
    void packetsComeBeforeProgramsAtTheSameTimeAndEachInTheOrderOfScheduling() {
        add(5, false);
        add(5, true);
        add(5, false);
        add(3, false);
        add(5, true);
        drain();
        assertThat(out).containsExactly(3L, 1L, 4L, 0L, 2L);
        assertThat(queue.firstTime()).isEqualTo(Long.MAX_VALUE);
    }

    /** Few delays, as paths and programs have them, use the lanes; {@code jitter} the heap as well. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100_000})
    void theOrderIsThatOfAHeap(int jitter) {
        SplittableRandom random = new SplittableRandom(jitter);
        int[] delays = {0, 25, 1000, 10_000};
        for (int i = 0; i < 3000; i++) {
            add(20L * i, false);
        }
        for (int i = 0; i < 60_000; i++) {
            long now = model.isEmpty() ? 0 : removeBoth();
            for (int more = random.nextInt(3); more > 0 && i < 20_000; more--) {
                add(now + delays[random.nextInt(4)] + random.nextInt(jitter), random.nextBoolean());
            }
        }
        assertThat(scheduled).isGreaterThan(20_000);
        drain();
    }

    private void add(long time, boolean isArrival) {
        long order = scheduled++;
        queue.add(time, isArrival, () -> out.add(order));
        model.add(new Event(time, Event.rank(isArrival, order), () -> out.add(order)));
    }

    private void drain() {
        while (!model.isEmpty()) {
            removeBoth();
        }
        assertThat(queue.isEmpty()).isTrue();
    }

    private long removeBoth() {
        Event expected = model.remove();
        assertThat(queue.firstTime()).isEqualTo(expected.time());
        assertThat(queue.isFirstArrival()).isEqualTo(Event.isArrival(expected.rank()));
        expected.action().run();
        long order = out.removeLast();
        queue.remove().run();
        assertThat(out.getLast()).isEqualTo(order);
        return expected.time();
    }
}

package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BusyPollTest {
    private final AtomicInteger looks = new AtomicInteger();

    private boolean never() {
        return looks.incrementAndGet() < 0;
    }

    private boolean always() {
        return looks.incrementAndGet() > 0;
    }

    private static BusyPoll ofOneAtOnce() {
        return new BusyPoll(new AtomicInteger(), 1);
    }

    @Test
    void whatComesIsSeen() {
        BusyPoll poll = ofOneAtOnce();
        assertThat(poll.comesSoon(() -> looks.incrementAndGet() == 3)).isTrue();
        assertThat(looks).hasValue(3);
    }

    @Test
    void whoLookedInVainLooksLessAndLess() {
        BusyPoll poll = ofOneAtOnce();
        List<Integer> waitsWithALook = new ArrayList<>();
        for (int wait = 0; wait < 200; wait++) {
            int before = looks.get();
            assertThat(poll.comesSoon(this::never)).isFalse();
            if (looks.get() > before) {
                waitsWithALook.add(wait);
            }
        }
        assertThat(waitsWithALook).containsExactly(0, 2, 6, 14, 30, 62, 126, 190);
    }

    @Test
    void onceSomethingCameEachWaitHasALook() {
        BusyPoll poll = ofOneAtOnce();
        assertThat(poll.comesSoon(this::never)).isFalse();
        assertThat(poll.comesSoon(this::always)).isFalse();
        assertThat(poll.comesSoon(this::always)).isTrue();
        assertThat(poll.comesSoon(this::always)).isTrue();
    }

    @Test
    void nobodyLooksWhileEnoughDo() {
        BusyPoll poll = ofOneAtOnce();
        assertThat(poll.comesSoon(() -> {
                    assertThat(poll.comesSoon(this::always)).isFalse();
                    return true;
                }))
                .isTrue();
        assertThat(looks).hasValue(0);
        assertThat(poll.comesSoon(this::always)).isTrue();
    }

    @Test
    void aSingleProcessorIsLeftToTheOthers() {
        assertThat(new BusyPoll(new AtomicInteger(), 0).comesSoon(this::always)).isFalse();
        assertThat(looks).hasValue(0);
    }
}

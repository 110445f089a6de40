package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clock and scheduler on the network's time. */
@Timeout(60)
class NetworkClockTest {
    private static Network automatic() {
        return Network.builder().time(NetworkTime.automatic()).open();
    }

    @Test
    void anHourIsOverInAMoment() throws Exception {
        try (Network net = automatic();
                ScheduledExecutorService scheduler = net.scheduler()) {
            Clock clock = net.clock();
            Instant before = clock.instant();
            ScheduledFuture<Instant> later = scheduler.schedule(clock::instant, 1, TimeUnit.HOURS);
            assertThat(later.getDelay(TimeUnit.MINUTES)).isBetween(59L, 60L);
            assertThat(Duration.between(before, later.get())).isBetween(Duration.ofHours(1), Duration.ofMinutes(61));
            assertThat(clock.withZone(ZoneId.of("Asia/Tokyo")).getZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        }
    }

    @Test
    void atAFixedRateAndWithAFixedDelay() throws Exception {
        try (Network net = automatic();
                ScheduledExecutorService scheduler = net.scheduler()) {
            CountDownLatch rate = new CountDownLatch(5);
            CountDownLatch delay = new CountDownLatch(5);
            ScheduledFuture<?> first = scheduler.scheduleAtFixedRate(rate::countDown, 0, 10, TimeUnit.SECONDS);
            ScheduledFuture<?> second = scheduler.scheduleWithFixedDelay(delay::countDown, 5, 10, TimeUnit.SECONDS);
            rate.await();
            delay.await();
            assertThat(net.now()).isGreaterThanOrEqualTo(Duration.ofSeconds(45));
            assertThat(first.cancel(false)).isTrue();
            assertThat(second.cancel(false)).isTrue();
        }
    }

    @Test
    void whatIsCancelledOrShutNeverRuns() throws Exception {
        try (Network net = automatic()) {
            ScheduledExecutorService scheduler = net.scheduler();
            AtomicInteger runs = new AtomicInteger();
            ScheduledFuture<?> cancelled = scheduler.schedule(runs::incrementAndGet, 1, TimeUnit.SECONDS);
            assertThat(cancelled.cancel(false)).isTrue();
            assertThat(scheduler.schedule(() -> 7, 2, TimeUnit.SECONDS).get()).isEqualTo(7);
            ScheduledFuture<?> pending = scheduler.schedule(runs::incrementAndGet, 1, TimeUnit.DAYS);
            scheduler.shutdown();
            assertThat(pending.isCancelled()).isTrue();
            assertThat(scheduler.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(runs).hasValue(0);
            assertThatThrownBy(() -> scheduler.schedule(runs::incrementAndGet, 1, TimeUnit.SECONDS))
                    .isInstanceOf(RejectedExecutionException.class);
        }
    }
}

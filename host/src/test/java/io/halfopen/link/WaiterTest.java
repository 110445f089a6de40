package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Times have no upper bounds here but the timeout: a busy machine may be late. */
@Timeout(20)
class WaiterTest {
    private static final long MILLISECOND = 1_000_000;

    private final Libc libc = new Libc();
    private final int neverReady = libc.eventfd();
    private Waiter waiter;

    @BeforeEach
    void create() throws LinkException {
        waiter = new Waiter(neverReady);
    }

    @AfterEach
    void close() {
        waiter.close();
        Libc.close(neverReady);
    }

    @Test
    void aWaitIsNotShorterThanItsTime() throws LinkException {
        long start = System.nanoTime();
        waiter.await(20 * MILLISECOND + 1);

        assertThat(System.nanoTime() - start).isGreaterThan(20 * MILLISECOND);
    }

    @Test
    void aWaitIsToTheMicrosecondNotToTheMillisecond() throws LinkException {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            long start = System.nanoTime();
            waiter.await(1000);
            best = Math.min(best, System.nanoTime() - start);
        }

        assertThat(best).isLessThan(MILLISECOND);
    }

    @Test
    void anotherThreadEndsAWaitForEver() throws LinkException {
        Thread.ofPlatform().daemon().start(() -> {
            sleep(50);
            waiter.wakeUp();
        });

        waiter.await(Long.MAX_VALUE);
    }

    @Test
    void wakeUpsBeforeAWaitEndOneWait() throws LinkException {
        waiter.wakeUp();
        waiter.wakeUp();
        waiter.await(Long.MAX_VALUE);

        long start = System.nanoTime();
        waiter.await(20 * MILLISECOND);
        assertThat(System.nanoTime() - start).isGreaterThan(20 * MILLISECOND);
    }

    private static void sleep(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}

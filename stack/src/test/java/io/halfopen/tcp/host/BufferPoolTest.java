package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private final BufferPool pool = new BufferPool();

    @Test
    void isLargeEnoughAPowerOfTwoAndNobodyElses() {
        Random random = new Random(1);
        List<byte[]> out = new ArrayList<>();
        Set<byte[]> identities = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 20_000; i++) {
            if (out.size() < 100 && random.nextBoolean() || out.isEmpty()) {
                int atLeast = 1 + random.nextInt(1 << random.nextInt(1, 20));
                byte[] buffer = pool.take(atLeast);
                assertThat(buffer.length).isGreaterThanOrEqualTo(Math.max(1024, atLeast));
                assertThat(buffer.length).isLessThan(Math.max(1025, 2 * atLeast));
                assertThat(Integer.bitCount(buffer.length)).isEqualTo(1);
                assertThat(identities.add(buffer)).isTrue();
                out.add(buffer);
            } else {
                byte[] buffer = out.remove(random.nextInt(out.size()));
                identities.remove(buffer);
                pool.give(buffer);
            }
        }
    }

    @Test
    void whatWasGivenIsTakenAgain() {
        byte[] buffer = pool.take(3000);
        pool.give(buffer);
        assertThat(pool.take(4096)).isSameAs(buffer);
    }

    @Test
    void keepsNoMoreThan64MebibytesOfASize() {
        List<byte[]> given = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            given.add(new byte[1 << 20]);
        }
        given.forEach(pool::give);
        int again = 0;
        for (int i = 0; i < 70; i++) {
            again += given.contains(pool.take(1 << 20)) ? 1 : 0;
        }
        assertThat(again).isEqualTo(64);
    }

    @Test
    void theLargestWindowAndTheLargestSendBufferFit() {
        assertThat(pool.take(1 << 26)).hasSize(1 << 26);
    }
}

package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRingTest {
    private static final int MOST = 20_000;

    private final BufferPool pool = new BufferPool();
    private final ByteRing ring = new ByteRing(pool);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keepsOctetsInOrder(long seed) {
        Random random = new Random(seed);
        byte[] model = new byte[0];
        for (int i = 0; i < 20_000; i++) {
            byte[] some = new byte[1 + random.nextInt(3000)];
            random.nextBytes(some);
            if (random.nextBoolean() && model.length + some.length <= MOST) {
                ring.append(some, 0, some.length);
                int end = model.length;
                model = Arrays.copyOf(model, end + some.length);
                System.arraycopy(some, 0, model, end, some.length);
            } else {
                int count = Math.min(some.length, model.length);
                ring.discard(count, random.nextBoolean());
                model = Arrays.copyOfRange(model, count, model.length);
            }
            assertThat(ring.length()).isEqualTo(model.length);
            int from = random.nextInt(model.length + 1);
            byte[] read = new byte[model.length - from];
            ring.copyTo(from, read, 0, read.length);
            assertThat(read).isEqualTo(Arrays.copyOfRange(model, from, model.length));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aHoleIsFilledLaterAndThenTheEndMovesOverIt(long seed) {
        Random random = new Random(seed);
        byte[] stream = new byte[50_000];
        random.nextBytes(stream);
        int start = 0;
        while (start < stream.length) {
            int hole = Math.min(1 + random.nextInt(2000), stream.length - start);
            int beyond = Math.min(random.nextInt(6000), stream.length - start - hole);
            ring.write(hole, stream, start + hole, beyond);
            assertThat(ring.length()).isZero();
            ring.discard(0, true);
            ring.write(0, stream, start, hole);
            ring.extend(hole + beyond);
            byte[] read = new byte[hole + beyond];
            ring.copyTo(0, read, 0, read.length);
            assertThat(read).isEqualTo(Arrays.copyOfRange(stream, start, start + read.length));
            ring.discard(read.length, random.nextBoolean());
            start += read.length;
        }
    }

    @Test
    void anEmptyRingHasGivenItsArrayBack() {
        ring.append(new byte[5000], 0, 5000);
        ring.discard(5000, false);
        byte[] first = pool.take(5000);
        ByteRing other = new ByteRing(pool);
        other.append(new byte[5000], 0, 5000);
        other.clear();
        assertThat(pool.take(5000)).isNotSameAs(first);
    }
}

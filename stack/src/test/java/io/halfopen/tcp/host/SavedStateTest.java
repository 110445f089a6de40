package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedStateTest {
    private static final long MOMENT = 5_000_000_000L;

    /** Something with a number of each kind, several times. */
    private static final class Thing {
        final long[] longs = new long[12];
        final int[] ints = new int[12];
        final boolean[] flags = new boolean[12];
        final long[] times = new long[12];
        final int[] limits = new int[12];
        final int[] seqs = new int[12];
        byte octet;
        short small;
        char unsigned;

        void keep(SavedState k) {
            for (int i = 0; i < longs.length; i++) {
                longs[i] = k.at(longs[i]);
                ints[i] = k.at(ints[i]);
                flags[i] = k.at(flags[i]);
                times[i] = k.time(times[i]);
                limits[i] = k.limit(limits[i]);
                seqs[i] = i == 0 ? k.base(seqs[i]) : k.seq(seqs[i]);
            }
            octet = k.at(octet);
            small = k.at(small);
            unsigned = k.at(unsigned);
        }

        void fill(Random random) {
            for (int i = 0; i < longs.length; i++) {
                longs[i] = anyLong(random);
                ints[i] = (int) anyLong(random);
                flags[i] = random.nextBoolean();
                times[i] = random.nextInt(5) == 0 ? Timer.NEVER : MOMENT - random.nextLong(MOMENT);
                limits[i] = random.nextInt(5) == 0 ? Integer.MAX_VALUE : random.nextInt() & Integer.MAX_VALUE;
                seqs[i] = random.nextInt();
            }
            octet = (byte) random.nextInt();
            small = (short) random.nextInt();
            unsigned = (char) random.nextInt();
        }

        private static long anyLong(Random random) {
            return switch (random.nextInt(5)) {
                case 0 -> random.nextLong();
                case 1 -> Long.MIN_VALUE;
                case 2 -> Long.MAX_VALUE;
                case 3 -> -random.nextInt(100);
                default -> random.nextInt(100);
            };
        }
    }

    private final SavedState state = new SavedState();

    private byte[] write(Thing thing) {
        state.write(MOMENT);
        thing.keep(state);
        return state.octets();
    }

    private Thing read(byte[] octets) {
        Thing thing = new Thing();
        state.read(octets, MOMENT);
        thing.keep(state);
        return thing;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsPutDownIsReadBackWhateverIsUsual(long seed) {
        Random random = new Random(seed);
        if (seed > 2) {
            Thing first = new Thing();
            first.fill(random);
            state.learn(MOMENT);
            first.keep(state);
        }
        for (int i = 0; i < 1000; i++) {
            Thing thing = new Thing();
            thing.fill(random);

            assertThat(read(write(thing))).usingRecursiveComparison().isEqualTo(thing);
        }
    }

    /** A bit for each number, and what else there is only for those that differ. */
    @Test
    void whatIsUsualTakesABit() {
        Thing first = new Thing();
        first.fill(new Random(1));
        assertThat(state.knowsNothing()).isTrue();
        state.learn(MOMENT);
        first.keep(state);
        assertThat(state.knowsNothing()).isFalse();

        assertThat(write(first)).hasSize((6 * 12 + 3 + 7) / 8);
        first.ints[3]++;
        assertThat(write(first)).hasSize((6 * 12 + 3 + 7) / 8 + 1);
    }
}

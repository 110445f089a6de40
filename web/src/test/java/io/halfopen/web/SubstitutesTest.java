package io.halfopen.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.web.jdk.Missing;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is compiled in place of the JVM's classes does the same as they do. */
final class SubstitutesTest {
    private static final int ROUNDS = 20_000;

    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void bytesAreReadAndWrittenInNetworkOrder() {
        byte[] theirs = new byte[64];
        byte[] ours = new byte[64];
        for (int i = 0; i < ROUNDS; i++) {
            long value = random.nextLong();
            int at = random.nextInt(56);
            Bytes.putLong(theirs, at, value);
            io.halfopen.web.jdk.Bytes.putLong(ours, at, value);
            Bytes.putInt(theirs, at + 3, (int) value);
            io.halfopen.web.jdk.Bytes.putInt(ours, at + 3, (int) value);
            Bytes.putShort(theirs, at + 1, (int) value);
            io.halfopen.web.jdk.Bytes.putShort(ours, at + 1, (int) value);
            assertThat(ours).isEqualTo(theirs);
            assertThat(io.halfopen.web.jdk.Bytes.getLong(ours, at)).isEqualTo(Bytes.getLong(theirs, at));
            assertThat(io.halfopen.web.jdk.Bytes.getInt(ours, at)).isEqualTo(Bytes.getInt(theirs, at));
            assertThat(io.halfopen.web.jdk.Bytes.getShort(ours, at)).isEqualTo(Bytes.getShort(theirs, at));
            assertThat(io.halfopen.web.jdk.Bytes.getByte(ours, at)).isEqualTo(Bytes.getByte(theirs, at));
        }
    }

    @Test
    void checksumsAreTheSame() {
        byte[] bytes = new byte[70_000];
        for (int i = 0; i < ROUNDS; i++) {
            boolean large = i % 1000 == 0;
            int length = random.nextInt(large ? 65_536 : 1600);
            int offset = random.nextInt(100);
            fill(bytes, offset, length, i % 3 == 0);
            long a = random.nextLong();
            long b = random.nextLong();
            int sum = Checksum.sum(bytes, offset, length);
            assertThat(io.halfopen.web.jdk.Checksum.sum(bytes, offset, length)).isEqualTo(sum);
            long theirs = Checksum.pseudoHeader(a, b, b, a ^ 1, length);
            long ours = io.halfopen.web.jdk.Checksum.pseudoHeader(a, b, b, a ^ 1, length);
            // what is summed beside it may be words of 32 bits, some thirty of them
            long words = random.nextLong(1L << 37);
            assertThat(io.halfopen.web.jdk.Checksum.complement(ours + words, sum))
                    .isEqualTo(Checksum.complement(theirs + words, sum));
            assertThat(io.halfopen.web.jdk.Checksum.complement(ours, sum)).isEqualTo(Checksum.complement(theirs, sum));
            assertThat(io.halfopen.web.jdk.Checksum.isIntact(ours, sum)).isEqualTo(Checksum.isIntact(theirs, sum));
        }
    }

    private void fill(byte[] bytes, int offset, int length, boolean ones) {
        for (int i = offset; i < offset + length; i++) {
            bytes[i] = ones ? -1 : (byte) random.nextInt();
        }
    }

    @Test
    void aSeedGivesTheSameNumbers() {
        for (long seed : new long[] {0, 1, -1, Long.MIN_VALUE, random.nextLong()}) {
            SplittableRandom theirs = new SplittableRandom(seed);
            var ours = new io.halfopen.web.jdk.SplittableRandom(seed);
            for (int i = 1; i < ROUNDS; i++) {
                assertThat(ours.nextInt()).isEqualTo(theirs.nextInt());
                assertThat(ours.nextLong()).isEqualTo(theirs.nextLong());
                assertThat(ours.nextInt(i)).isEqualTo(theirs.nextInt(i));
                assertThat(ours.nextInt(Integer.MAX_VALUE - i)).isEqualTo(theirs.nextInt(Integer.MAX_VALUE - i));
                assertThat(ours.nextLong(1L << 62 | i)).isEqualTo(theirs.nextLong(1L << 62 | i));
                assertThat(ours.nextDouble()).isEqualTo(theirs.nextDouble());
                assertThat(ours.nextBoolean()).isEqualTo(theirs.nextBoolean());
            }
        }
    }

    @Test
    void whatMathAndTheTextOfNumbersLack() {
        for (int i = 0; i < ROUNDS; i++) {
            long a = i % 7 == 0 ? -1 : random.nextLong();
            long b = i % 5 == 0 ? Long.MIN_VALUE : random.nextLong();
            assertThat(Missing.unsignedMultiplyHigh(a, b)).isEqualTo(Math.unsignedMultiplyHigh(a, b));
            String hex = io.halfopen.web.jdk.HexFormat.of().toHexDigits((int) a);
            assertThat(hex).isEqualTo(HexFormat.of().toHexDigits((int) a));
            assertThat(Missing.parseUnsignedInt(hex, 16)).isEqualTo((int) a);
        }
    }
}

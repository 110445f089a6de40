package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SynBufferTest {
    private final SynBuffer buffer = new SynBuffer();
    private final byte[] packet = new byte[1 << 16];

    private byte[] taken() {
        return Arrays.copyOf(packet, buffer.take(packet));
    }

    @Test
    void whatCameFirstLeavesFirstHoweverItGrows() {
        Random random = new Random(1);
        Queue<byte[]> model = new ArrayDeque<>();
        for (int i = 0; i < 50_000; i++) {
            if (random.nextInt(100) < 53) {
                byte[] syn = new byte[1 + random.nextInt(SynBuffer.LARGEST)];
                random.nextBytes(syn);
                buffer.add(syn, syn.length);
                model.add(syn);
            } else if (!model.isEmpty()) {
                assertThat(taken()).isEqualTo(model.remove());
            }
            assertThat(buffer.isEmpty()).isEqualTo(model.isEmpty());
        }
        assertThat(model).as("it has grown").hasSizeGreaterThan(1000);
        while (!model.isEmpty()) {
            assertThat(taken()).isEqualTo(model.remove());
        }
        assertThat(buffer.lost()).isZero();
    }

    @Test
    void whatFindsNoRoomIsCounted() {
        for (int i = 0; i < SynBuffer.MOST + 3; i++) {
            buffer.add(new byte[] {(byte) i, (byte) (i >> 8)}, 2);
        }

        assertThat(buffer.lost()).isEqualTo(3);
        for (int i = 0; i < SynBuffer.MOST; i++) {
            assertThat(taken()).containsExactly(i, i >> 8);
        }
        assertThat(buffer.isEmpty()).isTrue();
    }
}

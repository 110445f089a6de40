package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.tcp.socket.Dormant.Fresh;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Socket;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a peer can make us keep before anything is sent; {@code bench/run footprint} measures the same on the heap. */
class FootprintTest {
    private static final int OBJECT_HEADER = 12;
    private static final int REFERENCE = 4;
    private static final int ALIGNMENT = 8;

    /** A hash and a reference in a table that is half full. */
    private static final int PLACE_IN_TABLE = 2 * (Integer.BYTES + REFERENCE);

    private static final Map<Class<?>, Integer> SIZES = Map.of(
            long.class, Long.BYTES,
            int.class, Integer.BYTES,
            short.class, Short.BYTES,
            char.class, Character.BYTES,
            byte.class, Byte.BYTES,
            boolean.class, Byte.BYTES);

    @Test
    void aHalfOpenTakesAtMost160Octets() {
        assertThat(sizeOf(HalfOpen.class) + PLACE_IN_TABLE).isLessThanOrEqualTo(160);
    }

    @Test
    void aConnectionThatNobodyHasUsedTakesAtMost296Octets() {
        int connection = sizeOf(Fresh.class) + PLACE_IN_TABLE;
        int descriptor = sizeOf(Socket.class) + 2 * REFERENCE;
        assertThat(connection).isLessThanOrEqualTo(184);
        assertThat(connection + descriptor).isLessThanOrEqualTo(296);
    }

    private static int sizeOf(Class<?> ofObject) {
        int size = OBJECT_HEADER;
        for (Class<?> type = ofObject; type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                size += Modifier.isStatic(field.getModifiers()) ? 0 : SIZES.getOrDefault(field.getType(), REFERENCE);
            }
        }
        return size + ALIGNMENT - 1 & -ALIGNMENT;
    }
}

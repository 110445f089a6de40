package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a peer who has proved nothing can make us keep; {@code bench/run footprint} measures the same on the heap. */
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
        int size = OBJECT_HEADER;
        for (Class<?> type = HalfOpen.class; type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                size += Modifier.isStatic(field.getModifiers()) ? 0 : SIZES.getOrDefault(field.getType(), REFERENCE);
            }
        }
        assertThat((size + ALIGNMENT - 1 & -ALIGNMENT) + PLACE_IN_TABLE).isLessThanOrEqualTo(160);
    }
}

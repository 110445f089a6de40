package io.halfopen.linux;

import static java.util.Comparator.comparingInt;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A kernel of any version has the changes up to it, and no other; no profile needs more than its row. */
class KernelChangeTest {
    private static final int DRAWS = 200;

    private static Kernel madeUp(int major, int minor) {
        return new Kernel(major + "." + minor, major, minor, Map.of());
    }

    /** From 3.10 to 6.18, as far as any were released. */
    private static List<Kernel> everyVersion() {
        int[][] minors = {{3, 10, 19}, {4, 0, 20}, {5, 0, 19}, {6, 0, 18}};
        return Arrays.stream(minors)
                .flatMap(line -> IntStream.rangeClosed(line[1], line[2]).mapToObj(minor -> madeUp(line[0], minor)))
                .toList();
    }

    static Stream<Method> predicates() {
        return Arrays.stream(Kernel.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !Set.of("version", "toString").contains(method.getName()));
    }

    /** Sensible values are small: queues, backlogs, switches. */
    private static Object[] arguments(Method method, Random random) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> {
                    if (type == boolean.class) {
                        return random.nextBoolean();
                    }
                    if (type == String.class) {
                        return "x";
                    }
                    int number = random.nextInt(random.nextBoolean() ? 4 : 300);
                    return type == long.class ? (Object) (long) number : (Object) number;
                })
                .toArray();
    }

    /** The answers of ever newer kernels are 3.10's first and 6.18's last, and none comes back once there was another. */
    @ParameterizedTest
    @MethodSource("predicates")
    void everyAnswerChangesOnceAndForGood(Method method) throws ReflectiveOperationException {
        Random random = new Random(618);
        for (int i = 0; i < DRAWS; i++) {
            Object[] arguments = arguments(method, random);
            List<Object> answers = new ArrayList<>();
            for (Kernel kernel : everyVersion()) {
                Object answer = method.invoke(kernel, arguments);
                if (answers.isEmpty() || !answers.getLast().equals(answer)) {
                    answers.add(answer);
                }
            }
            String call = method.getName() + Arrays.toString(arguments);
            assertThat(new LinkedHashSet<>(answers)).as(call).hasSameSizeAs(answers);
            assertThat(answers.getFirst()).as(call).isEqualTo(method.invoke(Kernel.LINUX_3_10, arguments));
            assertThat(answers.getLast()).as(call).isEqualTo(method.invoke(Kernel.LINUX_6_18, arguments));
        }
    }

    /** Measured on 6.1 and 6.12. */
    @ParameterizedTest
    @CsvSource({"6, 1, 0, false, false", "6, 12, 4, true, false", "6, 18, 4, true, true"})
    void aProfileBetweenIsItsVersion(int major, int minor, int linearTimeouts, boolean overhead, boolean overshoot) {
        Kernel kernel = madeUp(major, minor);
        assertThat(kernel.synRetransmits(6, 4)).isEqualTo(6 + linearTimeouts);
        assertThat(kernel.measuresOverhead()).isEqualTo(overhead);
        assertThat(kernel.refusesOvershoot()).isEqualTo(overshoot);
        assertThat(kernel.refusesSyn(2, 1, 0)).isTrue();
        assertThat(kernel.knowsOldAcks()).isEqualTo(overshoot);
    }

    @ParameterizedTest
    @CsvSource({"4, 9, false", "4, 10, true", "5, 0, true", "3, 19, false"})
    void tenIsMoreThanNine(int major, int minor, boolean refused) {
        assertThat(madeUp(major, minor).refusesSyn(2, 1, 1)).isEqualTo(refused);
    }

    @Test
    void rowsAreInTheOrderOfTheirVersions() {
        assertThat(KernelChange.values()).isSortedAccordingTo(comparingInt(change -> {
            String[] version = change.since().split("\\.", 2);
            return KernelChange.number(Integer.parseInt(version[0]), Integer.parseInt(version[1]));
        }));
        assertThat(KernelChange.values())
                .allSatisfy(change -> assertThat(change.source()).isNotBlank());
    }
}

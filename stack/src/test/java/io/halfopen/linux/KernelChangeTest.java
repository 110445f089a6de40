package io.halfopen.linux;

import static java.util.Comparator.comparingInt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
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
        return new Kernel(major, minor);
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
                .filter(method -> !Set.of("version", "aliases", "toString", "defaultOf", "continuesTimeWait")
                        .contains(method.getName()));
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
                    if (type == Counter.class) {
                        return Counter.values()[random.nextInt(Counter.values().length)];
                    }
                    if (type == Sysctl.class) {
                        return Sysctl.values()[random.nextInt(Sysctl.values().length)];
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
                if (answers.isEmpty() || !Objects.equals(answers.getLast(), answer)) {
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
        assertThat(kernel.transfer.growsBeyondGaps()).isEqualTo(overshoot);
        assertThat(kernel.refusesSyn(2, 1, 0)).isTrue();
        assertThat(kernel.knowsOldAcks()).isEqualTo(overshoot);
    }

    @ParameterizedTest
    @CsvSource({"4, 9, false", "4, 10, true", "5, 0, true", "3, 19, false"})
    void tenIsMoreThanNine(int major, int minor, boolean refused) {
        assertThat(madeUp(major, minor).refusesSyn(2, 1, 1)).isEqualTo(refused);
    }

    /** Fixes of 2026 came to 6.1 and 6.12 by their stable releases, later than the 6.18 that was measured. */
    @ParameterizedTest
    @CsvSource({"5, 15, true, true", "6, 1, false, true", "6, 12, false, false", "6, 18, true, true"})
    void aStableReleaseMayKnowMoreThanANewerKernel(int major, int minor, boolean predicted, boolean path) {
        assertThat(madeUp(major, minor).transfer.predictsOldAcks()).isEqualTo(predicted);
        assertThat(madeUp(major, minor).transfer.announcesPath()).isEqualTo(path);
    }

    /** The one that was there, was lost, and came back. Measured on 6.1, 6.12 and 6.18. */
    @ParameterizedTest
    @CsvSource({"3, 10, true", "4, 14, true", "4, 15, false", "6, 1, false", "6, 10, true", "6, 18, true"})
    void aConnectionAfterTimeWait(int major, int minor, boolean continues) {
        assertThat(madeUp(major, minor).continuesTimeWait()).isEqualTo(continues);
    }

    @ParameterizedTest
    @CsvSource({
        "tcp_challenge_ack_limit, 100, 4.4",
        "tcp_challenge_ack_limit, 1000, 5.15",
        "tcp_challenge_ack_limit, 2147483647, 6.1",
        "somaxconn, 128, 4.18",
        "somaxconn, 4096, 5.4",
        "tcp_syn_retries, 5, 2.6",
        "tcp_syn_retries, 6, 3.10",
        "tcp_max_syn_backlog, 512, 3.10",
        "tcp_max_syn_backlog, 2048, 4.4",
        "tcp_syn_linear_timeouts, 0, 6.1",
        "tcp_syn_linear_timeouts, 4, 6.6",
        "ratelimit, 1000, 6.12",
        "ratelimit, 100, 6.18",
        "tcp_congestion_control, 1, unp",
    })
    void aDefaultIsThatOfTheVersion(Sysctl sysctl, int value, String kernel) {
        if (sysctl == Sysctl.tcp_congestion_control) {
            assertThat(Kernel.named(kernel).defaultOf(sysctl)).containsExactly(CongestionAlgorithm.reno.ordinal());
            return;
        }
        assertThat(Kernel.named(kernel).defaultOf(sysctl)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource({"debian-12, 6.1", "ubuntu-24.04, 6.8", "RHEL-9, 5.14", "UNP, unp", "3.10, 3.10"})
    void aNameIsAVersionOrADistribution(String name, String version) {
        assertThat(Kernel.named(name).version()).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource({"6, 18, 6.18", "6, 14, 6.12", "6, 11, 6.8", "5, 14, 5.14", "7, 0, 6.18", "3, 9, 2.6"})
    void aVersionBetweenHasTheOlderProfile(int major, int minor, String version) {
        assertThat(Kernel.notNewerThan(major, minor)).isEqualTo(Kernel.named(version));
    }

    @Test
    void thereIsNoProfileOfTheFirstKernels() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Kernel.notNewerThan(2, 4))
                .withMessage("no profile is as old as 2.4");
    }

    @Test
    void defaultsAreInTheOrderOfTheirVersions() {
        assertThat(DefaultChange.all()).isSortedAccordingTo(comparingInt(DefaultChange::version));
        assertThat(DefaultChange.all()).allSatisfy(change -> {
            assertThat(change.before()).hasSize(change.sysctl().width());
            assertThat(change.source()).isNotBlank();
        });
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

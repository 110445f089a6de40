package io.halfopen.linux;

import static java.util.Comparator.comparingInt;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What came with a version: counters, fields of struct tcp_info, settings. */
class ArrivalTest {
    @Test
    void rowsAreInTheOrderOfTheirVersionsAndNameEachThingOnce() {
        assertThat(CounterArrival.all()).isSortedAccordingTo(comparingInt(CounterArrival::version));
        assertThat(InfoArrival.all()).isSortedAccordingTo(comparingInt(InfoArrival::version));
        assertThat(SysctlArrival.all()).isSortedAccordingTo(comparingInt(SysctlArrival::version));
        assertThat(CounterArrival.all().stream().flatMap(row -> row.counters().stream()))
                .doesNotHaveDuplicates();
        assertThat(InfoArrival.all().stream().flatMap(row -> row.fields().stream()))
                .doesNotHaveDuplicates();
        assertThat(SysctlArrival.all().stream().map(SysctlArrival::sysctl)).doesNotHaveDuplicates();
    }

    /** What getsockopt(TCP_INFO) returned on 6.1.176, 6.12.117 and 6.18.44; the others by their headers. */
    @ParameterizedTest
    @CsvSource({"3.10, 104", "4.4, 144", "4.18, 200", "5.4, 232", "6.1, 232", "6.6, 240", "6.12, 248", "6.18, 280"})
    void theStructHasItsVersionsLength(String kernel, int length) {
        assertThat(Kernel.named(kernel).infoLength()).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({
        "TCPLossProbes, 3.10, 2.6",
        "TCPSynRetrans, 4.4, 3.10",
        "TCPDelivered, 4.18, 4.4",
        "TCPZeroWindowDrop, 5.4, 4.18",
        "TCPMigrateReqSuccess, 5.14, 5.10",
        "OutRateLimitHost, 6.1, 5.15",
        "TCPAOBad, 6.8, 6.6",
        "TSEcrRejected, 6.18, 6.12",
    })
    void aCounterIsThereSinceItsVersion(Counter counter, String since, String before) {
        assertThat(Kernel.named(since).lacks(counter)).isFalse();
        assertThat(Kernel.named(before).lacks(counter)).isTrue();
    }

    @Test
    void theNewestAndTheBookLackNothing() {
        for (Kernel kernel : List.of(Kernel.LINUX_6_18, Kernel.UNP)) {
            assertThat(Counter.values()).noneMatch(kernel::lacks);
            assertThat(fields()).noneMatch(kernel::lacksField);
        }
    }

    private static Stream<String> fields() {
        return InfoArrival.all().stream().flatMap(row -> row.fields().stream());
    }
}

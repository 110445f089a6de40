package io.halfopen.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expected: nstat of iproute2 6.1.0, reading these numbers from files (PROC_ROOT). */
class NstatTableTest {
    private static final Map<Counter, Long> NUMBERS = Map.of(
            Counter.InReceives, 18L,
            Counter.InDelivers, 18L,
            Counter.OutRequests, 4_294_967_296L,
            Counter.ActiveOpens, 3L,
            Counter.CurrEstab, 7L,
            Counter.OutSegs, -1L,
            Counter.ListenOverflows, 12L,
            Counter.ListenDrops, 12L,
            Counter.TCPReqQFullDrop, 1L);

    @Test
    void zerosAreLeftOut() {
        assertThat(NstatTable.nonZero(counter -> NUMBERS.getOrDefault(counter, 0L)))
                .isEqualTo("""
                    #kernel
                    IpInReceives                    18                 0.0
                    IpInDelivers                    18                 0.0
                    IpOutRequests                   4294967296         0.0
                    TcpActiveOpens                  3                  0.0
                    TcpOutSegs                      18446744073709551615   0.0
                    TcpExtListenOverflows           12                 0.0
                    TcpExtListenDrops               12                 0.0
                    TcpExtTCPReqQFullDrop           1                  0.0
                    """);
    }

    @Test
    void allAreInTheOrderOfTheEnum() {
        List<String> names = NstatTable.all(counter -> 0)
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
        assertThat(names)
                .containsExactlyElementsOf(Arrays.stream(Counter.values())
                        .map(counter -> counter.fullName())
                        .filter(name -> !name.equals("TcpCurrEstab"))
                        .toList());
    }

    @Test
    void allStartLikeTheRealOne() {
        assertThat(NstatTable.all(counter -> NUMBERS.getOrDefault(counter, 0L))).startsWith("""
            #kernel
            IpInReceives                    18                 0.0
            IpInHdrErrors                   0                  0.0
            """);
    }
}

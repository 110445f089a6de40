package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halfopen.drill.SegmentParity.Finding;
import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The tables of exchanges: complete, the same each time, and able to tell two machines apart. */
class SegmentParityTest {
    private static final int AT_ONCE = 24;

    @Test
    void everySegmentComesInEveryStateBeforeAnyComesAgain() {
        for (SegmentTable table : SegmentTable.values()) {
            Set<String> pairs = new HashSet<>();
            for (int row = 1; row <= table.rows(); row++) {
                Exchange exchange = Exchange.row(table, row);
                assertThat(pairs.add(exchange.state() + " " + exchange.segment()))
                        .as("%s %d: %s", table, row, exchange.name())
                        .isTrue();
            }
            Exchange again = Exchange.row(table, table.rows() + 1);
            assertThat(again.state()).isEqualTo(Exchange.row(table, 1).state());
            assertThat(again.next()).isNotEqualTo(Exchange.row(table, 1).next());
        }
    }

    @Test
    void tablesTakeTurnsAndNumbersAreTheSameEachTime() {
        int tables = SegmentTable.values().length;
        for (long number = 1; number <= 200; number++) {
            Exchange exchange = Exchange.numbered(number);
            assertThat(exchange).isEqualTo(Exchange.numbered(number));
            assertThat(exchange).isEqualTo(Exchange.row(exchange.table(), (number - 1) / tables + 1));
        }
    }

    /** TCP_INFO, poll(2) and waits included: nothing in a comparison depends on chance. */
    @Test
    void aStackIsLikeItself() throws Exception {
        SegmentParity parity = SegmentParity.withStack(Kernel.LINUX_6_18);
        for (long number = 1; number <= 600; number++) {
            Exchange exchange = Exchange.numbered(number);
            assertThat(parity.check(exchange))
                    .as("%d, %s", number, exchange.name())
                    .isNull();
        }
    }

    @Test
    void aDifferenceIsNamedAndItsScriptTellsBothApart() throws Exception {
        SegmentParity parity = SegmentParity.withStack(Kernel.LINUX_3_10);
        Map<String, Long> firsts = new TreeMap<>();
        for (long number = 1; number <= 60; number++) {
            Finding finding = parity.check(Exchange.numbered(number));
            for (String signature : finding == null ? Set.<String>of() : finding.signatures()) {
                firsts.putIfAbsent(signature, number);
            }
        }
        assertThat(firsts).isNotEmpty();
        String signature = firsts.keySet().iterator().next();
        long number = firsts.getOrDefault(signature, 1L);
        Parity.Difference difference = parity.shorten(number, Exchange.numbered(number), signature);
        assertThat(difference).isNotNull();
        Script script = Script.parse("difference.pkt", difference.script());
        assertThat(Drill.onStack(script, Settings.none(), Kernel.LINUX_3_10, false)
                        .status())
                .as(signature + "\n" + difference.script())
                .isEqualTo(Outcome.Status.PASS);
        assertThat(Drill.onStack(script, Settings.none(), Kernel.LINUX_6_18, false)
                        .status())
                .as(signature + "\n" + difference.script())
                .isEqualTo(Outcome.Status.FAIL);
    }

    /** A few; {@code halfopen parity --about segments} does more. */
    @Test
    void theLiveKernelDiffersInNothingThatIsNotExplained() throws Exception {
        try (KernelHost host = KernelHost.open()) {
            host.openTun("tun0").close();
        } catch (LinkException refused) {
            assumeTrue(false, refused.getMessage());
        }
        SegmentParity parity = SegmentParity.withKernel();
        List<Exchange> found = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Finding>> results = new ArrayList<>();
            for (long number = 1; number <= 240; number++) {
                Exchange exchange = Exchange.numbered(number);
                results.add(pool.submit(() -> parity.check(exchange)));
            }
            for (Future<Finding> result : results) {
                if (result.get() != null) {
                    found.add(result.get().exchange());
                }
            }
        }
        for (Exchange exchange : found) {
            Finding finding = parity.check(exchange); // alone: a timer of a busy machine is no difference
            assertThat(finding == null || finding.known() != null)
                    .as("%s: %s", exchange.name(), finding == null ? "" : finding.signatures())
                    .isTrue();
        }
    }

    @Test
    void aDifferenceIsExplainedOnlyWhereItIsKnown() {
        Set<String> crossed = Set.of("TCPDelivered", "tcpi_unacked");
        assertThat(KnownDifference.of(SegmentState.SYN_RECV_CROSSED, ". ack-1 win 16", crossed))
                .isEqualTo(KnownDifference.CROSSED_SYN_NOT_ACKNOWLEDGED);
        assertThat(KnownDifference.of(SegmentState.SENT, ". ack-1 win 16", crossed))
                .isNull();
        assertThat(KnownDifference.of(SegmentState.SYN_RECV_CROSSED, ". ack-1 win 16", Set.of("tcpi_unacked")))
                .isNull();
        Set<String> options = Set.of("tcpi_options");
        assertThat(KnownDifference.of(SegmentState.SYN_SENT, "SR. 10 octets", options))
                .isEqualTo(KnownDifference.REFUSED_BY_SYN);
        assertThat(KnownDifference.of(SegmentState.SYN_SENT, "R. 10 octets", options))
                .isNull();
    }

    @Test
    void whatDiffersFirstIsNamedAndWhatFollowsFromItIsNot() {
        StoryDifference difference = StoryDifference.between(
                List.of(List.of("fd4.tcpi_pmtu = 1500"), List.of("> peer 0: R 1(0) win 0", "OutRsts+1", "OutSegs+1")),
                List.of(List.of("fd4.tcpi_pmtu = 1400"), List.of("read(4, ..., 100) = 0")));
        assertThat(difference.signatures()).containsExactly("stack: packet R; kernel: read() = 0", "tcpi_pmtu");
    }

    @Test
    void whatIsKnownToDifferIsLeftOut() {
        List<List<String>> many = List.of(List.of("OutRequests+3"));
        assertThat(StoryDifference.between(many, List.of(List.of("OutRequests+1")))
                        .lines())
                .isEmpty();
        assertThat(KnownDifference.values())
                .allSatisfy(known -> assertThat(known.reason()).isNotEmpty());
    }

    @Test
    void aRoundTripOfABusyMachineIsNoDifference() {
        List<List<String>> virtual = List.of(List.of("fd4.tcpi_rtt = 50000", "fd4.tcpi_rto = 250000"));
        List<List<String>> real = List.of(List.of("fd4.tcpi_rtt = 63478", "fd4.tcpi_rto = 264000"));
        assertThat(StoryDifference.between(virtual, real).lines()).isEmpty();
        List<List<String>> backedOff = List.of(List.of("fd4.tcpi_rtt = 50000", "fd4.tcpi_rto = 500000"));
        assertThat(StoryDifference.between(virtual, backedOff).signatures()).containsExactly("tcpi_rto");
    }
}

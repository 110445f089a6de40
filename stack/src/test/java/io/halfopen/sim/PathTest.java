package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halfopen.linux.Kernel;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a path does to packets: SYNs of 60 octets to a host where nobody listens, each of a socket closed at once. */
class PathTest {
    private static final long MILLI = 1_000_000L;
    private static final int PACKETS = 5000;
    private static final IpAddress FROM = IpAddress.parse("192.0.2.1");
    private static final IpAddress TO = IpAddress.parse("192.0.2.2");

    private static Trace send(Path path, int packets, long every) {
        World world = new World(1);
        Host from = world.addHost("from", Kernel.LINUX_6_18);
        Host to = world.addHost("to", Kernel.LINUX_6_18);
        from.addAddress(FROM, 1500);
        to.addAddress(TO, 1500);
        world.connect(from, to, path);
        Trace trace = new Trace();
        world.addTap(trace);
        for (int i = 0; i < packets; i++) {
            world.at(i * every, () -> {
                int fd = from.socket(Stack.AF_INET);
                from.connect(fd, TO, 80);
                from.close(fd);
            });
        }
        while (!world.isQuiet()) {
            world.step();
        }
        assertThat(trace.of("sent", "from")).hasSize(packets);
        return trace;
    }

    private static List<Long> delays(Trace trace) {
        List<Trace.Entry> sent = trace.of("sent", "from");
        return trace.of("arrived", "to").stream()
                .map(arrival -> arrival.time() - timeOf(sent, arrival.hash()))
                .toList();
    }

    private static long timeOf(List<Trace.Entry> sent, int hash) {
        return sent.stream()
                .filter(entry -> entry.hash() == hash)
                .findFirst()
                .orElseThrow()
                .time();
    }

    @Test
    void delayIsTheSameForEveryPacket() {
        assertThat(delays(send(Path.ofDelay(7 * MILLI), 100, MILLI)))
                .hasSize(100)
                .containsOnly(7 * MILLI);
    }

    @Test
    void jitterIsAddedAndMayChangeTheOrder() {
        Trace trace = send(new Path(7 * MILLI, 4 * MILLI, 0, 0, 0, 0), 1000, MILLI);
        assertThat(delays(trace)).hasSize(1000).allMatch(delay -> delay >= 7 * MILLI && delay <= 11 * MILLI);
        assertThat(delays(trace)).anyMatch(delay -> delay < 7.2 * MILLI).anyMatch(delay -> delay > 10.8 * MILLI);
        assertThat(order(trace)).isNotEqualTo(order(trace).stream().sorted().toList());
    }

    private static List<Integer> order(Trace trace) {
        List<Integer> hashes = new ArrayList<>(
                trace.of("sent", "from").stream().map(Trace.Entry::hash).toList());
        return trace.of("arrived", "to").stream()
                .map(arrival -> hashes.indexOf(arrival.hash()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0.3, 1400, 1600", "0.01, 30, 70", "1, 5000, 5000"})
    void lossIsAsLikelyAsSaid(double probability, int least, int most) {
        Trace trace = send(Path.ofDelay(MILLI).withLoss(probability), PACKETS, 0);
        int lost = trace.of("lost", "from").size();
        assertThat(lost).isBetween(least, most);
        assertThat(trace.of("arrived", "to")).hasSize(PACKETS - lost);
    }

    @Test
    void aDuplicateArrivesTwiceAndIsSentOnce() {
        Trace trace = send(new Path(MILLI, 0, 0, 0.2, 0, 0), PACKETS, 0);
        assertThat(trace.of("arrived", "to")).hasSizeBetween(PACKETS + 900, PACKETS + 1100);
        assertThat(trace.of("arrived", "to").stream().map(Trace.Entry::hash).distinct())
                .hasSize(PACKETS);
    }

    @Test
    void whatIsReorderedTakesTwiceAsLong() {
        Trace trace = send(new Path(7 * MILLI, 0, 0, 0, 0.2, 0), 1000, MILLI);
        assertThat(delays(trace)).containsOnly(7 * MILLI, 14 * MILLI);
        assertThat(delays(trace)).filteredOn(delay -> delay > 7 * MILLI).hasSizeBetween(150, 250);
    }

    @Test
    void aRateSpacesPacketsByTheirLength() {
        // 60 octets at 1 Mbit/s take 480 us, each after the one before it.
        Trace trace = send(new Path(7 * MILLI, 0, 0, 0, 0, 1_000_000), 10, 0);
        assertThat(trace.of("arrived", "to"))
                .extracting(Trace.Entry::time)
                .isEqualTo(LongStream.rangeClosed(1, 10)
                        .mapToObj(i -> 7 * MILLI + i * 480_000)
                        .toList());
    }

    @Test
    void eachDirectionHasAPathOfItsOwnLuck() {
        Trace trace = send(Path.ofDelay(MILLI).withLoss(0.5), 1000, 0);
        // The answers are RSTs, as nobody listens.
        int answered = trace.of("sent", "to").size();
        assertThat(answered).isEqualTo(trace.of("arrived", "to").size()).isBetween(450, 550);
        assertThat(trace.of("lost", "to")).hasSizeBetween(answered * 4 / 10, answered * 6 / 10);
    }

    /** A SYN has 60 octets, and DF. */
    @ParameterizedTest
    @CsvSource({"60, false, 10, 0", "59, false, 0, 10", "59, true, 0, 0"})
    void whatIsTooLongIsToldOfUnlessThePathIsSilent(int mtu, boolean silent, int arrived, int errors) {
        Path path = new Path(MILLI, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, mtu, silent, 0, 0);
        Trace trace = send(path, 10, 0);
        assertThat(trace.of("arrived", "to")).hasSize(arrived);
        assertThat(trace.of("lost", "from")).hasSize(10 - arrived);
        assertThat(trace.of("arrived", "from")).hasSize(arrived + errors); // RSTs, as nobody listens, or errors
    }

    @Test
    void timesNeverGoBack() {
        Trace trace = send(new Path(MILLI, MILLI, 0.1, 0.1, 0.1, 1_000_000), 1000, 10_000);
        assertThat(trace.entries).isSortedAccordingTo(Comparator.comparingLong(Trace.Entry::time));
    }

    @Test
    void whatIsNoProbabilityOrNegativeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Path.DIRECT.withLoss(1.01));
        assertThatIllegalArgumentException().isThrownBy(() -> Path.DIRECT.withLoss(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Path.ofDelay(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Path(0, -1, 0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Path(0, 0, 0, -0.1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Path(0, 0, 0, 0, 2, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Path(0, 0, 0, 0, 0, -1));
    }
}

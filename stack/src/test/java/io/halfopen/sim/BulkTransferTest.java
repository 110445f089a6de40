package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Megabytes in both directions over bad paths: everything arrives, once and in order, and nothing stays behind. */
class BulkTransferTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final long MEGABYTE = 1_000_000;
    private static final String V4 = "192.0.2.";
    private static final String V6 = "2001:db8::";

    static Stream<Arguments> seedsAndAddresses() {
        return IntStream.rangeClosed(1, 20)
                .boxed()
                .flatMap(seed -> Stream.of(V4, V6).map(prefix -> Arguments.of(seed, prefix)));
    }

    @ParameterizedTest
    @MethodSource("seedsAndAddresses")
    void everythingArrivesOverAPathThatLosesDuplicatesAndReorders(int seed, String prefix) {
        Run run = new Run(seed, Kernel.LINUX_6_18, prefix, new Path(5 * MILLI, 0, 0.05, 0.05, 0.05, 0));
        run.transfer(3 * MEGABYTE);
        assertThat(run.client.stack().counter(Counter.RetransSegs)).isPositive();
        run.expectNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("seedsAndAddresses")
    void everythingArrivesOverAPathWithJitterAndARate(int seed, String prefix) {
        Path path = new Path(20 * MILLI, 10 * MILLI, 0.01, 0.01, 0, 20_000_000);
        Run run = new Run(seed, Kernel.LINUX_6_18, prefix, path);
        run.transfer(2 * MEGABYTE);
        run.expectNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everythingArrivesOnOlderKernelsToo(long seed) {
        for (Kernel kernel : Kernel.all()) {
            Run run = new Run(seed, kernel, V4, new Path(5 * MILLI, MILLI, 0.05, 0.02, 0.02, 0));
            run.transfer(MEGABYTE);
            run.expectNothingLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 4, 5, 6})
    void everythingArrivesThoughAFifthIsLost(long seed) {
        Run run = new Run(seed, Kernel.LINUX_6_18, V4, new Path(MILLI, 0, 0.2, 0, 0, 0));
        run.transfer(300_000);
        run.expectNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"0, 127.0.0.1", "0.05, 127.0.0.1", "0.2, 127.0.0.1", "0.05, ::1"})
    void aLossyLoopbackDeliversEverything(double loss, String address) {
        for (long seed = 1; seed <= 5; seed++) {
            World world = new World(seed);
            Host host = world.addHost("host", Kernel.LINUX_6_18);
            host.addAddress(IpAddress.parse(address), 65536);
            world.connect(host, host, Path.DIRECT.withLoss(loss));
            Transfer transfer = new Transfer(world, 2 * MEGABYTE);
            transfer.start(host, host, IpAddress.parse(address));
            transfer.run();
            assertThat(Transfer.left(host)).containsOnly(TcpState.TIME_WAIT);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000_000, 10_000_000, 100_000_000})
    void aRateIsReachedAndNotExceeded(long bitsPerSecond) {
        Run run = new Run(1, Kernel.LINUX_6_18, V4, new Path(MILLI, 0, 0, 0, 0, bitsPerSecond));
        long octets = bitsPerSecond / 8 * 2;
        double seconds = run.transfer(octets) / (double) SECOND;
        // Two seconds for the octets, some more for their headers and for the other direction's ACKs.
        assertThat(seconds).isBetween(2.0 * 1500 / 1448, 2.5);
    }

    @Test
    void aTransferWithoutLossRetransmitsNothing() {
        Run run = new Run(1, Kernel.LINUX_6_18, V4, Path.ofDelay(5 * MILLI));
        run.transfer(5 * MEGABYTE);
        assertThat(run.client.stack().counter(Counter.RetransSegs)).isZero();
        assertThat(run.server.stack().counter(Counter.RetransSegs)).isZero();
        run.expectNothingLeft();
    }

    /** A server, a client and the path between them. */
    private static final class Run {
        private final World world;
        private final Host server;
        private final Host client;
        private final IpAddress address;

        Run(long seed, Kernel kernel, String prefix, Path path) {
            world = new World(seed);
            server = world.addHost("server", kernel);
            client = world.addHost("client", kernel);
            address = IpAddress.parse(prefix + 1);
            server.addAddress(address, 1500);
            client.addAddress(IpAddress.parse(prefix + 2), 1500);
            world.connect(server, client, path);
        }

        long transfer(long octets) {
            Transfer transfer = new Transfer(world, octets);
            transfer.start(server, client, address);
            return transfer.run();
        }

        /**
         * TIME_WAIT at one side, or at both if they closed at the same time; a minute later not even that. A duplicate
         * that arrives late may have ended it: the other side has no connection any more, and answers with RST.
         */
        void expectNothingLeft() {
            List<TcpState> left = Stream.of(server, client)
                    .flatMap(host -> Transfer.left(host).stream())
                    .toList();
            long ended = server.stack().counted(Rule.TIME_WAIT_RESET)
                    + client.stack().counted(Rule.TIME_WAIT_RESET);
            assertThat(left).allMatch(state -> state == TcpState.TIME_WAIT);
            assertThat(left.size() + ended).isBetween(1L, 2L);
            world.runUntil(world.now() + 61 * SECOND);
            assertThat(Transfer.left(server)).isEmpty();
            assertThat(Transfer.left(client)).isEmpty();
        }
    }
}

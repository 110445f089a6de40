package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What Reno, CUBIC and BBR make of a link of 20 Mbit/s and 20 ms there and back, whose queue holds as much as the pipe:
 * so much arrives in ten seconds.
 */
class GoodputTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final long RATE = 20_000_000;
    private static final int PIPE = 50_000;
    private static final int DURATION = 10;

    /** The part of a packet of 1500 octets that is data, with timestamps. */
    private static final double DATA = 1448.0 / 1500;

    private static final IpAddress ADDRESS = IpAddress.parse("192.0.2.1");

    private static Path link(double loss, double marking) {
        return new Path(10 * MILLI, 0, loss, 0, 0, RATE, PIPE, 0, 0, 0, marking, 0, false, 0, 0);
    }

    /** Two hosts, and so many connections that write as long as they may. */
    private static final class Link {
        private final World world = new World(1);
        private final Host client = world.addHost("client", Kernel.LINUX_6_18);
        private final Host server = world.addHost("server", Kernel.LINUX_6_18);
        private final List<Long> received = new ArrayList<>();
        private final byte[] buffer = new byte[1 << 16];
        private final int maxPacingRate;

        Link(CongestionAlgorithm algorithm, int connections, Path path) {
            this(algorithm, connections, path, -1);
        }

        Link(CongestionAlgorithm algorithm, int connections, Path path, int maxPacingRate) {
            this.maxPacingRate = maxPacingRate;
            server.addAddress(ADDRESS, 1500);
            client.addAddress(IpAddress.parse("192.0.2.2"), 1500);
            world.connect(client, server, path, new Path(10 * MILLI, 0, 0, 0, 0, RATE));
            client.stack().sysctls().set(Sysctl.tcp_congestion_control, algorithm.ordinal());
            client.stack().sysctls().set(Sysctl.tcp_ecn, 1);
            int listener = server.socket(Stack.AF_INET);
            server.bind(listener, ADDRESS, 80);
            server.listen(listener, connections);
            server.watch(listener, events -> accept(listener));
            for (int i = 0; i < connections; i++) {
                world.after(i * 10L * MILLI, this::send);
            }
            world.runUntil(world.now() + DURATION * SECOND);
        }

        private void accept(int listener) {
            int fd = server.accept(listener);
            while (fd >= 0) {
                int reader = fd;
                int index = received.size();
                received.add(0L);
                server.watch(reader, events -> {
                    int count = server.read(reader, buffer, 0, buffer.length);
                    while (count > 0) {
                        received.set(index, received.get(index) + count);
                        count = server.read(reader, buffer, 0, buffer.length);
                    }
                });
                fd = server.accept(listener);
            }
        }

        private void send() {
            int fd = client.socket(Stack.AF_INET);
            client.setsockopt(fd, SocketOption.SO_MAX_PACING_RATE, maxPacingRate);
            client.watch(fd, events -> {
                int written = client.write(fd, buffer, 0, buffer.length);
                while (written > 0) {
                    written = client.write(fd, buffer, 0, buffer.length);
                }
                assertThat(written).isEqualTo(-Errno.EAGAIN);
            });
            assertThat(client.connect(fd, ADDRESS, 80)).isEqualTo(-Errno.EINPROGRESS);
        }

        /** Of what the link could carry, 0 to 1. */
        double share(int connection) {
            return received.get(connection) * 8.0 / DURATION / (RATE * DATA);
        }

        double total() {
            return received.stream().mapToLong(Long::longValue).sum() * 8.0 / DURATION / (RATE * DATA);
        }

        long count(Counter counter) {
            return client.stack().counter(counter);
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneConnectionFillsTheLink(CongestionAlgorithm algorithm) {
        Link link = new Link(algorithm, 1, link(0, 0));
        assertThat(link.total()).isBetween(0.9, 1.0);
    }

    /** A queue that never grows for long is what BBR is for: what it loses it loses while it looks for the bandwidth. */
    @Test
    void bbrLosesNearlyNothing() {
        Link link = new Link(CongestionAlgorithm.bbr, 1, link(0, 0));
        assertThat(link.count(Counter.RetransSegs)).isLessThan(100);
    }

    /** Mathis et al. 1997: 1.22 segments times sqrt(1/p) in a round trip for Reno; BBR does not mind. */
    @ParameterizedTest
    @CsvSource({"reno, 0.2, 0.55", "cubic, 0.2, 0.8", "bbr, 0.85, 1.0"})
    void onePercentOfLossSlowsWhoBelievesInIt(CongestionAlgorithm algorithm, double least, double most) {
        Link link = new Link(algorithm, 1, link(0.01, 0));
        assertThat(link.total()).isBetween(least, most);
    }

    @ParameterizedTest
    @EnumSource
    void twoConnectionsShareTheLink(CongestionAlgorithm algorithm) {
        Link link = new Link(algorithm, 2, link(0, 0));
        assertThat(link.total()).isBetween(0.9, 1.0);
        assertThat(link.share(0)).isBetween(0.25, 0.75);
        assertThat(link.share(1)).isBetween(0.25, 0.75);
    }

    /** 250,000 octets of data a second are a tenth of the link. */
    @ParameterizedTest
    @EnumSource
    void noneIsFasterThanItMayBe(CongestionAlgorithm algorithm) {
        Link link = new Link(algorithm, 1, link(0, 0), 250_000);
        assertThat(link.total()).isBetween(0.09, 0.106);
    }

    /** A mark is worth a loss, and nothing has to be sent again. */
    @ParameterizedTest
    @CsvSource({"reno, 0.2, 0.6", "cubic, 0.2, 0.85"})
    void marksSlowItDownWithoutALoss(CongestionAlgorithm algorithm, double least, double most) {
        Link link = new Link(algorithm, 1, link(0, 0.01));
        assertThat(link.total()).isBetween(least, most);
        assertThat(link.count(Counter.RetransSegs)).isLessThan(5);
        assertThat(link.count(Counter.TCPDeliveredCE)).isPositive();
    }
}

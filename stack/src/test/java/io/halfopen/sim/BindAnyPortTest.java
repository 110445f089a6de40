package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** bind() without a port, beside connections that come, end and wait: it has one exactly if there is one. */
class BindAnyPortTest {
    private static final int LOW = 50000;
    private static final int HIGH = 50007;
    private static final IpAddress FIRST = IpAddress.parse("10.0.0.1");
    private static final IpAddress SECOND = IpAddress.parse("10.0.0.2");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.9");

    private final World world = new World(1);
    private final Host clients = world.addHost("clients", "10.0.0.1", "10.0.0.2");
    private final Host server = world.addHost("server", "10.0.0.9");
    private final List<Integer> open = new ArrayList<>();
    private final Set<Integer> bound = new TreeSet<>();
    private int found;
    private int refused;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void findsOneIfThereIsOne(int seed) {
        RandomGenerator random = new SplittableRandom(seed);
        clients.stack().sysctls().set(Sysctl.ip_local_port_range, LOW, HIGH);
        server.serve(80, 100);
        server.serve(81, 100);
        for (int i = 0; i < 3000; i++) {
            switch (random.nextInt(4)) {
                case 0 -> connect(socket(random), random);
                case 1 -> bind(random);
                case 2 -> close(random);
                default -> world.run(Duration.ofMillis(random.nextInt(20_000)));
            }
        }
        assertThat(found).isGreaterThan(30);
        assertThat(refused).isGreaterThan(30);
    }

    private int socket(RandomGenerator random) {
        int fd = clients.socket(Stack.AF_INET);
        clients.setsockopt(fd, SocketOption.SO_REUSEADDR, random.nextInt(2));
        open.add(fd);
        return fd;
    }

    private void connect(int fd, RandomGenerator random) {
        assertThat(clients.connect(fd, SERVER, 80 + random.nextInt(3)))
                .isIn(-Errno.EINPROGRESS, -Errno.EADDRNOTAVAIL, 0);
    }

    private void bind(RandomGenerator random) {
        IpAddress address = List.of(FIRST, SECOND, IpAddress.ANY_V4).get(random.nextInt(3));
        List<SocketRow> rows = new ArrayList<>(clients.stack().snapshot());
        bound.forEach(fd -> rows.add(clients.stack().row(fd)));
        Set<Integer> taken = new TreeSet<>();
        for (SocketRow row : rows) {
            if (overlap(row.localAddress(), address)) {
                taken.add(row.localPort());
            }
        }
        taken.removeIf(port -> port < LOW || port > HIGH);
        int fd = socket(random);
        if (clients.bind(fd, address, 0) == 0) {
            found++;
            bound.add(fd);
            assertThat(taken).doesNotContain(clients.stack().row(fd).localPort());
            if (random.nextBoolean()) {
                connect(fd, random);
            }
        } else {
            refused++;
            assertThat(taken).hasSize(HIGH - LOW + 1);
        }
    }

    private static boolean overlap(IpAddress one, IpAddress other) {
        return one.isAny() || other.isAny() || one.equals(other);
    }

    private void close(RandomGenerator random) {
        if (!open.isEmpty()) {
            int fd = open.remove(random.nextInt(open.size()));
            bound.remove(fd);
            clients.close(fd);
        }
    }
}

package io.halfopen.tcp.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who is asked by address is refused just when somebody would be found who looks at all. */
class PortUseTest {
    private final SplittableRandom random = new SplittableRandom(1);
    private final PortUse port = new PortUse(80);
    private final List<Socket> all = new ArrayList<>();

    @Test
    void refusesWhomOneOfAllRefuses() {
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            Socket candidate = socket();
            boolean mayShare = random.nextBoolean();
            boolean conflict = all.stream()
                    .anyMatch(other -> !(mayShare && shares(other, candidate)) && other.overlaps(candidate));
            assertThat(port.conflictsWith(candidate, mayShare)).isEqualTo(conflict);
            refused += conflict ? 1 : 0;
            change(candidate);
        }
        assertThat(refused).isBetween(10_000, 90_000);
    }

    @Test
    void nobodyIsInHisOwnWay() {
        Socket socket = socket();
        port.bind(socket);
        assertThat(port.conflictsWith(socket, false)).isFalse();
        port.unbind(socket);
        assertThat(port.isBound()).isFalse();
    }

    /** Up to two hundred, of which sometimes one or two have a wildcard. */
    private void change(Socket socket) {
        if (all.size() < 200 && random.nextInt(3) > 0) {
            all.add(socket);
            port.bind(socket);
        } else if (!all.isEmpty()) {
            port.unbind(all.remove(random.nextInt(all.size())));
        }
        assertThat(port.isBound()).isNotEqualTo(all.isEmpty());
    }

    private Socket socket() {
        Socket socket = new Socket();
        boolean wildcard = random.nextInt(300) == 0;
        IpAddress address = wildcard ? IpAddress.ANY_V4 : IpAddress.ofIpv4(0x0a00_0000 + random.nextInt(400));
        socket.local = address;
        if (random.nextInt(4) == 0) {
            socket.change().reuseAddress = true;
        }
        return socket;
    }

    private static boolean shares(Socket other, Socket candidate) {
        return other.options.reuseAddress && candidate.options.reuseAddress;
    }
}

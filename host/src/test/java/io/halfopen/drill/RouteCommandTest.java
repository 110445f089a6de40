package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.RouteMetrics;
import io.halfopen.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteCommandTest {
    private static @Nullable RouteCommand parse(String command) {
        return RouteCommand.parse(List.of(command.split(" ")));
    }

    private static RouteCommand of(String network, int bits, int mtu, boolean locked, int advmss, int initcwnd) {
        return new RouteCommand(IpAddress.parse(network), bits, new RouteMetrics(mtu, locked, advmss, initcwnd));
    }

    @Test
    void understandsMetricsAndTheWay() {
        assertThat(parse("ip route change 192.0.2.1 via 192.168.0.2 dev tun0 advmss 600 mtu lock 640 initcwnd 11"))
                .isEqualTo(of("192.0.2.1", 32, 640, true, 600, 11));
        assertThat(parse("ip -6 route replace 2001:DB8::/48 dev tun0 mtu 1400"))
                .isEqualTo(of("2001:db8::", 48, 1400, false, 0, 0));
        assertThat(parse("ip route add default initcwnd 3")).isEqualTo(of("0.0.0.0", 0, 0, false, 0, 3));
        assertThat(parse("ip route change default via fd00::2 initcwnd 3")).isEqualTo(of("::", 0, 0, false, 0, 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip",
                "ip route",
                "ip route add",
                "ip route show 10.0.0.0",
                "ip route del 10.0.0.0/8",
                "ip rule add 10.0.0.0/8",
                "ip route change 10.0.0.0/33",
                "ip route change 10.0.0.0/-1",
                "ip route change somewhere",
                "ip route change 10.0.0.0/8 dev eth0",
                "ip route change 10.0.0.0/8 via",
                "ip route change 10.0.0.0/8 mtu",
                "ip route change 10.0.0.0/8 mtu lock",
                "ip route change 10.0.0.0/8 mtu 67",
                "ip route change 10.0.0.0/8 mtu many",
                "ip route change 10.0.0.0/8 rto_min 10ms",
            })
    void isNullForAllElse(String command) {
        assertThat(parse(command)).isNull();
    }
}

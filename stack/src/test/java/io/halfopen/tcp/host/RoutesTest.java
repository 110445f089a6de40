package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.RouteMetrics;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {
    private final Routes routes = new Routes();

    private void set(String network, int bits, int initcwnd) {
        routes.set(IpAddress.parse(network), bits, new RouteMetrics(0, false, 0, initcwnd));
    }

    private int to(String address) {
        IpAddress parsed = IpAddress.parse(address);
        return routes.to(parsed.high(), parsed.low()).initcwnd();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 32",
        "10.1.2.4, 24",
        "10.1.3.4, 8",
        "11.1.2.3, 1",
        "2001:db8::1, 128",
        "2001:db8::2, 64",
        "2001:db8:0:1::2, 48",
        "2001:db9::1, 2",
        "::1, 2",
    })
    void theSmallestNetworkCounts(String address, int initcwnd) {
        set("0.0.0.0", 0, 1);
        set("10.1.2.3", 32, 32);
        set("10.0.0.0", 8, 8);
        set("10.1.2.0", 24, 24);
        set("2001:db8::", 48, 48);
        set("::", 0, 2);
        set("2001:db8::1", 128, 128);
        set("2001:db8::", 64, 64);
        assertThat(to(address)).isEqualTo(initcwnd);
    }

    @Test
    void theSameNetworkAgainIsAnotherRoute() {
        char before = routes.version();
        set("10.0.0.0", 8, 8);
        set("10.0.0.0", 16, 16);
        set("10.0.0.0", 8, 9);
        assertThat(to("10.1.0.1")).isEqualTo(9);
        assertThat(to("10.0.0.1")).isEqualTo(16);
        assertThat(routes.version()).isNotEqualTo(before);
    }

    @Test
    void whereThereIsNoneAllIsUsual() {
        set("10.0.0.0", 8, 8);
        assertThat(to("11.0.0.1")).isZero();
        assertThat(to("2001:db8::1")).isZero();
    }
}

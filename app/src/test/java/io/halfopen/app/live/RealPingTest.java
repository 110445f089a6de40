package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code halfopen serve} and ping(8). */
@Timeout(120)
class RealPingTest {
    @ParameterizedTest
    @CsvSource({"10.9.0.2, 24, -4", "fd00:9::2, 64, -6"})
    void pingIsAnsweredWholeAndInPieces(String address, String prefix, String version) throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ping")) {
            RealProcess serve = Halfopen.serve(namespace, "--address", address + "/" + prefix);
            for (String length : new String[] {"56", "1472", "4000", "60000"}) {
                assertThat(namespace.run("ping", version, "-n", "-c", "2", "-i", "0.2", "-s", length, address))
                        .contains("2 received, 0% packet loss");
            }
            serve.interrupt();
            assertThat(serve.err()).isEmpty();
        }
    }
}

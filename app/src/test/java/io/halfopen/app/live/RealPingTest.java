package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code halfopen serve} and ping(8), whole and in pieces; and this kernel, which wants a protocol that is not here. */
@Timeout(120)
class RealPingTest {
    @Test
    void pingIsAnsweredOverBothVersionsWholeAndInPieces() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ping")) {
            RealProcess serve = Halfopen.serve(namespace, "--address", "10.9.0.2/24", "--address", "fd00:9::2/64");
            for (String length : new String[] {"56", "1472", "4000", "60000"}) {
                assertThat(namespace.run("ping", "-n", "-c", "2", "-i", "0.2", "-s", length, "10.9.0.2"))
                        .contains("2 received, 0% packet loss");
                assertThat(namespace.run("ping", "-n", "-6", "-c", "2", "-i", "0.2", "-s", length, "fd00:9::2"))
                        .contains("2 received, 0% packet loss");
            }
            serve.interrupt();
            assertThat(serve.err()).isEmpty();
        }
    }
}

package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many connections that say nothing for longer than it takes to be put to sleep, as {@code bench/idle} has a million of them. */
@Timeout(300)
class RealIdleTest {
    private static final int COUNT = 3000;
    private static final int ASLEEP_MILLIS = 12_000;

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void idleConnectionsAreAnsweredInAnyOrder(String queues) throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ss")) {
            RealProcess serve = Halfopen.serve(
                    namespace, "--quiet", "--keep-alive", "--workers", String.valueOf(COUNT), "--queues", queues);
            List<String> command = new ArrayList<>(Halfopen.java(IdleClients.class.getName()));
            command.addAll(List.of(String.valueOf(COUNT), "10.9.0.2", "8088", "10.9.0.1"));
            RealProcess clients = namespace.start(command.toArray(String[]::new));
            clients.awaitOut("opened " + COUNT + " in ");
            Thread.sleep(ASLEEP_MILLIS);
            clients.write("1000\n");
            clients.awaitOut("answered 1000, us: ");
            clients.closeInput();
            assertThat(clients.exitCode()).isZero();
            namespace.awaitAllClosed();
            serve.interrupt();
            assertThat(serve.out()).contains("accepted      " + COUNT).contains("left          0 connections, ");
        }
    }
}

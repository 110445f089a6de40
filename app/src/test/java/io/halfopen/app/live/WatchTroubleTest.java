package io.halfopen.app.live;

import static io.halfopen.app.live.WatchedListeners.awaitReport;
import static io.halfopen.app.live.WatchedListeners.tell;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What goes away while {@code watch} looks on: an interface, or the room for what it records. */
class WatchTroubleTest {
    private static final String PORT = "8005";

    private static RealProcess listener(NetNamespace namespace) throws Exception {
        RealProcess listeners = WatchedListeners.start(namespace);
        tell(listeners, "listen " + PORT + " 128");
        return listeners;
    }

    private static RealProcess watch(NetNamespace namespace, String... more) throws Exception {
        List<String> command = new ArrayList<>(Halfopen.command("watch", "--json", "--netns", namespace.pid()));
        command.addAll(List.of(more));
        RealProcess watch = RealProcess.start(command);
        awaitReport(watch);
        return watch;
    }

    @Test
    void anInterfaceThatIsTakenAwayIsNoReasonToStop() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ip", "nstat", "ss")) {
            namespace.run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1");
            namespace.run("ip", "addr", "add", "10.77.0.1/24", "dev", "v0");
            namespace.run("ip", "link", "set", "v0", "up");
            RealProcess listeners = listener(namespace);
            RealProcess watch = watch(namespace);
            tell(listeners, "connect " + PORT + " 5");
            namespace.run("ip", "link", "del", "v0");
            tell(listeners, "connect " + PORT + " 7");
            tell(listeners, "accept " + PORT + " 12");
            watch.interrupt();
            assertThat(watch.err()).isEmpty();
            JsonNode last = JsonMapper.builder()
                    .build()
                    .readTree(watch.out()
                            .strip()
                            .lines()
                            .reduce((first, second) -> second)
                            .orElseThrow());
            assertThat(last.get("capture").asBoolean()).isTrue();
            assertThat(last.get("listeners").get(0).get("handshakes").asLong()).isEqualTo(12);
            assertThat(last.get("lost").asLong()).isZero();
        }
    }

    @Test
    void aDiskThatIsFullIsOneLine() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ip", "nstat", "ss")) {
            RealProcess listeners = listener(namespace);
            RealProcess watch = watch(namespace, "--record", "/dev/full");
            tell(listeners, "connect " + PORT + " 60");
            assertThat(watch.exitCode()).isEqualTo(1);
            assertThat(watch.err().lines()).hasSize(1);
            assertThat(watch.err()).contains("cannot write /dev/full: ").contains("No space left on device");
        }
    }
}

package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code lab --on kernel} as a process: without the right to it, and ended by Ctrl-C. */
class KernelLabTest {
    private static final int INTERRUPTED = 130;

    @Test
    void noRightIsOneLineAndCode2() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("setpriv")) {
            List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
            command.addAll(Halfopen.command("lab", "--on", "kernel"));
            RealProcess lab = namespace.start(command.toArray(String[]::new));

            assertThat(lab.exitCode()).isEqualTo(2);
            assertThat(lab.out()).isEmpty();
            assertThat(lab.err())
                    .isEqualTo("halfopen lab: no permission to make a network namespace: be root, or run it in"
                            + " 'unshare -r' (halfopen lab --help)\n");
        }
    }

    @Test
    void afterCtrlCNothingIsLeft() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess lab = Halfopen.start(
                    namespace, "lab", "--on", "kernel", "--rtt", "1s", "--accept-after", "never", "--for", "1m");
            Set<Path> inside = new HashSet<>();
            // Its own, and one for each kernel of the run; those of the warm-up come and go.
            while (inside.size() < 3) {
                inside = namespaces(lab.pid());
                assertThat(lab.isAlive()).isTrue();
                Thread.sleep(20);
            }

            lab.interrupt();

            assertThat(lab.exitCode()).isEqualTo(INTERRUPTED);
            assertThat(lab.err()).isEmpty();
            assertThat(namespace.run("ip", "-o", "link").lines()).hasSize(1);
            assertThat(namespace.processes()).isEmpty();
        }
    }

    private static Set<Path> namespaces(long pid) throws IOException {
        Set<Path> found = new HashSet<>();
        try (var threads = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
            for (Path thread : threads.toList()) {
                found.add(namespace(thread));
            }
        }
        return found;
    }

    private static Path namespace(Path thread) {
        try {
            return Files.readSymbolicLink(thread.resolve("ns/net"));
        } catch (IOException gone) {
            return Path.of("");
        }
    }
}

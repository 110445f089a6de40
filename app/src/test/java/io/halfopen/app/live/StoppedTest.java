package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is stopped before the end says how far it got. */
class StoppedTest {
    private static final int SIGINT_EXIT = 128 + 2;

    @Test
    void simulateSaysHowFarItGot() throws Exception {
        // A shell's background jobs ignore SIGINT, and their children with them: Maven's JVM may be one.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(Halfopen.command("simulate", "--count", "1000000000", "--seed", "7"));
        Process process = new ProcessBuilder(command).start();
        RealProcess simulate = new RealProcess(process);
        assertThat(process.waitFor(4, TimeUnit.SECONDS)).isFalse();
        simulate.interrupt();
        assertThat(simulate.exitCode()).isEqualTo(SIGINT_EXIT);
        assertThat(simulate.err())
                .matches(
                        "stopped after \\d+ of 1000000000 seeds, of which 0 failed; --seed \\d+ --count \\d+ goes on\n");
    }
}

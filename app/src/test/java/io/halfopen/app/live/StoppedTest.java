package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who is stopped before the end says how far it got. */
class StoppedTest {
    private static final int SIGINT_EXIT = 128 + 2;

    @Test
    void simulateSaysHowFarItGot() throws Exception {
        RealProcess simulate = RealProcess.start(Halfopen.command("simulate", "--count", "1000000000", "--seed", "7"));
        Thread.sleep(4000);
        assertThat(simulate.isAlive()).isTrue();
        simulate.interrupt();
        assertThat(simulate.exitCode()).isEqualTo(SIGINT_EXIT);
        assertThat(simulate.err())
                .matches(
                        "stopped after \\d+ of 1000000000 seeds, of which 0 failed; --seed \\d+ --count \\d+ goes on\n");
    }
}

package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfopen.linux.Counter;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formulas against values worked out by hand, and the stack against the formulas. */
class QueueFormulasTest {
    /** Erlang's loss formula for one server, and the uniform distribution where load is 1. */
    @Test
    void servicesThatAreDrawn() {
        assertThat(QueueFormulas.fullIfDrawn(0.5, 1)).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(QueueFormulas.fullIfDrawn(1, 4)).isCloseTo(0.2, within(1e-12));
        assertThat(QueueFormulas.fullIfDrawn(2, 2)).isCloseTo(4.0 / 7, within(1e-12));
    }

    /**
     * With one place nobody can wait, and how long services take does not matter but on average: load by 1 + load. With
     * two the chance that nobody comes during a service, exp(-load), says how often it is followed by a pause.
     */
    @Test
    void servicesThatAllTakeAsLong() {
        assertThat(QueueFormulas.fullIfConstant(0.5, 1)).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(QueueFormulas.fullIfConstant(1, 2)).isCloseTo(1 - 1 / (Math.exp(-1) + 1), within(1e-12));
        assertThat(QueueFormulas.fullIfConstant(0.8, 60)).isLessThan(1e-9);
    }

    /** Clients who give up before their SYN is repeated are the lost customers of the theory. */
    @ParameterizedTest
    @CsvSource({"200, 1", "250, 2", "400, 5"})
    void theStackLosesAsManyAsTheTheorySays(int arrivals, int backlog) {
        long lost = 0;
        long all = 0;
        for (int seed = 1; seed <= 16; seed++) {
            Scenario.Edit edit = Scenario.defaults().edit();
            edit.backlog = backlog;
            edit.clients = 3000;
            edit.every = 1_000_000_000L / arrivals;
            edit.seed = seed;
            edit.clientPlan = edit.clientPlan.withPoisson(true).withConnectTimeout(500_000_000L);
            edit.serverPlan = edit.serverPlan.withAcceptRate(200);
            Experiment experiment = new Experiment(edit.done());
            experiment.recorder().beBrief(false, false);
            experiment.run(time -> {});
            lost += experiment.counter(Counter.ListenOverflows);
            all += 3000;
        }
        // the queue holds one more than the backlog, and whoever was accepted last is being served
        double theory = QueueFormulas.fullIfConstant(arrivals / 200.0, backlog + 2);
        assertThat((double) lost / all).isCloseTo(theory, Percentage.withPercentage(2));
    }
}

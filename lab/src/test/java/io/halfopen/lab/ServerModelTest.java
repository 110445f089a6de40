package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Sysctl;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Servers and clients as people run them, and what comes out first. */
final class ServerModelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    @Test
    void anAcceptRateIsKept() {
        Outcome outcome = run(s -> {
            s.clients = 100;
            s.serverPlan = s.serverPlan.withAcceptRate(50);
        });
        assertThat(outcome.atOnce()).isEqualTo(100);
        assertThat(outcome.accept().most()).isEqualTo(99 * 20 * MILLISECOND);
    }

    @Test
    void duringAPauseTheKernelConnectsAndNobodyAccepts() {
        Outcome outcome = run(s -> {
            s.backlog = 3;
            s.clients = 5;
            s.start = SECOND;
            s.serverPlan = s.serverPlan.withPause(SECOND / 2, 2 * SECOND);
        });
        assertThat(outcome.atOnce()).isEqualTo(4);
        assertThat(outcome.later()).containsOnlyKeys(2L);
        assertThat(outcome.accept().sorted()[0]).isEqualTo(3 * SECOND / 2);
    }

    /** The first two occupy the worker's pool; the third waits in the server, not in the queue. */
    @Test
    void anAcceptorAcceptsWhileItsWorkersAreBusy() {
        Outcome outcome = run(s -> {
            s.clients = 3;
            s.service = SECOND;
            s.serverPlan = s.serverPlan.withAcceptor(true);
        });
        assertThat(outcome.accept().most()).isZero();
    }

    @Test
    void anAcceptorStopsAtItsMostConnections() {
        Outcome outcome = run(s -> {
            s.clients = 3;
            s.service = SECOND;
            s.workers = 3;
            s.serverPlan = s.serverPlan.withMaxConnections(2);
        });
        assertThat(outcome.accept().most()).isEqualTo(SECOND);
    }

    @Test
    void aClientThatDoesNotWaitGivesUpAndTriesAgain() {
        Outcome outcome = run(s -> {
            s.backlog = 0;
            s.clients = 2;
            s.acceptAfter = Scenario.NEVER;
            s.clientPlan =
                    s.clientPlan.withConnectTimeout(SECOND / 2).withRetries(2).withRetryAfter(SECOND);
        });
        assertThat(outcome.atOnce()).isEqualTo(1);
        assertThat(outcome.failed())
                .containsOnlyKeys(LabClient.TIMEOUT)
                .extractingByKey(LabClient.TIMEOUT)
                .isEqualTo(new Outcome.Failures(1, 7 * SECOND / 2, 7 * SECOND / 2));
        assertThat(outcome.unaccepted()).isEqualTo(1);
    }

    @Test
    void burstsComeTogether() {
        Scenario.Edit edit = Scenario.defaults().edit();
        edit.clients = 6;
        edit.every = SECOND;
        edit.clientPlan = edit.clientPlan.withBurst(3);
        Experiment experiment = new Experiment(edit.done());
        experiment.run(time -> {});
        assertThat(experiment.clients().all())
                .extracting(LabClient::calledAt)
                .containsExactly(0L, 0L, 0L, SECOND, SECOND, SECOND);
    }

    /** A port comes again while the client before it is in the table: each has sent one SYN all the same. */
    @Test
    void aSynIsBookedToWhoeverHasThePort() {
        Scenario.Edit edit = Scenario.defaults().edit();
        edit.clients = 300;
        edit.every = 10 * MILLISECOND;
        edit.hold = 1000;
        edit.workers = 50;
        edit.rtt = MILLISECOND;
        edit.sysctls.put(Sysctl.ip_local_port_range, new int[] {40000, 40199});
        edit.sysctls.put(Sysctl.tcp_tw_reuse, new int[] {1});
        edit.duration = 6 * SECOND;
        Experiment experiment = new Experiment(edit.done());
        experiment.run(time -> {});
        assertThat(experiment.report().clients()).allMatch(client -> client.synSent() == 1);
    }

    @Test
    void moreClientsThanAnAddressHasPortsAllConnect() {
        Outcome outcome = run(s -> {
            s.clients = 40_000;
            s.every = 10_000;
            s.rtt = MILLISECOND;
        });
        assertThat(outcome.connected()).isEqualTo(40_000);
    }

    private static Outcome run(Consumer<Scenario.Edit> changes) {
        Scenario.Edit edit = Scenario.defaults().edit();
        changes.accept(edit);
        Experiment experiment = new Experiment(edit.done());
        experiment.recorder().beBrief(false, false);
        experiment.run(time -> {});
        return Outcome.of(experiment.clients().all(), edit.rtt);
    }
}

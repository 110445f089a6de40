package io.halfopen.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.LabReport;
import io.halfopen.lab.Recorder;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The lab's experiments on this machine's own kernel: what it does is what it does, but the reasons that are found out
 * from its counters are those that 6.18 was measured to have.
 */
final class KernelRunTest {
    private static final long MILLISECOND = 1_000_000L;

    /** So late, in all, that programs have come in another order, or counters been read too seldom to tell of which packet they tell. */
    private static final long LATE = 20 * MILLISECOND;

    private static final int TRIES = 20;

    @BeforeAll
    static void thereIsAKernel() throws IOException {
        LiveKernel.require();
        KernelRun.warmUp(true);
    }

    @Test
    void aSynThatFindsTheAcceptQueueFullIsToldWithItsRule() throws IOException {
        KernelRun run = run(s -> {
            s.backlog = 1;
            s.clients = 4;
            s.acceptAfter = Scenario.NEVER;
            s.duration = 200 * MILLISECOND;
        });

        LabReport report = run.report();
        assertThat(report.on()).isEqualTo("kernel");
        assertThat(report.kernel())
                .isEqualTo(
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        assertThat(report.listener()).isEqualTo(new LabReport.Listener(1, 1, 2, 2, 0, 1));
        assertThat(report.clients())
                .extracting(LabReport.Client::connect)
                .containsExactly("OK", "OK", "PENDING", "PENDING");
        assertThat(report.clients())
                .extracting(LabReport.Client::state)
                .endsWith("ESTABLISHED", "SYN_SENT", "SYN_SENT");
        assertThat(report.drops()).containsExactly(Map.entry("ACCEPT_QUEUE_FULL", 2L));
        assertThat(report.counters()).containsEntry("ListenOverflows", 2L);
        assertThat(told(run)).containsExactly(Rule.ACCEPT_QUEUE_FULL, Rule.ACCEPT_QUEUE_FULL);
    }

    @Test
    void aSynThatFindsTheSynQueueFullIsToldWithItsRule() throws IOException {
        KernelRun run = run(s -> {
            s.backlog = 0;
            s.clients = 3;
            s.rtt = 50 * MILLISECOND;
            s.sysctls.put(Sysctl.tcp_syncookies, new int[] {0});
            s.duration = 200 * MILLISECOND;
        });

        assertThat(told(run)).containsExactly(Rule.SYN_QUEUE_FULL, Rule.SYN_QUEUE_FULL);
        assertThat(run.report().accepted()).isOne();
    }

    /** The third's SYN comes when one is queued, its ACK when two are. */
    @Test
    void aFinalAckThatIsIgnoredIsToldWithItsRule() throws IOException {
        KernelRun run = run(s -> thirdComesLate(s, 0));

        assertThat(told(run)).startsWith(Rule.FINAL_ACK_IGNORED).doesNotContain(Rule.FINAL_ACK_RESET);
        assertThat(run.report().clients()).allMatch(client -> client.connect().equals("OK"));
        assertThat(run.report().listener().synQueue()).isOne();
    }

    @Test
    void aFinalAckThatIsResetIsToldWithItsRule() throws IOException {
        KernelRun run = run(s -> thirdComesLate(s, 1));

        assertThat(told(run)).containsExactly(Rule.FINAL_ACK_RESET);
        assertThat(run.report().clients().get(2).outcome()).isEqualTo("ECONNRESET");
    }

    private static void thirdComesLate(Scenario.Edit s, int abortOnOverflow) {
        s.backlog = 1;
        s.clients = 3;
        s.rtt = 200 * MILLISECOND;
        s.every = 130 * MILLISECOND;
        s.acceptAfter = Scenario.NEVER;
        s.sysctls.put(Sysctl.tcp_abort_on_overflow, new int[] {abortOnOverflow});
        s.duration = 800 * MILLISECOND;
    }

    /** With a backlog of 1 two are half-open, so the third and the fourth get cookies, for which there is no room. */
    @Test
    void aCookieThatIsIgnoredIsToldWithItsRule() throws IOException {
        KernelRun run = run(s -> {
            s.backlog = 1;
            s.clients = 4;
            s.rtt = 50 * MILLISECOND;
            s.acceptAfter = Scenario.NEVER;
            s.duration = 200 * MILLISECOND;
        });

        assertThat(told(run)).containsExactly(Rule.COOKIE_ACK_IGNORED, Rule.COOKIE_ACK_IGNORED);
        assertThat(run.report().clients()).allMatch(client -> client.connect().equals("OK"));
    }

    @Test
    void aSynAckThatComesAgainAndAHalfOpenThatIsForgottenAreTold() throws IOException {
        KernelRun run = run(s -> {
            thirdComesLate(s, 0);
            s.sysctls.put(Sysctl.tcp_synack_retries, new int[] {0});
            s.duration = 1800 * MILLISECOND;
        });

        assertThat(told(run)).contains(Rule.HALF_OPEN_EXPIRED).doesNotContain(Rule.SYN_ACK_RETRANSMITTED);
        assertThat(run.report().listener().synQueue()).isZero();
    }

    @Test
    void itEndsWhenNothingMoreCanHappen() throws IOException {
        KernelRun run = run(s -> {
            s.clients = 3;
            s.send = 10;
            s.answer = List.of(20);
        });

        assertThat(run.report().clients()).allMatch(client -> client.outcome().equals("OK") && client.accepted());
    }

    @Test
    void lossesAreThoseOfTheSeed() throws IOException {
        KernelRun run = run(s -> {
            s.clients = 1;
            s.rtt = 20 * MILLISECOND;
            s.loss = 1;
            s.duration = 100 * MILLISECOND;
        });

        assertThat(run.recorder().packets()).isEmpty();
        assertThat(run.report().clients().getFirst().synSent()).isOne();
    }

    @Test
    void nothingIsLeft() throws Exception {
        int before = descriptors();
        run(s -> {
            s.rtt = 20 * MILLISECOND;
            s.duration = 100 * MILLISECOND;
        });
        assertThat(descriptors()).isEqualTo(before);
        // The threads are told to end, and do, soon.
        TimeUnit.MILLISECONDS.sleep(100);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("netns");
    }

    private static int descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.toList().size();
        }
    }

    /** Again if the machine had other things to do: what happens then is another experiment. */
    private static KernelRun run(Consumer<Scenario.Edit> changes) throws IOException {
        Scenario.Edit edit = Scenario.defaults().edit();
        changes.accept(edit);
        Scenario scenario = edit.done();
        KernelRun run;
        int tries = 0;
        do {
            run = new KernelRun(scenario);
            run.run(_ -> {});
            tries++;
        } while (run.tolerance().lateness() > LATE && tries < TRIES);
        return run;
    }

    /** The rules of the timeline. */
    private static List<Rule> told(Run run) {
        List<Rule> rules = new ArrayList<>();
        for (Recorder.Moment moment : run.recorder().moments()) {
            if (moment.rule() != null) {
                rules.add(moment.rule());
            }
        }
        return rules;
    }
}

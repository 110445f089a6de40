package io.halfopen.app.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.CommandRun;
import io.halfopen.app.Style;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code halfopen simulate}. */
class SimulateTest {
    private static final String SEEDS = System.getProperty("halfopen.seeds", "300");
    private static final String SEED = System.getProperty("halfopen.seed", "1");

    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "simulate-report.txt");

    @Test
    void threeHundredSeedsHold() {
        CommandRun run = CommandRun.of("simulate", "--seed", SEED, "--count", SEEDS);
        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .matches(SEEDS + " seeds, no failure: [0-9,]+ packets, [0-9,]+ lost; "
                        + "[0-9,]+ retransmissions \\([0-9,]+ fast, [0-9,]+ after a timeout, [0-9,]+ loss probes, "
                        + "[0-9,]+ of a SYN\\); [0-9,]+ connections \\([0-9,]+ closed in order, .*\\)\n");
    }

    @Test
    void aSeedRunsTheSameWayTwice() {
        for (long seed = 1; seed <= 10; seed++) {
            Simulation first = new Simulation(PlanMaker.make(seed));
            Simulation second = new Simulation(PlanMaker.make(seed));
            first.run();
            second.run();
            assertThat(first.hash()).as("seed " + seed).isEqualTo(second.hash());
            Simulation other = new Simulation(PlanMaker.make(seed + 10));
            other.run();
            assertThat(first.hash()).isNotEqualTo(other.hash());
        }
    }

    /** Not a packet differs, though every connection is put away whenever nothing happens to it. */
    @Test
    void nobodyCanTellThatConnectionsSleep() {
        int slept = 0;
        for (long seed = 505; seed <= 535; seed++) {
            Simulation awake = new Simulation(PlanMaker.make(seed)).sleepAfter(Long.MAX_VALUE);
            Simulation asleep = new Simulation(PlanMaker.make(seed)).sleepAfter(0);
            assertThat(asleep.run()).isEqualTo(awake.run());
            assertThat(asleep.hash()).as("seed " + seed).isEqualTo(awake.hash());
            slept += asleep.slept();
        }
        assertThat(slept).isGreaterThan(20);
    }

    /** A plan is made smaller until only what the fault needs is left: here, one sender of more than 100 octets. */
    @Test
    void theLeastPlanHasOnlyWhatTheFaultNeeds() {
        Plan large = PlanMaker.make(7);
        assertThat(large.dialogs()).hasSizeGreaterThan(2);
        Plan least = new Shrinker(
                        plan -> plan.dialogs().stream()
                                .anyMatch(dialog -> dialog.caller().octets() > 100),
                        1000)
                .shrink(large);
        assertThat(least.dialogs()).hasSize(1);
        assertThat(least.dialogs().getFirst().caller().octets()).isBetween(101L, 202L);
        assertThat(least.dialogs().getFirst().answerer().octets()).isZero();
        assertThat(least.troubles()).isEmpty();
        assertThat(least.cables()).allMatch(cable -> cable.there().loss() == 0);
    }

    @Test
    void aFailureIsAReportThatCanBeRepeated() throws IOException {
        Plan plan = PlanMaker.make(1);
        StringWriter text = new StringWriter();
        Report.print(
                new Chaos.Failure(
                        1,
                        "octet 17 is not what was written (connection 2)",
                        plan,
                        "octet 3 is not",
                        List.of(
                                "0.000000 IP 10.0.0.1.1 > 10.0.0.2.2: Flags [S], seq 1, win 2, length 0  CONNECT_CALLED")),
                new PrintWriter(text),
                new Style(false));
        if ("write".equals(System.getProperty("halfopen.golden"))) {
            Files.writeString(GOLDEN, text.toString());
        }
        assertThat(text.toString()).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void badInputIsOneLine() {
        assertBad("--count takes 1 or more, not 0", "--count", "0");
        assertBad("--threads takes 1 to 256, not 0", "--threads", "0");
        assertBad("--minutes takes 1 or more, not -1", "--minutes", "-1");
        assertBad("--most takes 1 or more, not 0", "--most", "0");
        assertBad("--seed: 'x' is not a whole number", "--seed", "x");
    }

    private static void assertBad(String sentence, String... options) {
        CommandRun run = CommandRun.of("simulate", options[0], options[1]);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("halfopen simulate: " + sentence + " (halfopen simulate --help)\n");
    }
}

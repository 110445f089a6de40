package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a comparison finds between two runs: here of the simulator, where it is known what they have in common. */
final class JudgementTest {
    private static final Tolerance TOLERANCE = new Tolerance(0, true);

    @ParameterizedTest
    @ValueSource(strings = {"listen-2", "listen-0", "ab-backlog-1", "unp-overflow", "defer-accept-silent"})
    void aRunDoesNotDifferFromItself(String preset) {
        assertThat(differences(run(preset, Kernel.LINUX_6_18), run(preset, Kernel.LINUX_6_18)))
                .isEmpty();
    }

    @Test
    void everyKindOfDifferenceIsNamed() {
        List<String> found =
                differences(run("ab-backlog-1", Kernel.LINUX_6_18), run("ab-backlog-1", Kernel.LINUX_3_10));

        assertThat(found)
                .contains(
                        "client 4: connect(): OK after 11.000 s on the stack, OK after 0.000 s on the kernel",
                        "client 4: SYNs: 8 on the stack, 1 on the kernel",
                        "client 4: packet > S 0:0(0) only on the stack, after 1.000 s",
                        "client 4: packet < S. 0:0(0) ack 1 only on the kernel, after 1.200 s",
                        "queues from 0.000 s to 10.000 s on the stack: SYN 0, accept 2; not so on the kernel",
                        "ListenOverflows: 7 on the stack, 11 on the kernel")
                .noneMatch(difference -> difference.startsWith("client 1: connect()"));
    }

    @Test
    void timersMayBeLateButNotMuch() {
        assertThat(TOLERANCE.allows(16_000_000_000L, 17_100_000_000L)).isTrue();
        assertThat(TOLERANCE.allows(16_000_000_000L, 17_200_000_000L)).isFalse();
        assertThat(TOLERANCE.allows(0, 50_000_000L)).isTrue();
        assertThat(TOLERANCE.allows(0, 51_000_000L)).isFalse();
        assertThat(new Tolerance(10_000_000L, true).allows(0, 51_000_000L)).isTrue();
    }

    /** A machine that is later than a retransmission timeout makes the other send again; a SYN waits a second. */
    @ParameterizedTest
    @CsvSource({"P., 0, 1", "P., 200, 0", "F., 200, 0", "S, 200, 1", "S., 200, 1", "S, 1000, 1", "S., 1000, 0"})
    void whatIsSentAgainBecauseTheProgramsWereLateIsNoDifference(String flags, long lateMillis, int differences) {
        ClientPackets.Line once = new ClientPackets.Line(0, 0, true, flags, 1, 1, 82, null);
        ClientPackets.Line other = new ClientPackets.Line(0, 0, true, flags, 83, 1, 82, null);
        Tolerance tolerance = new Tolerance(lateMillis * 1_000_000, true);

        assertThat(new PacketDiff(tolerance, 1, List.of(once), List.of(once, once)).differences())
                .hasSize(differences);
        assertThat(new PacketDiff(tolerance, 1, List.of(once, other), List.of(once)).differences())
                .as("what was not there before is one all the same")
                .hasSize(1);
    }

    /** Who was slower by far than the network should be tells what happened, but not when. */
    @Test
    void ofAHopelesslySlowMachineTimesAreNotCompared() {
        ClientPackets.Line soon = new ClientPackets.Line(0, 0, true, "P.", 1, 1, 82, null);
        ClientPackets.Line late = new ClientPackets.Line(0, 9_000_000_000L, true, "P.", 1, 1, 82, null);
        Tolerance hopeless = new Tolerance(0, false);

        assertThat(new PacketDiff(TOLERANCE, 1, List.of(soon), List.of(late)).differences())
                .hasSize(1);
        assertThat(new PacketDiff(hopeless, 1, List.of(soon), List.of(late)).differences())
                .isEmpty();
        assertThat(new PacketDiff(hopeless, 1, List.of(soon), List.of()).differences())
                .as("a packet that is not there is a difference whenever it was")
                .hasSize(1);
    }

    /** The client answers what came again, and has sent data since it first did. */
    @Test
    void anAnswerToASynAckThatCameAgainIsNoDifferenceEither() {
        ClientPackets.Line synAck = new ClientPackets.Line(0, 0, false, "S.", 0, 1, 0, null);
        ClientPackets.Line data = new ClientPackets.Line(0, 0, true, "P.", 1, 1, 82, null);
        ClientPackets.Line answer = new ClientPackets.Line(0, 0, true, ".", 83, 1, 0, null);
        Tolerance late = new Tolerance(1_000_000_000, true);

        assertThat(new PacketDiff(late, 1, List.of(synAck, data), List.of(synAck, data, synAck, answer)).differences())
                .isEmpty();
        assertThat(new PacketDiff(late, 1, List.of(synAck, data), List.of(synAck, data, answer)).differences())
                .hasSize(1);
    }

    /** Data that comes again, since its ACK was late, is answered at once; others may come between. */
    @ParameterizedTest
    @CsvSource({"199, 2", "200, 0"})
    void norIsAnAnswerToDataThatCameAgain(long lateMillis, int differences) {
        ClientPackets.Line data = new ClientPackets.Line(0, 0, true, "P.", 1, 1, 82, null);
        ClientPackets.Line end = new ClientPackets.Line(0, 0, false, "FP.", 118, 83, 13, null);
        ClientPackets.Line answer = new ClientPackets.Line(0, 0, false, ".", 132, 83, 0, null);
        ClientPackets.Line fin = new ClientPackets.Line(0, 0, true, "F.", 83, 132, 0, null);
        List<ClientPackets.Line> once = List.of(data, end, fin);
        Tolerance late = new Tolerance(lateMillis * 1_000_000, true);

        assertThat(new PacketDiff(late, 1, once, List.of(data, end, data, answer, fin)).differences())
                .hasSize(differences);
        assertThat(new PacketDiff(late, 1, once, List.of(data, end, data, fin, answer)).differences())
                .hasSize(differences);
        assertThat(new PacketDiff(late, 1, once, List.of(data, end, fin, answer)).differences())
                .as("an ACK of nothing new that nothing asked for")
                .hasSize(1);
        assertThat(new PacketDiff(late, 1, once, List.of(data, end, data, answer, answer, fin)).differences())
                .as("a second answer to what came again once")
                .hasSize(differences + 1);
    }

    /** The program's next segment acknowledges the same, unless it comes later than an ACK is delayed. */
    @ParameterizedTest
    @CsvSource({"F., 84, 0, 39, 1", "F., 84, 0, 40, 0", "P., 84, 10, 40, 0", "F., 83, 0, 40, 1", "F, 84, 0, 40, 1"})
    void anAckThatGoesAloneBecauseTheProgramsWereLateIsNoDifference(
            String flags, int seq, int length, long lateMillis, int differences) {
        ClientPackets.Line ack = new ClientPackets.Line(0, 0, true, ".", 84, 132, 0, null);
        ClientPackets.Line next = new ClientPackets.Line(0, 0, true, flags, seq, 132, length, null);
        Tolerance tolerance = new Tolerance(lateMillis * 1_000_000, true);

        assertThat(new PacketDiff(tolerance, 1, List.of(next), List.of(ack, next)).differences())
                .hasSize(differences);
        assertThat(new PacketDiff(tolerance, 1, List.of(next), List.of(next, ack)).differences())
                .as("an ACK that comes after it is one all the same")
                .hasSize(1);
    }

    /** What is over with the next accept() is seen on a kernel, or is not. */
    @Test
    void aPeakOfAMomentIsNoDifference() {
        Scenario.Edit edit = Scenario.defaults().edit();
        edit.backlog = 5;
        edit.clients = 3;
        Run fast = run(new Experiment(edit.done()));
        edit.acceptAfter = 20_000_000L;
        Run slow = run(new Experiment(edit.done()));
        edit.acceptAfter = 1_000_000_000L;
        Run later = run(new Experiment(edit.done()));

        assertThat(peak(fast)).isLessThan(peak(slow));
        assertThat(differences(fast, slow)).noneMatch(difference -> difference.startsWith("accept queue, peak"));
        assertThat(differences(slow, fast)).noneMatch(difference -> difference.startsWith("accept queue, peak"));
        assertThat(differences(fast, later))
                .contains("accept queue, peak: " + peak(fast) + " on the stack, " + peak(later) + " on the kernel");
    }

    private static int peak(Run run) {
        return run.report().listener().acceptQueuePeak();
    }

    /** Who thinks that it is connected sends again and again, sooner where round trips are shorter. */
    @Test
    void whatIsRefusedAgainBecauseTheProgramsWereLateIsNoDifference() {
        Run first = cookiesThatFindNoRoom(20_000_000L);
        Run second = cookiesThatFindNoRoom(100_000_000L);

        assertThat(first.counter(Counter.ListenOverflows)).isGreaterThan(second.counter(Counter.ListenOverflows));
        assertThat(Judgement.differences(new Tolerance(100_000_000L, true), first, second))
                .anyMatch(difference -> difference.startsWith("ListenOverflows"));
        assertThat(Judgement.differences(new Tolerance(1_000_000_000L, true), first, second))
                .isEmpty();
    }

    private static Run cookiesThatFindNoRoom(long rtt) {
        Scenario.Edit edit = Scenario.defaults().edit();
        edit.backlog = 1;
        edit.clients = 4;
        edit.rtt = rtt;
        edit.send = 18;
        edit.acceptAfter = 2_000_000_000L;
        edit.duration = 4_000_000_000L;
        return run(edit.done());
    }

    private static List<String> differences(Run first, Run second) {
        return Judgement.differences(TOLERANCE, first, second);
    }

    private static Run run(String preset, Kernel kernel) {
        Scenario.Edit edit = Presets.named(preset).orElseThrow().scenario().edit();
        edit.kernel = kernel;
        return run(edit.done());
    }

    private static Run run(Scenario scenario) {
        return run(new Experiment(scenario));
    }

    private static Run run(Experiment experiment) {
        experiment.recorder().keepLevels();
        experiment.run(time -> {});
        return experiment;
    }
}

package io.halfopen.lab;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every difference between a scenario on the stack and the same on a real kernel, one line each. */
public final class Judgement {
    /** What the listen path counts; the rest tells of data, and of what only one of the two has to do with. */
    private static final Set<Counter> COUNTERS = EnumSet.of(
            Counter.ActiveOpens,
            Counter.PassiveOpens,
            Counter.AttemptFails,
            Counter.EstabResets,
            Counter.OutRsts,
            Counter.RetransSegs,
            Counter.InErrs,
            Counter.SyncookiesSent,
            Counter.SyncookiesRecv,
            Counter.SyncookiesFailed,
            Counter.EmbryonicRsts,
            Counter.ListenOverflows,
            Counter.ListenDrops,
            Counter.TCPTimeouts,
            Counter.TCPSynRetrans,
            Counter.TCPReqQFullDrop,
            Counter.TCPReqQFullDoCookies,
            Counter.TCPDeferAcceptDrop,
            Counter.TCPAbortOnData,
            Counter.TCPAbortOnClose,
            Counter.TCPAbortOnTimeout,
            Counter.TCPChallengeACK,
            Counter.TCPSYNChallenge);

    /** What counts packets that are sent again, {@link Tolerance#allowsRepeats} or not; SYNs are counted by client, too. */
    private static final Set<Counter> REPEATS = EnumSet.of(Counter.RetransSegs, Counter.TCPTimeouts);

    /** What counts each packet that finds no room, those that are sent again, too; and which those are. */
    private static final Map<Counter, Set<Rule>> REFUSALS = Map.of(
            Counter.SyncookiesRecv, Set.of(Rule.COOKIE_ACK_IGNORED),
            Counter.ListenOverflows, Set.of(Rule.COOKIE_ACK_IGNORED, Rule.FINAL_ACK_IGNORED),
            Counter.ListenDrops, Set.of(Rule.COOKIE_ACK_IGNORED, Rule.FINAL_ACK_IGNORED));

    /** How many clients may have had more luck than the others. */
    private static final double LOTTERY = 0.2;

    /** Of a flood's SYNs: a timer comes a little before or after one of them. */
    private static final double FLOOD_SLACK = 0.01;

    private final Tolerance tolerance;
    private final Run stack;
    private final Run kernel;
    private final LabReport stackReport;
    private final LabReport kernelReport;
    private final Map<Integer, List<ClientPackets.Line>> onStack;
    private final Map<Integer, List<ClientPackets.Line>> onKernel;
    private final List<String> found = new ArrayList<>();

    private Judgement(Tolerance tolerance, Run stack, Run kernel) {
        this.tolerance = tolerance;
        this.stack = stack;
        this.kernel = kernel;
        stackReport = stack.report();
        kernelReport = kernel.report();
        onStack = ClientPackets.of(stack);
        onKernel = ClientPackets.of(kernel);
    }

    public static List<String> differences(Tolerance tolerance, Run stack, Run kernel) {
        Judgement judgement = new Judgement(tolerance, stack, kernel);
        if (judgement.isLottery()) {
            judgement.compareWinners();
        } else {
            judgement.compareClients();
            judgement.comparePackets();
            judgement.compareQueues();
        }
        judgement.compareCounters();
        return judgement.found;
    }

    /** In a flood that leaves no room, it is chance who is there when a place becomes free. */
    private boolean isLottery() {
        boolean all = Stream.concat(stackReport.clients().stream(), kernelReport.clients().stream())
                .allMatch(client -> client.connect().equals("OK"));
        return stack.scenario().flood() > 0 && !all;
    }

    private void compareWinners() {
        long ours = winners(stackReport);
        long theirs = winners(kernelReport);
        if (Math.abs(ours - theirs) > LOTTERY * stackReport.clients().size()) {
            differ("clients that connected", ours, theirs);
        }
    }

    private static long winners(LabReport report) {
        return report.clients().stream()
                .filter(client -> client.connect().equals("OK"))
                .count();
    }

    private void differ(String what, Object onStack, Object onKernel) {
        found.add(what + ": " + onStack + " on the stack, " + onKernel + " on the kernel");
    }

    private void compareClients() {
        List<LabReport.Client> ours = stackReport.clients();
        List<LabReport.Client> theirs = kernelReport.clients();
        if (ours.size() != theirs.size()) {
            differ("clients", ours.size(), theirs.size());
        }
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            compare(ours.get(i), theirs.get(i));
        }
    }

    private void compare(LabReport.Client a, LabReport.Client b) {
        String who = "client " + a.id() + ": ";
        compare(who + "connect()", a.connect(), a.connectMs(), b.connect(), b.connectMs());
        compare(who + "accepted", a.accepted(), a.acceptedMs(), b.accepted(), b.acceptedMs());
        compare(who + "outcome", a.outcome(), a.outcomeMs(), b.outcome(), b.outcomeMs());
        compare(who + "SYNs", a.synSent(), b.synSent());
        compare(who + "state", a.state(), b.state());
    }

    private void compare(String what, Object a, Object b) {
        if (!a.equals(b)) {
            differ(what, a, b);
        }
    }

    private void compare(String what, Object a, @Nullable Number aMs, Object b, @Nullable Number bMs) {
        boolean sameTime =
                aMs == null || bMs == null ? Objects.equals(aMs, bMs) : tolerance.allows(nanos(aMs), nanos(bMs));
        if (!a.equals(b) || !sameTime) {
            differ(what, a + " after " + Times.secondsOfMillis(aMs), b + " after " + Times.secondsOfMillis(bMs));
        }
    }

    private static long nanos(Number millis) {
        return (long) (millis.doubleValue() * 1e6);
    }

    private void comparePackets() {
        Set<Integer> clients = new TreeSet<>(onStack.keySet());
        clients.addAll(onKernel.keySet());
        for (int client : clients) {
            found.addAll(new PacketDiff(
                            tolerance,
                            client,
                            onStack.getOrDefault(client, List.of()),
                            onKernel.getOrDefault(client, List.of()))
                    .differences());
        }
    }

    private void compareQueues() {
        compare(
                "effective backlog",
                stackReport.listener().effectiveBacklog(),
                kernelReport.listener().effectiveBacklog());
        comparePeaks(
                stack,
                stackReport.listener().acceptQueuePeak(),
                kernel,
                kernelReport.listener().acceptQueuePeak());
        found.addAll(QueueDiff.differences(tolerance, stack, kernel));
    }

    /** A kernel keeps no peak: one that was there only for moments was seen, or was not. */
    private void comparePeaks(Run stack, int ours, Run kernel, int theirs) {
        if (ours != theirs && QueueDiff.lasts(ours > theirs ? stack : kernel, Math.max(ours, theirs))) {
            differ("accept queue, peak", ours, theirs);
        }
    }

    private void compareCounters() {
        long slack = (long) (FLOOD_SLACK * stack.flood().report().syns());
        for (Counter counter : COUNTERS) {
            if (REPEATS.contains(counter) && tolerance.allowsRepeats()) {
                continue;
            }
            long ours = stack.counter(counter) - refusedAgain(counter, onStack);
            long theirs = kernel.counter(counter) - refusedAgain(counter, onKernel);
            if (Math.abs(ours - theirs) > slack) {
                differ(counter.name(), stack.counter(counter), kernel.counter(counter));
            }
        }
    }

    /** How much a counter has of packets that were sent again, which may be more on one than on the other. */
    private long refusedAgain(Counter counter, Map<Integer, List<ClientPackets.Line>> packets) {
        Set<Rule> refusals = REFUSALS.getOrDefault(counter, Set.of());
        return tolerance.allowsRepeats() && !refusals.isEmpty()
                ? packets.values().stream()
                        .mapToLong(lines -> refusedAgain(refusals, lines))
                        .sum()
                : 0;
    }

    private static long refusedAgain(Set<Rule> refusals, List<ClientPackets.Line> lines) {
        return IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).fromClient()
                        && lines.get(i).rule() != null
                        && refusals.contains(lines.get(i).rule())
                        && ClientPackets.isRepeated(lines, i))
                .count();
    }
}

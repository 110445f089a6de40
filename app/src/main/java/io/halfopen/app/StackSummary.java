package io.halfopen.app;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Holdings;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Stack;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The sum of a run: how full a listener's queues were, and what was dropped by which rule. */
public final class StackSummary {
    private static final int LABEL = 14;

    private final PrintWriter out;
    private final Style style;

    public StackSummary(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    /** A stack, and its listener's descriptor. */
    public record Listening(Stack stack, int listener) {}

    /** Of stacks that share the work, their sum. */
    public void print(List<Listening> all) {
        Stack first = all.getFirst().stack();
        ListenQueues queues = all.stream()
                .map(each -> each.stack().queues(each.listener()))
                .reduce(StackSummary::sum)
                .orElseThrow();
        print(
                queues,
                all.size(),
                first.kernel().acceptQueueHolds(queues.effectiveBacklog()),
                rule -> all.stream()
                        .mapToLong(each -> each.stack().counted(rule))
                        .sum());
        printHeld(all.stream().map(each -> each.stack().holdings()).toList());
    }

    /** What is there, of both together; of the peaks, which were at different times, the higher one. */
    private static ListenQueues sum(ListenQueues a, ListenQueues b) {
        return new ListenQueues(
                a.backlog(),
                a.effectiveBacklog(),
                a.acceptQueue() + b.acceptQueue(),
                Math.max(a.acceptQueuePeak(), b.acceptQueuePeak()),
                a.synQueue() + b.synQueue(),
                a.young() + b.young(),
                Math.max(a.synQueuePeak(), b.synQueuePeak()));
    }

    /** Of SYNs that came too fast for the stack to see them; nothing if it has seen all. */
    public void printLost(long syns) {
        if (syns > 0) {
            out.println(
                    style.bold("lost") + "          " + syns + " SYNs that came faster than they could be answered");
        }
    }

    /** What did not get as far as the stack, or no further than its interface. */
    public void printFrames(long lost, long unreachable) {
        if (lost > 0) {
            out.println(
                    style.bold("lost") + "          " + lost + " frames that came faster than they could be taken in");
        }
        if (unreachable > 0) {
            out.println(style.bold("unreachable") + "   " + unreachable
                    + " packets to addresses outside the network: give a --gateway");
        }
    }

    private void printHeld(List<Holdings> held) {
        out.println(style.bold("left") + "          " + sum(held, Holdings::connections) + " connections, "
                + sum(held, Holdings::halfOpens) + " half-opens, " + sum(held, Holdings::timeWaits) + " TIME_WAITs, "
                + sum(held, Holdings::octets) + " octets in buffers");
    }

    private static long sum(List<Holdings> held, ToLongFunction<Holdings> what) {
        return held.stream().mapToLong(what).sum();
    }

    /**
     * The same of any listener.
     *
     * @param holds how many connections its accept queue holds
     * @param counted how often a rule has decided
     */
    public void print(ListenQueues queues, long holds, ToLongFunction<Rule> counted) {
        print(queues, 1, holds, counted);
    }

    private void print(ListenQueues queues, int listeners, long holds, ToLongFunction<Rule> counted) {
        boolean cut = queues.backlog() != queues.effectiveBacklog();
        String fullest = listeners == 1 ? "" : " at the fullest of " + listeners;
        out.println(style.bold("accept queue") + "  peak " + queues.acceptQueuePeak() + " of " + holds + fullest + ", "
                + queues.acceptQueue() + " at the end; backlog " + queues.backlog()
                + (cut ? ", cut to " + queues.effectiveBacklog() + " by somaxconn" : ""));
        out.println(style.bold("SYN queue") + "     peak " + queues.synQueuePeak() + fullest + ", " + queues.synQueue()
                + " at the end");
        boolean dropped = false;
        for (Rule rule : Rule.values()) {
            if (rule.verdict() == Rule.Verdict.DROP && !isChatter(rule) && counted.applyAsLong(rule) > 0) {
                printDrop(rule, counted.applyAsLong(rule));
                dropped = true;
            }
        }
        if (!dropped) {
            out.println(style.bold("dropped") + "       nothing");
        }
        printChatter(counted);
    }

    /** Whether it drops what a kernel says on a new interface, neighbour discovery and the like, or a flood with sources by chance. */
    public static boolean isChatter(Rule rule) {
        return rule == Rule.NOT_TCP || rule == Rule.IP_NOT_FOR_US || rule == Rule.IP_MARTIAN;
    }

    private void printChatter(ToLongFunction<Rule> counted) {
        long count = Arrays.stream(Rule.values())
                .filter(StackSummary::isChatter)
                .mapToLong(counted)
                .sum();
        if (count > 0) {
            String what =
                    "ignored       " + count + " x no TCP for this host, such as the kernel's own ICMPv6, or from an"
                            + " address that no peer can have";
            out.println(style.faint(TextWrap.hanging(what, LABEL)));
        }
    }

    private void printDrop(Rule rule, long count) {
        String counters = Arrays.stream(rule.counts()).map(Counter::name).collect(Collectors.joining(" "));
        String what = "dropped       " + count + " x " + rule.name() + "  " + rule.sentence();
        out.println(TextWrap.hanging(what, LABEL)
                .replaceFirst("^dropped", style.bold("dropped"))
                .replace(rule.name(), style.rule(rule.name())));
        String why = (counters.isEmpty() ? "" : "counts " + counters + "; ") + "decided in " + rule.where();
        TextWrap.lines(why, TextWrap.COLUMNS - LABEL)
                .forEach(line -> out.println(" ".repeat(LABEL) + style.faint(line)));
    }
}

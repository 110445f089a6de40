package io.halfopen.app.live;

import io.halfopen.app.StackSummary;
import io.halfopen.lab.RunJson;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Stack;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a server is at one moment, for the page.
 *
 * @param seconds since it began
 * @param listeners of each what bounds its queues, and their lengths
 * @param counters that are not 0
 * @param drops how often each rule has dropped a packet
 * @param latest of them the last ones, the newest first
 * @param rules of each that is named what the page has of it
 */
record LiveReport(
        long pid,
        String title,
        String kernel,
        double seconds,
        long accepted,
        List<Listener> listeners,
        Map<String, Long> counters,
        Map<String, Long> drops,
        List<LastDrops.Drop> latest,
        Map<String, List<Object>> rules) {

    /** A listener, with the port it is at. */
    record Listener(int port, Map<String, @Nullable Object> bounds, ListenQueues queues) {}

    /** On the thread that owns the stack. */
    static LiveReport of(
            Stack stack, int listener, int port, String title, long now, long accepted, List<LastDrops.Drop> latest) {
        ListenQueues queues = stack.queues(listener);
        Map<String, @Nullable Object> bounds =
                RunJson.bounds(stack.kernel(), queues.backlog(), queues.effectiveBacklog(), stack.sysctls()::get);
        Map<String, Long> drops = drops(stack);
        return new LiveReport(
                ProcessHandle.current().pid(),
                title,
                stack.kernel().title(),
                now / 1e9,
                accepted,
                List.of(new Listener(port, bounds, queues)),
                counters(stack),
                drops,
                latest,
                RunJson.rules(drops.keySet().stream().map(Rule::valueOf).toList()));
    }

    /** Of a server with several queues: what each reports for itself, as one. */
    static LiveReport sum(List<LiveReport> queues) {
        LiveReport first = queues.getFirst();
        if (queues.size() == 1) {
            return first;
        }
        Map<String, Long> drops = sum(queues, LiveReport::drops);
        return new LiveReport(
                first.pid,
                first.title,
                first.kernel,
                first.seconds,
                queues.stream().mapToLong(LiveReport::accepted).sum(),
                queues.stream().flatMap(each -> each.listeners.stream()).toList(),
                sum(queues, LiveReport::counters),
                drops,
                queues.stream()
                        .flatMap(each -> each.latest.stream())
                        .sorted(Comparator.comparingDouble(LastDrops.Drop::at).reversed())
                        .limit(LastDrops.KEPT)
                        .toList(),
                RunJson.rules(drops.keySet().stream().map(Rule::valueOf).toList()));
    }

    private static Map<String, Long> sum(List<LiveReport> queues, Function<LiveReport, Map<String, Long>> what) {
        Map<String, Long> sum = new LinkedHashMap<>();
        queues.forEach(each -> what.apply(each).forEach((name, count) -> sum.merge(name, count, Long::sum)));
        return sum;
    }

    private static Map<String, Long> counters(Stack stack) {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            if (stack.counter(counter) != 0) {
                counters.put(counter.name(), stack.counter(counter));
            }
        }
        return counters;
    }

    private static Map<String, Long> drops(Stack stack) {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (Rule rule : Rule.values()) {
            boolean told = rule.verdict() == Rule.Verdict.DROP && !StackSummary.isChatter(rule);
            if (told && stack.counted(rule) != 0) {
                drops.put(rule.name(), stack.counted(rule));
            }
        }
        return drops;
    }
}

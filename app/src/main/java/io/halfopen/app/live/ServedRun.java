package io.halfopen.app.live;

import io.halfopen.lab.Outcome;
import io.halfopen.lab.RunJson;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Stack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What a server did, in the form in which the page shows a run of the lab; docs/lab.md has the report's fields. */
record ServedRun(GuestBook book, Stack stack, int listener, int accepted, long endedAt, List<String> words) {
    /** What the page opens with. */
    String json() {
        return JsonMapper.shared().writeValueAsString(Map.of("runs", List.of(all())));
    }

    private Map<String, @Nullable Object> all() {
        ListenQueues queues = stack.queues(listener);
        LiveReport report = LiveReport.of(stack, listener, 0, "", endedAt, accepted, List.of());
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("experiment", experiment());
        all.put("server", report.listeners().getFirst().bounds());
        all.put("report", report(queues, report));
        all.put("outcome", outcome());
        all.put("clients", book.guests().stream().map(Guest::row).toList());
        all.put("levels", book.levels());
        all.put("counts", book.counts());
        all.put("moments", book.moments());
        Map<Integer, Object> packets = new LinkedHashMap<>();
        book.guests().forEach(guest -> packets.put(guest.id, guest.packets()));
        all.put("packets", packets);
        all.put("rules", rules(report));
        Map<String, String> sentences = new LinkedHashMap<>();
        report.counters()
                .keySet()
                .forEach(name -> sentences.put(name, Counter.valueOf(name).sentence()));
        all.put("counters", sentences);
        all.put("endedAt", endedAt);
        return all;
    }

    private Map<String, @Nullable Object> experiment() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        String sentence = "halfopen serve, " + book.guests().size() + " clients";
        all.put("name", "serve");
        all.put("headline", sentence);
        all.put("own", sentence);
        all.put("title", stack.kernel().title());
        all.put("how", "real clients, in real time" + (book.isComplete() ? "" : "; the beginning of it"));
        all.put("on", "serve");
        all.put("kernel", stack.kernel().version());
        all.put("settings", List.of());
        all.put("words", words);
        all.put("values", Map.of());
        all.put("rtt", 0);
        return all;
    }

    private Map<String, @Nullable Object> report(ListenQueues queues, LiveReport now) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("kernel", stack.kernel().version());
        all.put("on", "serve");
        all.put("listener", queues);
        all.put("clients", book.guests().stream().map(Guest::report).toList());
        all.put("accepted", accepted);
        all.put("counters", now.counters());
        all.put("drops", now.drops());
        all.put("endMs", endedAt / 1e6);
        return all;
    }

    private Map<String, @Nullable Object> outcome() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        Map<String, Integer> failed = new LinkedHashMap<>();
        for (Guest guest : book.guests()) {
            if (!guest.isConnected() && !guest.isWaiting()) {
                failed.merge(guest.connect(), 1, Integer::sum);
            }
        }
        all.put("clients", book.guests().size());
        all.put("atOnce", count(Guest::atOnce));
        all.put("later", count(guest -> guest.isConnected() && !guest.atOnce()));
        all.put("failed", failed);
        all.put("waiting", count(Guest::isWaiting));
        all.put("idle", 0);
        all.put("accepted", count(Guest::isAccepted));
        all.put("unaccepted", count(guest -> guest.isConnected() && !guest.isAccepted()));
        all.put("reset", 0);
        all.put("connect", times(Guest::isConnected, Guest::connectTook));
        all.put("accept", times(Guest::isAccepted, Guest::acceptTook));
        return all;
    }

    private long count(Predicate<Guest> those) {
        return book.guests().stream().filter(those).count();
    }

    private @Nullable List<Long> times(Predicate<Guest> of, ToLongFunction<Guest> time) {
        Outcome.Times times = new Outcome.Times(
                book.guests().stream().filter(of).mapToLong(time).sorted().toArray());
        return times.isEmpty() ? null : List.of(times.percentile(50), times.percentile(99), times.most());
    }

    private Map<String, List<Object>> rules(LiveReport report) {
        TreeSet<Rule> used = new TreeSet<>();
        report.drops().keySet().forEach(name -> used.add(Rule.valueOf(name)));
        for (Guest guest : book.guests()) {
            guest.packets().forEach(packet -> used.add(Rule.valueOf(String.valueOf(packet.getLast()))));
        }
        return RunJson.rules(new ArrayList<>(used));
    }
}

package io.halfopen.lab;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.ListenQueues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that a picture of a run needs, as JSON: what was asked, what came out, and everything that happened, with times in
 * nanoseconds since listen(). The page makes it where it runs the lab itself, the command line for a page to show.
 */
public final class RunJson {
    private static final int MOST_SYN_QUEUE = 1 << 24;

    private final Run run;
    private final Scenario scenario;

    private RunJson(Run run) {
        this.run = run;
        this.scenario = run.scenario();
    }

    /** Of a run that is over, and whose recorder kept levels. */
    public static String of(Run run) {
        return JsonText.of(new RunJson(run).all());
    }

    /** What is wrong with an experiment that does not run: {@code {"faults":[["backlog","takes ..."]]}}. */
    public static String faults(List<ExperimentText.Fault> faults) {
        return JsonText.of(Map.of(
                "faults",
                faults.stream()
                        .map(fault -> List.of(fault.name(), fault.sentence()))
                        .toList()));
    }

    /** What a page opens with: {@code {"settings":[["preset","listen-2"],["backlog","5"]]}}. */
    public static String settings(List<ExperimentText.Setting> settings) {
        return JsonText.of(Map.of("settings", pairs(settings)));
    }

    /** The same, and the kernels that are to be shown side by side. */
    public static String settings(List<ExperimentText.Setting> settings, List<Kernel> kernels) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("settings", pairs(settings));
        all.put("kernels", kernels.stream().map(Kernel::version).toList());
        return JsonText.of(all);
    }

    private static List<List<String>> pairs(List<ExperimentText.Setting> settings) {
        return settings.stream().map(each -> List.of(each.name(), each.value())).toList();
    }

    /** Every preset: its name, its sentence, where it comes from. */
    public static String presets() {
        return JsonText.of(Presets.all().stream()
                .map(preset -> List.of(preset.name(), preset.sentence(), preset.article()))
                .toList());
    }

    private Map<String, @Nullable Object> all() {
        LabReport report = run.report();
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("experiment", experiment());
        all.put("server", server());
        all.put("report", report(report));
        all.put("outcome", outcome());
        all.put("clients", clients());
        all.put("levels", levels());
        all.put("counts", counts());
        all.put("moments", moments());
        all.put("packets", packets());
        all.put("rules", rules());
        all.put("counters", counters());
        all.put("endedAt", run.endedAt());
        return all;
    }

    /** What was asked, and how to ask it again. */
    private Map<String, @Nullable Object> experiment() {
        List<ExperimentText.Setting> settings = ExperimentText.write(scenario);
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("name", scenario.name());
        all.put("headline", Headline.of(scenario));
        all.put("own", Headline.ofOwn(scenario));
        all.put("title", run.title());
        all.put("how", run.how());
        all.put("on", run.on());
        all.put("kernel", scenario.kernel().version());
        all.put("settings", pairs(settings));
        all.put("words", ExperimentText.words(settings));
        all.put("values", values());
        all.put("rtt", scenario.rtt());
        return all;
    }

    private Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        ExperimentText.names().forEach(name -> {
            List<String> all = ExperimentText.values(scenario, name);
            values.put(name, all.size() == 1 ? all.getFirst() : all);
        });
        return values;
    }

    private Map<String, @Nullable Object> server() {
        return bounds(scenario.kernel(), scenario.backlog(), run.queues().effectiveBacklog(), this::setting);
    }

    /**
     * What bounds the queues of a listener.
     *
     * @param backlog what listen() was called with
     * @param effective what somaxconn has made of it
     */
    public static Map<String, @Nullable Object> bounds(
            Kernel kernel, int backlog, int effective, ToIntFunction<Sysctl> setting) {
        int maxSynBacklog = setting.applyAsInt(Sysctl.tcp_max_syn_backlog);
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("backlog", backlog);
        all.put("somaxconn", setting.applyAsInt(Sysctl.somaxconn));
        all.put("effectiveBacklog", effective);
        all.put("maxSynBacklog", maxSynBacklog);
        all.put("syncookies", setting.applyAsInt(Sysctl.tcp_syncookies));
        all.put("abortOnOverflow", setting.applyAsInt(Sysctl.tcp_abort_on_overflow));
        all.put("acceptHolds", kernel.acceptQueueHolds(effective));
        all.put("synHolds", synQueueHolds(kernel, effective, maxSynBacklog));
        return all;
    }

    private int setting(Sysctl sysctl) {
        int[] set = scenario.sysctls().get(sysctl);
        return set == null ? scenario.kernel().defaultOf(sysctl)[0] : set[0];
    }

    /** How many half-opens there are before a SYN finds no room: the least number that is too many. */
    static @Nullable Integer synQueueHolds(Kernel kernel, int backlog, int maxSynBacklog) {
        int holds = 0;
        int full = MOST_SYN_QUEUE;
        while (holds < full) {
            int middle = (holds + full) >>> 1;
            if (isFull(kernel, middle, backlog, maxSynBacklog)) {
                full = middle;
            } else {
                holds = middle + 1;
            }
        }
        return holds == MOST_SYN_QUEUE ? null : (Integer) holds;
    }

    private static boolean isFull(Kernel kernel, int halfOpen, int backlog, int maxSynBacklog) {
        return kernel.synQueueIsFull(halfOpen, backlog, maxSynBacklog) || kernel.queuesAreFull(halfOpen, 0, backlog);
    }

    /** The same fields as {@code lab --json}, in the same order. */
    public static String report(Run run) {
        return JsonText.of(report(run.report()));
    }

    private static Map<String, @Nullable Object> report(LabReport report) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("kernel", report.kernel());
        all.put("on", report.on());
        all.put("seed", report.seed());
        all.put("listener", listener(report.listener()));
        all.put("clients", report.clients().stream().map(RunJson::client).toList());
        all.put("accepted", report.accepted());
        all.put("counters", report.counters());
        all.put("drops", report.drops());
        LabReport.Flood flood = report.flood();
        if (flood != null) {
            Map<String, @Nullable Object> what = new LinkedHashMap<>();
            what.put("syns", flood.syns());
            what.put("synAcks", flood.synAcks());
            what.put("fates", flood.fates());
            all.put("flood", what);
        }
        all.put("endMs", report.endMs());
        return all;
    }

    private static Map<String, @Nullable Object> listener(LabReport.Listener listener) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("backlog", listener.backlog());
        all.put("effectiveBacklog", listener.effectiveBacklog());
        all.put("acceptQueue", listener.acceptQueue());
        all.put("acceptQueuePeak", listener.acceptQueuePeak());
        all.put("synQueue", listener.synQueue());
        all.put("synQueuePeak", listener.synQueuePeak());
        return all;
    }

    private static Map<String, @Nullable Object> client(LabReport.Client client) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", client.id());
        all.put("connect", client.connect());
        all.put("connectMs", client.connectMs());
        all.put("synSent", client.synSent());
        all.put("accepted", client.accepted());
        all.put("acceptedMs", client.acceptedMs());
        all.put("outcome", client.outcome());
        all.put("outcomeMs", client.outcomeMs());
        all.put("state", client.state());
        return all;
    }

    private Map<String, @Nullable Object> outcome() {
        Outcome outcome = run.outcome();
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("clients", outcome.clients());
        all.put("atOnce", outcome.atOnce());
        all.put("later", outcome.connected() - outcome.atOnce());
        Map<String, @Nullable Object> failed = new LinkedHashMap<>();
        outcome.failed().forEach((errno, failures) -> failed.put(errno, failures.count()));
        all.put("failed", failed);
        all.put("waiting", outcome.waiting());
        all.put("idle", outcome.idle());
        all.put("accepted", outcome.accepted());
        all.put("unaccepted", outcome.unaccepted());
        all.put("reset", outcome.reset());
        all.put("connect", times(outcome.connect()));
        all.put("accept", times(outcome.accept()));
        return all;
    }

    private static @Nullable List<Long> times(Outcome.Times times) {
        return times.isEmpty() ? null : List.of(times.percentile(50), times.percentile(99), times.most());
    }

    /** Of each: when connect() was called, when it returned and what, when it was accepted, its outcome and when. */
    private List<List<@Nullable Object>> clients() {
        List<List<@Nullable Object>> all = new ArrayList<>();
        for (LabClient client : run.clients().all()) {
            List<@Nullable Object> row = new ArrayList<>();
            row.add(client.id());
            row.add(time(client.calledAt()));
            row.add(time(client.connectAt()));
            row.add(client.connectResult());
            row.add(time(client.acceptedAt()));
            row.add(client.outcome());
            row.add(time(client.outcomeAt()));
            row.add(client.synsSent());
            all.add(row);
        }
        return all;
    }

    private static @Nullable Long time(long time) {
        return time == Scenario.NEVER ? null : (Long) time;
    }

    private List<List<Long>> levels() {
        return run.recorder().levels().stream()
                .map(level -> List.of(level.time(), (long) level.acceptQueue(), (long) level.synQueue()))
                .toList();
    }

    private Map<String, List<List<Long>>> counts() {
        Map<String, List<List<Long>>> all = new LinkedHashMap<>();
        for (Recorder.Count count : run.recorder().counts()) {
            all.computeIfAbsent(count.counter().name(), unseen -> new ArrayList<>())
                    .add(List.of(count.time(), count.value()));
        }
        return all;
    }

    private List<List<@Nullable Object>> moments() {
        List<List<@Nullable Object>> all = new ArrayList<>();
        for (Recorder.Moment moment : run.recorder().moments()) {
            ListenQueues queues = moment.queues();
            List<@Nullable Object> row = new ArrayList<>();
            row.add(moment.time());
            row.add(moment.client());
            row.add(moment.what());
            row.add(name(moment.rule()));
            row.add(queues.acceptQueue());
            row.add(queues.synQueue());
            all.add(row);
        }
        return all;
    }

    private static @Nullable String name(@Nullable Rule rule) {
        return rule == null ? null : rule.name();
    }

    /** By client; of each packet: when, from the client or not (1, 0), flags, seq, ack, length, rule. */
    private Map<Integer, List<List<@Nullable Object>>> packets() {
        Map<Integer, List<List<@Nullable Object>>> all = new TreeMap<>();
        ClientPackets.of(run).forEach((client, lines) -> {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (ClientPackets.Line line : lines) {
                List<@Nullable Object> row = new ArrayList<>();
                row.add(line.at());
                row.add(line.fromClient() ? 1 : 0);
                row.add(line.flags());
                row.add(line.seq());
                row.add(line.hasAck() ? (Integer) line.ack() : null);
                row.add(line.length());
                row.add(name(line.rule()));
                rows.add(row);
            }
            all.put(client, rows);
        });
        return all;
    }

    private Map<String, List<Object>> rules() {
        Set<Rule> used = new TreeSet<>();
        run.recorder().packets().forEach(packet -> add(used, packet.rule()));
        run.recorder().moments().forEach(moment -> add(used, moment.rule()));
        run.report().drops().keySet().forEach(name -> used.add(Rule.valueOf(name)));
        return rules(used);
    }

    /** Of each rule that is named: its verdict, its sentence, where Linux takes it, what it counts. */
    public static Map<String, List<Object>> rules(Iterable<Rule> used) {
        Map<String, List<Object>> all = new LinkedHashMap<>();
        for (Rule rule : used) {
            List<String> counts = new ArrayList<>();
            for (Counter counter : rule.counts()) {
                counts.add(counter.name());
            }
            all.put(rule.name(), List.of(rule.verdict().name(), rule.sentence(), rule.where(), counts));
        }
        return all;
    }

    private static void add(Set<Rule> used, @Nullable Rule rule) {
        if (rule != null) {
            used.add(rule);
        }
    }

    /** The sentence of each that is not 0. */
    private Map<String, String> counters() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            if (run.counter(counter) != 0) {
                all.put(counter.name(), counter.sentence());
            }
        }
        return all;
    }
}

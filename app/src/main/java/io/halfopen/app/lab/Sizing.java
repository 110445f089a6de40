package io.halfopen.app.lab;

import io.halfopen.lab.Experiment;
import io.halfopen.lab.Outcome;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * The least backlog that is good enough, by trying: a burst as it comes is run on the stack, with queues that hold
 * everybody first. What they held at most is what they have to hold; less, and somebody is dropped.
 */
final class Sizing {
    /** What came of one backlog, of all runs together. Times are ns. */
    record Trial(
            int backlog,
            long clients,
            long waitedOne,
            long waitedThree,
            long failed,
            long dropped,
            long cookies,
            int acceptQueuePeak,
            int synQueuePeak,
            long connectP50,
            long connectP99,
            long acceptP99,
            long lastAccept,
            int runs,
            int held) {
        boolean holds() {
            return held == runs;
        }

        /** Nobody met a limit, so with a higher one nothing would be different. */
        boolean isUntouched() {
            return dropped == 0 && cookies == 0;
        }

        Trial with(int other) {
            return new Trial(
                    other,
                    clients,
                    waitedOne,
                    waitedThree,
                    failed,
                    dropped,
                    cookies,
                    acceptQueuePeak,
                    synQueuePeak,
                    connectP50,
                    connectP99,
                    acceptP99,
                    lastAccept,
                    runs,
                    held);
        }
    }

    private final Scenario base;
    private final SizeTarget target;
    private final int runs;
    private final LongConsumer progress;
    private final Map<Integer, Trial> trials = new TreeMap<>();

    Sizing(Scenario base, SizeTarget target, int runs, LongConsumer progress) {
        this.base = base;
        this.target = target;
        this.runs = isDecided(base) ? 1 : runs;
        this.progress = progress;
    }

    /** Whether nothing is left to chance, so that one run says it all. */
    static boolean isDecided(Scenario scenario) {
        return !scenario.clientPlan().poisson() && scenario.loss() == 0;
    }

    int runs() {
        return runs;
    }

    /** -1: none. */
    int least() {
        Trial roomy = at(Math.max(1, base.clients()));
        int peak = Math.max(roomy.acceptQueuePeak, roomy.synQueuePeak);
        // a queue holds one more than the backlog, but a SYN that comes while it is so long is dropped
        int enough = peak > 0 && at(peak - 1).holds() ? peak - 1 : peak;
        if (target.isNoDrop()) {
            return at(enough).holds() ? enough : -1;
        }
        if (!at(enough).holds()) {
            return -1;
        }
        int low = -1;
        int high = enough;
        while (high - low > 1) {
            int middle = low + high >>> 1;
            if (at(middle).holds()) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** The scenario with this backlog, and with settings of the kernel that do not stand in its way. */
    Scenario with(int backlog, long seed) {
        Scenario.Edit edit = base.edit();
        edit.backlog = backlog;
        edit.seed = seed;
        if (!base.sysctls().containsKey(Sysctl.somaxconn)) {
            edit.sysctls.put(Sysctl.somaxconn, new int[] {Math.max(backlog, 4096)});
        }
        if (!base.sysctls().containsKey(Sysctl.tcp_max_syn_backlog)) {
            edit.sysctls.put(Sysctl.tcp_max_syn_backlog, new int[] {Math.max(2048, 2 * backlog)});
        }
        return edit.done();
    }

    Trial at(int backlog) {
        Trial known = trials.get(backlog);
        if (known == null) {
            known = trials.values().stream()
                    .filter(each -> each.backlog < backlog && each.isUntouched())
                    .findFirst()
                    .map(each -> each.with(backlog))
                    .orElseGet(() -> run(backlog));
            trials.put(backlog, known);
        }
        return known;
    }

    private Trial run(int backlog) {
        List<Trial> all = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            Experiment experiment = new Experiment(with(backlog, base.seed() + i));
            experiment.recorder().beBrief(false, false);
            experiment.run(progress);
            all.add(trial(backlog, experiment));
        }
        return all.stream().reduce(Sizing::together).orElseThrow();
    }

    Trial trial(int backlog, Run run) {
        Outcome outcome = run.outcome();
        long waitedOne =
                outcome.later().values().stream().mapToLong(Integer::longValue).sum();
        long waitedThree = outcome.later().entrySet().stream()
                .filter(each -> each.getKey() >= 3)
                .mapToLong(Map.Entry::getValue)
                .sum();
        long failed = outcome.failures() + (long) outcome.waiting();
        Outcome.Times connect = outcome.connect();
        Outcome.Times accept = outcome.accept();
        long dropped = run.counter(Counter.ListenDrops);
        long cookies = run.counter(Counter.SyncookiesSent);
        long inTime = 0;
        for (long time : connect.sorted()) {
            inTime += time <= target.within() ? 1 : 0;
        }
        boolean held = target.isNoDrop()
                ? dropped == 0 && cookies == 0
                : inTime * 100.0 >= target.percent() * outcome.clients();
        return new Trial(
                backlog,
                outcome.clients(),
                waitedOne,
                waitedThree,
                failed,
                dropped,
                cookies,
                run.queues().acceptQueuePeak(),
                run.queues().synQueuePeak(),
                connect.isEmpty() ? 0 : connect.percentile(50),
                connect.isEmpty() ? 0 : connect.percentile(99),
                accept.isEmpty() ? 0 : accept.percentile(99),
                accept.isEmpty() ? 0 : accept.most(),
                1,
                held ? 1 : 0);
    }

    /** Counts add up; of times and peaks the worst run's count. */
    private static Trial together(Trial one, Trial other) {
        return new Trial(
                one.backlog,
                one.clients + other.clients,
                one.waitedOne + other.waitedOne,
                one.waitedThree + other.waitedThree,
                one.failed + other.failed,
                one.dropped + other.dropped,
                one.cookies + other.cookies,
                Math.max(one.acceptQueuePeak, other.acceptQueuePeak),
                Math.max(one.synQueuePeak, other.synQueuePeak),
                Math.max(one.connectP50, other.connectP50),
                Math.max(one.connectP99, other.connectP99),
                Math.max(one.acceptP99, other.acceptP99),
                Math.max(one.lastAccept, other.lastAccept),
                one.runs + other.runs,
                one.held + other.held);
    }
}

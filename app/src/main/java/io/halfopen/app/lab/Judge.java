package io.halfopen.app.lab;

import io.halfopen.lab.Experiment;
import io.halfopen.lab.Judgement;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Run;
import io.halfopen.lab.Tolerance;
import io.halfopen.linux.Kernel;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/** Runs a scenario on this machine's own kernel and on the stack, and compares. */
final class Judge {
    /** More than a tick of the kernel's timers. */
    private static final long SLOW = 5_000_000L;

    /**
     * How the programs of the stack run. Where two clients act at the same time it may depend on that which of them is
     * first, and all are right.
     *
     * @param pace what a program takes for what it does, ns: nothing, as in the simulator, or some time
     * @param asBegun clients begin when they did on the kernel: where there are a thousand, most are late there
     */
    private record Way(long pace, boolean asBegun) {}

    private static final List<Way> WAYS = List.of(new Way(0, false), new Way(SLOW, false), new Way(0, true));

    /** What {@code --on kernel --compare --json} prints. */
    record Verdict(List<LabReport> reports, List<String> differences) {
        /** How the programs were kept waiting; not in the JSON. */
        static Verdict of(Run stack, Run kernel, Tolerance tolerance) {
            return new Verdict(
                    List.of(stack.report(), kernel.report()), Judgement.differences(tolerance, stack, kernel));
        }
    }

    private Judge() {}

    /** The kernel runs in real time; then the stack, in whatever way of its programs agrees best. */
    static Verdict judge(KernelRun kernel, Kernel rules, LongConsumer progress) throws IOException {
        kernel.recorder().keepLevels();
        kernel.run(progress);
        Verdict best = judge(kernel, rules, WAYS.getFirst());
        for (int i = 1; i < WAYS.size() && !best.differences().isEmpty(); i++) {
            Verdict other = judge(kernel, rules, WAYS.get(i));
            best = other.differences().size() < best.differences().size() ? other : best;
        }
        return best;
    }

    private static Verdict judge(KernelRun kernel, Kernel rules, Way way) {
        Experiment stack = new Experiment(kernel.forStack(rules, way.asBegun), way.pace);
        stack.recorder().keepLevels();
        stack.run(time -> {});
        return Verdict.of(stack, kernel, kernel.tolerance());
    }
}

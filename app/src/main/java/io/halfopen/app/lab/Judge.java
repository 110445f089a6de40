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
    /**
     * What programs may take for what they do, ns: nothing, as in the simulator, or more than a tick of the kernel's timers.
     * Where two clients act at the same time it may depend on that which of them is first, and both are right.
     */
    private static final long[] PACES = {0, 5_000_000L};

    /** What {@code --on kernel --compare --json} prints. */
    record Verdict(List<LabReport> reports, List<String> differences) {
        /** How the programs were kept waiting; not in the JSON. */
        static Verdict of(Run stack, Run kernel, Tolerance tolerance) {
            return new Verdict(
                    List.of(stack.report(), kernel.report()), Judgement.differences(tolerance, stack, kernel));
        }
    }

    private Judge() {}

    /** The kernel runs in real time; then the stack, with whatever pace of programs agrees best. */
    static Verdict judge(KernelRun kernel, Kernel rules, LongConsumer progress) throws IOException {
        kernel.recorder().keepLevels();
        kernel.run(progress);
        Verdict best = judge(kernel, rules, PACES[0]);
        for (int i = 1; i < PACES.length && !best.differences().isEmpty(); i++) {
            Verdict other = judge(kernel, rules, PACES[i]);
            best = other.differences().size() < best.differences().size() ? other : best;
        }
        return best;
    }

    private static Verdict judge(KernelRun kernel, Kernel rules, long pace) {
        Experiment stack = new Experiment(kernel.forStack(rules), pace);
        stack.recorder().keepLevels();
        stack.run(time -> {});
        return Verdict.of(stack, kernel, new Tolerance(kernel.lateness()));
    }
}

package io.halfopen.link;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a step allocates once the compiler has done its work. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int STEPS = 20_000;
    private static final int MOST_ROUNDS = 100;

    private Allocation() {}

    /** A step on a link. */
    @FunctionalInterface
    interface Step {
        void run() throws LinkException;
    }

    /**
     * Octets a step, in the best of many rounds. Calls of native functions take objects that only the optimizing
     * compiler removes, and on a busy machine its code comes late: what a link itself allocates, it allocates in
     * each round.
     */
    static long perStep(Step step) throws LinkException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MOST_ROUNDS && least > 0; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int j = 0; j < STEPS; j++) {
                step.run();
            }
            least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / STEPS);
        }
        return least;
    }
}

package io.halfopen.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the queues of two runs have other lengths for longer than timers can explain. A length that lasted only while
 * packets went to and fro is none to compare: nobody sees those of a loopback from outside.
 */
final class QueueDiff {
    private static final long MOMENT = 50_000_000L;

    private QueueDiff() {}

    static List<String> differences(Tolerance tolerance, Run stack, Run kernel) {
        List<String> found = new ArrayList<>();
        compare(tolerance, "stack", stack, "kernel", kernel, found);
        compare(tolerance, "kernel", kernel, "stack", stack, found);
        return found;
    }

    /** Whether the accept queue was ever so long for more than a moment. */
    static boolean lasts(Run run, int acceptQueue) {
        List<Recorder.Level> levels = run.recorder().levels();
        return IntStream.range(0, levels.size())
                .filter(i -> levels.get(i).acceptQueue() == acceptQueue)
                .anyMatch(i -> end(run, levels, i) - levels.get(i).time() > MOMENT);
    }

    private static long end(Run run, List<Recorder.Level> levels, int index) {
        return index + 1 < levels.size() ? levels.get(index + 1).time() : run.endedAt();
    }

    /** Whatever one run has for long, the other has to have at the heart of that time. */
    private static void compare(
            Tolerance tolerance, String name, Run run, String otherName, Run other, List<String> found) {
        List<Recorder.Level> levels = run.recorder().levels();
        for (int i = 0; i < levels.size(); i++) {
            Recorder.Level level = levels.get(i);
            long end = end(run, levels, i);
            long from = tolerance.latest(level.time());
            long to = Math.min(tolerance.earliest(end), other.endedAt());
            if (from < to && !hasThroughout(other.recorder().levels(), level, from, to)) {
                found.add("queues from " + Times.seconds(level.time()) + " to " + Times.seconds(end) + " on the " + name
                        + ": SYN " + level.synQueue() + ", accept " + level.acceptQueue() + "; not so on the "
                        + otherName);
            }
        }
    }

    /** All through this time, but for moments. */
    private static boolean hasThroughout(List<Recorder.Level> levels, Recorder.Level wanted, long from, long to) {
        for (int i = 0; i < levels.size(); i++) {
            Recorder.Level level = levels.get(i);
            long start = Math.max(from, level.time());
            long end = Math.min(to, i + 1 < levels.size() ? levels.get(i + 1).time() : Long.MAX_VALUE);
            boolean same = level.acceptQueue() == wanted.acceptQueue() && level.synQueue() == wanted.synQueue();
            if (!same && end - start > MOMENT) {
                return false;
            }
        }
        return true;
    }
}

package io.halfopen.drill;

import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Wait;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tells a story to a stack and to another machine, so that what both did can be compared step by step. */
final class Telling {
    private static final long MILLISECOND = 1_000_000L;

    /** A kernel's timers are late by up to a sixteenth, and fire a tick early at most. */
    private static final long LATE = 140 * MILLISECOND;

    private static final long EARLY = 30 * MILLISECOND;

    /** A delayed ACK would come between two steps: it is waited for. */
    private static final long SOON = 60 * MILLISECOND;

    private static final int STRETCH = 50;

    /**
     * By so much a wait is longer than the one before: of two that were alike, it would be chance whether the round
     * trip in one is shorter than the time in the other, which is what the receive buffer's growth asks.
     */
    private static final int LONGER = 20;

    private static final int LONGEST_STRETCH = 3000;

    private final Kernel kernel;
    private final Maker other;

    /** Makes a machine for a story. */
    interface Maker {
        Machine make(Settings settings) throws LinkException;
    }

    /** One run: what was put down of each step, the script, and when the steps were. */
    record Told(List<List<String>> steps, String script, Pace pace) {}

    /** The same story on both machines, and where they differ in it. */
    record Pair(Told onStack, Told onOther, StoryDifference difference) {}

    /** {@code kernel}: whose rules the stack follows. */
    Telling(Kernel kernel, Maker other) {
        this.kernel = kernel;
        this.other = other;
    }

    private Told onStack(Story story, Pace pace) {
        try (StackMachine machine = new StackMachine(kernel, settings(story))) {
            return tell(story, machine, Set.of(), pace);
        }
    }

    /** The script says these things, too, which {@link StoryRun} knows by name. */
    Told onOther(Story story, Set<String> asserted) throws LinkException {
        try (Machine machine = other.make(settings(story))) {
            return tell(story, machine, asserted, Pace.ITS_OWN);
        }
    }

    private static Settings settings(Story story) {
        return new Settings.Builder()
                .set("ip_version", story.ipv6() ? "ipv6" : "ipv4")
                .build();
    }

    private static Told tell(Story story, Machine machine, Set<String> asserted, Pace pace) {
        try {
            StoryRun run = new StoryRun(story, machine, settings(story), asserted, pace);
            for (Step step : story.steps()) {
                run.tell(step);
            }
            return new Told(run.told(), run.script(), run.pace());
        } catch (Stop stop) {
            throw new IllegalStateException("a story has only what machines have: " + stop.reason(), stop);
        }
    }

    /** Where both differ in it, told with waits that are long enough. */
    StoryDifference difference(Story told) throws LinkException {
        return pair(stretched(told)).difference;
    }

    /**
     * A stack takes no time for a step, a kernel does, and with it round trips and timeouts get longer. So what differs is
     * told to a stack again that has as much time for each step as the other machine took: what does not differ then was
     * that.
     */
    Pair pair(Story story) throws LinkException {
        Told onStack = onStack(story, Pace.ITS_OWN);
        Told onOther = onOther(story, Set.of());
        StoryDifference difference = StoryDifference.between(onStack.steps, onOther.steps);
        if (!difference.isEmpty()) {
            Told inItsTime = onStack(story, onOther.pace);
            StoryDifference rest = StoryDifference.between(inItsTime.steps, onOther.steps);
            difference = rest.isEmpty() ? rest : difference;
        }
        return new Pair(onStack, onOther, difference);
    }

    /** The same story with longer waits and more of them: never is it in doubt whether a kernel's timer has fired. */
    Story stretched(Story story) {
        List<Step> steps = new ArrayList<>();
        try (StackMachine machine = new StackMachine(kernel, settings(story))) {
            StoryRun run = new StoryRun(story, machine, settings(story));
            int first = STRETCH;
            for (Step step : story.steps()) {
                run.tell(step);
                boolean waits = step instanceof Wait || machine.isTimerNear(0, SOON);
                int millis = waits ? stretch(run, machine, first) : 0;
                first += millis > 0 ? LONGER : 0;
                steps.add(step instanceof Wait wait ? new Wait(wait.millis() + millis) : step);
                if (!(step instanceof Wait) && millis > 0) {
                    steps.add(new Wait(millis));
                }
            }
        } catch (Stop stop) {
            throw new IllegalStateException(stop);
        }
        return story.with(steps);
    }

    /** Until no timer is near; returns how long that took, milliseconds. */
    private static int stretch(StoryRun run, StackMachine machine, int first) throws Stop {
        int millis = 0;
        while (machine.isTimerNear(LATE, EARLY) && millis < LONGEST_STRETCH) {
            int more = millis == 0 ? first : STRETCH;
            run.linger(more * MILLISECOND);
            millis += more;
        }
        return millis;
    }
}

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

    /** One run: what was put down of each step, and the script. */
    record Told(List<List<String>> steps, String script) {}

    /** {@code kernel}: whose rules the stack follows. */
    Telling(Kernel kernel, Maker other) {
        this.kernel = kernel;
        this.other = other;
    }

    Told onStack(Story story) {
        try (StackMachine machine = new StackMachine(kernel, settings(story))) {
            return tell(story, machine, Set.of());
        }
    }

    Told onOther(Story story) throws LinkException {
        return onOther(story, Set.of());
    }

    /** The script says these things, too, which {@link StoryRun} knows by name. */
    Told onOther(Story story, Set<String> asserted) throws LinkException {
        try (Machine machine = other.make(settings(story))) {
            return tell(story, machine, asserted);
        }
    }

    private static Settings settings(Story story) {
        return new Settings.Builder()
                .set("ip_version", story.ipv6() ? "ipv6" : "ipv4")
                .build();
    }

    private static Told tell(Story story, Machine machine, Set<String> asserted) {
        try {
            StoryRun run = new StoryRun(story, machine, settings(story), asserted);
            for (Step step : story.steps()) {
                run.tell(step);
            }
            return new Told(run.told(), run.script());
        } catch (Stop stop) {
            throw new IllegalStateException("a story has only what machines have: " + stop.reason(), stop);
        }
    }

    /** Where both differ in it, told with waits that are long enough. */
    StoryDifference difference(Story told) throws LinkException {
        Story story = stretched(told);
        return StoryDifference.between(onStack(story).steps, onOther(story).steps);
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

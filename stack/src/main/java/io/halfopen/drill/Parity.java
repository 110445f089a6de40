package io.halfopen.drill;

import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Wait;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells made-up stories to a stack and to another machine, and says where the two differ, in the shortest story that
 * still shows it. Thread-safe: each story has machines of its own.
 */
public final class Parity {
    private static final long MILLISECOND = 1_000_000L;

    /** A kernel's timers are late by up to a sixteenth, and fire a tick early at most. */
    private static final long LATE = 140 * MILLISECOND;

    private static final long EARLY = 30 * MILLISECOND;

    /** A delayed ACK would come between two steps: it is waited for. */
    private static final long SOON = 60 * MILLISECOND;

    private static final int STRETCH = 50;
    private static final int LONGEST_STRETCH = 3000;

    /** A difference that does not come again was a timer, or a busy machine. */
    private static final int CONFIRMATIONS = 2;

    private static final int MOST_SHRINKING = 80;

    private final String name;
    private final Maker other;
    private final Topic topic;

    /** What stories are about. */
    public enum Topic {
        /** A listener, its queues, and what peers and the process do to them. */
        LISTEN,
        /** One connection that sends and receives, and loses much of it. */
        TRANSFER;

        private Story story(long seed) {
            return this == LISTEN ? new StoryTeller(seed).tell() : new TransferTeller(seed).tell();
        }
    }

    /** Makes a machine for a story. */
    private interface Maker {
        Machine make(Settings settings) throws LinkException;
    }

    private Parity(Topic topic, String name, Maker other) {
        this.topic = topic;
        this.name = name;
        this.other = other;
    }

    /** Of a stack and this machine's kernel, for which one must be root. */
    public static Parity withKernel(Topic topic) {
        return new Parity(topic, "a live kernel", KernelMachine::new);
    }

    /** Of a stack that imitates 6.18 and one that imitates another kernel. */
    public static Parity withStack(Topic topic, Kernel kernel) {
        return new Parity(topic, kernel.version(), settings -> new StackMachine(kernel, settings));
    }

    /**
     * Where the stack and the other machine differ.
     *
     * @param story all steps of it, with what both did
     * @param script the same as a script that passes on the other machine
     */
    public record Difference(long seed, String story, String script) {}

    /** One run: what was put down of each step, and the script. */
    private record Told(List<List<String>> steps, String script) {}

    /**
     * Tells the story of a seed; null where both did the same.
     *
     * @throws LinkException where there is no namespace to be had
     */
    public @Nullable Difference check(long seed) throws LinkException {
        Story story = topic.story(seed);
        for (int i = 0; i <= CONFIRMATIONS; i++) {
            if (!differs(story)) {
                return null;
            }
        }
        Story shortest = stretched(shrink(story));
        Told onStack = onStack(shortest);
        Told onOther = onOther(shortest);
        if (onStack.steps.equals(onOther.steps)) {
            return null;
        }
        String text = new StoryText(shortest).compare(onStack.steps, onOther.steps);
        String reason =
                "// What " + name + " does in the story of seed " + seed + ",\n// shortened by halfopen parity.\n";
        return new Difference(seed, text, reason + onOther.script);
    }

    private boolean differs(Story told) throws LinkException {
        Story story = stretched(told);
        return !onStack(story).steps.equals(onOther(story).steps);
    }

    // ---- telling

    private static Settings settings(Story story) {
        return new Settings.Builder()
                .set("ip_version", story.ipv6() ? "ipv6" : "ipv4")
                .build();
    }

    private static Told onStack(Story story) {
        try (StackMachine machine = new StackMachine(Kernel.LINUX_6_18, settings(story))) {
            return tell(story, machine);
        }
    }

    private Told onOther(Story story) throws LinkException {
        try (Machine machine = other.make(settings(story))) {
            return tell(story, machine);
        }
    }

    private static Told tell(Story story, Machine machine) {
        try {
            StoryRun run = new StoryRun(story, machine, settings(story));
            for (Step step : story.steps()) {
                run.tell(step);
            }
            return new Told(run.told(), run.script());
        } catch (Stop stop) {
            throw new IllegalStateException("a story has only what machines have: " + stop.reason(), stop);
        }
    }

    /** The same story with longer waits and more of them: never is it in doubt whether a kernel's timer has fired. */
    private static Story stretched(Story story) {
        List<Step> steps = new ArrayList<>();
        try (StackMachine machine = new StackMachine(Kernel.LINUX_6_18, settings(story))) {
            StoryRun run = new StoryRun(story, machine, settings(story));
            for (Step step : story.steps()) {
                run.tell(step);
                boolean waits = step instanceof Wait || machine.isTimerNear(0, SOON);
                int millis = waits ? stretch(run, machine) : 0;
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
    private static int stretch(StoryRun run, StackMachine machine) throws Stop {
        int millis = 0;
        while (machine.isTimerNear(LATE, EARLY) && millis < LONGEST_STRETCH) {
            run.linger(STRETCH * MILLISECOND);
            millis += STRETCH;
        }
        return millis;
    }

    // ---- shrinking

    /** Leaves out whatever is not needed: halves first, then single steps, then settings. */
    private Story shrink(Story story) throws LinkException {
        Story shortest = story;
        int tries = 0;
        for (int size = Math.max(1, story.steps().size() / 2); size >= 1; size /= 2) {
            int from = 0;
            while (from + size <= shortest.steps().size() && tries++ < MOST_SHRINKING) {
                Story shorter = shortest.without(from, from + size);
                boolean shows = stillDiffers(shorter);
                from += shows ? 0 : size;
                shortest = shows ? shorter : shortest;
            }
        }
        for (String name : story.sysctls().keySet()) {
            Map<String, Integer> fewer = new HashMap<>(shortest.sysctls());
            fewer.remove(name);
            Story simpler = shortest.withSysctls(fewer);
            shortest = stillDiffers(simpler) ? simpler : shortest;
        }
        return shortest;
    }

    /** Whether a difference shows twice. */
    private boolean stillDiffers(Story story) throws LinkException {
        boolean once = differs(story);
        return once && differs(story);
    }
}

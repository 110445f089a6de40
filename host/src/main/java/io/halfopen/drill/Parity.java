package io.halfopen.drill;

import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells made-up stories to a stack and to another machine, and says where the two differ, in the shortest story that
 * still shows it. Thread-safe: each story has machines of its own.
 */
public final class Parity {
    /** A difference that does not come again each time was a timer, or a busy machine: the kernel itself does both. */
    private static final int CONFIRMATIONS = 6;

    private final String name;
    private final Telling telling;
    private final Topic topic;

    /** What stories are about. */
    public enum Topic {
        /** A listener, its queues, and what peers and the process do to them. */
        LISTEN,
        /** One connection that sends and receives, and loses much of it. */
        TRANSFER,
        /** What one segment does in one state: the rows of {@link Exchange}. */
        SEGMENTS;

        private Story story(long seed) {
            return switch (this) {
                case LISTEN -> new StoryTeller(seed).tell();
                case TRANSFER -> new TransferTeller(seed).tell();
                case SEGMENTS -> Exchange.numbered(seed).story();
            };
        }
    }

    private Parity(Topic topic, String name, Kernel rules, Telling.Maker other) {
        this.topic = topic;
        this.name = name;
        telling = new Telling(rules, other);
    }

    /** Of this machine's kernel, for which one must be root, and a stack that imitates it. */
    public static Parity withKernel(Topic topic) {
        return new Parity(topic, "a live kernel", KernelHost.release().profile(), KernelMachine::new);
    }

    /** Of a stack that imitates 6.18 and one that imitates another kernel. */
    public static Parity withStack(Topic topic, Kernel kernel) {
        return new Parity(topic, kernel.version(), Kernel.LINUX_6_18, settings -> new StackMachine(kernel, settings));
    }

    /**
     * Where the stack and the other machine differ.
     *
     * @param story all steps of it, with what both did
     * @param script the same as a script that passes on the other machine
     */
    public record Difference(long seed, String story, String script) {}

    /**
     * Tells the story of a seed; null where both did the same.
     *
     * @throws LinkException where there is no namespace to be had
     */
    public @Nullable Difference check(long seed) throws LinkException {
        return find(topic.story(seed)).isEmpty() ? null : shorten(seed, topic.story(seed), "");
    }

    /** What differs each time that a story is told; nothing where once nothing did. */
    StoryDifference find(Story story) throws LinkException {
        StoryDifference found = telling.difference(story);
        for (int i = 0; i < CONFIRMATIONS && !found.isEmpty(); i++) {
            found = found.and(telling.difference(story));
        }
        return found;
    }

    /** The shortest story that shows this signature twice; of any difference where that is empty. */
    @Nullable
    Difference shorten(long seed, Story story, String wanted) throws LinkException {
        StoryShrinker shrinker = new StoryShrinker(shorter -> showsTwice(shorter, wanted));
        Story shortest = telling.stretched(shrinker.shrink(story));
        Telling.Pair pair = telling.pair(shortest);
        if (pair.difference().isEmpty()) {
            return null;
        }
        String text = new StoryText(shortest)
                .compare(pair.onStack().steps(), pair.onOther().steps(), pair.difference());
        String script = wanted.isEmpty()
                ? pair.onOther().script()
                : telling.onOther(shortest, asserted(wanted)).script();
        String reason =
                "// What " + name + " does in the story of seed " + seed + ",\n// shortened by halfopen parity.\n";
        return new Difference(seed, text, reason + script);
    }

    private boolean showsTwice(Story story, String wanted) throws LinkException {
        boolean once = shows(story, wanted);
        return once && shows(story, wanted);
    }

    private boolean shows(Story story, String wanted) throws LinkException {
        StoryDifference difference = telling.difference(story);
        return wanted.isEmpty()
                ? !difference.isEmpty()
                : difference.signatures().contains(wanted);
    }

    /** What the script has to say, beside packets and calls, so that the difference shows in it. */
    private static Set<String> asserted(String signature) {
        return signature.contains("poll = ") ? Set.of("poll") : Set.of(signature);
    }
}
